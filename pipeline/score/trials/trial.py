"""A draft rule judged on the published warehouse before it is let in: whom it hits, whose tier changes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import db
from pipeline.score.compose import Sources
from pipeline.score.fairness import count_members
from pipeline.score.judge import SQL
from pipeline.score.model import Rule
from pipeline.score.scheme import load_scheme
from pipeline.score.trials.compare import Change, changes
from pipeline.score.trials.replay import Published, opened

EXAMPLES = 10
_OUTCOMES = ("hit", "clear", "not_evaluated")
_KINDS = {"street": "street", "size_band": "people seen at work", "entity_type": "entity type"}
Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Trial:
    """What a draft rule would do on one published day.

    Attributes:
        rule: the rule, taken as active.
        as_of: the day of the warehouse.
        outcomes: outcome, reason, firms.
        groups: kind, group, hit, clear, not_evaluated.
        examples: firms that it hits, most points first.
        changes: every firm whose tier would differ.
        unknown: features that it needs and the warehouse does not hold.
    """

    rule: Rule
    as_of: date
    outcomes: Rows
    groups: Rows
    examples: Rows
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]

    def firms(self, outcome: str) -> int:
        """How many firms have an outcome."""
        return sum(row["firms"] for row in self.outcomes if row["outcome"] == outcome)

    def __str__(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        told = ", ".join(f"{outcome.replace('_', ' ')} {self.firms(outcome)}" for outcome in _OUTCOMES)
        yield f"{self.rule.id} {self.rule.title} on {self.as_of}: {told} firms"
        yield from self._warnings()
        for row in self.outcomes:
            if row["reason"]:
                yield f"  not evaluated, {row['reason']}: {row['firms']}"
        yield from self._tiers()
        yield f"examples, most points first ({len(self.examples)} of {self.firms('hit')}):"
        for row in self.examples:
            yield _example(row)
        for kind, title in _KINDS.items():
            yield f"by {title} (hit, clear, not evaluated, share hit of those evaluated):"
            yield from (f"  {_group(row)}" for row in self.groups if row["kind"] == kind)

    def _warnings(self) -> Iterator[str]:
        if not any(basis.valid(self.as_of) for basis in self.rule.legal_basis):
            yield f"  none of its legal bases is in force on {self.as_of}: nothing is judged"
        if self.unknown:
            yield f"  the warehouse does not hold {', '.join(self.unknown)}: run a night with them first"

    def _tiers(self) -> Iterator[str]:
        yield f"{len(self.changes)} firms change tier" + (":" if self.changes else "")
        moves = Counter((c.tier_before or "-", c.tier_after or "-") for c in self.changes)
        yield from (f"  {before} -> {after}: {number}" for (before, after), number in sorted(moves.items()))


def _example(row: dict[str, Any]) -> str:
    tiers = f"{row['tier_before'] or '-'} -> {row['tier_after'] or '-'}"
    firm = f"{row['enterprise_id']} {row['name']}（{row['street']}）"
    return f"  {firm}{row['points']}, {row['occurred_on']}, {tiers}: {row['text']}"


def _group(row: dict[str, Any]) -> str:
    evaluated = row["hit"] + row["clear"]
    share = f"{row['hit'] / evaluated:.1%}" if evaluated else "-"
    return f"{row['group']}: {row['hit']}, {row['clear']}, {row['not_evaluated']}, {share}"


def try_rule(warehouse: Path, draft: Rule, standing: tuple[Rule, ...], sources: Sources) -> Trial:
    """Judges a draft rule on a published day, beside the rules that stand.

    Args:
        warehouse: the published DuckDB file; only read.
        draft: a vetted rule of any status; it is taken as active, and replaces a standing one of its id.
        standing: the rules that stand.
        sources: the declarations.

    Raises:
        RunError: if there is no such warehouse, or it holds no ranking.
    """
    rule = draft.model_copy(update={"status": "active"})
    others = tuple(other for other in standing if other.id != rule.id)
    with opened(warehouse, sources) as published:
        published.score("old", standing, published.as_of)
        published.score("new", tuple(sorted((*others, rule), key=lambda r: r.id)), published.as_of)
        count_members(published.con, published.as_of, load_scheme().fairness)
        return Trial(
            rule=rule,
            as_of=published.as_of,
            outcomes=_rows(published, "try_outcome", rule_id=rule.id),
            groups=_rows(published, "try_group", rule_id=rule.id),
            examples=_rows(published, "try_example", rule_id=rule.id, examples=EXAMPLES),
            changes=changes(published),
            unknown=tuple(sorted(published.unknown & set(rule.needs.features))),
        )


def _rows(published: Published, name: str, **values: Any) -> Rows:
    query = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return tuple(db.read_arrow(published.con, query, values).to_pylist())
