"""What a night makes of the industry catalogue: whom its rules find, and whom they leave alone."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.score.catalogue_tables import AS_OF, BAGS, BOILER, FIRST, PLATING, SPRAY, Place, loaded

RULES = {
    "restricted_capacity",
    "restricted_term_passed",
    "restricted_expanded",
    "prohibited_capacity",
    "prohibited_still_open",
    "prohibited_heavy_polluter",
    "prohibited_trade_named",
}


def outcomes(place: Place, firm: str) -> dict[str, str]:
    rows = place.ask(f"SELECT rule_id, outcome FROM rule_outcome WHERE enterprise_id = '{firm}'")
    return {row["rule_id"]: row["outcome"] for row in rows if row["rule_id"] in RULES}


def file(place: Place, firm: str, decision: str | None = "approved", **values: Any) -> None:
    """An environmental file of the firm; `decision` is the office's, not the link's."""
    row = place.row("eia_approvals", firm, **{"approval_no": "批1", "decided_on": date(2015, 5, 1), **values})
    with place.night.connect() as con:
        con.execute('UPDATE stg_eia_approvals SET decision = ? WHERE "row" = ?', [decision, row])


def test_without_a_catalogue_nothing_is_evaluated_and_says_so(place: Place) -> None:
    file(place, place.firm("E1"), process="电镀")
    place.score()
    rows = place.ask("SELECT rule_id, outcome, reason FROM rule_outcome WHERE enterprise_id = 'E1'")
    own = {row["rule_id"]: (row["outcome"], row["reason"]) for row in rows if row["rule_id"] in RULES}
    assert own == dict.fromkeys(RULES, ("not_evaluated", "目录未导入"))


def test_an_edition_that_is_not_valid_on_the_day_does_not_count(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path, valid_from=date(2017, 4, 1))
    file(place, place.firm("E1"), process="电镀")
    place.score()
    (row,) = place.ask("SELECT outcome, reason FROM rule_outcome WHERE rule_id = 'prohibited_capacity'")
    assert row == {"outcome": "not_evaluated", "reason": "目录未导入：已导入的版本当日无效"}


def test_a_declared_process_is_judged_and_a_firm_without_a_file_is_not(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("HIT"), process="除油、酸洗、电镀", eia_class="report")
    file(place, place.firm("CLEAR"), process="烹饪")
    file(place, place.firm("BLANK"))
    place.firm("NONE")
    place.score()
    assert {
        outcomes(place, "HIT")[name] for name in ("prohibited_capacity", "prohibited_heavy_polluter")
    } == {"hit"}
    for name in (
        "restricted_capacity",
        "prohibited_capacity",
        "prohibited_heavy_polluter",
        "restricted_expanded",
    ):
        assert outcomes(place, "CLEAR")[name] == "clear", name
        assert outcomes(place, "BLANK")[name] == "not_evaluated", name
        assert outcomes(place, "NONE")[name] == "not_evaluated", name
    line = place.risk("HIT")
    assert line is not None
    assert (line["categories"], line["route"], line["lead_department"]) == (
        ["prohibited"],
        "upgrade",
        "区环保水务局",
    )
    (text,) = {
        row["text"] for row in place.ask("SELECT text FROM evidence WHERE rule_id = 'prohibited_capacity'")
    }
    assert "2016版禁止类第P1条“含电镀工序的加工”（工艺“电镀”）" in text
    (basis,) = place.ask("SELECT legal_basis FROM rule WHERE rule_id = 'prohibited_capacity'")
    assert "产业导向目录》（2016版" in basis["legal_basis"]


def test_restricted_capacity_gets_upgrading_first_with_offers(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", project="某塑料厂")
    place.score()
    line = place.risk("E1")
    assert line is not None
    assert (line["categories"], line["route"]) == (["restricted"], "upgrade")
    assert "技术改造升级" in line["measures"][0]
    assert sum("自愿申请" in measure for measure in line["measures"]) == 2


def test_a_project_that_was_refused_is_seen_as_refused(place: Place) -> None:
    file(place, place.firm("E1"), decision="refused", process="机加工")
    place.score()
    assert place.ask("SELECT value FROM feature WHERE feature = 'eia_not_accepted'") == [{"value": 1.0}]


def test_industry_alone_is_never_a_finding(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    place.firm("E1", industry_code="3360")
    place.row("registry", "E1", industry_code="C3360", industry_edition="2011", business_scope="电镀加工")
    file(place, "E1", process="机加工", industry_code="3360")
    place.score()
    assert place.risk("E1") is None


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"process": "不含电镀"}, "denied"),
        ({"process": "电镀", "decision": "refused"}, "planned"),
        ({"process": "电镀", "decision": "pending"}, "planned"),
        ({"process": "电镀", "decision": None}, "matched"),
        ({"process": "电镀", "decision": "pending", "acceptance": "passed"}, "matched"),
    ],
)
def test_only_capacity_that_exists_counts(
    place: Place, tmp_path: Path, values: dict[str, Any], outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), **values)
    place.score()
    assert [row["outcome"] for row in place.ask("SELECT outcome FROM catalogue_match")] == [outcome]
    assert (place.risk("E1") is not None) == (outcome == "matched")


def test_a_later_file_that_gives_the_process_up_mends_the_earlier(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    for firm, last in (("UP", date(2016, 5, 1)), ("BACK", date(2014, 5, 1))):
        file(place, place.firm(firm), process="电镀")
        file(place, firm, process="技改后取消电镀", decided_on=last)
    place.score()
    assert outcomes(place, "UP")["prohibited_capacity"] == "clear"
    assert outcomes(place, "BACK")["prohibited_capacity"] == "hit"


def test_an_exclusion_anywhere_in_the_row_lifts_the_item(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", process="可降解料吹膜")
    place.score()
    assert place.risk("E1") is None


@pytest.mark.parametrize(
    ("edition", "code", "outcome"),
    [
        ("2011", "C3360", "matched"),
        ("2011", "33", "matched"),
        ("2011", "6210", "other_trade"),
        ("2017", "6210", "matched"),
        (None, "6210", "matched"),
    ],
)
def test_codes_only_narrow_and_only_in_their_edition(
    place: Place, tmp_path: Path, edition: str | None, code: str, outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), process="电镀")
    place.row("registry", "E1", industry_code=code, industry_edition=edition)
    place.score()
    assert [row["outcome"] for row in place.ask("SELECT outcome FROM catalogue_match")] == [outcome]


@pytest.mark.parametrize(("as_of", "outcome"), [(date(2017, 3, 31), "clear"), (date(2017, 4, 1), "hit")])
def test_an_item_with_a_term_counts_from_the_day_after(
    make_place: Callable[..., Place], tmp_path: Path, as_of: date, outcome: str
) -> None:
    place = loaded(make_place(as_of=as_of), tmp_path)
    file(place, place.firm("E1"), equipment="燃煤锅炉一台")
    place.score()
    assert outcomes(place, "E1")["prohibited_capacity"] == outcome


def test_a_passed_term_is_ordered_while_the_grid_sees_the_firm_open(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    seen = {
        "OPEN": ("open", AS_OF, "hit"),
        "LATELY": ("open", AS_OF - timedelta(days=179), "hit"),
        "LONG_AGO": ("open", AS_OF - timedelta(days=180), "not_evaluated"),
        "SHUT": ("closed", AS_OF, "clear"),
    }
    for firm, (trading, day, _) in seen.items():
        file(place, place.firm(firm), process="喷漆")
        place.row("grid", firm, trading=trading, inspected_on=day)
    place.score()
    found = {firm: outcomes(place, firm)["restricted_term_passed"] for firm in seen}
    assert found == {firm: outcome for firm, (_, _, outcome) in seen.items()}


@pytest.mark.parametrize(
    ("project", "decided_on", "outcome"),
    [
        ("某厂扩建项目", date(2017, 1, 1), "hit"),
        ("某厂扩建项目", FIRST, "clear"),
        ("某厂技改扩产项目", date(2017, 1, 1), "clear"),
        ("某厂项目", date(2017, 1, 1), "clear"),
    ],
)
def test_expansion_after_the_catalogue_only_screens(
    place: Place, tmp_path: Path, project: str, decided_on: date, outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", project=project, decided_on=decided_on)
    place.score()
    assert outcomes(place, "E1")["restricted_expanded"] == outcome
    assert place.ask("SELECT reading FROM rule WHERE rule_id = 'restricted_expanded'") == [
        {"reading": "screening"}
    ]


def test_scope_and_sight_together_only_lead_to_verifying(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    for firm, scope, seen in (
        ("BOTH", "五金电镀", "电镀作坊"),
        ("SCOPE", "五金电镀", "五金"),
        ("DENIED", "五金（不含电镀）", "电镀作坊"),
    ):
        place.row(
            "registry", place.firm(firm), business_scope=scope, industry_code="3360", industry_edition="2011"
        )
        place.row("grid", firm, business=seen, trading="open", inspected_on=AS_OF)
    place.score()
    both = place.risk("BOTH")
    assert both is not None
    assert (both["route"], both["categories"]) == ("verify", [])
    assert place.risk("SCOPE") is None
    assert place.risk("DENIED") is None


def test_an_exempt_trade_is_lifted_first(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), process="电镀")
    place.row("grid", "E1", licensing="exempt", trading="open", inspected_on=AS_OF)
    place.score()
    assert outcomes(place, "E1")["prohibited_capacity"] == "clear"


def test_rows_in_another_order_give_the_same(make_place: Callable[..., Place], tmp_path: Path) -> None:
    found = []
    for lines in ((BAGS, SPRAY, PLATING, BOILER), (BOILER, PLATING, SPRAY, BAGS)):
        place = loaded(make_place(), tmp_path, *lines)
        file(place, place.firm("E1"), process="电镀、喷漆", products="塑料袋")
        place.score()
        found.append(place.ask("SELECT rule_id, points FROM evidence ORDER BY ALL"))
    assert found[0] == found[1]
