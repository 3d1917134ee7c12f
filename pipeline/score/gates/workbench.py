"""Situations of a rule laid out in memory, and any number of variants of it judged on them in one go.

The SQL is the one that judges a night. So a variant that changes nothing here changes nothing there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.score.compose import (
    Sources,
    inputs_query,
    judging_query,
    parameters,
    quoted,
    used_parameters,
)
from pipeline.score.judge import condition_features
from pipeline.score.model import Case, Rule, Scalar
from pipeline.score.tables import create_empty, create_empty_feature, linked_columns
from pipeline.score.weigh import weight

_NAME = re.compile(r"\$([a-z_][a-z0-9_]*)")
_AT_ONCE = 60


@dataclass(frozen=True)
class Situation:
    """What is known of one firm on one day.

    Attributes:
        as_of: the day.
        record: texts of the judged row's columns; empty where there is no row.
        features: values of features; an absent one was not seen.
        occurred_on: day of the features' source rows; as-of where absent.
    """

    as_of: date
    record: Mapping[str, Scalar] = field(default_factory=dict)
    features: Mapping[str, Decimal] = field(default_factory=dict)
    occurred_on: date | None = None


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one situation; points in whole hundredths, 0 where nothing has a day."""

    outcome: str
    points: int


NOTHING_SEEN = Verdict("not_evaluated", 0)


def situation(case: Case) -> Situation:
    """The situation that a case of a rule file describes."""
    return Situation(case.as_of, case.record, case.features, case.occurred_on)


def holds(case: Case, verdict: Verdict) -> bool:
    """Whether a verdict is what the case asks for."""
    return verdict.outcome == case.outcome and case.points in (None, verdict.points)


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory for benches; one thread, as their tables are small."""
    return duckdb.connect(config={**db.OFFLINE, "threads": 1})


class Bench:
    """Situations of one rule in tables of their own.

    Laying out another bench on the same connection replaces the tables: use one after the other.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        rule: Rule,
        sources: Sources,
        situations: Sequence[Situation],
    ) -> None:
        self._con, self._rule, self._sources = con, rule, sources
        self._count = len(situations)
        self._days = sorted({item.as_of for item in situations})
        self._features = condition_features(rule)
        _lay_out(con, rule, sources, situations)

    def judge(self, variants: Sequence[Rule]) -> list[list[Verdict]]:
        """What each variant says of each situation; variants need what the bench's rule needs."""
        found = [[NOTHING_SEEN] * self._count for _ in variants]
        for start in range(0, len(variants), _AT_ONCE):
            some = variants[start : start + _AT_ONCE]
            queries = [judging_query(rule, self._sources, self._features) for rule in some]
            for day in self._days:
                values = [parameters(rule, day) for rule in some]
                rows = self._ask(queries, values, "_outcome, occurred_on, counted_percent", day)
                for number, place, outcome, occurred_on, percent in rows:
                    rule = some[number]
                    points = _points(rule, day, occurred_on, percent)
                    found[start + number][place] = Verdict(outcome, points)
        return found

    def values(self, expressions: Sequence[str]) -> list[list[bool | None]]:
        """What each expression comes to in each situation; null where there is nothing to judge."""
        found: list[list[bool | None]] = [[None] * self._count for _ in expressions]
        inputs = inputs_query(self._rule, self._sources, self._features)
        listed = ", ".join(f"({text}) AS v{number}" for number, text in enumerate(expressions))
        query = f"SELECT enterprise_id, {listed} FROM ({inputs})"
        for day in self._days:
            names = ", ".join(f"v{number}" for number in range(len(expressions)))
            for _, place, *each in self._ask([query], [parameters(self._rule, day)], names, day):
                for number, value in enumerate(each):
                    found[number][place] = value
        return found

    def _ask(
        self, queries: Sequence[str], values: Sequence[dict[str, Any]], columns: str, day: date
    ) -> list[tuple[Any, ...]]:
        """Rows of several queries about the situations of one day: query, situation, columns."""
        texts, bound = [], {"situation_day": day}
        for number, (query, known) in enumerate(zip(queries, values, strict=True)):
            numbered = _NAME.sub(rf"$\1__{number}", query)
            texts.append(f"SELECT {number} AS variant, q.* FROM ({numbered}) q")
            own = used_parameters(query, known)
            bound |= {f"{name}__{number}": value for name, value in own.items()}
        rows: list[tuple[Any, ...]] = self._con.execute(
            f"SELECT variant, place, {columns} FROM ({' UNION ALL '.join(texts)}) "
            "JOIN situation_place USING (enterprise_id) WHERE situation_place.as_of = $situation_day",
            bound,
        ).fetchall()
        return rows


def _points(rule: Rule, as_of: date, occurred_on: date | None, percent: int) -> int:
    if occurred_on is None:
        return 0
    return weight(rule.points, (as_of - occurred_on).days, rule.fading.half_life_days, percent, 1_000_000)


def _lay_out(
    con: duckdb.DuckDBPyConnection, rule: Rule, sources: Sources, situations: Sequence[Situation]
) -> None:
    places = {
        "enterprise_id": [str(number) for number in range(len(situations))],
        "place": list(range(len(situations))),
        "as_of": [item.as_of for item in situations],
    }
    db.write_arrow(con, "situation_place", pa.table(places))
    for name in rule.needs.features:
        create_empty_feature(con, name)
        rows = [
            {
                "enterprise_id": str(number),
                "value": float(item.features[name]),
                "occurred_on": item.occurred_on or item.as_of,
            }
            for number, item in enumerate(situations)
            if name in item.features
        ]
        _insert(con, name, rows, {"value": "DOUBLE", "occurred_on": "DATE"})
    if rule.needs.record:
        _insert_records(con, sources[rule.needs.record], situations)


def _insert_records(con: duckdb.DuckDBPyConnection, source: Source, situations: Iterable[Situation]) -> None:
    table = f"usable_{source.extract}"
    types = linked_columns(source)
    create_empty(con, table, types)
    rows = [
        {"enterprise_id": str(number), "extract_date": item.as_of.isoformat(), **item.record}
        for number, item in enumerate(situations)
        if item.record
    ]
    _insert(con, table, rows, dict(types))


def _insert(
    con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]], types: Mapping[str, str]
) -> None:
    """Fills a table of rows, each surely linked; what a row does not name is null."""
    if not rows:
        return
    names = sorted({name for row in rows for name in row})
    db.write_arrow(con, "situation_row", pa.table({name: [row.get(name) for row in rows] for name in names}))
    cast = ", ".join(f"CAST({quoted(name)} AS {types.get(name, 'VARCHAR')})" for name in names)
    con.execute(
        f'INSERT INTO {quoted(table)} ({", ".join(map(quoted, names))}, extract, file, "row", probability) '
        f"SELECT {cast}, 'case', 'case', 1, 1 FROM situation_row"
    )
