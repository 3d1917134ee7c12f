"""Delimited text: finds delimiter and header together, and splits lines so that damage stays local.

Lines without a quote are split column-wise in Arrow; only lines with quotes go through the csv
module. A quote that is never closed does not reach beyond its own line.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.header import HeaderIndex
from pipeline.ingest.locate import HEADER_LINES, HeaderLine, candidates, choose
from pipeline.ingest.raw import RawTable, blank_to_null, drop_blank_records

DELIMITERS = (",", "\t", ";", "|")
_LONGEST_CELL_LINES = 40
_CHUNK_LINES = 100_000
_CELL_LIMIT = 64 * 1024 * 1024


def read_delimited(text: str, index: HeaderIndex, encoding: str) -> RawTable:
    """Reads a delimited text into records below its header.

    Raises:
        Refused: if none of the first lines holds the header.
    """
    csv.field_size_limit(_CELL_LIMIT)
    lines = _split_lines(text)
    header = _find_header(lines, index)
    body, delimiter = lines[header.next_line :], header.delimiter or ","
    cells = _widened(header.cells, body, delimiter)
    columns, surplus, short = _columns(body, delimiter, len(cells))
    table = RawTable(
        header=cells,
        columns=columns,
        surplus=surplus,
        short=short,
        header_row=header.first_line + 1,
        delimiter=delimiter,
        encoding=encoding,
        titles=header.titles,
    )
    return drop_blank_records(table)


def _split_lines(text: str) -> list[str]:
    """Lines of a text with \\n, \\r\\n or \\r between them, also mixed; only those."""
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text.split("\n")
    return text.replace("\r", "\n").split("\n")


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


def _widened(cells: tuple[str, ...], body: Sequence[str], delimiter: str) -> tuple[str, ...]:
    """The header, made wider by nameless columns where most records are wider than it."""
    sample = [line.count(delimiter) + 1 for line in body[:2000] if line.strip() and '"' not in line]
    usual, times = Counter(sample).most_common(1)[0] if sample else (0, 0)
    if usual > len(cells) and times * 2 > len(sample):
        return (*cells, *[""] * (usual - len(cells)))
    return cells


def _columns(
    body: Sequence[str], delimiter: str, width: int
) -> tuple[list[pa.Array], np.ndarray, np.ndarray]:
    pieces: list[tuple[list[pa.Array], np.ndarray, np.ndarray]] = []
    at = 0
    while at < len(body):
        piece, at = _chunk(body, at, delimiter, width)
        pieces.append(piece)
    if not pieces:
        return [pa.array([], pa.string())] * width, np.zeros(0, np.int32), np.zeros(0, bool)
    columns = [pa.concat_arrays([piece[0][i] for piece in pieces]) for i in range(width)]
    return columns, np.concatenate([p[1] for p in pieces]), np.concatenate([p[2] for p in pieces])


def _chunk(
    body: Sequence[str], at: int, delimiter: str, width: int
) -> tuple[tuple[list[pa.Array], np.ndarray, np.ndarray], int]:
    """Records of some lines from `at`; returns them and the line that follows the last of them."""
    lines = body[at : at + _CHUNK_LINES]
    array = pa.array(lines, pa.string())
    whole = pc.equal(pc.count_substring(array, delimiter), width - 1)
    plain = np.asarray(pc.and_not(whole, pc.match_substring(array, '"')))
    odd, taken, following = _odd_records(body, at, plain, delimiter, width)
    plain &= ~taken
    fast = np.flatnonzero(plain)
    flat = pc.list_flatten(pc.split_pattern(array.take(pa.array(fast)), delimiter))
    order = np.argsort(np.concatenate([fast, np.array([n for n, _ in odd], dtype=np.int64)]), kind="stable")
    columns = []
    for i in range(width):
        quick = flat.take(pa.array(np.arange(i, len(fast) * width, width)))
        slow = pa.array([cells[i] if i < len(cells) else None for _, cells in odd], pa.string())
        columns.append(blank_to_null(pa.concat_arrays([quick, slow]).take(pa.array(order))))
    surplus = [sum(1 for cell in cells[width:] if cell.strip()) for _, cells in odd]
    short = [len(cells) < width for _, cells in odd]
    surplus_all = np.concatenate([np.zeros(len(fast), np.int32), np.array(surplus, np.int32)])[order]
    short_all = np.concatenate([np.zeros(len(fast), bool), np.array(short, bool)])[order]
    return (columns, surplus_all, short_all), following


def _odd_records(
    body: Sequence[str], start: int, plain: np.ndarray, delimiter: str, width: int
) -> tuple[list[tuple[int, list[str]]], np.ndarray, int]:
    """Records that are not one plain line: (line within the chunk, cells); lines that they take."""
    taken = np.zeros(len(plain), dtype=bool)
    odd: list[tuple[int, list[str]]] = []
    following = start
    for n in np.flatnonzero(~plain).tolist():
        if start + n < following:
            continue
        cells, following = _quoted_record(body, start + n, delimiter, width)
        taken[n : following - start] = True
        if any(cells):
            odd.append((n, cells))
    return odd, taken, max(following, start + len(plain))


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
        if _is_whole(lines[following], delimiter, width):
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
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _without_quoting(line: str, delimiter: str, width: int | None) -> list[str]:
    """Cells of a line with damaged quotes: loosely quoted if that fits, else split at every delimiter."""
    if line.count('"') % 2 == 0:
        try:
            loose = next(csv.reader([line], delimiter=delimiter))
        except (csv.Error, StopIteration):
            loose = []
        if width is None or len(loose) == width:
            return loose
    return [cell.strip().strip('"') for cell in line.split(delimiter)]
