"""Mutated bytes of valid files: every file ends used or refused with a sentence, and its rows add up."""

import gzip
import struct
import zlib
from typing import Any

import pytest

from tests.ingest.mutation import as_workbook, mutants, rezipped
from tests.ingest.writing import zipped

SEED = 20170630
FILES = 240


def test_no_bytes_break_a_night(place: Any) -> None:
    for n, (suffix, data) in enumerate(mutants(FILES, SEED)):
        place.put("street_cases", f"f{n:03d}_20170601.{suffix}", data)
    rows = place.night("street_cases").status()
    assert len(rows) == FILES
    used = [row for row in rows if row["state"] == "fresh"]
    for row in rows:
        assert row["state"] in ("fresh", "refused")
        if row["state"] == "refused":
            assert row["accepted"] == 0
            assert row["reason"] and not row["reason"].endswith("。")
    assert FILES // 4 < len(used) < FILES, "some are read all the same, some are not"


def big_gzip(count: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * ((1 << 20) - 1) + b"\n"
    header = packer.compress("案件编号,当事人,案发地点,立案日期\n".encode())
    return header + b"".join(packer.compress(block) for _ in range(count)) + packer.flush()


def claimed(data: bytes, size: int) -> bytes:
    """A zip whose directory says that its file is that large."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        ("csv.gz", big_gzip(400)),
        ("csv.zip", claimed(zipped(("a.csv", b"a,b\n" * 1000)), 0xFFFFFFF0)),
        ("csv.zip", zipped(("a.csv", b"\x00" * (200 << 20)))),
        ("xlsx", claimed(rezipped(as_workbook(), lambda part: part), 0xFFFFFFF0)),
        ("xlsx", rezipped(as_workbook(), lambda part: part + b" " * (200 << 20))),
    ],
    ids=["gzip", "zip by its word", "zip by its ratio", "workbook by its word", "workbook by its ratio"],
)
def test_what_would_inflate_too_far_is_refused_by_name(place: Any, suffix: str, data: bytes) -> None:
    place.put("street_cases", f"炸弹_20170601.{suffix}", data)
    seen = place.night("street_cases")
    (row,) = seen.status()
    assert row["state"] == "refused"
    assert "解压" in row["reason"]
    assert f"炸弹_20170601.{suffix}" in seen.attention()[0]


def test_well_packed_files_are_read(place: Any) -> None:
    header = "案件编号,当事人,案发地点,立案日期\n"
    text = header + "".join(f"A{n},样例,路1号,2017-1-1\n" for n in range(50_000))
    place.put("street_cases", "a_20170601.csv.gz", gzip.compress(text.encode()))
    place.put("street_cases", "b_20170602.csv.zip", zipped(("a.csv", text.encode())))
    assert [row["accepted"] for row in place.night("street_cases").status()] == [50_000] * 2
