"""Why an expression of a rule is refused, and what an admitted one looks at."""

import pytest

from pipeline.score.admission import Refused, admit, not_boolean
from pipeline.score.vetting import is_forbidden


def test_names_are_forbidden_by_whole_words_only() -> None:
    assert [is_forbidden(name) for name in ("Age", "owner-age", "AGE_at_start", "inspection_count")] == [
        True
    ] * 4
    assert not any(map(is_forbidden, ("average", "village", "races_run", "storage", "count", "inspection")))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("a; b", "without comments and semicolons"),
        ("a -- b", "without comments and semicolons"),
        ("a /* b", "without comments and semicolons"),
        ("a b c", "not an SQL expression"),
        ("a, a", "one expression, not a query"),
        ("a FROM t", "one expression, not a query"),
        ("a WHERE a", "one expression, not a query"),
        ("a ORDER BY 1", "one expression, not a query"),
        ("a LIMIT 1", "one expression, not a query"),
        ("a GROUP BY a", "one expression, not a query"),
        ("a HAVING a", "one expression, not a query"),
        ("a QUALIFY a", "one expression, not a query"),
        ("DISTINCT a", "one expression, not a query"),
        ("a UNION SELECT a", "one expression, not a query"),
        ("a AS x", "a condition has no alias"),
        ("b", "b is not among its needs"),
        ("a > $k", "$k is not among its thresholds"),
        ("CAST(a AS DATE) > $as_of", "only a constant may be cast"),
        ("concat(a, 'x') = 'y'", "the function concat is not allowed"),
        ("main.abs(a) = 1", "the function abs is not allowed"),
        ("abs(DISTINCT a) = 1", "the function abs is not allowed"),
        ("abs(a) FILTER (WHERE a > 1) = 1", "the function abs is not allowed"),
        ("a IN (SELECT 1)", "subquery is not allowed"),
        ("[a] = [1]", "is not allowed"),
        ("a[1] = 1", "array_extract is not allowed"),
        ("a[1:2] = 'x'", "array_slice is not allowed"),
        ("CASE WHEN a = 1 THEN true END", "is not allowed"),
        ("coalesce(a, b)", "b is not among its needs"),
        ("a BETWEEN 1 AND b", "b is not among its needs"),
        ("a IN (1, b)", "b is not among its needs"),
        ("NOT (a = 1 AND abs(b) > 1)", "b is not among its needs"),
        ("a = 1 OR b = 2", "b is not among its needs"),
    ],
)
def test_an_expression_is_refused_with_its_reason(expression: str, says: str) -> None:
    with pytest.raises(Refused) as raised:
        admit(expression, frozenset("a"), frozenset({"as_of"}))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("expression", "used"),
    [
        ("a + 1 > least(b, 2) AND NOT (c IS NULL)", "abc"),
        ("a NOT IN (1, 2) OR b BETWEEN $k AND c", "abc"),
        ("coalesce(a, b) IS NOT NULL", "ab"),
        ("a = DATE '2017-01-01' AND abs(b) > $as_of", "ab"),
        ("true", ""),
    ],
)
def test_what_an_admitted_expression_looks_at_is_told(expression: str, used: str) -> None:
    assert admit(expression, frozenset("abcd"), frozenset({"as_of", "k"})) == frozenset(used)


def test_an_expression_must_come_to_true_or_false() -> None:
    types = {"a": "DOUBLE", "d": "DATE", "w": "VARCHAR"}
    assert not_boolean("a > $k AND d < $as_of", types, ["k"]) is None
    assert not_boolean("a + $k", types, ["k"]) == "it comes to DOUBLE, not to true or false"
    assert not_boolean("w", types, []) == "it comes to VARCHAR, not to true or false"
    told = not_boolean("d > 3", types, [])
    assert told is not None and "Cannot compare" in told and "\n" not in told
