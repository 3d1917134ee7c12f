"""From a file's records to typed rows: what is accepted, what is rejected, what is no data."""

import re
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Column, Source
from pipeline.ingest.amounts import read_amounts
from pipeline.ingest.codes import read_codes
from pipeline.ingest.dates import read_dates, read_periods
from pipeline.ingest.header import Mapping
from pipeline.ingest.masking import masked_value
from pipeline.ingest.parsed import Parsed, fillers_to_null
from pipeline.ingest.raw import RawTable, find_not_data
from pipeline.ingest.records import content_texts, key_texts, sender_names
from pipeline.ingest.units import Unit, find_unit, is_foreign
from pipeline.ingest.words import only_ticks, read_bools, read_enums, read_lists, read_texts

FAULT_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("scope", pa.string()),
        ("reason", pa.string()),
        ("value", pa.string()),
        ("sender", pa.string()),
        ("key_text", pa.string()),
    ]
)
_BAD = {
    "date": "不是有效日期，或早于1949年、晚于报送日10年以上",
    "period": "不是年度、季度或月份",
    "number": "不是数字，或单位无法换算",
    "bool": "不是“是”或“否”",
    "enum": "不在约定的取值之内",
    "code": "已被电子表格改写，末位数字丢失，请以文本格式重报",
    "text": "无法识别",
}
# A spreadsheet's cell holds 32,767 characters; what is longer is no value, and would burden the whole night.
_MOST_BYTES = 4 * 32_767
_TITLE_UNIT = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?(?P<unit>百?元|[千万亿]元)")


@dataclass(frozen=True)
class TypedBatch:
    """Some of a file's records after typing.

    Attributes:
        accepted: `row`, `sender`, `key_text`, `content`, then the typed columns; one row per accepted record.
        faults: one line per rejected record (scope `row`) and nulled cell (scope `cell`).
        rows: records below the header that have a value.
        not_data: totals, footers, repeated headers, lines left to fill in.
        nulled_cells: bad cells of accepted rows.
        nulled_rows: accepted rows with a bad cell.
        ticked: column of truth values → whether all its words are ticks; None where it has no word.
    """

    accepted: pa.Table
    faults: pa.Table
    rows: int
    not_data: int
    nulled_cells: int
    nulled_rows: int
    ticked: dict[str, bool | None]


def type_records(
    raw: RawTable, mapping: Mapping, source: Source, extract_date: date, first_row: int, pool: Executor
) -> TypedBatch:
    """Reads every column of some records and sorts these into accepted, rejected and no data.

    Args:
        raw: the records, identity numbers masked.
        mapping: where the columns lie.
        source: the declaration.
        extract_date: the day in the file's name.
        first_row: number of the first record.
        pool: columns are read side by side.
    """
    finding = pool.submit(find_not_data, raw, mapping, source, is_first=first_row == 1)
    readings = [
        pool.submit(_parse, name, column, raw, mapping, extract_date)
        for name, column in source.columns.items()
    ]
    parsed = {name: reading.result() for name, reading in zip(source.columns, readings, strict=True)}
    not_data = finding.result()
    rejected, lines = _reject_rows(raw, mapping, source, parsed, not_data)
    accepted = ~not_data & ~rejected
    cells = _nulled_cells(raw, mapping, source, parsed, accepted)
    columns = {"row": pa.array(np.arange(first_row, first_row + raw.rows), pa.int64())}
    for name, column in parsed.items():
        columns[name] = column.values
        columns |= {name + suffix: extra for suffix, extra in column.extra.items()}
    table = pa.table(columns)
    identity = {"sender": sender_names(table, source), "key_text": key_texts(table, source, pool)}
    return TypedBatch(
        accepted=_accepted(table, identity, accepted),
        faults=_numbered([*lines, *cells], identity, first_row),
        rows=raw.rows,
        not_data=int(not_data.sum()),
        nulled_cells=sum(len(cell) for cell in cells),
        nulled_rows=len(pc.unique(pa.concat_tables(cells).column("row"))) if cells else 0,
        ticked=_ticked(raw, mapping, source, ~not_data),
    )


