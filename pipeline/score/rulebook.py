"""The rule book: rule files found by glob, read strictly, checked, and listed by clause."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from pipeline import strictyaml
from pipeline.declaration import load_sources
from pipeline.errors import PipelineError, RuleError
from pipeline.score.clauses import load_policy
from pipeline.score.compose import Sources
from pipeline.score.features import find_features
from pipeline.score.gates import cases, coverage, mutation, overlap
from pipeline.score.gates.cases import CaseReport
from pipeline.score.gates.coverage import CoverageReport
from pipeline.score.gates.mutation import MutationReport
from pipeline.score.model import Rule
from pipeline.score.silence import clauses_in_question, load_silent, speaking
from pipeline.score.trials import compare, trial
from pipeline.score.trials.compare import Difference
from pipeline.score.trials.trial import Trial
from pipeline.score.vetting import is_forbidden, vet
from pipeline.settings import PROJECT_ROOT

__all__ = [
    "CaseReport",
    "CoverageReport",
    "Difference",
    "MutationReport",
    "Trial",
    "check_rules",
    "diff",
    "list_rules",
    "load_rules",
    "measure_coverage",
    "mutate",
    "pick",
    "run_cases",
    "try_rule",
]


def load_rules(folder: Path, sources: Sources | None = None) -> tuple[Rule, ...]:
    """All rules of a folder, sorted by id.

    Args:
        folder: holds `<theme>/<id>.yml`.
        sources: the declarations; the project's own where absent.

    Raises:
        RuleError: with file and line, at the first thing that is wrong, or if there is no rule.
    """
    known = sources or _own_sources()
    rules = [load_rule(path, known) for path in rule_files(folder)]
    if not rules:
        raise RuleError("no rule is found", where=str(folder), mend="name the rules folder")
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            raise RuleError(
                f"the id {rule.id} is also that of {seen[rule.id].path}",
                where=str(rule.path),
                mend="rename one",
            )
        seen[rule.id] = rule
    return tuple(sorted(rules, key=lambda rule: rule.id))


def pick(rules: tuple[Rule, ...], rule_id: str | None) -> tuple[Rule, ...]:
    """The rule of an id, or all rules where none is named.

    Raises:
        RuleError: if no rule has that id.
    """
    found = tuple(rule for rule in rules if rule_id in (None, rule.id))
    if not found:
        raise RuleError(f"there is no rule {rule_id}", where="rules", mend="see rules list for the ids")
    return found


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, sorted."""
    return sorted(folder.glob("*/*.yml"))


def load_rule(path: Path, sources: Sources) -> Rule:
    """Reads and vets one rule file.

    Raises:
        RuleError: with file and line.
    """
    data, lines = strictyaml.read(path, RuleError)
    try:
        rule = Rule.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = tuple(first["loc"])
        message = f"{'.'.join(map(str, place)) or 'document'}: {first['msg']}"
        raise RuleError(message, where=_where(path, lines, place), mend="correct this key") from None
    rule._path = path
    if rule.id != path.stem:
        raise RuleError(
            f"id is {rule.id} but the file is {path.name}", where=str(path), mend="give both one name"
        )
    for place, what, mend in vet(rule, load_policy(), sources, find_features()):
        raise RuleError(f"rule {rule.id}: {what}", where=_where(path, lines, place), mend=mend)
    return rule


def check_rules(folder: Path, sources: Sources | None = None) -> list[str]:
    """Every problem of a folder of rules, one sentence each: files, features, cases, facts counted twice."""
    known = sources or _own_sources()
    problems: list[str] = []
    good: list[Rule] = []
    for path in rule_files(folder):
        try:
            good.append(load_rule(path, known))
        except PipelineError as problem:
            problems.append(problem.sentence())
    if not good and not problems:
        problems.append(f"{folder}: no rule is found; name the rules folder")
    problems += list(_twice(good))
    problems += list(_forbidden_features())
    report = run_cases(tuple(good), known)
    problems += [result.sentence() for result in report.results if not result.passed]
    problems += list(overlap.problems(tuple(good), known))
    return problems


