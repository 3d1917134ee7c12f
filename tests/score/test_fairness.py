"""The list watches itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interval import wilson
from pipeline.score.fairness import GroupRate
from pipeline.score.scheme import load_scheme

AS_OF = date(2017, 3, 31)
Place = Any  # the fixture of conftest.py


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    total = hits + more
    low, high = wilson(hits, total)
    assert 0 <= low <= hits / total <= high <= 1


@pytest.mark.parametrize(
    ("group", "high", "enterprises", "outside"),
    [
        ("东门街道", 50, 1000, False),
        ("东门街道", 400, 1000, True),
        ("东门街道", 20, 40, False),
        ("街道不明", 400, 1000, False),
    ],
)
def test_a_group_far_from_all_others_is_outside(
    group: str, high: int, enterprises: int, outside: bool
) -> None:
    rate = GroupRate("street", group, enterprises, high, 9000, 450)
    assert rate.outside(load_scheme().fairness) is outside


def test_a_group_outside_wants_a_person_until_accepted(make_place) -> None:  # type: ignore[no-untyped-def]
    for accept, waiting in (((), 1), (("桂园街道",), 0)):
        place: Place = make_place(accept=accept)
        with place.night.connect() as con:
            con.execute(
                "INSERT INTO enterprise (enterprise_id, registration_state, entity_type, street, "
                "extract_count) SELECT concat('E', i), 'not_found', '企业', "
                "CASE WHEN i <= 60 THEN '桂园街道' ELSE '东门街道' END, 1 FROM range(1, 601) t(i)"
            )
            con.execute(
                'INSERT INTO stg_grid (record_id, extract, file, "row", extract_date, superseded, licensing, '
                "trading, inspected_on) SELECT concat('grid:', i), 'grid', 'a_20170331.csv', i, $day, false, "
                "'none', 'open', $day FROM range(1, 61) t(i)",
                {"day": AS_OF},
            )
            con.execute(
                'INSERT INTO record_link SELECT extract, file, "row", record_id, concat(\'E\', "row"), '
                "'certain', 1, 'x', false FROM stg_grid"
            )
        summary = place.score()
        groups = {(g["kind"], g["group"]): g for g in place.ask("SELECT * FROM fairness")}
        assert groups["street", "桂园街道"]["outside"]
        assert groups["street", "桂园街道"]["rate"] == 1.0
        seen = groups["street", "桂园街道"], groups["street", "东门街道"]
        assert [g["grid_visits"] for g in seen] == [60, 0]
        assert [g["visits_per_enterprise"] for g in seen] == [1.0, 0.0]
        assert [g["visited_share"] for g in seen] == [1.0, 0.0]
        assert [g["visited_share_of_others"] for g in seen] == [0.0, 1.0]
        held = {row["enterprise_id"] for row in place.ask("SELECT enterprise_id FROM held_line")}
        top = {row["enterprise_id"] for row in place.ask("SELECT enterprise_id FROM risk WHERE tier = 'D'")}
        assert held == (top if waiting else set())
        subjects = [a["subject"] for a in place.ask("SELECT * FROM attention")]
        assert subjects.count("桂园街道") == waiting
        assert summary.attention == len(subjects)


def test_visits_are_shown_beside_the_rates_and_only_recent_ones_count_as_recent(place: Place) -> None:
    within = load_scheme().fairness.visited_within_days
    days = {"E1": AS_OF, "E2": AS_OF - timedelta(days=within), "E3": AS_OF - timedelta(days=within + 1)}
    days["E4"] = AS_OF + timedelta(days=1)
    for firm, day in days.items():
        place.row("grid", place.firm(firm), licensing="licensed", trading="open", inspected_on=day)
    place.row("grid", "E1", licensing="licensed", trading="open", inspected_on=AS_OF)
    place.score()
    (group,) = place.ask("SELECT * FROM fairness WHERE kind = 'street'")
    assert (group["enterprises"], group["grid_visits"], group["visited_share"]) == (4, 4, 0.5)
    assert group["visits_per_enterprise"] == 1.0


def test_how_often_a_firm_was_visited_changes_no_score(make_place) -> None:  # type: ignore[no-untyped-def]
    scores = []
    for visits in (1, 5):
        place: Place = make_place()
        place.firm("E1")
        place.row("grid", "E1", licensing="three_nothings", trading="open", inspected_on=AS_OF)
        for number in range(1, visits):
            day = AS_OF - timedelta(days=number)
            place.row("grid", "E1", licensing="licensed", trading="open", inspected_on=day)
        place.score()
        scores.append(place.risk("E1")["score"])
    assert scores[0] == scores[1]
