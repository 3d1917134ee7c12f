"""Runs the cases that are written in the rule files, through the same SQL that judges a night."""

from dataclasses import dataclass

from pipeline.score.compose import Sources
from pipeline.score.gates.workbench import Bench, Verdict, connect, situation
from pipeline.score.model import Case, Rule


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
    with connect() as con:
        for rule in rules:
            bench = Bench(con, rule, sources, [situation(case) for case in rule.cases])
            (verdicts,) = bench.judge([rule])
            results += [_result(rule, *pair) for pair in zip(rule.cases, verdicts, strict=True)]
    return CaseReport(tuple(results))


def _result(rule: Rule, case: Case, verdict: Verdict) -> CaseResult:
    expected, observed = str(case.outcome), verdict.outcome
    if case.points is not None:
        expected += f" with {case.points}"
        observed += f" with {verdict.points}"
    return CaseResult(rule.id, case.name, expected, observed, str(rule.path))