def run_cases(rules: tuple[Rule, ...], sources: Sources | None = None) -> CaseReport:
    """Runs the cases written in the rule files, in a database in memory."""
    return cases.run_cases(rules, sources or _own_sources())


def measure_coverage(rules: tuple[Rule, ...], sources: Sources | None = None) -> CoverageReport:
    """Which branches of the rules' expressions their own cases show."""
    return coverage.measure(rules, sources or _own_sources())


def mutate(rules: tuple[Rule, ...], sources: Sources | None = None) -> MutationReport:
    """Which slips in the rules' expressions and limits their own cases would notice."""
    return mutation.mutate(rules, sources or _own_sources())


def diff(warehouse: Path, old: Path, new: Path, as_of: date | None = None) -> Difference:
    """What another folder of rules, or another day, would change in the published ranking.

    Args:
        warehouse: the published DuckDB file; only read.
        old: folder of the rules that stand.
        new: folder of the rules that are thought of.
        as_of: the day whose laws and thresholds the new side has; the warehouse's where absent.

    Raises:
        RuleError: if a rule file is wrong.
        RunError: if there is no published ranking.
    """
    sources = _own_sources()
    standing = load_rules(old, sources)
    changed = standing if new == old else load_rules(new, sources)
    return compare.diff(warehouse, standing, changed, sources, as_of)


def try_rule(warehouse: Path, file: Path, standing: Path) -> Trial:
    """What one draft rule would do in the published ranking.

    Args:
        warehouse: the published DuckDB file; only read.
        file: the rule file, wherever it lies.
        standing: folder of the rules that stand.

    Raises:
        RuleError: if a rule file is wrong.
        RunError: if there is no published ranking.
    """
    sources = _own_sources()
    return trial.try_rule(warehouse, load_rule(file, sources), load_rules(standing, sources), sources)


def list_rules(rules: tuple[Rule, ...], told: dict[str, str] | None = None) -> str:
    """The rules by clause, for a terminal; a clause without one says in whose measures it is, or why not.

    Args:
        rules: vetted rules.
        told: what street offices answered, by rule id; see `backtest.told_of_rules`.
    """
    policy, silent = load_policy(), load_silent()
    lines = ["[reading, status, points]", ""]
    for clause in sorted({rule.clause for rule in rules} | set(clauses_in_question(policy))):
        lines.append(f"{clause}  {policy.clauses[clause].zh}")
        own = [rule for rule in rules if rule.clause == clause]
        for rule in own:
            lines.append(f"  {rule.id}  {rule.title}  [{rule.reading}, {rule.status}, {rule.points}]")
            if told is not None:
                lines.append(f"    {told.get(rule.id, 'not in that warehouse')}")
        if not own and (others := speaking(clause, rules)):
            lines.append(f"  in the measures of: {', '.join(others)}")
        elif not own:
            lines.append(f"  the data cannot speak to it: {silent.get(clause, 'no reason is given yet')}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _twice(rules: list[Rule]) -> Iterator[str]:
    seen: dict[str, Path] = {}
    for rule in rules:
        if rule.id in seen:
            yield f"{rule.path}: the id {rule.id} is also that of {seen[rule.id]}; rename one"
        seen.setdefault(rule.id, rule.path)


def _forbidden_features() -> Iterator[str]:
    for name, feature in find_features().items():
        if is_forbidden(name):
            yield f"{feature.sql}: the feature {name} is a personal trait or counts inspections; take it out"


def _where(path: Path, lines: strictyaml.Lines, place: tuple[str | int, ...]) -> str:
    for end in range(len(place), -1, -1):
        if place[:end] in lines:
            return f"{path}:{lines[place[:end]]}"
    return f"{path}:1"


@cache
def _own_sources() -> Sources:
    return load_sources(PROJECT_ROOT / "sources")
