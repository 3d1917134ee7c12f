"""Features that look across rows, offices and neighbours, on a few rows."""

from datetime import date
from typing import Any

import pytest

from tests.score.conftest import Place

OPEN_UNLICENSED: dict[str, Any] = {"trading": "open", "licensing": "none", "inspected_on": date(2017, 3, 1)}


def _value(place: Place, enterprise_id: str, feature: str) -> float | None:
    rows = place.ask(
        f"SELECT value FROM feature WHERE enterprise_id = '{enterprise_id}' AND feature = '{feature}'"
    )
    return float(rows[0]["value"]) if rows else None


def _values(place: Place, feature: str) -> dict[str, float]:
    rows = place.ask(f"SELECT enterprise_id, value FROM feature WHERE feature = '{feature}'")
    return {str(row["enterprise_id"]): float(row["value"]) for row in rows}


def test_unlicensed_neighbours_count_only_beside_the_own_finding(place: Place) -> None:
    for name in ("a", "b", "c", "d"):
        place.row("grid", place.firm(name), premises="P1", **OPEN_UNLICENSED)
    licensed = place.firm("e", registration_state="registered", status="active")
    place.row("grid", licensed, premises="P1", **OPEN_UNLICENSED | {"licensing": "licensed"})
    for name in ("f", "g", "h"):
        place.row("grid", place.firm(name), premises="P2", **OPEN_UNLICENSED)
    place.score()
    assert place.ask("SELECT premises_id, value FROM premises_feature ORDER BY ALL") == [
        {"premises_id": "P1", "value": 4.0},
        {"premises_id": "P2", "value": 3.0},
    ]
    assert place.outcome("a", "several_unlicensed_at_premises") == "hit"
    assert place.outcome("e", "several_unlicensed_at_premises") == "clear"
    assert place.outcome("f", "several_unlicensed_at_premises") == "clear"


def test_a_closed_an_exempt_and_a_registered_neighbour_are_not_counted(place: Place) -> None:
    place.row("grid", place.firm("a"), premises="P1", **OPEN_UNLICENSED)
    place.row("grid", place.firm("b"), premises="P1", **OPEN_UNLICENSED | {"trading": "closed"})
    place.row("grid", place.firm("c"), premises="P1", **OPEN_UNLICENSED | {"licensing": "exempt"})
    elsewhere = place.firm("d", registration_state="valid_code_not_held")
    place.row("grid", elsewhere, premises="P1", **OPEN_UNLICENSED)
    place.row("grid", place.firm("e"), premises="P1", **OPEN_UNLICENSED)
    later = OPEN_UNLICENSED | {"inspected_on": date(2017, 3, 9), "licensing": "licensed"}
    place.row("grid", "e", premises="P1", **later)
    place.score()
    assert _values(place, "unlicensed_at_premises") == {"a": 1, "c": 1, "d": 1, "e": 1}


def test_illegal_buildings_of_premises_leave_out_legacy_and_demolished_ones(place: Place) -> None:
    for number, status in enumerate(("open", "sealed", "legacy", "demolished")):
        place.row("illegal_buildings", None, premises="P1", building_no=f"W{number}", status=status)
    place.row("illegal_buildings", None, premises="P2", building_no="W9", status="legacy")
    place.score()
    assert place.ask("SELECT premises_id, feature, value FROM premises_feature ORDER BY ALL") == [
        {"premises_id": "P1", "feature": "premises_illegal_buildings", "value": 2.0},
        {"premises_id": "P2", "feature": "premises_illegal_buildings", "value": 0.0},
    ]


@pytest.mark.parametrize(
    ("licence_no", "licence_name", "value"),
    [
        ("91440300MA5EEDEN8X", "深圳市智兴广服装有限公司", 0),
        ("91440300MA5EEDEN8X", "智兴廣服裝公司", 0),
        ("91440300MA5EEDEN8X", "深圳市旧名贸易有限公司", 0),
        ("91440300MA5EEDEN8X", "深圳市罗湖区阿强五金店", 1),
        ("440303102345678", "深圳市罗湖区阿强五金店", 1),
        ("924403002669154275", "深圳市罗湖区阿强五金店", None),
        ("91440300MA5EEDEN8X", "欧阳小明", None),
        ("91440300MA5EEDEN8X", None, None),
    ],
)
def test_a_licence_name_differs_only_where_its_number_is_the_firms(
    place: Place, licence_no: str, licence_name: str | None, value: int | None
) -> None:
    firm = place.firm("a", registration_state="registered", status="active")
    place.row(
        "registry",
        firm,
        uscc="91440300MA5EEDEN8X",
        registration_no="440303102345678",
        name="深圳市智兴广服装有限公司",
        former_names=["深圳市旧名贸易有限公司"],
    )
    place.row("grid", firm, trading="open", licence_no=licence_no, licence_name=licence_name)
    place.score()
    assert _value(place, "a", "licence_name_differs") == value


