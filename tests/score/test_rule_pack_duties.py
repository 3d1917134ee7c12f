"""What departments owe, on a few rows; and what their own words do not say."""

from datetime import date
from typing import Any

from tests.score.conftest import Place


def _owed(place: Place) -> list[tuple[Any, ...]]:
    rows = place.ask("SELECT department, duty, list_kind, due_on, days_over FROM duty_owed ORDER BY ALL")
    return [tuple(row.values()) for row in rows]


def test_a_missed_check_is_the_departments_debt_and_no_point_against_the_firm(place: Place) -> None:
    place.firm("a")
    for kind, checked in (
        ("pollution", date(2016, 9, 30)),
        ("labour", date(2017, 1, 31)),
        ("work_safety", date(2017, 2, 1)),
        ("slope", date(2015, 1, 1)),
    ):
        place.row("key_lists", "a", list_kind=kind, listed_on=date(2015, 1, 1), last_checked_on=checked)
    place.row("key_lists", "a", list_kind="fire", listed_on=date(2017, 1, 5))
    place.score()
    assert _owed(place) == [
        ("区人力资源局", "check", "labour", date(2017, 2, 28), 31),
        ("区环保水务局", "check", "pollution", date(2016, 12, 31), 90),
        ("罗湖消防监管大队", "check", "fire", date(2017, 2, 28), 31),
    ]
    assert place.risk("a") is None


def test_a_complaint_is_filed_within_five_working_days(place: Place) -> None:
    place.firm("a")
    for number, received in enumerate((23, 25, 26, 31)):
        place.row("labour_cases", "a", case_no=f"C{number}", received_on=date(2017, 3, received))
    place.row("labour_cases", "a", case_no="C8", received_on=date(2017, 1, 4), filed_on=date(2017, 1, 5))
    place.row("labour_cases", "a", case_no="C9", received_on=date(2017, 1, 4), outcome="dismissed")
    place.score()
    due = place.ask("SELECT document, due_on, days_over FROM duty_due WHERE duty = 'file' ORDER BY ALL")
    assert [tuple(row.values()) for row in due] == [
        ("C0", date(2017, 3, 30), 1),
        ("C1", date(2017, 3, 31), 0),
        ("C2", date(2017, 3, 31), 0),
        ("C3", date(2017, 4, 10), -10),
    ]
    assert _owed(place) == [("区人力资源局", "file", None, date(2017, 3, 30), 1)]


def test_a_later_document_of_the_office_is_a_check_and_an_order_wants_its_recheck(place: Place) -> None:
    place.row("key_lists", place.firm("a"), list_kind="fire", last_checked_on=date(2016, 1, 1))
    document: dict[str, Any] = {"kind": "fire", "severity": "general"}
    inspected = {"inspected_on": date(2017, 3, 1)}
    place.row("safety_inspections", "a", document_no="1", recheck="passed", **document, **inspected)
    place.row(
        "safety_inspections", "a", document_no="2", rectify_by=date(2017, 3, 30), **document, **inspected
    )
    place.row(
        "safety_inspections", "a", document_no="3", rectify_by=date(2017, 3, 31), **document, **inspected
    )
    decided = {"decided_on": date(2017, 1, 1), "rectify_by": date(2017, 3, 1), "offence": "偷排"}
    place.row("env_penalties", "a", decision_no="4", rectified="open", **decided)
    place.row("env_penalties", "a", decision_no="5", rectified="done", **decided)
    place.row("env_penalties", "a", decision_no="6", standing="under_review", **decided)
    filed = {"opened_on": date(2017, 1, 1), "rectify_by": date(2017, 2, 1), "offence": "obstruction"}
    place.row("street_cases", "a", case_no="7", **filed)
    place.row("street_cases", "a", case_no="8", closed_on=date(2017, 2, 2), **filed)
    place.score()
    assert _owed(place) == [
        ("区城管局", "recheck", None, date(2017, 2, 1), 58),
        ("区环保水务局", "recheck", None, date(2017, 3, 1), 30),
        ("罗湖消防监管大队", "recheck", None, date(2017, 3, 30), 1),
    ]


def test_the_offices_decision_is_not_taken_for_the_links(place: Place) -> None:
    place.row("eia_approvals", place.firm("a"), eia_class="form", acceptance="passed")
    with place.night.connect() as con:
        con.execute("UPDATE stg_eia_approvals SET decision = 'refused'")
    place.score()
    assert place.ask("SELECT value, extract FROM feature WHERE feature = 'eia_not_accepted'") == [
        {"value": 1.0, "extract": "eia_approvals"}
    ]


def test_a_lapsed_permit_only_warns_where_the_grid_says_in_order(place: Place) -> None:
    for name, licensing in (("a", "licensed"), ("b", "permit_missing"), ("c", None)):
        place.row(
            "permits", place.firm(name), permit_no=name, kind="食品经营许可证", valid_to=date(2016, 6, 30)
        )
        place.row("grid", name, trading="open", licensing=licensing, inspected_on=date(2017, 3, 1))
    place.score()
    strict = [place.outcome(name, "permit_lapsed_still_trading") for name in ("a", "b", "c")]
    warned = [place.outcome(name, "permit_lapsed_papers_in_order") for name in ("a", "b", "c")]
    assert strict == ["clear", "hit", "hit"]
    assert warned == ["hit", "clear", "not_evaluated"]
