"""Identity numbers go nowhere, in whatever way they are written; any bytes decode."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.check_digit import is_uscc
from pipeline.ingest.decode import TextBlocks
from pipeline.ingest.identity_number import is_identity_number

LATEST = date(2017, 6, 1)


def identity_number(seed: int) -> str:
    """A number with a right check digit, of nobody: sequence 000."""
    digits = f"440303190{seed % 10}0101000"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    "write",
    [
        lambda n: n,
        lambda n: f"某人{n}号",
        lambda n: n.lower(),
        lambda n: f"{n[:6]} {n[6:14]} {n[14:]}",
        lambda n: "".join(chr(ord(c) + 0xFEE0) for c in n),
        lambda n: f"13000000000{n}",
        lambda n: f"{n}01",
    ],
    ids=["bare", "in text", "small x", "spaced", "full width", "after a phone", "with a sequence"],
)
@pytest.mark.parametrize("seed", [0, 2])
def test_identity_numbers_go_nowhere(place: Any, write: Callable[[str], str], seed: int) -> None:
    number = identity_number(seed)
    assert is_identity_number(number, LATEST)
    cell = write(number)
    place.put(
        "tax",
        f"税_{LATEST:%Y%m%d}.csv",
        "纳税人识别号,纳税人名称,所属期,生产经营地址,法定代表人姓名,联系电话,纳税人状态,某列\n"
        f"{cell},样例{cell},2017Q1,路1号{cell},{cell},{cell},{cell},{cell}\n"
        f"填表人：{cell},,,,,,,\n",
    )
    place.night("tax")
    keep = {"".join(c for c in form if c.isalnum()) for form in (number, number.lower(), cell)}
    for path in place.root.rglob("*"):
        if path.is_file() and "inbox" not in path.parts:
            content = path.read_bytes()
            assert not any(form.encode() in content for form in (number, number.lower(), number[6:17], *keep))


def test_rows_of_one_owner_still_meet(place: Any) -> None:
    number = identity_number(0)
    lines = [f"{number}01,甲店,2017Q1", f"{number},甲店,201704", f"{identity_number(3)},乙店,2017Q1"]
    content = "\n".join(["纳税人识别号,纳税人名称,所属期", *lines])
    place.put("tax", "税_20170601.csv", content)
    rows = place.night("tax").staged("tax")
    assert [row["taxpayer_id"] for row in rows] == [None, None, None]
    hashes = [row["taxpayer_id_partial"] for row in rows]
    assert hashes[0] == hashes[1] != hashes[2]
    assert (place.root / "restricted" / "keys" / "hash.key").stat().st_mode & 0o777 == 0o600


def test_codes_of_firms_are_no_identity_numbers() -> None:
    for code in ("91440300MA9XXXX034", "914403039999002300", "1244030399990010X6"):
        assert is_uscc(code)
        assert not is_identity_number(code, LATEST)


def decoded(data: bytes, block_bytes: int = 1 << 20) -> str:
    return "".join(TextBlocks(io.BytesIO(data), block_bytes))


@given(
    st.text(min_size=1, max_size=60).filter(lambda t: "\ufeff" not in t),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_decoding_never_fails_and_keeps_chinese(text: str, codec: str) -> None:
    line = "案件编号,当事人,案发地点,立案日期"
    found = decoded(f"{line}\n".encode(codec) + text.encode(codec, errors="ignore"))
    assert found.startswith(line)


@given(st.binary(max_size=400))
def test_any_bytes_decode(data: bytes) -> None:
    for block_bytes in (3, 64):
        decoded(data, block_bytes)
