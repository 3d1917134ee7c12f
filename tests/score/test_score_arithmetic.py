"""Weights, allocation and score: bounded, monotone, exact to the hundredth."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import db
from pipeline.score.ranking import SQL
from pipeline.score.scheme import load_scheme
from pipeline.score.weigh import fade, weight

AS_OF = date(2017, 3, 31)


@dataclass(frozen=True)
class Found:
    rule: str
    points: int
    reading: str
    age: int
    millionths: int
    percent: int


RULES = {"r1": (42, "strict", "r1"), "r2": (36, "strict", "shared"), "r3": (12, "screening", "shared")}
findings = st.lists(
    st.builds(
        lambda rule, age, millionths, percent: Found(rule, *RULES[rule][:2], age, millionths, percent),
        rule=st.sampled_from(sorted(RULES)),
        age=st.integers(0, 700),
        millionths=st.integers(900_000, 1_000_000),
        percent=st.sampled_from([15, 100]),
    ),
    min_size=1,
    max_size=8,
)


@cache
def _con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE rule_in_force AS SELECT * FROM (VALUES "
        + ", ".join(f"('{r}', '{f}', 'c', 'k', '{k}', {p}, 365)" for r, (p, k, f) in RULES.items())
        + ") t(rule_id, fact, clause, category, reading, points, half_life_days)"
    )
    con.execute(
        "CREATE TABLE rule AS SELECT rule_id, rule_id AS title, 'l' AS legal_basis, "
        "'d' AS lead_department FROM rule_in_force"
    )
    return con


def _score(found: list[Found]) -> tuple[int, list[Decimal], str]:
    """Score in hundredths, points, tier of one firm, by the .sql files themselves."""
    con = _con()
    con.execute(
        "CREATE OR REPLACE TABLE finding (enterprise_id VARCHAR, rule_id VARCHAR, extract VARCHAR, "
        'file VARCHAR, "row" BIGINT, document VARCHAR, occurred_on DATE, expires_on DATE, '
        "probability DECIMAL(9, 6), counted_percent INTEGER, text VARCHAR)"
    )
    for number, item in enumerate(found):
        day = AS_OF - timedelta(days=item.age)
        probability = Decimal(item.millionths) / 1_000_000
        values = ["E", item.rule, "x", "f", number, None, day, day, probability, item.percent, "t"]
        con.execute(f"INSERT INTO finding VALUES ({', '.join('?' * len(values))})", values)
    bound = {"as_of": AS_OF, **load_scheme().parameters()}
    for name in ("weighed_finding", "firm_score", "firm_tier", "evidence"):
        db.materialise(con, SQL / f"{name}.sql", bound)
    (score,) = con.execute("SELECT score FROM firm_score").fetchone() or (0,)
    (tier,) = con.execute("SELECT tier FROM firm_tier").fetchone() or ("",)
    points = [row[0] for row in con.execute("SELECT points FROM evidence").fetchall()]
    return int(score), points, str(tier)


@settings(max_examples=30, deadline=None)
@given(findings)
def test_points_add_up_to_the_score_and_it_is_bounded(found: list[Found]) -> None:
    score, points, _ = _score(found)
    assert sum(points) * 100 == score
    assert 0 < score < 10_000
    assert all(point >= 0 for point in points)


@settings(max_examples=15, deadline=None)
@given(findings, findings)
def test_more_evidence_never_lowers_score_or_tier(found: list[Found], more: list[Found]) -> None:
    score, _, tier = _score(found)
    both, _, higher = _score(found + more)
    assert both >= score
    assert higher >= tier


@settings(max_examples=15, deadline=None)
@given(findings, st.randoms(use_true_random=False))
def test_the_order_of_findings_changes_no_score(found: list[Found], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    random.shuffle(shuffled)
    assert _score(shuffled)[0] == _score(found)[0]


def test_below_the_knee_points_are_the_weights_themselves() -> None:
    score, points, tier = _score([Found("r1", 42, "strict", 0, 1_000_000, 100)])
    assert (score, points, tier) == (4200, [Decimal("42.00")], "C")


def test_a_second_sight_of_the_same_fact_counts_half() -> None:
    one = Found("r2", 36, "strict", 0, 1_000_000, 100)
    other = Found("r3", 12, "screening", 0, 1_000_000, 100)
    assert _score([one, other])[1] == [Decimal("36.00"), Decimal("6.00")]


def test_above_the_knee_the_score_is_as_documented() -> None:
    found = [Found("r1", 42, "strict", 0, 1_000_000, 100), Found("r2", 36, "strict", 0, 1_000_000, 100)]
    score, points, tier = _score(found)
    assert score == 6000 + 4000 * 1800 // (1800 + 4000) == 7241
    assert sorted(points) == [Decimal("33.42"), Decimal("38.99")]
    assert tier == "D"


def test_screening_alone_never_reaches_the_top_tier() -> None:
    found = [Found("r3", 12, "screening", 0, 1_000_000, 100)] * 12
    assert _score(found)[2] in ("A", "B", "C")


def test_python_and_sql_fade_alike() -> None:
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT age, CAST(round(1000 * pow(0.5, CAST(age AS DOUBLE) / 365)) AS BIGINT) "
            "FROM range(2000) t(age)"
        ).fetchall()
    assert all(left == fade(age, 365) for age, left in rows)


@pytest.mark.parametrize(("age", "left"), [(0, 1000), (365, 500), (730, 250), (3650, 1)])
def test_fading_halves(age: int, left: int) -> None:
    assert fade(age, 365) == left


@pytest.mark.parametrize(
    ("points", "age", "percent", "probability", "hundredths"),
    [
        (30, 0, 100, 1_000_000, 3000),
        (30, 365, 100, 1_000_000, 1500),
        (30, 0, 25, 1_000_000, 750),
        (30, 0, 100, 900_000, 2700),
        (1, 0, 100, 5_000, 1),  # half a hundredth is rounded up
        (1, 0, 100, 4_999, 0),
        (7, 730, 50, 800_000, 70),
    ],
)
def test_a_weight_is_points_times_what_is_left_of_them(
    points: int, age: int, percent: int, probability: int, hundredths: int
) -> None:
    assert weight(points, age, 365, percent, probability) == hundredths