@pytest.mark.parametrize(
    ("permit", "business", "value"),
    [
        ({"kind": "印刷经营许可证", "status": "revoked"}, "印刷", 1),
        ({"kind": "印刷经营许可证", "status": "surrendered"}, "印刷", 1),
        ({"kind": "印刷经营许可证", "status": "expired"}, "印刷", 1),
        ({"kind": "印刷经营许可证", "status": "expired", "valid_to": date(2017, 1, 1)}, "印刷", 0),
        ({"kind": "印刷经营许可证", "status": "valid"}, "印刷", 0),
        ({"kind": "印刷经营许可证", "status": "revoked"}, "服装", 0),
        ({"kind": "印刷经营许可证", "status": "revoked", "valid_from": date(2017, 3, 1)}, "印刷", None),
    ],
)
def test_an_ended_permit_speaks_where_its_own_trade_is_seen(
    place: Place, permit: dict[str, Any], business: str, value: int | None
) -> None:
    place.row("permits", place.firm("a"), permit_no="1", **permit)
    place.row("grid", "a", trading="open", business=business, inspected_on=date(2017, 3, 1))
    place.score()
    assert _value(place, "a", "permit_ended_trade_seen") == value


def test_a_renewed_permit_of_the_kind_is_no_ended_one(place: Place) -> None:
    place.row("permits", place.firm("a"), permit_no="1", kind="印刷经营许可证", status="revoked")
    place.row("permits", "a", permit_no="2", kind="印刷经营许可证", status="valid")
    place.row("grid", "a", trading="open", business="印刷", inspected_on=date(2017, 3, 1))
    place.score()
    assert _value(place, "a", "permit_ended_trade_seen") == 0


def test_a_permit_is_elsewhere_only_where_all_premises_are_known(place: Place) -> None:
    seen: dict[str, Any] = {"trading": "open", "inspected_on": date(2017, 3, 1)}
    for name, premises in (("a", "P1"), ("b", "P2"), ("c", None)):
        place.row("permits", place.firm(name), permit_no=name, kind="药品经营许可证", premises=premises)
        place.row("grid", name, premises="P1", **seen)
    place.row("permits", place.firm("d"), permit_no="d", status="expired", premises="P2")
    place.row("grid", "d", premises="P1", **seen)
    place.score()
    assert _values(place, "permit_elsewhere") == {"a": 0, "b": 1}


def test_failed_orders_are_counted_by_office(place: Place) -> None:
    hazard = {"severity": "major", "recheck": "failed", "inspected_on": date(2017, 2, 1)}
    place.row("safety_inspections", place.firm("a"), document_no="1", kind="fire", **hazard)
    place.row("safety_inspections", "a", document_no="2", kind="fire", **hazard)
    overdue = {"decision_no": "3", "decided_on": date(2017, 2, 1), "rectified": "overdue"}
    place.row("env_penalties", "a", offence="超标排放", **overdue)
    place.row("street_cases", "a", case_no="4", opened_on=date(2017, 2, 1), rectified="open")
    place.row("safety_inspections", place.firm("b"), document_no="5", kind="fire", **hazard)
    place.row("env_penalties", "b", offence="超标排放", **overdue | {"decision_no": "6"}, standing="revoked")
    place.score()
    assert _values(place, "orders_failed_offices") == {"a": 2, "b": 1}
    (finding,) = place.ask("SELECT text FROM evidence WHERE rule_id = 'orders_failed_across_offices'")
    assert "消防、环保" in finding["text"] or "环保、消防" in finding["text"]


def test_a_second_discharge_counts_only_after_an_order_that_is_still_open(place: Place) -> None:
    def decide(name: str, day: date, **values: Any) -> None:
        place.row("env_penalties", name, decision_no=f"{name}{day}", decided_on=day, **values)

    for name in ("a", "b", "c", "d"):
        place.firm(name)
        first = "done" if name == "b" else "open"
        decide(name, date(2016, 9, 1), offence="未批先建", rectified=first)
    decide("a", date(2017, 2, 1), offence="偷排", rectified="open")
    decide("b", date(2017, 2, 1), offence="偷排", rectified="open")
    decide("c", date(2017, 2, 1), offence="未验先投", rectified="open")
    decide("d", date(2016, 9, 1), offence="偷排", rectified="open")
    place.score()
    assert _values(place, "discharge_while_order_open") == {"a": 1, "b": 0, "c": 0, "d": 0}


