"""Whether two rules count one fact twice: both can hit one and the same record, and neither says that it may.

Each rule's firing cases are put before the other rule, what they leave open filled from the other's own
firing cases: if both hit, one record of a night can be counted by both.
"""

from collections.abc import Iterator
from itertools import combinations

import duckdb

from pipeline.score.compose import Sources
from pipeline.score.gates.space import shown
from pipeline.score.gates.workbench import Bench, Situation, Verdict, connect
from pipeline.score.model import Rule

Pair = tuple[str, str]
_MEND = (
    "give both one fact, make the conditions exclude one another, or say under beside in one of the files "
    "why both count"
)


def problems(rules: tuple[Rule, ...], sources: Sources) -> Iterator[str]:
    """One sentence for each pair of active rules that count one record as two facts without saying why.

    Rules are held against each other where their evidence is a row of the same extract, or the row of
    the same feature. A fact that is declared under `beside` and never hits beside the rule is a problem too.
    """
    book = {rule.id: rule for rule in rules}
    found = _together(book, sources)
    for (one, other), example in found.items():
        first, second = book[one], book[other]
        if second.one_fact not in first.beside and first.one_fact not in second.beside:
            yield (
                f"{first.path}: rule {one} and rule {other} ({second.path}) can count one record as "
                f"two facts, e.g. {shown(example)}; {_MEND}"
            )
    for rule in rules:
        seen = {book[other].one_fact for pair in found if rule.id in pair for other in pair}
        for fact in rule.beside:
            if rule.status == "active" and (fact not in seen or fact == rule.one_fact):
                yield f"{rule.path}: beside names {fact}, and no case hits as that fact too; take it out"


def _together(book: dict[str, Rule], sources: Sources) -> dict[Pair, Situation]:
    """Pairs of different facts that hit one record, with a record that both hit."""
    meetings = {pair: _meetings(book[pair[0]], book[pair[1]]) for pair in _pairs(book)}
    hits: dict[tuple[str, Pair], list[bool]] = {}
    with connect() as con:
        for rule_id in sorted({rule_id for pair in meetings for rule_id in pair}):
            own = [pair for pair in meetings if rule_id in pair]
            situations = [item for pair in own for item in meetings[pair]]
            verdicts = iter(_verdicts(con, book[rule_id], sources, situations))
            for pair in own:
                hits[rule_id, pair] = [next(verdicts).outcome == "hit" for _ in meetings[pair]]
    found = {}
    for pair, situations in meetings.items():
        both = zip(situations, *(hits[rule_id, pair] for rule_id in pair), strict=True)
        example = next((item for item, one, other in both if one and other), None)
        if example:
            found[pair] = example
    return found


def _pairs(book: dict[str, Rule]) -> Iterator[Pair]:
    """Ids of active rules that judge the same rows as different facts."""
    active = sorted(rule_id for rule_id, rule in book.items() if rule.status == "active")
    for one, other in combinations(active, 2):
        first, second = book[one], book[other]
        one_row = (first.needs.record, first.anchor) == (second.needs.record, second.anchor)
        if one_row and first.one_fact != second.one_fact:
            yield one, other


def _meetings(first: Rule, second: Rule) -> list[Situation]:
    """Every firing case of one rule filled from every firing case of the other, and the other way round."""
    found = []
    for own, other in ((first, second), (second, first)):
        for case in (case for case in own.cases if case.outcome == "hit"):
            for filling in (case for case in other.cases if case.outcome == "hit"):
                record = {**filling.record, **case.record}
                features = {**filling.features, **case.features}
                found.append(Situation(case.as_of, record, features, case.occurred_on))
    return found


def _verdicts(
    con: duckdb.DuckDBPyConnection, rule: Rule, sources: Sources, situations: list[Situation]
) -> list[Verdict]:
    return Bench(con, rule, sources, situations).judge([rule])[0]
