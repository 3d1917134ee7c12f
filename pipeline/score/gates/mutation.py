"""Whether a rule's cases notice a slip: every mutant is judged on them; a case that fails catches it."""

from dataclasses import dataclass
from enum import StrEnum

import duckdb

from pipeline.score.compose import Sources
from pipeline.score.gates.mutants import Mutant, mutants
from pipeline.score.gates.space import Space, shown
from pipeline.score.gates.workbench import Bench, connect, holds, situation
from pipeline.score.model import Rule

LEAST_CAUGHT = 0.95


class Fate(StrEnum):
    """What became of a mutant: `same` ones say the same of every combination of inputs."""

    CAUGHT = "caught"
    SURVIVES = "survives"
    SAME = "same"


@dataclass(frozen=True)
class Trial:
    """One mutant and what became of it.

    Attributes:
        rule_id: the rule.
        where: its file.
        place: the key that was changed.
        what: what was changed.
        fate: caught if a case does not hold any more.
        reason: for a survivor what case would catch it, for a same one how many combinations were tried.
    """

    rule_id: str
    where: str
    place: str
    what: str
    fate: Fate
    reason: str = ""

    def sentence(self) -> str:
        """One line for a person."""
        return f"{self.where}: rule {self.rule_id}, {self.place}, {self.what}: {self.fate}; {self.reason}"


@dataclass(frozen=True)
class MutationReport:
    """The mutants of all rules, in the order of the rules."""

    trials: tuple[Trial, ...]

    def of(self, fate: Fate) -> tuple[Trial, ...]:
        """The mutants of one fate."""
        return tuple(trial for trial in self.trials if trial.fate is fate)

    @property
    def caught_share(self) -> float:
        """Caught mutants per mutant that says anything else than the rule; 1 where there is none."""
        caught, survivors = len(self.of(Fate.CAUGHT)), len(self.of(Fate.SURVIVES))
        return caught / (caught + survivors) if caught + survivors else 1.0

    @property
    def passed(self) -> bool:
        """Whether the cases catch enough of the mutants."""
        return self.caught_share >= LEAST_CAUGHT

    def text(self) -> str:
        """Survivors, mutants that are no other rule, and counts by rule, for a terminal."""
        lines = [trial.sentence() for fate in (Fate.SURVIVES, Fate.SAME) for trial in self.of(fate)]
        for rule_id in sorted({trial.rule_id for trial in self.trials}):
            own = MutationReport(tuple(trial for trial in self.trials if trial.rule_id == rule_id))
            lines.append(f"{rule_id}: {own._counts()}")
        return "\n".join([*lines, f"all: {self._counts()} ({self.caught_share:.1%} caught)"])

    def _counts(self) -> str:
        caught, survivors, same = (len(self.of(fate)) for fate in Fate)
        return f"{len(self.trials)} mutants, {caught} caught, {survivors} survive, {same} are the same rule"


def mutate(rules: tuple[Rule, ...], sources: Sources) -> MutationReport:
    """Judges every mutant of every rule on the rule's own cases.

    Args:
        rules: vetted rules whose cases hold.
        sources: the declarations, for vocabularies.
    """
    trials: list[Trial] = []
    with connect() as con, connect() as apart:
        for rule in rules:
            trials += _try_all(con, rule, sources, Space(apart, rule, sources))
    return MutationReport(tuple(trials))


def _try_all(con: duckdb.DuckDBPyConnection, rule: Rule, sources: Sources, space: Space) -> list[Trial]:
    bench = Bench(con, rule, sources, [situation(case) for case in rule.cases])
    tried = mutants(rule, sources)
    trials = []
    for mutant, verdicts in zip(tried, bench.judge([mutant.rule for mutant in tried]), strict=True):
        if all(holds(case, verdict) for case, verdict in zip(rule.cases, verdicts, strict=True)):
            fate, reason = _uncaught(mutant, space)
        else:
            fate, reason = Fate.CAUGHT, ""
        trials.append(Trial(rule.id, str(rule.path), mutant.place, mutant.what, fate, reason))
    return trials


def _uncaught(mutant: Mutant, space: Space) -> tuple[Fate, str]:
    if mutant.place == "fading":
        return Fate.SURVIVES, "add a case on the last day on which it counts, and one on the day after"
    if not mutant.in_expression or not space.situations:
        return Fate.SURVIVES, "add a case on each side of the limit"
    found = space.plainest(mutant.rule)
    if found is None:
        tried = len(space.situations)
        return Fate.SAME, f"none of the {tried} combinations of words and limits tells it from the rule"
    return Fate.SURVIVES, f"add a case like {shown(found)}, outcome: {space.verdict(found).outcome}"
