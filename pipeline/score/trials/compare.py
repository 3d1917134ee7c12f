"""What another rule set or another day changes in the published ranking: who enters, leaves, changes tier."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import db
from pipeline.score.compose import Sources
from pipeline.score.judge import SQL
from pipeline.score.model import Rule
from pipeline.score.trials.replay import Published, opened


@dataclass(frozen=True)
class Reason:
    """One rule whose points for a firm differ.

    Attributes:
        rule_id: the rule.
        before: its points on the old side; None where it did not count.
        after: its points on the new side; None where it does not count.
    """

    rule_id: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.rule_id} came with {self.after}"
        if self.after is None:
            return f"{self.rule_id} went with {self.before}"
        return f"{self.rule_id} {self.before} -> {self.after}"


@dataclass(frozen=True)
class Change:
    """One firm whose tier would change.

    Attributes:
        street: its street, 街道不明 where nobody knows it.
        enterprise_id: the firm.
        name: its name, else its sign.
        tier_before: tier on the old side; None if it had no evidence.
        tier_after: tier on the new side; None if it has no evidence.
        score_before: on the old side.
        score_after: on the new side.
        rules: rules that count for it on either side.
        reasons: rules whose points differ, the greatest difference first.
    """

    street: str
    enterprise_id: str
    name: str
    tier_before: str | None
    tier_after: str | None
    score_before: str | None
    score_after: str | None
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def enters(self) -> bool:
        """Whether it comes onto the list (tiers C and D)."""
        return _listed(self.tier_after) and not _listed(self.tier_before)

    @property
    def leaves(self) -> bool:
        """Whether it goes from the list."""
        return _listed(self.tier_before) and not _listed(self.tier_after)

    def __str__(self) -> str:
        sides = (
            f"{self.tier_before or '-'} {self.score_before or '-'} -> "
            f"{self.tier_after or '-'} {self.score_after or '-'}"
        )
        why = "; ".join(map(str, self.reasons)) or "the same rules with the same points"
        return f"{self.enterprise_id} {self.name}: {sides} ({why})"


@dataclass(frozen=True)
class Difference:
    """All changes between two scorings of one published day's facts.

    Attributes:
        facts: the day of the warehouse, whose facts and features both sides look at.
        as_of: the day whose laws, thresholds and fading the new side has; the old side has `facts`.
        changes: every firm whose tier differs, by street.
    """

    facts: date
    as_of: date
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """For a terminal, by street: how many enter and leave the list, and each firm with its reasons."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.facts}: {len(self.changes)} firms change tier"
        if self.as_of != self.facts:
            yield (
                f"judged as of {self.as_of}: laws, thresholds, fading and expiry are of that day; facts, "
                f"features and links are the warehouse's, of {self.facts}, whatever happened since"
            )
        for street in dict.fromkeys(change.street for change in self.changes):
            own = [change for change in self.changes if change.street == street]
            enter, leave = sum(c.enters for c in own), sum(c.leaves for c in own)
            yield f"{street}: {enter} enter the list, {leave} leave it, {len(own)} change tier"
            yield from (f"  {change}" for change in own)


def _listed(tier: str | None) -> bool:
    return tier in ("C", "D")


def diff(
    warehouse: Path,
    old: tuple[Rule, ...],
    new: tuple[Rule, ...],
    sources: Sources,
    as_of: date | None = None,
) -> Difference:
    """Scores a published day twice and compares.

    Args:
        warehouse: the published DuckDB file; only read.
        old: the rules that stand.
        new: the rules that are thought of; the same for a comparison of two days.
        sources: the declarations.
        as_of: the day of the new side; the warehouse's where absent.

    Returns:
        Every firm whose tier differs.

    Raises:
        RunError: if there is no such warehouse, or it holds no ranking.
    """
    with opened(warehouse, sources) as published:
        day = as_of or published.as_of
        published.score("old", old, published.as_of)
        published.score("new", new, day)
        return Difference(published.as_of, day, changes(published))


def changes(published: Published) -> tuple[Change, ...]:
    """Firms whose tier differs between the scorings `old` and `new`, by street, the highest score first."""
    db.materialise(published.con, SQL / "rule_points.sql")
    query = (SQL / "tier_change.sql").read_text(encoding="utf-8")
    return tuple(_change(row) for row in db.read_arrow(published.con, query).to_pylist())


def _change(row: dict[str, Any]) -> Change:
    reasons = tuple(Reason(**reason) for reason in row.pop("reasons"))
    return Change(rules=tuple(row.pop("rules")), reasons=reasons, **row)
