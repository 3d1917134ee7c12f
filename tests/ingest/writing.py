"""Files made from cells, in the forms in which departments hand them over; shared by all tests of ingest."""

import gzip
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
_MARKS = {
    "utf-16-le with mark": (b"\xff\xfe", "utf-16-le"),
    "utf-16-be with mark": (b"\xfe\xff", "utf-16-be"),
    "utf-8-sig": (b"\xef\xbb\xbf", "utf-8"),
}
_SECTOR = 512


@dataclass(frozen=True)
class Formula:
    """A workbook's formula with the value that it was last seen to have."""

    text: str
    value: str | float


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook; a merged range takes the value of its first cell."""

    name: str
    rows: Sequence[Sequence[Any]]
    merges: Sequence[str] = field(default_factory=tuple)


def delimited(
    rows: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\n", quote_all: bool = False
) -> str:
    """Rows as text, quoted as RFC 4180 has it."""
    lines = (delimiter.join(_quoted(cell, delimiter, quote_all) for cell in row) for row in rows)
    return "".join(line + end for line in lines)


def _quoted(cell: str, delimiter: str, always: bool) -> str:
    needed = always or any(sign in cell for sign in (delimiter, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if needed else cell


def encoded(text: str, codec: str) -> bytes:
    """Text in a codec of Python, or in one with a byte-order mark."""
    mark, plain = _MARKS.get(codec, (b"", codec))
    return mark + text.encode(plain)


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def gzipped(data: bytes) -> bytes:
    """The same bytes, and the same package every time."""
    return gzip.compress(data, mtime=0)


def parquet(columns: Mapping[str, pa.Array]) -> bytes:
    """A Parquet file."""
    stream = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), stream)
    return stream.getvalue()


def workbook(*sheets: Sheet) -> bytes:
    """An XLSX workbook; text stays text, numbers numbers, dates dates, formulas keep their values."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            made = book.add_worksheet(sheet.name)
            for r, row in enumerate(sheet.rows):
                for c, cell in enumerate(row):
                    _write(made, r, c, cell, day)
            for area in sheet.merges:
                first = _first_cell(area)
                cells = sheet.rows[first[0]]
                made.merge_range(area, cells[first[1]] if first[1] < len(cells) else "")
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.text, None, cell.value)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, datetime | date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, cell)


def _first_cell(area: str) -> tuple[int, int]:
    corner = area.split(":")[0]
    return int(corner[1:]) - 1, ord(corner[0]) - ord("A")


def old_workbook(*sheets: Sheet) -> bytes:
    """The smallest XLS (BIFF8 in a compound file) that holds texts and numbers."""
    bodies = [_sheet_records(sheet) for sheet in sheets]
    heads = [_bound_sheet(sheet.name, 0) for sheet in sheets]
    start, end = _begin(0x0005) + _record(0x0042, struct.pack("<H", 1200)), _record(0x000A, b"")
    at = len(start) + sum(map(len, heads)) + len(end)
    heads = []
    for sheet, body in zip(sheets, bodies, strict=True):
        heads.append(_bound_sheet(sheet.name, at))
        at += len(body)
    return _compound(b"".join([start, *heads, end, *bodies]))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0x0600))


def _bound_sheet(name: str, at: int) -> bytes:
    return _record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 1) + name.encode("utf-16-le"))


def _sheet_records(sheet: Sheet) -> bytes:
    width = max(len(row) for row in sheet.rows)
    records = [_begin(0x0010), _record(0x0200, struct.pack("<IIHHH", 0, len(sheet.rows), 0, width, 0))]
    for r, row in enumerate(sheet.rows):
        for c, cell in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(cell, int | float):
                records.append(_record(0x0203, place + struct.pack("<d", cell)))
            elif cell:
                text = cell.encode("utf-16-le")
                records.append(_record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text))
    return b"".join([*records, _record(0x000A, b"")])


def _compound(stream: bytes) -> bytes:
    """A compound file that holds one stream, `Workbook`."""
    stream += b"\x00" * (max(4096, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    count = len(stream) // _SECTOR
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    head += b"\x00" * 6 + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    entries = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    return head + table + entries + b"\x00" * (_SECTOR - len(entries)) + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\x00\x00"
    none = 0xFFFFFFFF
    return (
        text.ljust(64, b"\x00")
        + struct.pack("<HBB3I", len(text), kind, 1, none, none, child)
        + b"\x00" * 36
        + struct.pack("<IQ", start, size)
    )
