"""Writes dressed rows as the file that arrives: CSV, packed, XLSX, Parquet; the same bytes every time."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from pipeline.district.draw import Objects
from pipeline.district.style import Style

_MADE = datetime(2017, 1, 1)
_ZIP_DAY = (2017, 1, 1, 0, 0, 0)
DATA, TOTAL, BLANK = "data", "not_data", "blank"


@dataclass(frozen=True)
class Line:
    """A line that is no firm's: what stands in it, and after how many data rows."""

    after: int
    kind: str
    texts: tuple[str, ...]


def extra_lines(style: Style, count: int) -> list[Line]:
    """Blank lines inside, the totals line and the footer below, in the order of the file."""
    lines = []
    if style.blanks and count > 8:
        lines += [Line(count // 3, BLANK, ()), Line(count // 3 * 2, BLANK, ())]
    if style.totals:
        lines.append(Line(count, TOTAL, ("合计", str(count)) if len(style.headings) > 1 else ("合计",)))
    if style.footer:
        lines.append(Line(count, BLANK, ()))
        lines += [Line(count, TOTAL, (text,)) for text in style.footer]
    if style.blanks:
        lines += [Line(count, BLANK, ())] * 2
    return lines


def numbering(lines: Iterable[Line], count: int) -> tuple[list[int], list[int]]:
    """Contract numbers of the data rows and of the lines that are not data; blank lines do not count."""
    others = [line.after for line in lines if line.kind != BLANK]
    before = np.searchsorted(np.array(sorted(others), dtype=np.int64), np.arange(count), side="right")
    data = (np.arange(count) + 1 + before).tolist()
    rest = [after + turn + 1 for turn, after in enumerate(sorted(others))]
    return data, rest


def write(path: Path, cells: dict[str, Objects], style: Style, lines: Sequence[Line]) -> None:
    """Writes one file; the folder exists."""
    if style.form == "parquet":
        _write_parquet(path, cells)
    elif style.form == "xlsx":
        _write_xlsx(path, cells, style, lines)
    else:
        path.write_bytes(_packed(path, _csv_bytes(cells, style, lines), style.form))


def _records(cells: dict[str, Objects], lines: Sequence[Line], width: int) -> Iterator[Sequence[str]]:
    """Data rows and other lines, in order; other lines are as wide as the table."""
    rows = zip(*cells.values(), strict=True)
    done = 0
    for line in lines:
        for _ in range(line.after - done):
            yield next(rows)
        done = line.after
        yield (*line.texts, *[""] * (width - len(line.texts)))
    yield from rows


def _csv_bytes(cells: dict[str, Objects], style: Style, lines: Sequence[Line]) -> bytes:
    width = len(cells)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=style.delimiter, lineterminator=style.line_end)
    padded = width % 2 == 0
    for title in style.titles:
        writer.writerow([title, *[""] * (width - 1)] if padded else [title])
    writer.writerow(cells)
    writer.writerows(_records(cells, lines, width))
    return buffer.getvalue().encode(style.encoding)


def _packed(path: Path, data: bytes, form: str) -> bytes:
    if form == "csv.gz":
        return gzip.compress(data, compresslevel=6, mtime=0)
    if form == "csv.zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(path.name.removesuffix(".zip"), date_time=_ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
        return buffer.getvalue()
    return data


def _write_xlsx(path: Path, cells: dict[str, Objects], style: Style, lines: Sequence[Line]) -> None:
    """Codes as text, plain numbers as numbers, titles merged; where there are three, a cover sheet too."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": _MADE})
    if len(style.titles) == 3:
        book.add_worksheet("填报说明").write_string(0, 0, "请按要求填报，勿改动表头。")
    sheet = book.add_worksheet("数据")
    width = len(cells)
    for at, title in enumerate(style.titles):
        sheet.merge_range(at, 0, at, width - 1, title)
    top = len(style.titles)
    sheet.write_row(top, 0, list(cells))
    numeric = [heading.unit != "" for heading in style.headings]
    for at, record in enumerate(_records(cells, lines, width), start=top + 1):
        for column, text in enumerate(record):
            if text and numeric[column] and _plain(text):
                sheet.write_number(at, column, float(text))
            elif text:
                sheet.write_string(at, column, text)
    book.close()


def _plain(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).replace("-", "", 1).isdigit()


def _write_parquet(path: Path, cells: dict[str, Objects]) -> None:
    arrays = [pa.array([text or None for text in texts], type=pa.string()) for texts in cells.values()]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(cells)), path, compression="zstd")
