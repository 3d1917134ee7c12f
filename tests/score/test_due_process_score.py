"""Due process, rules 1, 2, 3, 5, 6 and 10, as far as scoring is bound by them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RuleError
from pipeline.score import rulebook
from pipeline.score.clauses import load_policy
from pipeline.settings import PROJECT_ROOT

DAY = timedelta(days=1)
AS_OF = date(2017, 3, 31)
Place = Any  # the fixture of conftest.py


def _hazard(place: Place, firm: str, **values: object) -> int:
    found = {
        "document_no": "罗公消监字〔2017〕第1号",
        "kind": "fire",
        "severity": "major",
        "inspected_on": AS_OF - 60 * DAY,
        "rectify_by": AS_OF - 30 * DAY,
        "rechecked_on": AS_OF,
        "recheck": "failed",
    }
    return place.row("safety_inspections", firm, **(found | values))


def _no_paper(place: Place, firm: str, **values: object) -> int:
    seen = {"licensing": "three_nothings", "trading": "open", "inspected_on": AS_OF, "address": "东门中路1号"}
    return place.row("grid", firm, **(seen | values))


def test_1_score_is_a_reason_to_look_and_the_measure_is_the_mildest_of_the_clause(place: Place) -> None:
    _no_paper(place, place.firm("E1"))
    _hazard(place, place.firm("E2"))
    place.score()
    risk = place.risk("E1")
    assert risk is not None
    assert risk["route"] == "legalise"
    assert risk["measures"][0] == "符合开业条件的，督促、引导限期办理商事登记"
    assert risk["lead_department"] == "市市场和质量监管委罗湖局"
    hazard = place.risk("E2")
    assert hazard is not None and hazard["route"] == "rectify"
    texts = [line["text"] for line in place.ask("SELECT text FROM evidence")]
    assert not any(word in text for text in texts for word in ("违法者", "有罪", "认定"))


def test_1_a_screening_finding_only_leads_to_verifying(place: Place) -> None:
    place.firm("E1")
    _hazard(place, "E1", recheck="pending", rectify_by=AS_OF + DAY)
    place.score()
    risk = place.risk("E1")
    assert risk is not None
    assert (risk["route"], risk["categories"]) == ("verify", [])
    assert risk["measures"] == [load_policy().table.verify_measure]


def test_1_a_measure_without_a_law_in_force_is_not_printed(make_place: Callable[..., Place]) -> None:
    for day, banned in ((date(2017, 9, 30), True), (date(2017, 10, 1), False)):
        place = make_place(as_of=day)
        _no_paper(place, place.firm("E1"), inspected_on=day)
        place.score()
        risk = place.risk("E1")
        assert risk is not None
        assert any("取缔" in text for text in risk["measures"]) is banned
        (line,) = place.ask("SELECT legal_basis FROM evidence")
        assert ("370号" in line["legal_basis"]) is banned
        assert ("684号" in line["legal_basis"]) is not banned


def test_2_every_point_has_a_source_row_and_points_add_up_to_the_digit(place: Place) -> None:
    firm = place.firm("E1")
    row = _no_paper(place, firm, probability=0.9876543, decision="probable")
    for number in range(5):
        _hazard(place, firm, document_no=f"第{number}号", probability=1 - number / 30)
    place.row("env_penalties", firm, decision_no="A1", rectified="overdue", decided_on=AS_OF - 77 * DAY)
    place.row("labour_cases", firm, case_no="L1", complaint="wage_arrears", outcome="refused", filed_on=AS_OF)
    place.score()
    risk = place.risk(firm)
    evidence = place.ask("SELECT * FROM evidence")
    assert risk is not None
    assert sum(line["points"] for line in evidence) == risk["score"]
    assert risk["score"] < 100
    assert all(line["file"] == "a_20170331.csv" and line["row"] for line in evidence)
    (grid,) = [line for line in evidence if line["extract"] == "grid"]
    assert grid["row"] == row
    assert grid["probability"] == Decimal("0.987654")
    assert "东门中路1号" in grid["text"]
    assert {line["document"] for line in evidence} >= {"A1", "L1", "第0号"}


def test_3_below_the_line_for_probable_a_match_counts_nothing(place: Place) -> None:
    firm = place.firm("E1")
    _no_paper(place, firm, decision="review", probability=0.8)
    place.row("grid", None, decision="none", probability=0.1, licensing="three_nothings", trading="open")
    place.score()
    assert place.risk(firm) is None
    assert place.outcome(firm, "seen_trading_without_any_paper") == "not_evaluated"


def test_3_points_go_by_the_probability_of_the_match(place: Place) -> None:
    _no_paper(place, place.firm("E1"), decision="probable", probability=0.9)
    place.score()
    (line,) = place.ask("SELECT points FROM evidence")
    assert line["points"] == Decimal("37.80")


def test_2_the_worked_example_of_the_documentation(place: Place) -> None:
    firm = place.firm("E1")
    _no_paper(place, firm)
    _hazard(place, firm, rechecked_on=date(2017, 3, 1), probability=0.98, decision="probable")
    case = {"case_no": "S", "offence": "unlicensed", "opened_on": date(2016, 6, 1)}
    place.row("street_cases", firm, **case)
    place.score()
    points = [str(line["points"]) for line in place.ask("SELECT points FROM evidence ORDER BY points DESC")]
    assert points == ["36.93", "32.57", "11.58"]
    risk = place.risk(firm)
    assert risk is not None
    assert (str(risk["score"]), risk["tier"], risk["verify_identity_first"]) == ("81.08", "C", True)


def test_3_a_tier_that_rests_on_a_fuzzy_match_is_marked_and_never_the_top(place: Place) -> None:
    for firm, probability in (("E1", 0.97), ("E2", 1.0)):
        place.firm(firm)
        _no_paper(place, firm)
        _hazard(place, firm, probability=probability, decision="probable")
    place.score()
    fuzzy, sure = place.risk("E1"), place.risk("E2")
    assert fuzzy is not None and sure is not None
    assert fuzzy["score"] > 60
    assert (fuzzy["tier"], fuzzy["verify_identity_first"]) == ("C", True)
    assert fuzzy["measures"][0] == load_policy().table.verify_measure
    assert (sure["tier"], sure["verify_identity_first"]) == ("D", False)


def test_5_what_is_mended_lowers_the_score(make_place: Callable[..., Place]) -> None:
    scores = []
    for recheck in ("failed", "passed"):
        place = make_place()
        _no_paper(place, place.firm("E1"))
        _hazard(place, "E1", recheck=recheck)
        place.score()
        risk = place.risk("E1")
        scores.append(risk["score"] if risk else 0)
    assert scores[1] < scores[0]


def test_5_wages_that_were_paid_and_licences_that_were_obtained_count_nothing(place: Place) -> None:
    place.firm("E1", registration_state="registered", status="active")
    place.row("labour_cases", "E1", case_no="L", complaint="wage_arrears", outcome="settled", filed_on=AS_OF)
    place.row(
        "street_cases", "E1", case_no="S", offence="unlicensed", opened_on=AS_OF - DAY, rectified="open"
    )
    place.score()
    assert place.risk("E1") is None
    said = {line["text"] for line in place.ask("SELECT text FROM favourable")}
    assert "劳动案件已支付或整改（L）" in said


def test_5_old_evidence_fades_and_then_counts_nothing(make_place: Callable[..., Place]) -> None:
    points = []
    for age in (0, 720, 730, 731):
        place = make_place()
        when = AS_OF - age * DAY
        dates = {"rechecked_on": when, "inspected_on": when - 60 * DAY, "rectify_by": when - 30 * DAY}
        _hazard(place, place.firm("E1"), **dates)
        place.score()
        points.append(sum(line["points"] for line in place.ask("SELECT points FROM evidence")))
    assert points[:2] == [Decimal("50.00"), Decimal("25.00")]
    assert 0 < points[2] < points[1]
    assert points[3] == 0


@pytest.mark.parametrize("standing", ["under_review", "revoked", "repaired"])
def test_5_a_document_under_review_revoked_or_repaired_counts_nothing(place: Place, standing: str) -> None:
    firm = place.firm("E1")
    _hazard(place, firm, standing=standing)
    place.row(
        "env_penalties", firm, decision_no="A", rectified="overdue", decided_on=AS_OF, standing=standing
    )
    place.row(
        "labour_cases",
        firm,
        case_no="L",
        complaint="wage_arrears",
        outcome="refused",
        filed_on=AS_OF,
        standing=standing,
    )
    place.row("street_cases", firm, case_no="S", offence="unlicensed", opened_on=AS_OF, standing=standing)
    place.score()
    assert place.risk(firm) is None
    assert place.ask("SELECT * FROM open_document") == []


def test_6_a_rule_that_names_a_personal_trait_is_refused_when_loaded(tmp_path: Path) -> None:
    good = PROJECT_ROOT / "rules" / "licensing" / "unlicensed_trading_case.yml"
    folder = tmp_path / "licensing"
    folder.mkdir()
    text = good.read_text(encoding="utf-8").replace("case_no, address]", "case_no, address, 户籍]")
    (folder / good.name).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="户籍 is a personal trait"):
        rulebook.load_rules(tmp_path)


def test_6_and_7_persons_and_phones_do_not_reach_what_is_scored(place: Place) -> None:
    _no_paper(place, place.firm("E1"), operator="甲某", phone="13800000000")
    place.score()
    columns = {line["column_name"] for line in place.ask("DESCRIBE linked_grid")}
    assert not columns & {"operator", "phone"}
    assert {"licensing", "address"} <= columns
    assert "name" not in {line["column_name"] for line in place.ask("DESCRIBE linked_street_cases")}


def _building(place: Place, status: str) -> None:
    place.row(
        "illegal_buildings",
        None,
        decision="none",
        premises="P1",
        building_no="W1",
        status=status,
        address="x",
    )


def test_10_a_building_counts_only_beside_the_tenants_own_finding(place: Place) -> None:
    _building(place, "open")
    for firm in ("E1", "E2"):
        place.firm(firm, registration_state="registered", status="active")
        place.row("grid", firm, premises="P1", licensing="licensed", trading="open", inspected_on=AS_OF)
    _hazard(place, "E2")
    place.score()
    assert place.risk("E1") is None
    assert place.outcome("E2", "hazard_in_illegal_building") == "hit"


def test_10_a_legacy_building_counts_nothing(place: Place) -> None:
    _building(place, "legacy")
    place.firm("E1")
    place.row("grid", "E1", premises="P1", licensing="licensed", trading="open", inspected_on=AS_OF)
    _hazard(place, "E1")
    place.score()
    assert place.outcome("E1", "hazard_in_illegal_building") == "clear"


@pytest.mark.parametrize(("days", "outcome"), [(1, "hit"), (90, "hit"), (91, "clear")])
def test_10_a_recheck_that_the_department_owes_screens_and_is_gone_after_90_days(
    place: Place, days: int, outcome: str
) -> None:
    dates = {
        "rectify_by": AS_OF - days * DAY,
        "inspected_on": AS_OF - (days + 30) * DAY,
        "rechecked_on": None,
    }
    _hazard(place, place.firm("E1"), recheck="pending", **dates)
    place.score()
    assert place.outcome("E1", "hazard_recheck_owed") == outcome
    risk = place.risk("E1")
    if outcome == "hit":
        assert risk is not None and risk["categories"] == [] and risk["route"] == "verify"
    else:
        assert risk is None


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "refused", "filed_on": None, "received_on": AS_OF},
        {"outcome": "dismissed", "filed_on": AS_OF},
    ],
)
def test_10_a_complaint_counts_from_its_filing_and_a_dismissed_one_nothing(
    place: Place, values: dict[str, object]
) -> None:
    place.row("labour_cases", place.firm("E1"), case_no="L", complaint="wage_arrears", people=50, **values)
    place.score()
    assert place.risk("E1") is None


def test_10_few_insured_only_screens(place: Place) -> None:
    firm = place.firm("E1", registration_state="registered", status="active")
    place.row("grid", firm, licensing="licensed", trading="open", employees=40, inspected_on=AS_OF)
    month = {"month": "2017-02", "month_start": date(2017, 2, 1), "month_end": date(2017, 2, 28)}
    place.row("employment", firm, insured=2, arrears_months=0, **month)
    place.score()
    risk = place.risk(firm)
    assert risk is not None and risk["route"] == "verify" and risk["tier"] == "A"


def test_10_how_often_somebody_was_visited_and_key_lists_say_nothing(place: Place) -> None:
    firm = place.firm("E1", registration_state="registered", status="active")
    for number in range(9):
        place.row(
            "key_lists", firm, list_kind="pollution", listed_on=AS_OF, last_checked_on=AS_OF - number * DAY
        )
        _hazard(place, firm, document_no=f"{number}", severity="general", recheck="passed")
    place.score()
    assert place.risk(firm) is None
    (checked,) = place.ask("SELECT last_checked_on FROM last_checked")
    assert checked["last_checked_on"] == AS_OF
