"""From a file's records to typed rows: what is accepted, what is rejected, what is no data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
from pipeline.ingest.units import Unit, find_unit, is_foreign
from pipeline.ingest.words import read_bools, read_enums, read_lists, read_texts

REJECTED_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("scope", pa.string()),
        ("reason", pa.string()),
        ("value", pa.string()),
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
_TITLE_UNIT = re.compile(r"(?:金额)?单位\s*[:：]\s*(?:人民币)?(?P<unit>百?元|[千万亿]元)")


@dataclass(frozen=True)
class TypedFile:
    """One file's rows after typing.

    Attributes:
        accepted: `row`, then the typed columns; one row per accepted record.
        rejected: one line per rejected row (scope `row`) and per nulled cell (scope `cell`).
        rows: records below the header that have a value.
        not_data: totals, footers, repeated headers, lines left to fill in.
        rejected_rows: records that were not accepted.
        nulled_cells: bad cells of accepted rows.
        data_rows: row numbers of all records that are data.
    """

    accepted: pa.Table
    rejected: pa.Table
    rows: int
    not_data: int
    rejected_rows: int
    nulled_cells: int
    data_rows: np.ndarray


def type_file(raw: RawTable, mapping: Mapping, source: Source, extract_date: date) -> TypedFile:
    """Reads every column of a file and sorts its rows into accepted, rejected and no data."""
    not_data = find_not_data(raw, mapping, source)
    parsed = {
        name: _parse(name, column, raw, mapping, extract_date) for name, column in source.columns.items()
    }
    rejected, lines = _reject_rows(raw, mapping, source, parsed, not_data)
    accepted = ~not_data & ~rejected
    cells = _nulled_cells(raw, mapping, source, parsed, accepted)
    numbers = np.arange(1, raw.rows + 1)
    columns = {"row": pa.array(numbers, pa.int64())}
    for name, column in parsed.items():
        columns[name] = column.values
        columns |= {name + suffix: extra for suffix, extra in column.extra.items()}
    return TypedFile(
        accepted=pa.table(columns).filter(pa.array(accepted)),
        rejected=pa.concat_tables([*lines, *cells]) if lines or cells else REJECTED_SCHEMA.empty_table(),
        rows=raw.rows,
        not_data=int(not_data.sum()),
        rejected_rows=int(rejected.sum()),
        nulled_cells=sum(len(cell) for cell in cells),
        data_rows=numbers[~not_data],
    )


def typed_schema(source: Source, extract_date: date) -> pa.Schema:
    """The columns of typed rows, as an empty file would have them."""
    empty = pa.array([], pa.string())
    fields = [pa.field("row", pa.int64())]
    for name, column in source.columns.items():
        parsed = _read(column, empty, None, extract_date)
        fields.append(pa.field(name, parsed.values.type))
        fields += [pa.field(name + suffix, extra.type) for suffix, extra in parsed.extra.items()]
    return pa.schema(fields)


def whole_file_rejected(rows: Sequence[int], reason: str, column: str | None) -> pa.Table:
    """One line per data row of a file that was refused as a whole."""
    count = len(rows)
    values = [
        pa.array(rows, pa.int64()),
        pa.repeat(pa.scalar(column, pa.string()), count),
        pa.repeat(pa.scalar("row"), count),
        pa.repeat(pa.scalar(reason), count),
        pa.nulls(count, pa.string()),
    ]
    return pa.table(values, schema=REJECTED_SCHEMA)


def _parse(name: str, column: Column, raw: RawTable, mapping: Mapping, extract_date: date) -> Parsed:
    if name not in mapping.positions:
        return _read(column, pa.nulls(raw.rows, pa.string()), None, extract_date)
    named = mapping.units.get(name) or _title_unit(raw.titles, column)
    return _read(column, raw.columns[mapping.positions[name]], named, extract_date)


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
            pa.array(at + 1, pa.int64()),
            pa.repeat(pa.scalar(name, pa.string()), count),
            pa.repeat(pa.scalar(scope), count),
            pa.repeat(pa.scalar(reason), count),
            values,
        ],
        schema=REJECTED_SCHEMA,
    )
