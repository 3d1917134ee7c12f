"""The constants of an expression's tree: numbers, texts, days, and what stands beside each."""

import re
from datetime import date
from decimal import Decimal

from pipeline.score.gates.terms import Node

PATTERN_SIGNS = re.compile(r"[\\^$.?*+()\[\]{}]")


def alternatives(pattern: str) -> list[str]:
    """The parts of a pattern of plain alternatives; the pattern itself where it is more than that."""
    return [pattern] if PATTERN_SIGNS.search(pattern) else pattern.split("|")


def unit(value: Decimal) -> Decimal:
    """One of the last written digit."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))


def number_of(node: Node) -> Decimal | None:
    """The number that a constant is; None for any other node."""
    if node["class"] != "CONSTANT" or node["value"]["is_null"] or isinstance(node["value"]["value"], str):
        return None
    info = node["value"]["type"]["type_info"] or {}
    return Decimal(str(node["value"]["value"])).scaleb(-info.get("scale", 0))


def text_of(node: Node) -> str | None:
    """The text that a constant is; None for any other node."""
    value = node["value"]["value"] if node["class"] == "CONSTANT" and not node["value"]["is_null"] else None
    return value if isinstance(value, str) else None


def day_of(node: Node) -> date | None:
    """The day that a node is, as in DATE '2017-01-01'; None for any other node."""
    if node["class"] != "CAST" or node["cast_type"]["id"] != "DATE":
        return None
    return date.fromisoformat(str(text_of(node["child"])))
