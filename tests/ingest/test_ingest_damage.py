"""Damage stays in its row; what is no data is told from data; identity numbers go nowhere."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.check_digit import is_uscc
from pipeline.ingest.decode import decode
from pipeline.ingest.identity_number import is_identity_number

HEADER = "案件编号,当事人,案发地点,立案日期,罚款金额（元）\n"
LATEST = date(2017, 6, 1)


def cases(*lines: str) -> str:
    return HEADER + "\n".join(lines) + "\n"


def accepted_rows(seen: Any) -> dict[int, str]:
    return {row["row"]: row["case_no"] for row in seen.staged("street_cases")}


DAMAGE: dict[str, tuple[str, dict[int, str], set[int]]] = {
    "unclosed quote": (
        cases('A1,"样例,路1号,2017-1-1,1', "A2,样例,路2号,2017-1-2,2", "A3,样例,路3号,2017-1-3,3"),
        {1: "A1", 2: "A2", 3: "A3"},
        set(),
    ),
    "unclosed quote, later another": (
        cases('A1,"样例,路1号,2017-1-1,1', "A2,样例,路2号,2017-1-2,2", 'A3,样例",路3号,2017-1-3,3'),
        {1: "A1", 2: "A2", 3: "A3"},
        set(),
    ),
    "unclosed quote before a delimiter too many": (
        cases('A1,"样例,分店,路1号,2017-1-1,1', "A2,样例,路2号,2017-1-2,2"),
        {2: "A2"},
        {1},
    ),
    "cell over lines": (
        cases('A1,样例,"路1号\n二楼\n三室",2017-1-1,1', "A2,样例,路2号,2017-1-2,2"),
        {1: "A1", 2: "A2"},
        set(),
    ),
    "quoted delimiter and quote": (
        cases('A1,"样例""好""店","路1号,二楼",2017-1-1,"1,000"', "A2,样例,路2号,2017-1-2,2"),
        {1: "A1", 2: "A2"},
        set(),
    ),
    "quote inside a plain cell": (
        cases('A1,样例"好,路1号,2017-1-1,1', "A2,样例,路2号,2017-1-2,2"),
        {1: "A1", 2: "A2"},
        set(),
    ),
    "delimiter too many": (
        cases("A1,样例,分店,路1号,2017-1-1,1", "A2,样例,路2号,2017-1-2,2"),
        {2: "A2"},
        {1},
    ),
    "empty cells cut off": (
        cases("A1,样例,路1号,2017-1-1", "A2,样例,路2号,2017-1-2,2"),
        {1: "A1", 2: "A2"},
        set(),
    ),
    "line broken in two": (
        cases("A1,样例,路1号", ",2017-1-1,1", *(f"A{n},样例,路{n}号,2017-1-2,2" for n in (3, 4, 5))),
        {3: "A3", 4: "A4", 5: "A5"},
        {1, 2},
    ),
    "line broken before its last cells": (
        cases("A1,样例,路1号,2017-1-1", "罚款500,", *(f"A{n},样例,路{n}号,2017-1-2,2" for n in (3, 4, 5))),
        {1: "A1", 3: "A3", 4: "A4", 5: "A5"},
        {2},
    ),
    "a line of ten megabytes": (
        cases("A1," + "样" * 4_000_000 + ",路1号,2017-1-1,1", "A2,样例,路2号,2017-1-2,2"),
        {1: "A1", 2: "A2"},
        set(),
    ),
}


@pytest.mark.parametrize(("content", "accepted", "rejected"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_stays_local(
    read_cases: Callable[..., Any], content: str, accepted: dict[int, str], rejected: set[int]
) -> None:
    seen = read_cases(content)
    assert accepted_rows(seen) == accepted
    assert {row["row"] for row in seen.rejected() if row["scope"] == "row"} == rejected
    (status,) = seen.status()
    assert (status["accepted"], status["rejected"]) == (len(accepted), len(rejected))


@pytest.mark.parametrize(
    "line",
    [
        "合计,,,,500",
        "总计,2,,,",
        "小 计,,,,1",
        "合计：2宗,,,,",
        ",合计,,,1",
        "填表人：某人,,,,",
        "制表日期：2017-6-1,,,,",
        "东门街道小计,,,,3",
        "备注：以上为快报数,,,,",
        "第1页 共2页,,,,",
        "（以下空白）,,,,",
        HEADER.strip(),
    ],
)
def test_lines_that_are_no_data(read_cases: Callable[..., Any], line: str) -> None:
    seen = read_cases(cases("A1,样例,路1号,2017-1-1,1", line, ",,,,", "A2,样例,路2号,2017-1-2,2"))
    assert accepted_rows(seen) == {1: "A1", 3: "A2"}
    assert seen.status()[0]["not_data"] == 1
    assert not seen.rejected()


@pytest.mark.parametrize("name", ["合计科技有限公司", "小计算盘店", "总计"])
def test_names_that_look_like_totals(read_cases: Callable[..., Any], name: str) -> None:
    seen = read_cases(cases(f"A1,{name},路1号,2017-1-1,1"))
    assert seen.status()[0]["accepted"] == (0 if name == "总计" else 1)


def test_a_damaged_byte_costs_one_character(read_cases: Callable[..., Any]) -> None:
    data = cases("A1,样例,路1号,2017-1-1,1", "A2,样例店,路2号,2017-1-2,2").encode("gb18030")
    at = data.index("样例店".encode("gb18030"))
    seen = read_cases(data[:at] + b"\xff" + data[at + 1 :])
    assert accepted_rows(seen) == {1: "A1", 2: "A2"}
    assert seen.staged("street_cases")[0]["name"] == "样例"


def test_bad_cells_are_reported_and_masked(read_cases: Callable[..., Any]) -> None:
    content = (
        "案件编号,当事人,案发地点,立案日期,案由,整改期限\n"
        "A1,样例,路1号,2017-1-1,某某某某某某,2017-02-30\nA2,样例,路1号,,占道经营,\n,样例,路1号,2017-1-1,,\n"
        "A4,样例,路1号,2017-1-1,占道经营,\n"
    )
    seen = read_cases(content)
    assert seen.status()[0]["nulled_cells"] == 2
    shown = {(r["row"], r["column"], r["scope"]): r["value"] for r in seen.rejected()}
    assert shown == {
        (1, "offence", "cell"): "某某****",
        (1, "rectify_by", "cell"): "2017-02-30",
        (2, "opened_on", "row"): None,
        (3, "case_no", "row"): None,
    }
    assert all("“" in row["reason"] for row in seen.rejected())


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


@given(
    st.text(min_size=1, max_size=60).filter(lambda t: "\ufeff" not in t),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_decoding_never_fails_and_keeps_chinese(text: str, codec: str) -> None:
    line = "案件编号,当事人,案发地点,立案日期"
    found, _ = decode(f"{line}\n".encode(codec) + text.encode(codec, errors="ignore"))
    assert found.startswith(line)


@given(st.binary(max_size=400))
def test_any_bytes_decode(data: bytes) -> None:
    decode(data)
