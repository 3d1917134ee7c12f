"""An expression as a tree: its terms, its constants, and one part of it exchanged."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.score.admission import parse
from pipeline.score.gates.constants import alternatives, day_of, number_of, text_of, unit
from pipeline.score.gates.terms import (
    columns,
    constant,
    is_boolean_constant,
    negated,
    render,
    replaced,
    terms,
    walk,
)


@pytest.mark.parametrize(
    "expression",
    [
        "x",
        "a = ')'",
        "a = '('",
        "a IN ('x', 'y')",
        "(a > 1) AND (b < 2)",
        "(abs(a) + 1) > $k",
        "a = 'it''s (so)'",
        "NOT a",
        "a BETWEEN 1 AND 9",
    ],
)
def test_a_tree_is_written_as_its_expression_without_outer_brackets(expression: str) -> None:
    assert render(parse(expression)) == expression
    assert render(parse(f"({expression})")) == expression


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("a = 1", ["a = 1"]),
        ("a", ["a"]),
        ("true", ["CAST('t' AS BOOLEAN)"]),
        ("a AND (b OR NOT c)", ["a", "b", "c"]),
        ("NOT (a = 1 AND b)", ["a = 1", "b"]),
        ("coalesce(a, b, false) OR c", ["a", "b", "c"]),
        ("coalesce(a = 1, true)", ["a = 1"]),
        ("coalesce(a, b)", ["COALESCE(a, b)"]),
        ("coalesce(false, a)", ["COALESCE(CAST('f' AS BOOLEAN), a)"]),
        ("coalesce(n, 0) > 1 AND n = 2", ["COALESCE(n, 0) > 1", "n = 2"]),
        ("a = false", ["a = CAST('f' AS BOOLEAN)"]),
    ],
)
def test_terms_are_what_and_or_not_and_a_default_join(expression: str, found: list[str]) -> None:
    assert [term.text for term in terms(parse(expression), frozenset())] == found


@pytest.mark.parametrize(
    ("expression", "nullable"),
    [
        ("a > 1", True),
        ("filled > 1", False),
        ("filled > a", True),
        ("a IS NULL", False),
        ("a IS NOT NULL", False),
        ("a IS DISTINCT FROM 'x'", False),
        ("coalesce(a, 1) > 0", False),
        ("coalesce(a, b) > 0", True),
        ("coalesce(a, filled) > 0", False),
        ("$k > 1", False),
        ("a", True),
        ("filled", False),
    ],
)
def test_a_term_can_be_null_where_a_column_that_may_be_blank_makes_it_so(
    expression: str, nullable: bool
) -> None:
    (term,) = terms(parse(expression), frozenset({"filled"}))
    assert term.nullable is nullable


def test_a_term_knows_its_columns_and_its_place() -> None:
    tree = parse("a > 1 AND NOT (b = c OR coalesce(d, false))")
    found = terms(tree, frozenset())
    assert [sorted(term.columns) for term in found] == [["a"], ["b", "c"], ["d"]]
    changed = [render(replaced(tree, term.path, constant("NULL"))) for term in found]
    assert changed == [
        "NULL AND (NOT ((b = c) OR COALESCE(d, CAST('f' AS BOOLEAN))))",
        "(a > 1) AND (NOT (NULL OR COALESCE(d, CAST('f' AS BOOLEAN))))",
        "(a > 1) AND (NOT ((b = c) OR COALESCE(NULL, CAST('f' AS BOOLEAN))))",
    ]
    assert render(tree).startswith("(a > 1) AND"), "the tree itself stays as it is"


def test_the_whole_tree_can_be_exchanged_too() -> None:
    assert render(replaced(parse("a = 1"), (), parse("b"))) == "b"


def test_a_tree_is_walked_from_the_top_with_the_place_of_every_node() -> None:
    tree = parse("a > 1 AND b IN (2, 3)")
    found = dict(walk(tree))
    assert next(iter(found)) == ()
    for path, node in found.items():
        place: object = tree
        for key in path:
            place = place[key]  # type: ignore[index]
        assert place is node
    assert [render(node) for node in found.values()] == [
        "(a > 1) AND (b IN (2, 3))",
        *("a > 1", "a", "1"),
        *("b IN (2, 3)", "b", "2", "3"),
    ]


def test_names_are_those_of_columns_and_not_of_bound_values() -> None:
    assert columns(parse("a = 'b' AND abs(c) > $d")) == {"a", "c"}
    assert columns(parse("1 = 1")) == frozenset()


def test_a_node_is_negated_and_constants_are_made() -> None:
    assert render(negated(parse("a"))) == "NOT a"
    assert [is_boolean_constant(constant(word)) for word in ("true", "false", "NULL")] == [True, True, False]
    assert not is_boolean_constant(parse("DATE '2017-01-01'"))
    assert not is_boolean_constant(parse("a"))


@pytest.mark.parametrize(
    ("expression", "number", "text"),
    [
        ("7", Decimal(7), None),
        ("0.25", Decimal("0.25"), None),
        ("12.0", Decimal("12.0"), None),
        ("'7'", None, "7"),
        ("''", None, ""),
        ("NULL", None, None),
        ("a", None, None),
        ("$k", None, None),
        ("true", None, None),
    ],
)
def test_a_constant_is_a_number_or_a_text_and_nothing_else_is(
    expression: str, number: Decimal | None, text: str | None
) -> None:
    node = parse(expression)
    found = number_of(node)
    assert (found, text_of(node)) == (number, text)
    assert str(found) == str(number), "with the digits that are written"


def test_a_day_is_a_text_cast_to_a_date() -> None:
    assert day_of(parse("DATE '2017-01-01'")) == date(2017, 1, 1)
    for expression in ("'2017-01-01'", "true", "a"):
        assert day_of(parse(expression)) is None, expression


@pytest.mark.parametrize(
    ("value", "one"), [("10", "1"), ("0", "1"), ("0.25", "0.01"), ("12.0", "0.1"), ("3000", "1")]
)
def test_one_of_the_last_written_digit(value: str, one: str) -> None:
    assert unit(Decimal(value)) == Decimal(one)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("喷漆|电镀", ["喷漆", "电镀"]),
        ("喷漆", ["喷漆"]),
        ("^喷漆|电镀", ["^喷漆|电镀"]),
        ("a.c|b", ["a.c|b"]),
        ("(a|b)c", ["(a|b)c"]),
        ("", [""]),
    ],
)
def test_only_plain_alternatives_are_taken_apart(pattern: str, parts: list[str]) -> None:
    assert alternatives(pattern) == parts
