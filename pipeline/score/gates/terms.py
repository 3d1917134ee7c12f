"""An expression of a rule as a tree: its atomic terms, and the expression with one part of it changed.

The tree is DuckDB's own, as JSON; nothing here reads SQL by itself.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.score.admission import CHILD_KEYS, parse, parser

Node = dict[str, Any]
Path = tuple[str | int, ...]
_NEVER_NULL = frozenset(
    {
        "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM",
        "VALUE_CONSTANT", "VALUE_PARAMETER",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A part of an expression that is true, false or null and is joined to others by AND, OR, NOT.

    Attributes:
        path: its place in the tree.
        text: as SQL.
        columns: names that it looks at.
        nullable: whether it can come out null.
    """

    path: Path
    text: str
    columns: frozenset[str]
    nullable: bool


def terms(tree: Node, never_null: frozenset[str]) -> tuple[Term, ...]:
    """The atomic terms of a tree, from left to right.

    Args:
        tree: of `parse`.
        never_null: columns that are always filled.
    """
    return tuple(
        Term(path, render(node), columns(node), _can_be_null(node, never_null))
        for path, node in _split(tree, ())
    )


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node under a node, with its place, the node itself first."""
    yield path, node
    for key, child in children(node):
        yield from walk(child, (*path, *key))


def children(node: Node) -> Iterator[tuple[Path, Node]]:
    """The nodes right below a node, and how to come to them."""
    for key in CHILD_KEYS:
        value = node.get(key)
        if isinstance(value, list):
            for number, child in enumerate(value):
                yield (key, number), child
        elif value:
            yield (key,), value


def columns(node: Node) -> frozenset[str]:
    """The names that a node looks at."""
    return frozenset(
        str(found["column_names"][0]) for _, found in walk(node) if found["class"] == "COLUMN_REF"
    )


def replaced(tree: Node, path: Path, node: Node) -> Node:
    """A copy of a tree with another node at a place."""
    if not path:
        return node
    changed = copy.deepcopy(tree)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = node
    return changed


def render(node: Node) -> str:
    """A node as SQL, without the outer brackets."""
    statement = copy.deepcopy(_frame())
    statement["statements"][0]["node"]["select_list"] = [node]
    row = parser().execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(statement)]).fetchone()
    text = str(row[0] if row else "").removeprefix("SELECT ")
    return text[1:-1] if text.startswith("(") and _closes_last(text) else text


def negated(node: Node) -> Node:
    """NOT before a node."""
    return {**parse("NOT x"), "children": [node]}


def constant(word: str) -> Node:
    """The node of `true`, `false` or `NULL`."""
    return parse(word)


def is_boolean_constant(node: Node) -> bool:
    """Whether a node is `true` or `false`."""
    return bool(node["class"] == "CAST" and node["cast_type"]["id"] == "BOOLEAN")


def _split(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    below = list(children(node))
    joined = node["class"] == "CONJUNCTION" or node["type"] == "OPERATOR_NOT"
    if node["type"] == "OPERATOR_COALESCE" and is_boolean_constant(below[-1][1]):
        joined, below = True, below[:-1]
    if not joined:
        yield path, node
        return
    for key, child in below:
        yield from _split(child, (*path, *key))


def _can_be_null(node: Node, never_null: frozenset[str]) -> bool:
    if node["type"] in _NEVER_NULL:
        return False
    if node["class"] == "COLUMN_REF":
        return str(node["column_names"][0]) not in never_null
    each = [_can_be_null(child, never_null) for _, child in children(node)]
    return all(each) if node["type"] == "OPERATOR_COALESCE" else any(each)


def _closes_last(text: str) -> bool:
    """Whether the bracket that opens the text is closed by its last character."""
    depth, quoted = 0, False
    for number, letter in enumerate(text):
        quoted ^= letter == "'"
        if not quoted:
            depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return number == len(text) - 1
    return False


@cache
def _frame() -> Node:
    row = parser().execute("SELECT json_serialize_sql('SELECT true')").fetchone()
    frame: Node = json.loads(row[0]) if row else {}
    return frame
