"""The slips that a rule's cases must notice: each mutant is the rule with one small thing changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pipeline.score.admission import parse
from pipeline.score.compose import Sources
from pipeline.score.gates.constants import alternatives, day_of, number_of, text_of, unit
from pipeline.score.gates.terms import (
    Node,
    Path,
    children,
    columns,
    constant,
    is_boolean_constant,
    negated,
    render,
    replaced,
    terms,
    walk,
)
from pipeline.score.model import DatedValue, Rule

Vocabulary = dict[str, tuple[str, ...]]
_DAY = timedelta(days=1)
_OPPOSITE = {
    "COMPARE_EQUAL": "COMPARE_NOTEQUAL",
    "COMPARE_NOTEQUAL": "COMPARE_EQUAL",
    "COMPARE_LESSTHAN": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHAN": "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_GREATERTHAN",
    "COMPARE_DISTINCT_FROM": "COMPARE_NOT_DISTINCT_FROM",
    "COMPARE_NOT_DISTINCT_FROM": "COMPARE_DISTINCT_FROM",
    "COMPARE_IN": "COMPARE_NOT_IN",
    "COMPARE_NOT_IN": "COMPARE_IN",
    "OPERATOR_IS_NULL": "OPERATOR_IS_NOT_NULL",
    "OPERATOR_IS_NOT_NULL": "OPERATOR_IS_NULL",
}
_BOUNDARY = {
    "COMPARE_LESSTHAN": "COMPARE_LESSTHANOREQUALTO",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHAN": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_GREATERTHAN",
}
_SWAPPED = {"CONJUNCTION_AND": "CONJUNCTION_OR", "CONJUNCTION_OR": "CONJUNCTION_AND"}
_JOINED = {"CONJUNCTION_AND": "AND", "CONJUNCTION_OR": "OR", "OPERATOR_COALESCE": "coalesce"}
Changes = Iterator[tuple[str, Node]]


@dataclass(frozen=True)
class Mutant:
    """One changed rule.

    Attributes:
        rule: the rule as changed.
        place: the key of the file that was changed.
        what: what was changed, in words and SQL.
        in_expression: whether the change is in an expression (and not in a value beside it).
    """

    rule: Rule
    place: str
    what: str
    in_expression: bool


def mutants(rule: Rule, sources: Sources) -> tuple[Mutant, ...]:
    """Every mutant of a rule, each once, in the order of the file's keys."""
    return (*_of_expressions(rule, sources), *_of_values(rule))


def _of_expressions(rule: Rule, sources: Sources) -> Iterator[Mutant]:
    declared = sources[rule.needs.record].columns if rule.needs.record else {}
    vocabulary = {name: tuple(column.values) for name, column in declared.items() if column.values}
    for place, text in rule.expressions().items():
        tree = parse(text)
        seen = {render(tree)}
        for what, changed in _of_tree(tree, vocabulary):
            mutated = render(changed)
            if mutated not in seen:
                seen.add(mutated)
                yield Mutant(rule.with_expression(place, mutated), place, f"{what}: {mutated}", True)
    if rule.unless:
        yield Mutant(rule.model_copy(update={"unless": None}), "unless", "left out", True)
    if rule.mended:
        yield Mutant(rule.model_copy(update={"mended": None}), "mended", "left out", True)


def _of_tree(tree: Node, vocabulary: Vocabulary) -> Changes:
    makers: tuple[Callable[[Node], Changes], ...] = (
        _compared,
        _joined,
        _listed,
        _counted,
        _alternatives,
        lambda node: _words(node, vocabulary),
    )
    for path, node in walk(tree):
        for make in makers:
            for what, changed in make(node):
                yield what, replaced(tree, path, changed)
    for path, node in _yes_or_no(tree):
        yield "negated", replaced(tree, path, negated(node))


def _compared(node: Node) -> Changes:
    """A comparison turned over, or with its boundary on the other side; a NOT left out."""
    if node["type"] in _OPPOSITE:
        yield "turned over", {**node, "type": _OPPOSITE[node["type"]]}
    if node["type"] in _BOUNDARY:
        yield "boundary moved", {**node, "type": _BOUNDARY[node["type"]]}
    if node["type"] == "OPERATOR_NOT":
        yield "NOT left out", node["children"][0]