def count_records(raw: RawTable, mapping: Mapping, source: Source, first_row: int) -> TypedBatch:
    """The counts of records that cannot be typed, because the file lacks a column."""
    not_data = find_not_data(raw, mapping, source, is_first=first_row == 1)
    lines = _lines(np.flatnonzero(~not_data), None, "row", "", None, None)
    nothing = pa.table({"row": pa.array([], pa.int64())})
    unknown = pa.nulls(raw.rows, pa.string())
    faults = _numbered([lines], {"sender": unknown, "key_text": unknown}, first_row)
    return TypedBatch(nothing, faults, raw.rows, int(not_data.sum()), 0, 0, {})


def _accepted(table: pa.Table, identity: dict[str, pa.Array], accepted: np.ndarray) -> pa.Table:
    if not accepted.all():
        mask = pa.array(accepted)
        table = table.filter(mask)
        identity = {name: column.filter(mask) for name, column in identity.items()}
    identity = {**identity, "content": content_texts(table, identity["key_text"])}
    for at, (name, column) in enumerate(identity.items()):
        table = table.add_column(at + 1, name, column)
    return table


def _numbered(lines: list[pa.Table], identity: dict[str, pa.Array], first_row: int) -> pa.Table:
    """Lines with the numbers of their rows in the file, rejected rows with sender and key."""
    if not lines:
        return FAULT_SCHEMA.empty_table()
    table = pa.concat_tables(lines).combine_chunks()
    at = table.column("row").combine_chunks()
    is_row = pc.equal(table.column("scope"), "row").combine_chunks()
    for name, column in identity.items():
        named = pc.if_else(is_row, column.take(at), pa.scalar(None, pa.string()))
        table = table.append_column(name, named)
    return table.set_column(0, "row", pc.add(at, first_row))


def _ticked(raw: RawTable, mapping: Mapping, source: Source, is_data: np.ndarray) -> dict[str, bool | None]:
    wanted = pa.array(is_data)
    return {
        name: only_ticks(raw.columns[mapping.positions[name]].filter(wanted))
        for name, column in source.columns.items()
        if column.type == "bool" and name in mapping.positions
    }


def typed_schema(source: Source, extract_date: date) -> pa.Schema:
    """The columns of typed rows, as an empty file would have them."""
    empty = pa.array([], pa.string())
    fields = [pa.field("row", pa.int64())]
    for name, column in source.columns.items():
        parsed = _read(column, empty, None, extract_date)
        fields.append(pa.field(name, parsed.values.type))
        fields += [pa.field(name + suffix, extra.type) for suffix, extra in parsed.extra.items()]
    return pa.schema(fields)


def _parse(name: str, column: Column, raw: RawTable, mapping: Mapping, extract_date: date) -> Parsed:
    if name not in mapping.positions:
        return _read(column, pa.nulls(raw.rows, pa.string()), None, extract_date)
    named = mapping.units.get(name) or _title_unit(raw.titles, column)
    cells, too_long = _without_giants(raw.columns[mapping.positions[name]])
    parsed = _read(column, cells, named, extract_date)
    return parsed if too_long is None else replace(parsed, bad=pc.or_(parsed.bad, too_long))


