"""An expression as a tree: its terms, what can be null, and one part of it changed."""

import duckdb
import pytest

from pipeline.score.admission import not_boolean, parse
from pipeline.score.gates.terms import columns, constant, render, replaced, terms


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("a = 'x' AND b", ["a = 'x'", "b"]),
        (
            "NOT (a IS NULL OR coalesce(b, false)) AND n BETWEEN 1 AND 2",
            ["a IS NULL", "b", "n BETWEEN 1 AND 2"],
        ),
        ("coalesce(a, 'x') IN ('x', 'y')", ["COALESCE(a, 'x') IN ('x', 'y')"]),
        ("coalesce(a = 'x' OR b, true)", ["a = 'x'", "b"]),
        ("b", ["b"]),
    ],
)
def test_an_expression_falls_into_its_terms(expression: str, texts: list[str]) -> None:
    assert [term.text.strip("()") for term in terms(parse(expression), frozenset())] == [
        text.strip("()") for text in texts
    ]


@pytest.mark.parametrize(
    ("expression", "nullable"),
    [
        ("a = 'x'", True),
        ("filled = 'x'", False),
        ("a IS NOT NULL", False),
        ("a IS DISTINCT FROM 'x'", False),
        ("coalesce(a, 'x') = 'x'", False),
        ("coalesce(a, b) = 'x'", True),
        ("coalesce(a, filled) < $as_of", False),
        ("filled <= a * $share", True),
    ],
)
def test_what_can_come_out_null(expression: str, nullable: bool) -> None:
    (term,) = terms(parse(expression), frozenset({"filled"}))
    assert term.nullable is nullable


@pytest.mark.parametrize(
    "expression",
    ["a = ')' AND b = '('", "(a) IN ('x') OR (b) IN ('y')", "n + 0.25 > $least", "d < DATE '2017-01-01'"],
)
def test_a_tree_as_text_is_the_same_tree(expression: str) -> None:
    assert render(parse(render(parse(expression)))) == render(parse(expression))
    assert columns(parse(render(parse(expression)))) == columns(parse(expression))


def test_one_part_is_replaced_and_the_tree_stays() -> None:
    tree = parse("a = 'x' AND (b OR c)")
    last = terms(tree, frozenset())[-1]
    with duckdb.connect() as con:
        changed = render(replaced(tree, last.path, constant("true")))
        assert con.execute(f"SELECT {changed} FROM (SELECT 'x' AS a, false AS b)").fetchone() == (True,)
    assert render(tree) == "(a = 'x') AND (b OR c)"


@pytest.mark.parametrize("expression", ["people", "offence > 3", "people + 1", "contains(people, 'x')"])
def test_what_comes_to_no_yes_or_no_is_told(expression: str) -> None:
    assert not_boolean(expression, {"people": "DOUBLE", "offence": "VARCHAR"}, ())


def test_a_condition_comes_to_yes_or_no() -> None:
    types = {"people": "DOUBLE", "filed_on": "DATE"}
    assert not_boolean("people >= $least AND filed_on < $as_of", types, ("least",)) is None
