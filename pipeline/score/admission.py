"""Which SQL expressions a rule may hold: an allow-list on DuckDB's own parse tree.

An expression may compare, combine and compute with columns it has declared, bound thresholds and
constants. Nothing in it can read, look at other rows, or look at other tables.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import duckdb

from pipeline import db

FUNCTIONS = frozenset(
    {"+", "-", "*", "/", "abs", "least", "greatest", "contains", "starts_with", "regexp_matches"}
)
_OPERATORS = frozenset(
    {
        "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL",
        "OPERATOR_COALESCE",
    }
)  # fmt: skip
_PLAIN = frozenset({"COMPARISON", "CONJUNCTION", "BETWEEN", "CONSTANT"})
CHILD_KEYS = ("children", "left", "right", "input", "lower", "upper", "child")


class Refused(ValueError):
    """The expression is not admitted; the text says why."""


@lru_cache(maxsize=1 << 13)
def admit(expression: str, columns: frozenset[str], parameters: frozenset[str]) -> frozenset[str]:
    """Checks one expression; what was admitted once is not read again.

    Args:
        expression: SQL, e.g. `severity = 'major' AND rectify_by < $as_of`.
        columns: names that it may look at.
        parameters: names that it may bind (`$name`).

    Returns:
        The columns that it uses.

    Raises:
        Refused: at the first thing that is not on the allow-list.
    """
    node = parse(expression)
    used: set[str] = set()
    _walk(node, columns, parameters, used)
    return frozenset(used)


def not_boolean(expression: str, types: Mapping[str, str], thresholds: Iterable[str]) -> str | None:
    """Why an admitted expression does not come to true or false; None if it does.

    Args:
        expression: as admitted.
        types: SQL types of the columns.
        thresholds: names that it may bind beside `as_of`.
    """
    columns = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types.items())
    values = {"as_of": "DATE '2000-01-01'", **dict.fromkeys(thresholds, "CAST(1 AS DECIMAL(18, 3))")}
    bound = ", ".join(f'{value} AS "${name}"' for name, value in values.items())
    named = re.sub(r"\$([a-z_][a-z0-9_]*)", r'"$\1"', expression)
    try:
        (row,) = parser().execute(f"DESCRIBE SELECT ({named}\n) FROM (SELECT {columns}, {bound})").fetchall()
    except duckdb.Error as problem:
        return str(problem).splitlines()[0]
    return None if row[1] == "BOOLEAN" else f"it comes to {row[1]}, not to true or false"


@cache
def parser() -> duckdb.DuckDBPyConnection:
    """A database in memory that only parses; opening one for each expression would take seconds."""
    return duckdb.connect(config={**db.OFFLINE})


def parse(expression: str) -> dict[str, Any]:
    """The tree of one expression, as DuckDB writes it.

    Raises:
        Refused: if the text is no single expression.
    """
    if ";" in expression or "--" in expression or "/*" in expression:
        raise Refused("a condition is one expression, without comments and semicolons")
    row = parser().execute("SELECT json_serialize_sql(?)", [f"SELECT {expression}"]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        raise Refused(f"not an SQL expression: {str(tree.get('error_message')).splitlines()[0]}")
    (statement,) = tree["statements"]
    select = statement["node"]
    extra = [key for key in ("where_clause", "having", "qualify", "sample") if select.get(key)]
    if (
        select["type"] != "SELECT_NODE"
        or select["from_table"]["type"] != "EMPTY"
        or len(select["select_list"]) != 1
        or select["modifiers"]
        or select["cte_map"]["map"]
        or select["group_expressions"]
        or extra
    ):
        raise Refused("a condition is one expression, not a query")
    node: dict[str, Any] = select["select_list"][0]
    if node.get("alias"):
        raise Refused("a condition has no alias")
    return node


def _walk(node: dict[str, Any], columns: frozenset[str], parameters: frozenset[str], used: set[str]) -> None:
    _admit_node(node, columns, parameters, used)
    for key in CHILD_KEYS:
        value = node.get(key)
        for child in value if isinstance(value, list) else [value] if value else []:
            _walk(child, columns, parameters, used)


def _admit_node(
    node: dict[str, Any], columns: frozenset[str], parameters: frozenset[str], used: set[str]
) -> None:
    kind = node["class"]
    if kind == "COLUMN_REF":
        name = ".".join(node["column_names"])
        if name not in columns:
            raise Refused(f"{name} is not among its needs")
        used.add(name)
    elif kind == "PARAMETER":
        if node["identifier"] not in parameters:
            raise Refused(f"${node['identifier']} is not among its thresholds")
    elif kind == "FUNCTION":
        _admit_function(node)
    elif kind == "CAST":
        if node["child"]["class"] != "CONSTANT":
            raise Refused("only a constant may be cast, as in DATE '2017-01-01' or true")
    elif kind not in _PLAIN and not (kind == "OPERATOR" and node["type"] in _OPERATORS):
        raise Refused(f"{node['type'].lower()} is not allowed")


def _admit_function(node: dict[str, Any]) -> None:
    name = node["function_name"]
    if name not in FUNCTIONS or node.get("filter") or node.get("distinct") or node.get("schema"):
        raise Refused(f"the function {name} is not allowed")
