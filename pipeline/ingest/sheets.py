"""Workbooks (XLSX, XLS) and Parquet files, read into the same records as text."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import workbook
from pipeline.ingest.decode import ODD_CHARACTERS, decode_cell, tidy
from pipeline.ingest.header import HeaderIndex
from pipeline.ingest.locate import HEADER_LINES, MOST_COLUMNS, HeaderLine, bounded, candidates, choose
from pipeline.ingest.raw import RawTable, blank_to_null, drop_blank_records
from pipeline.ingest.refusal import Refused

_BATCH_ROWS = 100_000
# From here on a spreadsheet number has lost digits of the code that it stands for.
_EXACT = 1e15


def read_workbook(stream: BinaryIO, index: HeaderIndex) -> Iterator[RawTable]:
    """Reads the first sheet that holds the header, batch by batch.

    Raises:
        Refused: if the workbook cannot be opened, takes too much to read, or no sheet holds the header.
    """
    try:
        found = _choose_sheet(workbook.read_sheets(stream), index)
    except workbook.TooBig:
        raise Refused("工作簿太大，读取所需的内存超出上限，请拆分，或另存为CSV后重报") from None
    except workbook.Unreadable:
        raise Refused("工作簿打不开，可能已损坏或有密码，请另存后重报") from None
    if found is None:
        raise Refused("各工作表前60行内都找不到表头，请核对文件内容和列名后重报")
    yield from _tables(*found)


def read_parquet(stream: BinaryIO) -> Iterator[RawTable]:
    """Reads a Parquet file batch by batch; its column names are the header.

    Raises:
        Refused: if it cannot be read.
    """
    try:
        with pq.ParquetFile(stream) as file:
            header = bounded(file.schema_arrow.names)
            yield _raw(header, [pa.array([], pa.string())] * len(header), 0, header_row=0, titles=())
            for batch in file.iter_batches(_BATCH_ROWS):
                columns = [_as_text(pa.chunked_array([column])) for column in batch.columns]
                yield _raw(header, columns, batch.num_rows, header_row=0, titles=())
    except (pa.ArrowException, OSError):
        raise Refused("Parquet文件打不开，可能已损坏，请重新导出后重报") from None


def _choose_sheet(
    sheets: Iterable[workbook.Sheet], index: HeaderIndex
) -> tuple[workbook.Grid, HeaderLine] | None:
    """The first sheet whose header names all required columns; else the first that has a header at all."""
    fallback = None
    for sheet in sheets:
        grid = _filled(sheet)
        try:
            header = _find_header(grid, index)
        except Refused:
            continue
        if index.is_complete(header.cells):
            return grid, header
        fallback = fallback or (grid, header)
    return fallback


def _filled(sheet: workbook.Sheet) -> workbook.Grid:
    """A sheet's cells; a merged cell's value stands in each of its rows."""
    grid = sheet.grid
    for (top, left), (bottom, _) in sheet.merged:
        for row in range(top + 1, min(bottom + 1, len(grid))):
            if grid[row][left] in ("", None):
                grid[row][left] = grid[top][left]
    return grid


def _find_header(grid: Sequence[Sequence[Any]], index: HeaderIndex) -> HeaderLine:
    head = [[_cell(cell) or "" for cell in row[: MOST_COLUMNS + 1]] for row in grid[:HEADER_LINES]]
    return choose(candidates(((n, n + 1, row) for n, row in enumerate(head)), None, index))


def _tables(grid: Sequence[Sequence[Any]], header: HeaderLine) -> Iterator[RawTable]:
    for at in range(header.next_line, max(len(grid), header.next_line + 1), _BATCH_ROWS):
        body = grid[at : at + _BATCH_ROWS]
        columns = [pa.array([_cell(row[i]) for row in body], pa.string()) for i in range(len(header.cells))]
        yield _raw(header.cells, columns, len(body), header_row=header.first_line + 1, titles=header.titles)


def _raw(
    header: tuple[str, ...],
    columns: Sequence[pa.Array],
    rows: int,
    *,
    header_row: int,
    titles: tuple[str, ...],
) -> RawTable:
    table = RawTable(
        header=header,
        columns=[blank_to_null(_tidied(column)) for column in columns],
        surplus=np.zeros(rows, np.int32),
        short=np.zeros(rows, bool),
        header_row=header_row,
        titles=titles,
    )
    return drop_blank_records(table)


def _tidied(column: pa.Array) -> pa.Array:
    odd = pc.fill_null(pc.match_substring_regex(column, ODD_CHARACTERS), False)
    if not pc.any(odd).as_py():
        return column
    mended = pa.array([tidy(text) for text in column.filter(odd).to_pylist()], pa.string())
    return pc.replace_with_mask(column, odd, mended)


def _cell(value: Any) -> str | None:
    """A spreadsheet's cell as text; a number that is too long for it is shown as damaged."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if abs(value) >= _EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return None if value is None else str(value)


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    kind = whole.type
    if pa.types.is_string(kind):
        return whole
    if pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind):
        return pc.cast(whole, pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else decode_cell(v) for v in whole.to_pylist()], pa.string())
    if pa.types.is_dictionary(kind):
        return _as_text(pa.chunked_array([whole.dictionary_decode()]))
    if pa.types.is_list(kind):
        return pa.array(
            [None if v is None else "；".join(map(str, v)) for v in whole.to_pylist()], pa.string()
        )
    return pa.array([_cell(value) for value in whole.to_pylist()], pa.string())
