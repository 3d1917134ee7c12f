"""A file's records as text, before any meaning: columns of strings, numbered rows, what is no data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Source
from pipeline.ingest.header import Mapping, normalise

_LONGEST_TOTAL = 200
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_FEWEST_NUMBERED = 2
_SUM_WORD = r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)"
# The whole first cell is a word for a total: never a record.
_TOTAL = (
    r"(?:本[页表月期季年]|全[区部市年街道]{1,3}|各街道)?\s*(?:总\s*)?"
    rf"{_SUM_WORD}\s*(?:数|行|金额|户数|家数)?\s*(?:[:：(（0-9].*)?"
)
# A total or a footer by its look: only where the line lacks what a record must have.
_LOOKS_LIKE_FOOT = (
    rf"{_SUM_WORD}.*|.{{0,12}}(?:合计|总计|小计|共计)[:：]?[\d,.\s]*[户家条笔宗人元万]*"
    r"|[(（]?(?:填表|制表|填报|审核|复核|经办|联系|统计|报送|上报|报出|打印|导出|生成|单位负责|科室负责|分管|负责|数据来源|数据截|截至|截止|编制|日期|时间)"
    r"[^:：]{0,8}[:：].*"
    r"|[(（]?(?:备?注|说明|附注|填表说明)\s*[:：\d].*|[-—\s]*第\s*\d+\s*页.*|共\s*\d+.*|[(（]?(?:以下空白|以下无正文|此页无).*"
)


@dataclass(frozen=True)
class RawTable:
    """One file's records below the header; every record has a value in at least one cell.

    Attributes:
        header: the header cells as they stand, in the file's order.
        columns: one string array per header cell, cells without a value null; equal lengths.
        surplus: number of filled cells beyond the header, per record.
        short: True where the record has fewer cells than the header.
        header_row: the header's line in the file, from 1.
        delimiter: what stands between fields; None for sheets and Parquet.
        encoding: name of the encoding; None for sheets and Parquet.
        titles: cells that stand above the header.
    """

    header: tuple[str, ...]
    columns: list[pa.Array]
    surplus: np.ndarray
    short: np.ndarray
    header_row: int
    delimiter: str | None = None
    encoding: str | None = None
    titles: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of records; the n-th has row number n."""
        return len(self.surplus)


def blank_to_null(column: pa.Array) -> pa.Array:
    """Trims plain white space; a cell that holds nothing else becomes null."""
    trimmed = pc.ascii_trim_whitespace(column)
    blank = pc.equal(pc.binary_length(trimmed), 0)
    return pc.if_else(blank, pa.scalar(None, pa.string()), trimmed) if pc.any(blank).as_py() else trimmed


def drop_blank_records(table: RawTable) -> RawTable:
    """The same table without records that have no value in any cell."""
    filled = table.surplus > 0
    for column in table.columns:
        filled |= np.asarray(pc.is_valid(column))
    if filled.all():
        return table
    mask = pa.array(filled)
    return RawTable(
        header=table.header,
        columns=[column.filter(mask) for column in table.columns],
        surplus=table.surplus[filled],
        short=table.short[filled],
        header_row=table.header_row,
        delimiter=table.delimiter,
        encoding=table.encoding,
        titles=table.titles,
    )


def find_not_data(table: RawTable, mapping: Mapping, source: Source, *, is_first: bool) -> np.ndarray:
    """True for records that are no data: totals, footers, repeated headers, lines left to fill in.

    Args:
        table: some records of a file.
        mapping: where the columns lie.
        source: the declaration.
        is_first: the records stand right below the header, where forms number their columns.
    """
    found = _repeated_headers(table, mapping)
    if is_first and table.rows:
        found[0] |= _numbers_columns([column[0].as_py() for column in table.columns])
    found |= _totals_and_footers(table, mapping, source)
    if source.fill_in:
        found |= _left_empty(table, mapping, source.fill_in)
    return found


def _numbers_columns(cells: Sequence[str | None]) -> bool:
    """Whether a line numbers the columns of a form: 甲 乙 丙 1 2 3."""
    filled = [cell for cell in cells if cell]
    letters = [cell for cell in filled if cell in _STEMS]
    numbers = [cell.strip("()（）") for cell in filled[len(letters) :]]
    wanted = [str(n) for n in range(1, len(numbers) + 1)]
    return (
        len(filled) > _FEWEST_NUMBERED
        and filled[: len(letters)] == list(_STEMS[: len(letters)])
        and numbers == wanted
    )


def _left_empty(table: RawTable, mapping: Mapping, fill_in: Sequence[str]) -> np.ndarray:
    empty = np.ones(table.rows, dtype=bool)
    for name in fill_in:
        if name in mapping.positions:
            empty &= np.asarray(pc.is_null(table.columns[mapping.positions[name]]))
    return empty


def _repeated_headers(table: RawTable, mapping: Mapping) -> np.ndarray:
    """Records in which at least two mapped cells, and most of them, repeat their own header."""
    repeats = np.zeros(table.rows, dtype=np.int32)
    for position in mapping.positions.values():
        for wanted in {table.header[position], normalise(table.header[position])}:
            same = pc.fill_null(pc.equal(table.columns[position], wanted), False)
            repeats += np.asarray(same).astype(np.int32)
    return repeats >= max(2, (len(mapping.positions) + 1) // 2)


def _totals_and_footers(table: RawTable, mapping: Mapping, source: Source) -> np.ndarray:
    found = np.zeros(table.rows, dtype=bool)
    lacking = pa.array(_lacks_required(table, mapping, source))
    for cells in _leading_cells(table, mapping, source):
        found |= _matches(cells, _TOTAL)
        found |= _matches(pc.if_else(lacking, cells, pa.scalar(None, pa.string())), _LOOKS_LIKE_FOOT)
    return found


def _matches(cells: pa.Array, pattern: str) -> np.ndarray:
    """True where the whole cell, if it is not long, matches."""
    matching = pc.fill_null(pc.match_substring_regex(cells, f"^(?:{pattern})$"), False)
    if not pc.any(matching).as_py():
        return np.asarray(matching)
    is_short = pc.fill_null(pc.less_equal(pc.utf8_length(cells), _LONGEST_TOTAL), False)
    return np.asarray(pc.and_(matching, is_short))


def _lacks_required(table: RawTable, mapping: Mapping, source: Source) -> np.ndarray:
    lacking = np.zeros(table.rows, dtype=bool)
    for name, column in source.columns.items():
        if column.required and name in mapping.positions:
            lacking |= np.asarray(pc.is_null(table.columns[mapping.positions[name]]))
    return lacking


def _leading_cells(table: RawTable, mapping: Mapping, source: Source) -> list[pa.Array]:
    """Cells in which a total names itself: the first filled one, the names and the keys.

    A word of a vocabulary (口径：累计) is no total.
    """
    cells = list(table.columns)
    for name, position in mapping.positions.items():
        if source.columns[name].values:
            words = pa.array(
                sorted({word for known in source.columns[name].values.values() for word in known})
            )
            known = pc.is_in(cells[position], value_set=words)
            cells[position] = pc.if_else(known, pa.scalar(None, pa.string()), cells[position])
    naming = dict.fromkeys((*source.with_role("name", "name_or_person"), *source.key))
    return [
        pc.coalesce(*cells),
        *(cells[mapping.positions[name]] for name in naming if name in mapping.positions),
    ]