def _joined(node: Node) -> Changes:
    """AND and OR exchanged; one part of AND, OR or coalesce left out."""
    if node["type"] in _SWAPPED:
        yield "AND and OR exchanged", {**node, "type": _SWAPPED[node["type"]]}
    if node["type"] not in _JOINED:
        return
    parts = node["children"]
    for number, part in enumerate(parts):
        rest = [*parts[:number], *parts[number + 1 :]]
        what = f"{render(part)} left out of {_JOINED[node['type']]}"
        yield what, rest[0] if len(rest) == 1 else {**node, "children": rest}


def _listed(node: Node) -> Changes:
    """One word or number left out of a list of IN."""
    if node["type"] not in ("COMPARE_IN", "COMPARE_NOT_IN") or len(node["children"]) < 3:
        return
    subject, *listed = node["children"]
    for number, item in enumerate(listed):
        rest = [*listed[:number], *listed[number + 1 :]]
        yield f"{render(item)} left out of the list", {**node, "children": [subject, *rest]}


def _counted(node: Node) -> Changes:
    """A number one off in its last digit, a day one off, a truth turned over."""
    number, day = number_of(node), day_of(node)
    if number is not None:
        for step in (-1, 1):
            yield f"{number} one off", constant(format(number + step * unit(number), "f"))
    if day is not None:
        for days in (-_DAY, _DAY):
            yield f"{day} one day off", constant(f"DATE '{day + days}'")
    if is_boolean_constant(node):
        yield "truth turned over", constant("false" if node["child"]["value"]["value"] == "t" else "true")


def _words(node: Node, vocabulary: Vocabulary) -> Changes:
    """A word of a vocabulary exchanged for the next one that does not stand beside it."""
    known = next((vocabulary[name] for name in sorted(columns(node)) if name in vocabulary), ())
    below = list(children(node))
    own = {text for _, child in below if (text := text_of(child)) is not None}
    for key, child in below:
        word = text_of(child)
        if word not in known or set(known) <= own:
            continue
        start = known.index(word)
        other = next(w for w in (*known[start:], *known[:start]) if w not in own)
        yield f"{word} exchanged for {other}", replaced(node, key, _text(other))


def _alternatives(node: Node) -> Changes:
    """One alternative left out of a pattern of plain alternatives."""
    if node["class"] != "FUNCTION" or node["function_name"] != "regexp_matches":
        return
    for key, child in children(node):
        parts = alternatives(text_of(child) or "")
        for number, part in enumerate(parts if len(parts) > 1 else ()):
            rest = "|".join([*parts[:number], *parts[number + 1 :]])
            yield f"{part} left out of the pattern", replaced(node, key, _text(rest))


def _yes_or_no(tree: Node) -> Iterator[tuple[Path, Node]]:
    """Terms that are no comparison: a column that is true or false, BETWEEN, a function."""
    nodes = dict(walk(tree))
    for term in terms(tree, frozenset()):
        if nodes[term.path]["type"] not in _OPPOSITE and not is_boolean_constant(nodes[term.path]):
            yield term.path, nodes[term.path]


def _text(word: str) -> Node:
    return constant("'" + word.replace("'", "''") + "'")


def _of_values(rule: Rule) -> Iterator[Mutant]:
    for name, dated in rule.thresholds.items():
        for number, item in enumerate(dated):
            for changed in (item.value - unit(item.value), item.value + unit(item.value)):
                other = (*dated[:number], _valued(item, changed), *dated[number + 1 :])
                thresholds = {**rule.thresholds, name: other}
                yield _with(rule, "thresholds", f"{name} {changed} for {item.value}", thresholds=thresholds)
    for step in (-1, 1):
        days = rule.fading.expires_after_days + step
        fading = rule.fading.model_copy(update={"expires_after_days": days})
        yield _with(rule, "fading", f"expires after {days} days, one day off", fading=fading)
        if rule.mended and rule.mended.percent + step >= 0:
            percent = rule.mended.percent + step
            mended = rule.mended.model_copy(update={"percent": percent})
            yield _with(rule, "mended", f"{percent} for {rule.mended.percent} percent", mended=mended)


def _valued(item: DatedValue, value: Decimal) -> DatedValue:
    return item.model_copy(update={"value": value})


def _with(rule: Rule, place: str, what: str, **update: object) -> Mutant:
    return Mutant(rule.model_copy(update=update), place, what, False)
