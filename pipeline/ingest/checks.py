"""Holds every file against its source's expectations: DuckDB measures, Great Expectations judges."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.declaration import Expectation, Source
from pipeline.ingest.judge import Bound, judge
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.records import key_texts

_SQL = Path(__file__).parent / "file_metric.sql"


@dataclass(frozen=True)
class Check:
    """One expectation and one file: what was observed, and whether it holds."""

    file: str
    expectation: Expectation
    observed: float | None
    passed: bool


def check_files(files: Sequence[LoadedFile], source: Source) -> list[Check]:
    """Judges all readable files of one extract; the result is sorted by file and expectation."""
    readable = [item for item in files if item.is_used]
    if not readable or not source.expectations:
        return []
    figures = _measure(readable, source)
    names = [f"{n:02d}_{e.metric}" for n, e in enumerate(source.expectations)]
    bounds = [
        Bound(name, _float(e.min), _float(e.max), e.why)
        for name, e in zip(names, source.expectations, strict=True)
    ]
    failed = judge(
        source.extract, [item.name for item in readable], dict(zip(names, figures, strict=True)), bounds
    )
    return [
        Check(item.name, expectation, figures[n][i], item.name not in failed[names[n]])
        for i, item in enumerate(readable)
        for n, expectation in enumerate(source.expectations)
    ]


def _measure(files: Sequence[LoadedFile], source: Source) -> list[list[float | None]]:
    """One list per expectation with the figure of every file."""
    with duckdb.connect() as con:
        con.register("checked_file", _questions(files, source))
        con.register("checked_row", pa.concat_tables([_rows(item, source) for item in files]))
        con.register("checked_value", pa.concat_tables([_values(item, source) for item in files]))
        found = db.read_arrow(con, _SQL.read_text(encoding="utf-8")).to_pylist()
    figures = {(row["file"], row["expectation"]): row["observed"] for row in found}
    return [[figures[item.name, n] for item in files] for n in range(len(source.expectations))]


def _questions(files: Sequence[LoadedFile], source: Source) -> pa.Table:
    rows = [
        {
            "file": item.name,
            "expectation": n,
            "metric": expectation.metric,
            "is_blocking": expectation.blocking,
        }
        for item in files
        for n, expectation in enumerate(source.expectations)
    ]
    kinds = [pa.string(), pa.int64(), pa.string(), pa.bool_()]
    schema = pa.schema(zip(("file", "expectation", "metric", "is_blocking"), kinds, strict=True))
    return pa.Table.from_pylist(rows, schema=schema)


def _rows(item: LoadedFile, source: Source) -> pa.Table:
    assert item.typed is not None
    typed = item.typed
    accepted = np.isin(typed.data_rows, np.asarray(typed.accepted.column("row")))
    cells = typed.rejected.filter(pc.equal(typed.rejected.column("scope"), "cell"))
    keys = pa.nulls(typed.accepted.num_rows, pa.string())
    if any(expectation.metric == "repeated_key_share" for expectation in source.expectations):
        keys = key_texts(typed.accepted, source)
    return pa.table(
        {
            "file": pa.repeat(pa.scalar(item.name), len(typed.data_rows)),
            "is_accepted": pa.array(accepted),
            "is_nulled": pa.array(np.isin(typed.data_rows, np.asarray(cells.column("row")))),
            "key_text": pc.replace_with_mask(pa.nulls(len(accepted), pa.string()), pa.array(accepted), keys),
        }
    )


def _values(item: LoadedFile, source: Source) -> pa.Table:
    tables = []
    for n, expectation in enumerate(source.expectations):
        if expectation.column is not None:
            tables.append(_column_values(item, n, expectation))
    return pa.concat_tables(tables) if tables else _VALUES.empty_table()


_VALUES = pa.schema(
    [("file", pa.string()), ("expectation", pa.int64()), ("value", pa.string()), ("is_outside", pa.bool_())]
)


def _column_values(item: LoadedFile, n: int, expectation: Expectation) -> pa.Table:
    assert item.typed is not None and expectation.column is not None
    column = item.typed.accepted.column(expectation.column)
    columns: dict[str, Any] = {
        "file": pa.repeat(pa.scalar(item.name), len(column)),
        "expectation": pa.repeat(pa.scalar(n, pa.int64()), len(column)),
        "value": pc.binary_join(column, "|")
        if pa.types.is_list(column.type)
        else pc.cast(column, pa.string()),
        "is_outside": _outside(column, expectation),
    }
    return pa.table(columns, schema=_VALUES)


def _outside(column: pa.ChunkedArray, expectation: Expectation) -> pa.Array:
    if expectation.metric != "share_outside":
        return pa.repeat(pa.scalar(False), len(column))
    outside = pa.repeat(pa.scalar(False), len(column))
    if expectation.low is not None:
        outside = pc.or_(outside, pc.fill_null(pc.less(column, float(expectation.low)), False))
    if expectation.high is not None:
        outside = pc.or_(outside, pc.fill_null(pc.greater(column, float(expectation.high)), False))
    return outside


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
