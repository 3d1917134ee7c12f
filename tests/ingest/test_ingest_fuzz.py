"""Mutated bytes of valid files: every file ends used or refused with a sentence, and its rows add up."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

SEED = 20170630
FILES = 240
HEADER = ["案件编号", "当事人", "案发地点", "立案日期", "罚款金额（万元）", "整改情况", "违法行为"]
ROWS = [
    HEADER,
    *(
        [f"A{n}", f"样例{n}", f'路{n}号"二"楼,甲', f"2017-1-{n}", f"{n},000", "已整改", "占道经营"]
        for n in range(1, 25)
    ),
]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set('",') else cell


def as_text(codec: str, delimiter: str) -> bytes:
    cells = ([quoted(cell) for cell in row] for row in ROWS)
    return "\r\n".join(["某区台账", *(delimiter.join(row) for row in cells), "合计"]).encode(codec)


def as_workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 6, "某区台账")
        for n, row in enumerate(ROWS, 1):
            sheet.write_row(n, 0, row)
    return stream.getvalue()


def as_parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({name: [row[i] for row in ROWS[1:]] for i, name in enumerate(HEADER)}), stream)
    return stream.getvalue()


def zipped(data: bytes, name: str = "a.csv") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def rezipped(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed and everything else whole."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(item.filename, change(part) if "sheet1" in item.filename else part)
    return stream.getvalue()


def mutated(data: bytes, dice: random.Random) -> bytes:
    """One to six cuts, flips, repeats, swaps, insertions."""
    for _ in range(dice.randint(1, 6)):
        at, length = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 8, 60))
        piece = data[at : at + length]
        data = dice.choice(
            (
                data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :],
                data[:at] + dice.randbytes(length) + data[at:],
                data[:at] + data[at + length :],
                data[:at] + piece * 3 + data[at + length :],
                data[:at] + dice.choice((b'"', b",", b"\n", b"\r", b"\x00", b"\t", b"\xff\xfe")) + data[at:],
                data[: max(at, 40)] if dice.random() < 0.1 else data,
            )
        )
        data = data or b"\x00"
    return data


def corpus() -> list[tuple[str, bytes, bool]]:
    """(suffix, valid bytes, whether to change the content before it is packed again)."""
    text = as_text("utf-8", ",")
    return [
        ("csv", text, False),
        ("csv", as_text("gb18030", "\t"), False),
        ("csv", as_text("utf-16", ";"), False),
        ("csv.gz", gzip.compress(text, mtime=0), False),
        ("csv.gz", text, True),
        ("csv.zip", zipped(text), False),
        ("xlsx", as_workbook(), False),
        ("xlsx", as_workbook(), True),
        ("parquet", as_parquet(), False),
    ]


def test_no_bytes_break_a_night(place: Any) -> None:
    dice = random.Random(SEED)
    seeds = corpus()
    for n in range(FILES):
        suffix, data, inside = seeds[n % len(seeds)]
        if not inside:
            data = mutated(data, dice)
        elif suffix == "xlsx":
            data = rezipped(data, lambda part: mutated(part, dice))
        else:
            data = gzip.compress(mutated(data, dice), mtime=0)
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
    block = b"\x00" * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(count)) + packer.flush()


def claimed(data: bytes, size: int) -> bytes:
    """A zip whose directory says that its file is that large."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        ("csv.gz", big_gzip(400)),
        ("csv.zip", claimed(zipped(b"a,b\n" * 1000), 0xFFFFFFF0)),
        ("csv.zip", zipped(b"\x00" * (200 << 20))),
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
    place.put("street_cases", "b_20170602.csv.zip", zipped(text.encode()))
    assert [row["accepted"] for row in place.night("street_cases").status()] == [50_000] * 2
