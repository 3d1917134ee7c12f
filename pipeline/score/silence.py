"""Which clauses the rules speak to, and which the data cannot speak to (policy/silent.yml)."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pipeline import strictyaml
from pipeline.declaration import Strict
from pipeline.errors import RuleError
from pipeline.score.clauses import POLICY, Policy
from pipeline.score.model import Rule

# The bad types and classes (III), and the measures against them (IV.1.1–IV.1.5), with their sentences.
_IN_QUESTION = re.compile(r"III\..*|IV\.1\.[1-5](\.[a-z])?")


class SilentClause(Strict):
    """A clause that no rule names, and why, in Chinese."""

    clause: str
    reason: str


class SilentList(Strict):
    """`policy/silent.yml`."""

    clauses: tuple[SilentClause, ...]


@cache
def load_silent(folder: Path = POLICY) -> dict[str, str]:
    """The reason of each clause that the data cannot speak to.

    Raises:
        RuleError: if the file is wrong, or a clause stands twice.
    """
    path = folder / "silent.yml"
    found: dict[str, str] = {}
    for item in strictyaml.load(path, SilentList, RuleError).clauses:
        if item.clause in found:
            raise RuleError(f"the clause {item.clause} stands twice", where=str(path), mend="keep one")
        found[item.clause] = item.reason
    return found


def clauses_in_question(policy: Policy) -> tuple[str, ...]:
    """Ids of the clauses that must be accounted for, sorted."""
    return tuple(sorted(clause for clause in policy.clauses if _IN_QUESTION.fullmatch(clause)))


def speaking(clause: str, rules: Iterable[Rule]) -> list[str]:
    """Ids of the rules that are not retired and speak to a clause.

    A rule speaks to its own clause and to those of its measures; to a numbered measure also by its sentences.
    """
    return sorted(rule.id for rule in rules if rule.status != "retired" and _names(rule, clause))


def unaccounted(rules: tuple[Rule, ...], policy: Policy, silent: dict[str, str]) -> Iterator[str]:
    """One sentence for each clause that is neither covered nor listed as silent, or is both."""
    known = clauses_in_question(policy)
    for clause in known:
        covered = speaking(clause, rules)
        if not covered and clause not in silent:
            yield f"clause {clause}: no rule speaks to it; write one, or say why not in policy/silent.yml"
        if covered and clause in silent:
            yield f"clause {clause}: {covered[0]} speaks to it; take it out of policy/silent.yml"
    for clause in sorted(set(silent) - set(known)):
        yield f"clause {clause}: it is not one that rules answer for; take it out of policy/silent.yml"


def _names(rule: Rule, clause: str) -> bool:
    own = {rule.clause, *(measure.clause for measure in rule.measures)}
    return any(name == clause or (name[:-2] == clause and name[-1].isalpha()) for name in own)
