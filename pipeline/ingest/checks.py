"""Holds every file against its source's expectations: DuckDB measures, Great Expectations judges."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.declaration import Expectation, Source
from pipeline.ingest.judge import Bound, judge
from pipeline.ingest.loading import LoadedFile

_FEWEST_JUDGED = 20


@dataclass(frozen=True)
class Check:
    """One expectation and one file: what was observed, and whether it holds."""

    file: str
    expectation: Expectation
    observed: float | None
    passed: bool


def check_files(con: duckdb.DuckDBPyConnection, files: Sequence[LoadedFile], source: Source) -> list[Check]:
    """Judges all readable files of one extract; the result is sorted by file and expectation.

    Args:
        con: the night's connection, with `incoming` (intake.py) in it.
        files: the files.
        source: the declaration.
    """
    readable = [item for item in files if item.is_used]
    if not readable or not source.expectations:
        return []
    figures = _measure(con, readable, source)
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


def _measure(
    con: duckdb.DuckDBPyConnection, files: Sequence[LoadedFile], source: Source
) -> list[list[float | None]]:
    """One list per expectation with the figure of every file."""
    figures = []
    for expectation in source.expectations:
        found = _counts(con, expectation)
        figures.append([_figure(item, expectation, found.get(item.number, (0, 0, 0))) for item in files])
    return figures


def _figure(item: LoadedFile, expectation: Expectation, counts: tuple[int, int, int]) -> float | None:
    """One figure of one file; None where there is nothing to judge.

    Where nothing is refused, a file of fewer than twenty rows is judged as one of twenty, so that one odd
    row in a short correction is no alarm.
    """
    data_rows = item.rows - item.not_data
    judged = data_rows if expectation.blocking else max(data_rows, _FEWEST_JUDGED)
    filled, distinct, outside = counts
    if expectation.metric == "distinct_values":
        return distinct if data_rows else None
    return {
        "accepted_rows": float(item.accepted),
        "rejected_share": _share(item.rejected, judged),
        "nulled_share": _share(item.nulled_rows, judged),
        "repeated_key_share": _share(filled - distinct, judged),
        "null_share": _share(item.accepted - filled, item.accepted),
        "share_outside": _share(outside, filled),
    }[expectation.metric]


def _counts(con: duckdb.DuckDBPyConnection, expectation: Expectation) -> dict[int, tuple[int, int, int]]:
    """File number → filled cells, different values, values outside the allowed ones."""
    if expectation.metric in ("accepted_rows", "rejected_share", "nulled_share"):
        return {}
    column = expectation.column or "key_text"
    bounds = {"low": _float(expectation.low), "high": _float(expectation.high)}
    outside = "0::BIGINT"
    if expectation.metric == "share_outside":
        outside = f'count(*) FILTER (WHERE "{column}" < $low OR "{column}" > $high)'
    found = con.execute(
        f'SELECT file_no, count("{column}"), count(DISTINCT "{column}"), {outside} '
        "FROM incoming GROUP BY file_no",
        bounds if expectation.metric == "share_outside" else {},
    )
    return {number: (filled, distinct, out) for number, filled, distinct, out in found.fetchall()}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
