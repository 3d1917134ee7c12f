"""Any table as text: CSV safe to open by a double click, JSON, or columns that align in a terminal."""

import csv
import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import IO, Any

from rich.cells import cell_len, set_cell_size

from pipeline.publish.forms.cells import csv_code, plain

BOM = "\ufeff"
_LONGEST = 32_000  # a spreadsheet's cell holds 32,767 characters
_WIDEST = 60
# What json leaves as it is and a terminal obeys, or a reader does not see.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_NOTHING = "NULL"
_GAP = "  "


def write_csv_table(handle: IO[str], names: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Writes a table as the lists are written: BOM, CRLF, codes whole, nothing that runs as a formula.

    Args:
        handle: a text stream in UTF-8 that leaves line ends alone.
        names: the header.
        rows: values as DuckDB gives them; null is an empty cell, items of a list are parted by `；`.

    Returns:
        The number of rows below the header.
    """
    handle.write(BOM)
    writer = csv.writer(handle, lineterminator="\r\n")
    writer.writerow([csv_code(plain(name)) for name in names])
    count = 0
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        count += 1
    return count


def json_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as a JSON list of objects, one a line; days as ISO texts, exact numbers as numbers."""
    lines = (
        json.dumps(dict(zip(names, map(_json_value, row), strict=True)), ensure_ascii=False) for row in rows
    )
    body = ",\n ".join(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in lines)
    return f"[{body}]"


def aligned_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table whose columns align in a terminal, where a Chinese character is two columns wide.

    Numbers stand to the right; longer cells are cut, and end in `…`.
    """
    header = [plain(name) or " " for name in names]
    cells = [[_shown(value) for value in row] for row in rows]
    widths = [
        min(_WIDEST, max(cell_len(text) for text in column)) for column in zip(header, *cells, strict=True)
    ]
    right = [any(map(_is_number, column)) for column in zip(*rows, strict=True)] or [False] * len(header)
    shape = list(zip(widths, right, strict=True))
    lines = [header, ["─" * width for width in widths], *cells]
    return "\n".join(
        _GAP.join(_fitted(text, *of) for text, of in zip(line, shape, strict=True)).rstrip() for line in lines
    )


def as_text(value: object) -> str:
    """A value as people read it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "；".join(map(as_text, value))
    if isinstance(value, dict):
        return json.dumps(_json_value(value), ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _csv_cell(value: object) -> str:
    text = as_text(value)
    return text if _is_number(value) or isinstance(value, date) else csv_code(plain(text, _LONGEST))


def _shown(value: object) -> str:
    return _NOTHING if value is None else plain(as_text(value))


def _fitted(text: str, width: int, to_the_right: bool) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    room = " " * (width - cell_len(text))
    return room + text if to_the_right else text + room


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _json_value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _json_value(item) for name, item in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if isinstance(value, date | time) else str(value)
