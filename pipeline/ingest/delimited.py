"""Delimited text: finds delimiter and header together, and splits lines so that damage stays local.

Lines that are whole records without a quote are split by Arrow's reader; only the others go through the
csv module. A quote that is never closed does not reach beyond its own line.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa

from pipeline.ingest.decode import TextBlocks
from pipeline.ingest.header import HeaderIndex
from pipeline.ingest.locate import HEADER_LINES, MOST_COLUMNS, HeaderLine, candidates, choose
from pipeline.ingest.raw import RawTable, blank_to_null, drop_blank_records
from pipeline.ingest.splitting import PlainLines, find_plain_lines, split_plain

DELIMITERS = (",", "\t", ";", "|")
_LONGEST_CELL_LINES = 40
_CELL_LIMIT = 64 * 1024 * 1024
# Longer than this, lines are not joined into one record whose quote is not yet closed.
_LONGEST_RECORD = 4 * 1024**2


def read_delimited(blocks: TextBlocks, index: HeaderIndex) -> Iterator[RawTable]:
    """Reads a delimited text into records below its header, a batch for every block of text.

    Raises:
        Refused: if none of the first lines holds the header.
    """
    csv.field_size_limit(_CELL_LIMIT)
    texts = iter(blocks)
    first = next(texts, "")
    header = _find_header(_split_lines(first), index)
    below = _after_lines(first, header.next_line)
    delimiter = header.delimiter or ","
    cells = _widened(header.cells, below, delimiter)
    for columns, surplus, short in _batches(chain([below], texts), delimiter, len(cells)):
        table = RawTable(
            header=cells,
            columns=columns,
            surplus=surplus,
            short=short,
            header_row=header.first_line + 1,
            delimiter=delimiter,
            encoding=blocks.encoding,
            titles=header.titles,
        )
        yield drop_blank_records(table)


def _split_lines(text: str) -> list[str]:
    """Lines of a text with \\n, \\r\\n or \\r between them, also mixed; only those."""
    return _one_line_end(text).split("\n")


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _after_lines(text: str, count: int) -> str:
    """What follows the first lines of a text."""
    text = _one_line_end(text)
    at = 0
    for _ in range(count):
        at = text.find("\n", at) + 1
        if not at:
            return ""
    return text[at:]


def _find_header(lines: Sequence[str], index: HeaderIndex) -> HeaderLine:
    head = lines[: HEADER_LINES + _LONGEST_CELL_LINES]
    found: list[tuple[int, HeaderLine]] = []
    for delimiter in DELIMITERS:
        records = list(_loose_records(head, delimiter))[:HEADER_LINES]
        found += candidates(records, delimiter, index)
    return choose(found)


def _loose_records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, next line, cells) of the records of a few lines whose width is not yet known."""
    at = 0
    while at < len(lines):
        record, following = _quoted_record(lines, at, delimiter, width=None)
        yield at, following, record
        at = following


def _widened(cells: tuple[str, ...], below: str, delimiter: str) -> tuple[str, ...]:
    """The header, made wider by nameless columns where most records are wider than it."""
    lines = below[: 1 << 20].split("\n")[:2000]
    sample = [line.count(delimiter) + 1 for line in lines if line.strip() and '"' not in line]
    usual, times = Counter(sample).most_common(1)[0] if sample else (0, 0)
    if len(cells) < usual <= MOST_COLUMNS and times * 2 > len(sample):
        return (*cells, *[""] * (usual - len(cells)))
    return cells


_Records = tuple[list[pa.Array], np.ndarray, np.ndarray]


def _batches(texts: Iterable[str], delimiter: str, width: int) -> Iterator[_Records]:
    """The records of every text; lines that may go on in the next one wait for it."""
    rest, waiting = "", None
    for text in texts:
        if waiting is not None:
            records, rest = _records(rest + waiting, delimiter, width, is_last=False)
            yield records
        waiting = _one_line_end(text)
    records, _ = _records(rest + (waiting or ""), delimiter, width, is_last=True)
    yield records