def _without_giants(cells: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    """The cells without those that hold more than any spreadsheet's cell can, and which those are."""
    too_long = pc.fill_null(pc.greater(pc.binary_length(cells), _MOST_BYTES), False)
    if not pc.any(too_long).as_py():
        return cells, None
    return pc.if_else(too_long, pa.scalar(None, pa.string()), cells), too_long


def _title_unit(titles: Sequence[str], column: Column) -> str | None:
    """The unit of money that a line above the header states for the whole file."""
    declared = find_unit(column.unit or "")
    if declared is None or declared.family != "money":
        return None
    found = (_TITLE_UNIT.search(title.rstrip(")） ")) for title in titles)
    return next((match["unit"] for match in found if match and match.end() == len(match.string)), None)


def _read(column: Column, cells: pa.Array, named_unit: str | None, extract_date: date) -> Parsed:
    if column.list:
        return read_lists(cells, column.list)
    if column.type == "bool":
        return read_bools(cells)
    if column.type == "enum":
        return read_enums(cells, column)
    if column.type == "number":
        return read_amounts(fillers_to_null(cells), _unit(column, named_unit))
    if column.type == "date":
        return read_dates(fillers_to_null(cells), extract_date)
    if column.type == "period":
        return read_periods(fillers_to_null(cells), extract_date)
    if column.type == "code":
        return read_codes(fillers_to_null(cells), column.role)
    return read_texts(cells)


def _unit(column: Column, named: str | None) -> Unit | None:
    """What a bare number of a column stands for: its header's unit, else the declared one."""
    if named and is_foreign(named):
        return None
    declared = find_unit(column.unit or "")
    found = find_unit(named or "")
    if found and (declared is None or found.family == declared.family):
        return found
    return declared or Unit("count", 1)


def _reject_rows(
    raw: RawTable, mapping: Mapping, source: Source, parsed: dict[str, Parsed], not_data: np.ndarray
) -> tuple[np.ndarray, list[pa.Table]]:
    """Rejected records, each with one line: the first reason in the declared order."""
    rejected = np.zeros(raw.rows, dtype=bool)
    lines = []
    surplus = (raw.surplus > 0) & ~not_data
    if surplus.any():
        why = "单元格多于表头，该行可能多了分隔符或引号未闭合"
        lines.append(_lines(np.flatnonzero(surplus), None, "row", why, None, None))
        rejected |= surplus
    for name, column in source.columns.items():
        if not column.required:
            continue
        empty = np.asarray(pc.is_null(parsed[name].values)) & ~not_data & ~rejected
        bad = empty & np.asarray(parsed[name].bad)
        cells = raw.columns[mapping.positions[name]]
        title = column.headers[0]
        found = ((empty & ~bad, "为空"), (bad, _BAD[column.type]))
        for mask, why in found:
            if mask.any():
                at = np.flatnonzero(mask)
                lines.append(_lines(at, name, "row", f"必填列“{title}”{why}", cells, column))
        rejected |= empty
    shifted = raw.short & ~not_data & ~rejected & _any_bad(parsed, raw.rows)
    if shifted.any():
        why = "单元格少于表头且内容错位，该行可能被拆断"
        lines.append(_lines(np.flatnonzero(shifted), None, "row", why, None, None))
        rejected |= shifted
    return rejected, lines


def _any_bad(parsed: dict[str, Parsed], rows: int) -> np.ndarray:
    found = np.zeros(rows, dtype=bool)
    for column in parsed.values():
        found |= np.asarray(column.bad)
    return found


def _nulled_cells(
    raw: RawTable, mapping: Mapping, source: Source, parsed: dict[str, Parsed], accepted: np.ndarray
) -> list[pa.Table]:
    lines = []
    for name, column in source.columns.items():
        at = np.flatnonzero(accepted & np.asarray(parsed[name].bad))
        if len(at):
            cells = raw.columns[mapping.positions[name]]
            why = f"列“{column.headers[0]}”的内容{_BAD[column.type]}"
            lines.append(_lines(at, name, "cell", why, cells, column))
    return lines


def _lines(
    at: np.ndarray, name: str | None, scope: str, reason: str, cells: pa.Array | None, column: Column | None
) -> pa.Table:
    count = len(at)
    if cells is None or column is None:
        values = pa.nulls(count, pa.string())
    else:
        shown = [masked_value(text, column) for text in cells.take(pa.array(at)).to_pylist()]
        values = pa.array(shown, pa.string())
    return pa.table(
        [
            pa.array(at, pa.int64()),
            pa.repeat(pa.scalar(name, pa.string()), count),
            pa.repeat(pa.scalar(scope), count),
            pa.repeat(pa.scalar(reason), count),
            values,
        ],
        names=FAULT_SCHEMA.names[:-2],
    )
