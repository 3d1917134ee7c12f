"""A list as CSV: UTF-8 with BOM, CRLF, quoted as in RFC 4180, safe to open by a double click."""

import csv
from collections.abc import Sequence
from pathlib import Path

from pipeline.publish.forms.cells import csv_code, csv_text, plain
from pipeline.publish.forms.lines import ListColumn, Value, columns


def write_csv(path: Path, rows: Sequence[Sequence[Value]]) -> None:
    """Writes one list; items within a cell are parted by `；`."""
    shape = columns()
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerow([column.header for column in shape])
        writer.writerows(
            [_cell(column, value) for column, value in zip(shape, row, strict=True)] for row in rows
        )


def _cell(column: ListColumn, value: Value) -> str:
    if not isinstance(value, str):
        return str(value)
    text = value.replace("\n", "；")
    # The words of a line were made plain already; whatever was not must not begin with a tab or a break.
    text = text if text.isprintable() and text[:1] != " " else plain(text)
    return csv_code(text) if column.kind == "code" or _is_long_number(text) else csv_text(text)


def _is_long_number(text: str) -> bool:
    return text.isdecimal() and len(text) > 11