def _records(text: str, delimiter: str, width: int, *, is_last: bool) -> tuple[_Records, str]:
    """The records of a text, and the lines at its end that are left for the next one."""
    lines = find_plain_lines(text, delimiter, width)
    held = 0 if is_last or lines.is_plain.all() else _LONGEST_CELL_LINES
    odd, taken, following = _odd_records(lines, delimiter, width, len(lines) - held)
    columns, fast = split_plain(lines, ~taken & (np.arange(len(lines)) < following), delimiter, width)
    order = np.argsort(np.concatenate([fast, np.array([n for n, _ in odd], dtype=np.int64)]), kind="stable")
    surplus = np.zeros(len(order), np.int32)
    short = np.zeros(len(order), bool)
    if odd:
        at = pa.array(order)
        slow = [[cells[i] if i < len(cells) else None for _, cells in odd] for i in range(width)]
        columns = [
            pa.concat_arrays([column, pa.array(cells, pa.string())]).take(at)
            for column, cells in zip(columns, slow, strict=True)
        ]
        tail = order >= len(fast)
        surplus[tail] = [sum(1 for cell in cells[width:] if cell.strip()) for _, cells in odd]
        short[tail] = [len(cells) < width for _, cells in odd]
    return ([blank_to_null(column) for column in columns], surplus, short), lines.from_line(following)


def _odd_records(
    lines: PlainLines, delimiter: str, width: int, end: int
) -> tuple[list[tuple[int, list[str]]], np.ndarray, int]:
    """Records that begin before line `end` and are not one plain line: (line, cells).

    Also the lines that they take, and the line at which the next record begins.
    """
    taken = ~lines.is_plain
    odd: list[tuple[int, list[str]]] = []
    following = 0
    for n in np.flatnonzero(~lines.is_plain[: max(end, 0)]).tolist():
        if n < following:
            continue
        cells, following = _quoted_record(lines, n, delimiter, width)
        taken[n:following] = True
        if any(cells):
            odd.append((n, cells))
    return odd, taken, max(following, end, 0)


def _quoted_record(lines: Sequence[str], at: int, delimiter: str, width: int | None) -> tuple[list[str], int]:
    """The record that begins at a line, and the line after it.

    A cell may hold line breaks if its quote is closed within a few lines, if none of these lines is
    a whole record by itself, and if the record then has its proper width; else the line stands alone.
    """
    line = lines[at]
    if '"' not in line:
        return line.split(delimiter), at + 1
    cells = _parse(line, delimiter)
    if cells is not None:
        return cells, at + 1
    joined = line
    for following in range(at + 1, min(at + _LONGEST_CELL_LINES, len(lines))):
        if _is_whole(lines[following], delimiter, width) or len(joined) > _LONGEST_RECORD:
            break
        joined += "\n" + lines[following]
        cells = _parse(joined, delimiter) if joined.count('"') % 2 == 0 else None
        if cells is not None and (width is None or len(cells) == width):
            return cells, following + 1
    return _without_quoting(line, delimiter, width), at + 1


def _is_whole(line: str, delimiter: str, width: int | None) -> bool:
    return width is not None and width > 1 and '"' not in line and line.count(delimiter) == width - 1


def _parse(text: str, delimiter: str) -> list[str] | None:
    """Cells of a text read as one record by RFC 4180; None if it is none."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _without_quoting(line: str, delimiter: str, width: int | None) -> list[str]:
    """Cells of a line with damaged quotes: loosely quoted if that fits, else split at every delimiter."""
    if line.count('"') % 2 == 0:
        try:
            loose = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
        except (csv.Error, StopIteration):
            loose = []
        if width is None or len(loose) == width:
            return loose
    return [cell.strip().strip('"') for cell in line.split(delimiter)]
