"""Whether a rule's own cases show what each term of its expressions decides.

A term is shown to be true by a case in which it is true and which would come out otherwise were it false;
so too for false. Where it can be null, a case shows what then happens, and would come out otherwise were
it known.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.score.admission import parse
from pipeline.score.compose import Sources
from pipeline.score.gates.space import Space, filled, shown
from pipeline.score.gates.terms import Term, constant, render, replaced, terms
from pipeline.score.gates.workbench import Bench, Verdict, connect, holds, situation
from pipeline.score.model import Rule

_WORDS = {True: "true", False: "false", None: "null"}


@dataclass(frozen=True)
class Branch:
    """One value of one term.

    Attributes:
        rule_id: the rule.
        where: its file.
        place: condition, unless or mended.
        term: as SQL.
        value: true, false or null.
        covered: whether a case of the rule shows it.
        reachable: whether anything in the vocabulary could.
        hint: a situation that would show it, and what comes out; empty where none is computed.
    """

    rule_id: str
    where: str
    place: str
    term: str
    value: str
    covered: bool
    reachable: bool = True
    hint: str = ""

    def sentence(self) -> str:
        """One line for a person."""
        text = (
            f"{self.where}: rule {self.rule_id}, {self.place}: no case shows that {self.term} is {self.value}"
        )
        mend = f"add a case like {self.hint}" if self.hint else "add a case in which it decides"
        return f"{text}; {mend}"


@dataclass(frozen=True)
class CoverageReport:
    """The branches of all rules, in the order of the rules."""

    branches: tuple[Branch, ...]

    @property
    def uncovered(self) -> tuple[Branch, ...]:
        """Branches that some case could show and none does."""
        return tuple(branch for branch in self.branches if branch.reachable and not branch.covered)

    @property
    def passed(self) -> bool:
        """Whether the cases show every branch."""
        return not self.uncovered

    def text(self) -> str:
        """The uncovered branches, those that nothing can reach, and a count, for a terminal."""
        lines = [branch.sentence() for branch in self.uncovered]
        unreachable = [branch for branch in self.branches if not branch.reachable]
        lines += [
            f"{branch.where}: rule {branch.rule_id}, {branch.place}: {branch.term} being {branch.value} "
            "decides nothing, whatever the other inputs are; not counted"
            for branch in unreachable
        ]
        all_of_them = len(self.branches) - len(unreachable)
        covered = all_of_them - len(self.uncovered)
        return "\n".join(
            [*lines, f"{covered} of {all_of_them} branches of the expressions are shown by cases"]
        )


def measure(rules: tuple[Rule, ...], sources: Sources) -> CoverageReport:
    """Which branches of the rules' expressions their cases show.

    Args:
        rules: vetted rules whose cases hold.
        sources: the declarations, for vocabularies and columns that are always filled.
    """
    with connect() as con, connect() as apart:
        branches: list[Branch] = []
        for rule in rules:
            bench = Bench(con, rule, sources, [situation(case) for case in rule.cases])
            branches += _branches(rule, bench, Space(apart, rule, sources), filled(rule, sources))
    return CoverageReport(tuple(branches))


def _branches(rule: Rule, bench: Bench, space: Space, never_null: frozenset[str]) -> Iterator[Branch]:
    for place, text in rule.expressions().items():
        found = terms(parse(text), never_null)
        values = bench.values([term.text for term in found])
        forced = [_forced(rule, place, term) for term in found]
        verdicts = bench.judge([variant for pair in forced for variant in pair])
        for number, term in enumerate(found):
            shows = _shows(rule, values[number], *verdicts[2 * number : 2 * number + 2])
            for value in (True, False, None) if term.nullable else (True, False):
                branch = Branch(
                    rule.id, str(rule.path), place, term.text, _WORDS[value], covered=value in shows
                )
                yield branch if branch.covered else _explained(branch, forced[number], space, value)


def _forced(rule: Rule, place: str, term: Term) -> tuple[Rule, Rule]:
    """The rule with the term always true, and with it always false."""
    tree = parse(rule.expressions()[place])
    always, never = (
        rule.with_expression(place, render(replaced(tree, term.path, constant(word))))
        for word in ("true", "false")
    )
    return always, never


def _shows(
    rule: Rule, values: list[bool | None], always: list[Verdict], never: list[Verdict]
) -> set[bool | None]:
    """The values of a term that a case shows: were it another, the case would not hold."""
    shown_by_a_case: set[bool | None] = set()
    for case, value, if_true, if_false in zip(rule.cases, values, always, never, strict=True):
        others = {True: (if_false,), False: (if_true,), None: (if_true, if_false)}[value]
        if any(not holds(case, verdict) for verdict in others):
            shown_by_a_case.add(value)
    return shown_by_a_case


def _explained(branch: Branch, forced: tuple[Rule, Rule], space: Space, value: bool | None) -> Branch:
    """An uncovered branch with a situation that would show it; marked where there is none."""
    always, never = forced
    others = {True: (never,), False: (always,), None: (always, never)}[value]
    found = [space.plainest(variant, branch.term, value) for variant in others]
    hints = [item for item in found if item]
    if not hints:
        return replace(branch, reachable=not space.situations)
    verdict = space.verdict(hints[0])
    return replace(branch, hint=f"{shown(hints[0])}, outcome: {verdict.outcome}")
