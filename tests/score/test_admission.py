"""What an expression of a rule may hold."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.score.admission import Refused, admit

COLUMNS = frozenset({"severity", "rectify_by", "people", "is_open"})
PARAMETERS = frozenset({"as_of", "least"})


@pytest.mark.parametrize(
    ("expression", "used"),
    [
        ("severity = 'major'", {"severity"}),
        ("severity IN ('major', 'considerable') AND rectify_by < $as_of", {"severity", "rectify_by"}),
        ("NOT is_open OR people >= $least * 2", {"is_open", "people"}),
        ("coalesce(people, 0) BETWEEN 1 AND 9", {"people"}),
        ("regexp_matches(severity, 'a|b') AND rectify_by IS NOT NULL", {"severity", "rectify_by"}),
        ("rectify_by = DATE '2017-01-01' AND is_open = true", {"rectify_by", "is_open"}),
        ("$as_of - rectify_by > 30", {"rectify_by"}),
        ("severity IS DISTINCT FROM 'general'", {"severity"}),
    ],
)
def test_plain_conditions_are_admitted(expression: str, used: set[str]) -> None:
    assert admit(expression, COLUMNS, PARAMETERS) == used


@pytest.mark.parametrize(
    "expression",
    [
        "read_csv('/etc/passwd') IS NOT NULL",
        "read_text('x') = 'a'",
        "(SELECT true)",
        "EXISTS (SELECT 1 FROM enterprise)",
        "people IN (SELECT 1)",
        "people > 1 FROM range(3)",
        "count(*) > 1",
        "sum(people) > 1",
        "row_number() OVER () = 1",
        "people = 1; DROP TABLE x",
        "people = 1 -- the rest",
        "people = 1, severity",
        "people = 1) OR (people = 2",
        "people AS x",
        "name = 'a'",
        "enterprise.people = 1",
        "people > $unknown",
        "getenv('HOME') = 'x'",
        "CAST(people AS VARCHAR) = '1'",
        "random() > 0.5",
        "current_date > rectify_by",
        "now() > rectify_by",
        "list_transform([1], x -> x) = [1]",
        "",
        "people >",
    ],
)
def test_anything_that_reads_or_looks_elsewhere_is_refused(expression: str) -> None:
    with pytest.raises(Refused):
        admit(expression, COLUMNS, PARAMETERS)


@given(st.text(max_size=40))
def test_any_text_is_admitted_or_refused_and_never_raises_otherwise(text: str) -> None:
    with contextlib.suppress(Refused):
        assert admit(text, COLUMNS, PARAMETERS) <= COLUMNS
