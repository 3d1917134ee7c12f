"""Runs the cases that are written in the rule files, through the same SQL that judges a night."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.score.compose import Sources, judging_query, parameters, quoted, used_parameters
from pipeline.score.judge import condition_features
from pipeline.score.model import Case, Rule
from pipeline.score.tables import create_empty, create_empty_feature, linked_columns
from pipeline.score.weigh import weight


@dataclass(frozen=True)
class CaseResult:
    """What came out of one case.

    Attributes:
        rule_id: the rule.
        name: the case.
        expected: outcome (and points) as written.
        observed: outcome (and points) as computed.
        where: the rule's file.
    """

    rule_id: str
    name: str
    expected: str
    observed: str
    where: str

    @property
    def passed(self) -> bool:
        """Whether the case holds."""
        return self.expected == self.observed

    def sentence(self) -> str:
        """One line for a person."""
        mark = "passed" if self.passed else f"expected {self.expected}, came out {self.observed}"
        return f"{self.where}: rule {self.rule_id}, case “{self.name}”: {mark}"


@dataclass(frozen=True)
class CaseReport:
    """What came out of all cases, in the order of the files."""

    results: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every case holds."""
        return all(result.passed for result in self.results)

    def text(self) -> str:
        """The cases that failed, and a count, for a terminal."""
        failed = [result.sentence() for result in self.results if not result.passed]
        rules = len({result.rule_id for result in self.results})
        last = f"{len(self.results) - len(failed)} of {len(self.results)} cases of {rules} rules hold"
        return "\n".join([*failed, last])


def run_cases(rules: tuple[Rule, ...], sources: Sources) -> CaseReport:
    """Runs every case of every rule in a database in memory.

    Args:
        rules: vetted rules.
        sources: the declarations, for the columns' types.

    Returns:
        One result a case.
    """
    results: list[CaseResult] = []
    with duckdb.connect() as con:
        for rule in rules:
            results += [_run(con, rule, case, sources) for case in rule.cases]
    return CaseReport(tuple(results))


def _run(con: duckdb.DuckDBPyConnection, rule: Rule, case: Case, sources: Sources) -> CaseResult:
    _set_up(con, rule, case, sources)
    query = judging_query(rule, sources, condition_features(rule))
    bound = used_parameters(query, parameters(rule, case.as_of))
    row = con.execute(f"SELECT _outcome, occurred_on, counted_percent FROM ({query})", bound).fetchone()
    outcome, occurred_on, percent = row if row else ("not_evaluated", None, 0)
    expected, observed = str(case.outcome), str(outcome)
    if case.points is not None:
        expected += f" with {case.points}"
        observed += f" with {_points(rule, case, occurred_on, percent)}"
    return CaseResult(rule.id, case.name, expected, observed, str(rule.path))


def _points(rule: Rule, case: Case, occurred_on: date | None, percent: int) -> int:
    if occurred_on is None:
        return 0
    return weight(
        rule.points, (case.as_of - occurred_on).days, rule.fading.half_life_days, percent, 1_000_000
    )


def _set_up(con: duckdb.DuckDBPyConnection, rule: Rule, case: Case, sources: Sources) -> None:
    for name in rule.needs.features:
        create_empty_feature(con, name)
        if name in case.features:
            day = case.occurred_on or case.as_of
            con.execute(
                f'INSERT INTO {quoted(name)} (enterprise_id, value, occurred_on, extract, file, "row", '
                "probability) VALUES ('case', ?, ?, 'case', 'case', 1, 1)",
                [float(case.features[name]), day],
            )
    if rule.needs.record:
        _insert_record(con, sources[rule.needs.record], case)


def _insert_record(con: duckdb.DuckDBPyConnection, source: Source, case: Case) -> None:
    table = f"usable_{source.extract}"
    create_empty(con, table, linked_columns(source))
    if not case.record:
        return
    values: dict[str, Any] = {"enterprise_id": "case", "extract": source.extract, "file": "case", "row": 1}
    values |= {"probability": Decimal(1), "extract_date": case.as_of} | case.record
    names = ", ".join(quoted(name) for name in values)
    marks = ", ".join("?" for _ in values)
    con.execute(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks})", list(values.values()))
