"""Every combination of what a rule's inputs may be: words of the vocabulary, values on and beside each limit.

What no combination can tell apart is one and the same rule; what one can is shown by the plainest of them.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import duckdb

from pipeline.declaration import Column
from pipeline.score.admission import parse
from pipeline.score.compose import Sources
from pipeline.score.gates.constants import PATTERN_SIGNS, alternatives, day_of, number_of, text_of, unit
from pipeline.score.gates.terms import Node, columns, walk
from pipeline.score.gates.workbench import Bench, Situation, Verdict, situation
from pipeline.score.model import Rule, Scalar

MOST = 50_000
_OTHER = "其他"
_DAY = timedelta(days=1)


class Space:
    """The combinations of one rule's inputs, judged when somebody asks, on a connection of their own."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rule: Rule, sources: Sources) -> None:
        self._con, self._rule, self._sources = con, rule, sources
        self._known: dict[str, list[bool | None]] = {}

    @cached_property
    def situations(self) -> tuple[Situation, ...]:
        """The combinations; none where there are too many, or where an input has no end of values."""
        return tuple(_situations(self._rule, self._sources))

    def plainest(self, variant: Rule, term: str = "", value: bool | None = None) -> Situation | None:
        """The situation nearest to the rule's own firing case in which a variant says another thing.

        Args:
            variant: the changed rule.
            term: if named, only situations in which this term has that value are looked at.
            value: of the term.
        """
        if not self.situations:
            return None
        (changed,) = self._bench.judge([variant])
        values = self._values(term) if term else [value] * len(self.situations)
        found = [
            number
            for number, (own, other) in enumerate(zip(self._own, changed, strict=True))
            if own != other and values[number] is value
        ]
        return min((self.situations[number] for number in found), key=self._distance, default=None)

    def verdict(self, item: Situation) -> Verdict:
        """What the rule says of one of the situations."""
        return self._own[self.situations.index(item)]

    @cached_property
    def _bench(self) -> Bench:
        return Bench(self._con, self._rule, self._sources, self.situations)

    @cached_property
    def _own(self) -> list[Verdict]:
        return self._bench.judge([self._rule])[0]

    def _values(self, term: str) -> list[bool | None]:
        if term not in self._known:
            (self._known[term],) = self._bench.values([term])
        return self._known[term]

    def _distance(self, item: Situation) -> int:
        model = firing(self._rule)
        far = sum(model.record.get(name) != text for name, text in item.record.items())
        return far + sum(
            model.features.get(name) != item.features.get(name) for name in self._rule.needs.features
        )


def firing(rule: Rule) -> Situation:
    """The situation of the rule's first firing case."""
    return next(situation(case) for case in rule.cases if case.kind == "fires")


def filled(rule: Rule, sources: Sources) -> frozenset[str]:
    """Inputs of a rule that are never null where there is something to judge."""
    declared = sources[rule.needs.record].columns if rule.needs.record else {}
    required = {name for name, column in declared.items() if column.required}
    return frozenset(required | ({rule.anchor} if rule.anchor else set()))


def shown(item: Situation) -> str:
    """A situation as a case of a rule file has it."""
    record = {name: text for name, text in item.record.items() if text is not None}
    parts = [f"as_of: {item.as_of}"]
    for key, values in (("record", record), ("features", dict(item.features))):
        if values:
            inner = ", ".join(f"{name}: {value}" for name, value in values.items())
            parts.append(f"{key}: {{{inner}}}")
    return ", ".join(parts)


def _situations(rule: Rule, sources: Sources) -> Iterator[Situation]:
    model = firing(rule)
    trees = [parse(text) for text in rule.expressions().values()]
    used = frozenset().union(*(columns(tree) for tree in trees))
    limits = _limits(rule, trees, model.as_of)
    axes = _record_axes(rule, sources, trees, used, model.as_of) | _feature_axes(rule, used, limits)
    if any(not axis for axis in axes.values()) or math.prod(map(len, axes.values())) > MOST:
        return
    for combination in itertools.product(*axes.values()):
        chosen = dict(zip(axes, combination, strict=True))
        record = {name: chosen[name] for name in chosen if name not in rule.needs.features}
        features = {
            name: Decimal(str(chosen[name])) for name in rule.needs.features if chosen.get(name) is not None
        }
        yield Situation(model.as_of, record, features)


def _feature_axes(rule: Rule, used: frozenset[str], limits: list[Decimal]) -> dict[str, tuple[Scalar, ...]]:
    """Features that an expression uses: each limit, and nothing seen; a feature's days have no end."""
    values = tuple(format(value, "f") for value in limits)
    axes: dict[str, tuple[Scalar, ...]] = {}
    for name in rule.needs.features:
        if f"{name}_on" in used:
            axes[name] = ()
        elif name in used or name == rule.anchor:
            axes[name] = values if name == rule.anchor else (*values, None)
    return axes


def _record_axes(
    rule: Rule, sources: Sources, trees: Sequence[Node], used: frozenset[str], as_of: date
) -> dict[str, tuple[Scalar, ...]]:
    if not rule.needs.record:
        return {}
    declared = sources[rule.needs.record].columns
    limits = _limits(rule, trees, as_of)
    axes: dict[str, tuple[Scalar, ...]] = {}
    for name in rule.needs.columns:
        column = declared[name]
        if name in used:
            values = _column_axis(column, trees, limits, as_of)
            axes[name] = values if column.required or not values else (*values, None)
        elif name in rule.occurred_on:
            axes[name] = (as_of.isoformat(),)
    return axes


def _column_axis(
    column: Column, trees: Sequence[Node], limits: list[Decimal], as_of: date
) -> tuple[Scalar, ...]:
    if column.list:
        return ()
    if column.type == "enum":
        return tuple(column.values)
    if column.type == "bool":
        return ("true", "false")
    if column.type == "number":
        return tuple(format(value, "f") for value in limits)
    if column.type == "date":
        return tuple(day.isoformat() for day in _days(trees, as_of))
    return (*_words(trees), _OTHER)


def _limits(rule: Rule, trees: Sequence[Node], as_of: date) -> list[Decimal]:
    """0, 1, 2, and every number and threshold of the expressions with its neighbours; none below 0."""
    values = [value for value in rule.threshold_values(as_of).values() if value is not None]
    nodes = [node for tree in trees for _, node in walk(tree)]
    values += [number for node in nodes if (number := number_of(node)) is not None]
    near = {Decimal(0), Decimal(1), Decimal(2)}
    for value in values:
        near |= {value - unit(value), value, value + unit(value)}
    return sorted(value for value in near if value >= 0)


def _days(trees: Sequence[Node], as_of: date) -> list[date]:
    """The day, every day named, every day so many days ago as a number says, and the days beside them."""
    days = {as_of}
    for node in (node for tree in trees for _, node in walk(tree)):
        if (day := day_of(node)) is not None:
            days.add(day)
        if (number := number_of(node)) is not None:
            days.add(as_of - int(number) * _DAY)
    return sorted(day + step * _DAY for day in days for step in (-1, 0, 1))


def _words(trees: Sequence[Node]) -> list[str]:
    """The text constants, a pattern's alternatives each for itself."""
    words: dict[str, None] = {}
    for tree in trees:
        for _, node in walk(tree):
            for part in alternatives(text_of(node) or ""):
                words[PATTERN_SIGNS.sub("", part)] = None
    return [word for word in words if word]