@pytest.mark.parametrize(
    ("extract", "values", "value"),
    [
        ("env_penalties", {"decided_on": date(2017, 1, 1), "key_source": True}, 1),
        ("env_penalties", {"decided_on": date(2017, 1, 1)}, 0),
        ("eia_approvals", {"eia_class": "report", "decided": "approved"}, 1),
        ("eia_approvals", {"eia_class": "report", "decided": "refused"}, 0),
        ("eia_approvals", {"eia_class": "form", "decided": "approved"}, 0),
        ("key_lists", {"list_kind": "pollution"}, 1),
        ("key_lists", {"list_kind": "fire"}, None),
    ],
)
def test_what_makes_a_firm_high_polluting(
    place: Place, extract: str, values: dict[str, Any], value: int | None
) -> None:
    decided = values.get("decided")
    said = {name: word for name, word in values.items() if name != "decided"}
    place.row(extract, place.firm("a"), **said)
    with place.night.connect() as con:
        con.execute("UPDATE stg_eia_approvals SET decision = ?", [decided])
    place.score()
    assert _value(place, "a", "high_pollution") == value


def test_repeated_cases_count_nothing_once_all_are_settled(place: Place) -> None:
    for name, last in (("a", "open"), ("b", "settled")):
        place.firm(name)
        for number, outcome in enumerate(
            ("settled", "dismissed", "penalised" if name == "a" else "settled", last)
        ):
            place.row(
                "labour_cases",
                name,
                case_no=f"{name}{number}",
                complaint="no_contract",
                outcome=outcome,
                filed_on=date(2017, 1, 1 + number),
            )
        for number, rectified in enumerate(("done", "done", "overdue" if name == "a" else "done")):
            place.row(
                "street_cases",
                name,
                case_no=f"{name}{number}",
                offence="obstruction",
                rectified=rectified,
                opened_on=date(2017, 1, 1 + number),
            )
    place.score()
    assert _values(place, "labour_cases_filed") == {"a": 3, "b": 0}
    assert _values(place, "street_cases_year") == {"a": 3, "b": 0}
    assert _values(place, "street_order_refused") == {"a": 1, "b": 0}


def test_an_overdue_case_of_unlicensed_trade_is_one_fact(place: Place) -> None:
    place.firm("a")
    place.row("grid", "a", **OPEN_UNLICENSED)
    case = {"case_no": "C", "offence": "unlicensed", "rectified": "overdue"}
    place.row("street_cases", "a", opened_on=date(2017, 1, 1), **case)
    place.score()
    assert place.outcome("a", "unlicensed_case_overdue") == "hit"
    assert place.outcome("a", "unlicensed_refuses_order") == "not_evaluated"


def test_fire_fines_are_no_penalties_under_the_work_safety_law(place: Place) -> None:
    place.firm("a")
    for number, (kind, day) in enumerate(
        [
            ("work_safety", date(2017, 3, 1)),
            ("fire", date(2017, 3, 1)),
            ("work_safety", date(2016, 10, 2)),
            ("work_safety", date(2016, 10, 3)),
        ]
    ):
        place.row("safety_inspections", "a", document_no=f"{number}", kind=kind, fine=500, inspected_on=day)
    place.score()
    assert _value(place, "a", "work_penalties_year") == 3
    assert _value(place, "a", "work_penalties_half_year") == 2
    assert _value(place, "a", "safety_penalties_year") == 4


def test_insuring_and_listed_as_abnormal_count_from_the_day_of_the_word(place: Place) -> None:
    place.row(
        "tax",
        place.firm("a"),
        status="non_normal",
        status_on=date(2016, 10, 1),
        period="2016Q4",
        period_start=date(2016, 10, 1),
        period_end=date(2016, 12, 31),
    )
    place.row(
        "employment",
        "a",
        insured=3,
        month="201702",
        month_start=date(2017, 2, 1),
        month_end=date(2017, 2, 28),
    )
    place.row("registry", place.firm("b"), abnormal_on=date(2016, 7, 2), status="active")
    place.row("grid", "b", trading="open", inspected_on=date(2017, 3, 1))
    taken_off = {"abnormal_on": date(2016, 7, 2), "abnormal_off": date(2016, 9, 1), "status": "active"}
    place.row("registry", place.firm("c"), **taken_off)
    place.row("grid", "c", trading="open", inspected_on=date(2017, 3, 1))
    place.score()
    assert _value(place, "a", "tax_non_normal_insuring") == 123
    assert _value(place, "b", "abnormal_trading") == 242
    assert _value(place, "c", "abnormal_trading") == 0
