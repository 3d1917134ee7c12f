"""A night's scoring as a whole: outcomes, features, history, fairness, a rule from a new file."""

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import cli
from pipeline.errors import RunError
from pipeline.score import rulebook
from pipeline.settings import PROJECT_ROOT

DAY = timedelta(days=1)
AS_OF = date(2017, 3, 31)
Place = Any  # the fixture of conftest.py
NEW_RULE = """
id: closed_yet_listed
title: 新规则：网格见已停业
clause: III.3.1
category: unlicensed
reading: screening
status: active
legal_basis:
  - {law: 某法, article: 第一条, valid_from: 2000-01-01}
lead_department: 各街道办
needs: {record: grid, columns: [trading, inspected_on]}
condition: trading = 'closed'
occurred_on: [inspected_on]
points: 5
fading: {half_life_days: 100, expires_after_days: 200}
evidence: "{inspected_on}网格巡查：{trading}"
false_positives: [误记]
cases:
  - name: 停业
    kind: fires
    as_of: 2017-03-31
    record: {trading: closed, inspected_on: 2017-03-31}
    outcome: hit
    points: 500
  - {name: 在营, kind: clear, as_of: 2017-03-31, record: {trading: open}, outcome: clear}
  - {name: 没有, kind: not_evaluated, as_of: 2017-03-31, outcome: not_evaluated}
  - name: 经营状态空白
    kind: not_evaluated
    as_of: 2017-03-31
    record: {inspected_on: 2017-03-31}
    outcome: not_evaluated
  - name: 到期
    kind: boundary
    as_of: 2017-10-17
    record: {trading: closed, inspected_on: 2017-03-31}
    outcome: hit
  - name: 到期后一天
    kind: boundary
    as_of: 2017-10-18
    record: {trading: closed, inspected_on: 2017-03-31}
    outcome: clear
"""


def test_a_new_rule_is_one_file_and_no_other_change(
    tmp_path: Path, make_place: Callable[..., Place], capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(PROJECT_ROOT / "rules", rules)
    (rules / "own").mkdir()
    (rules / "own" / "closed_yet_listed.yml").write_text(NEW_RULE, encoding="utf-8")
    folder = ["--rules", str(rules)]
    assert cli.main(["rules", "check", *folder]) == cli.DONE
    assert cli.main(["rules", "mutate", "closed_yet_listed", *folder]) == cli.DONE
    assert "(100.0% caught)" in capsys.readouterr().out
    assert cli.main(["rules", "list", *folder]) == cli.DONE
    assert "closed_yet_listed  新规则：网格见已停业" in capsys.readouterr().out
    (loaded,) = rulebook.pick(rulebook.load_rules(rules), "closed_yet_listed")
    assert rulebook.run_cases((loaded,)).passed
    assert rulebook.measure_coverage((loaded,)).passed
    place = make_place(rules=rules)
    place.row("grid", place.firm("E1"), trading="closed", inspected_on=AS_OF)
    place.score()
    (line,) = place.ask("SELECT rule_id, points, text FROM evidence")
    assert (line["rule_id"], str(line["points"]), line["text"]) == (
        "closed_yet_listed",
        "5.00",
        "2017-03-31网格巡查：停业",
    )


def test_every_firm_has_one_outcome_for_every_active_rule(place: Place) -> None:
    place.firm("E1")
    place.row("grid", place.firm("E2"), licensing="three_nothings", trading="open", inspected_on=AS_OF)
    place.score()
    active = sum(rule.status == "active" for rule in rulebook.load_rules(PROJECT_ROOT / "rules"))
    (counted,) = place.ask(
        "SELECT count(*) AS n, count(DISTINCT (enterprise_id, rule_id)) AS d FROM rule_outcome"
    )
    assert counted == {"n": 2 * active, "d": 2 * active}
    assert place.outcome("E1", "seen_trading_without_any_paper") == "not_evaluated"
    assert place.outcome("E2", "seen_trading_without_any_paper") == "hit"


def test_a_stale_extract_makes_its_rules_not_evaluated_and_says_so(place: Place) -> None:
    firm = place.firm("E1")
    place.row("env_penalties", firm, decision_no="A", rectified="overdue", decided_on=AS_OF)
    place.stale.add("env_penalties")
    summary = place.score()
    assert summary.unavailable == ("env_penalties",)
    assert place.risk(firm) is None
    (line,) = place.ask("SELECT outcome, reason FROM rule_outcome WHERE rule_id = 'env_order_overdue'")
    assert line == {"outcome": "not_evaluated", "reason": "数据缺失或过期：env_penalties"}
    assert place.ask("SELECT count(*) AS n FROM linked_env_penalties") == [{"n": 1}]


def test_a_null_is_not_a_zero(place: Place) -> None:
    firm = place.firm("E1")
    place.row("env_penalties", firm, decision_no="A", decided_on=AS_OF)
    place.score()
    assert place.outcome(firm, "env_order_overdue") == "not_evaluated"
    assert place.ask("SELECT * FROM feature WHERE feature = 'eia_not_accepted'") == []
    assert place.outcome(firm, "polluting_trade_not_accepted") == "not_evaluated"


def test_superseded_rows_do_not_count(place: Place) -> None:
    place.row(
        "grid",
        place.firm("E1"),
        licensing="three_nothings",
        trading="open",
        inspected_on=AS_OF,
        superseded=True,
    )
    place.score()
    assert place.risk("E1") is None


def test_exempt_comes_first(place: Place) -> None:
    firm = place.firm("E1")
    place.row("grid", firm, licensing="three_nothings", trading="open", inspected_on=AS_OF, address="a")
    place.row("grid", firm, licensing="exempt", trading="open", inspected_on=AS_OF, address="b")
    place.score()
    assert place.risk(firm) is None


def test_not_found_in_the_registry_alone_is_no_finding(place: Place) -> None:
    place.row("tax", place.firm("E1"), period="2016Q4", sales=5.0)
    place.score()
    assert place.risk("E1") is None


def test_trading_after_strike_off_joins_registry_and_grid(place: Place) -> None:
    firm = place.firm("E1", registration_state="registered", status="revoked")
    place.row("registry", firm, status="revoked", status_on=AS_OF - 100 * DAY)
    row = place.row(
        "grid", firm, licensing="licensed", trading="open", inspected_on=AS_OF - DAY, probability=0.95
    )
    place.score()
    (line,) = place.ask("SELECT * FROM evidence WHERE rule_id = 'trading_after_strike_off'")
    assert (line["extract"], line["row"]) == ("grid", row)
    assert line["text"] == "登记状态为吊销（2016-12-21），其后网格巡查见在营（2017-03-30）"
    assert str(line["probability"]) == "0.950000"


def test_wages_insurance_and_tax_owed_together(place: Place) -> None:
    firm = place.firm("E1", registration_state="registered", status="active")
    month = {"month": "2017-02", "month_start": date(2017, 2, 1), "month_end": date(2017, 2, 28)}
    place.row("employment", firm, insured=5, arrears_months=4, **month)
    period = {"period": "2016Q4", "period_start": date(2016, 10, 1), "period_end": date(2016, 12, 31)}
    place.row("tax", firm, arrears=123456.0, **period)
    place.row(
        "labour_cases", firm, case_no="L", complaint="wage_arrears", outcome="open", people=3, filed_on=AS_OF
    )
    place.score()
    assert place.outcome(firm, "wages_insurance_and_tax_owed") == "hit"
    assert place.outcome(firm, "wages_and_insurance_owed") == "clear"
    assert not any("123456" in line["text"] for line in place.ask("SELECT text FROM evidence"))
    assert place.ask("SELECT value FROM feature WHERE feature = 'tax_in_arrears'") == [{"value": 1.0}]


def test_idle_processing_trade(place: Place) -> None:
    firm = place.firm("E1", registration_state="registered", status="active")
    quarters = [("2016Q2", 4, 6, 90.0, 60), ("2016Q3", 7, 9, 0.0, 30), ("2016Q4", 10, 12, 0.0, 10)]
    for period, first, last, revenue, people in quarters:
        end = date(2016, last, 31 if last == 12 else 30)
        values = {
            "period": period,
            "period_start": date(2016, first, 1),
            "period_end": end,
            "revenue": revenue,
        }
        place.row("operations", firm, processing_trade=True, basis="period", employees_end=people, **values)
    place.score()
    assert place.ask("SELECT value FROM feature WHERE feature = 'processing_idle_quarters'") == [
        {"value": 2.0}
    ]
    assert place.outcome(firm, "idle_workforce_gone") == "hit"


def test_ranks_order_by_tier_score_id_within_street(place: Place) -> None:
    for firm, street, licensing in (
        ("E1", "东门街道", "licence_missing"),
        ("E2", "东门街道", "three_nothings"),
        ("E3", "莲塘街道", "three_nothings"),
        ("E0", None, "three_nothings"),
    ):
        place.firm(firm, street=street)
        place.row("grid", firm, licensing=licensing, trading="open", inspected_on=AS_OF)
    place.score()
    rows = place.ask(
        "SELECT enterprise_id, rank_in_street, rank_in_district FROM risk ORDER BY rank_in_district"
    )
    assert [(r["enterprise_id"], r["rank_in_street"]) for r in rows] == [
        ("E0", 1),
        ("E2", 1),
        ("E3", 1),
        ("E1", 2),
    ]


def _publish(place: Place, day: date, score: float, tier: str) -> None:
    restricted = place.night.settings.restricted
    path = restricted / "generations" / day.isoformat() / "history.parquet"
    path.parent.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT 'E1' AS enterprise_id, DATE '{day}' AS as_of, "
            f"CAST({score} AS DECIMAL(9, 2)) AS score, '{tier}' AS tier) TO '{path}' (FORMAT parquet)"
        )
    entry = {
        "run_id": day.isoformat(),
        "as_of": day.isoformat(),
        "history": str(path.relative_to(restricted)),
    }
    with (restricted / "journal.jsonl").open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(entry) + "\n")


def test_before_is_the_last_published_night_of_an_earlier_as_of(place: Place) -> None:
    place.row("grid", place.firm("E1"), licensing="three_nothings", trading="open", inspected_on=AS_OF)
    _publish(place, AS_OF - DAY, 12.5, "B")
    _publish(place, AS_OF - 9 * DAY, 33.25, "C")
    _publish(place, AS_OF, 99.0, "D")
    place.score()
    risk = place.risk("E1")
    assert risk is not None
    assert (str(risk["score_before"]), risk["tier_before"]) == ("12.50", "B")


def test_a_missing_history_stops_the_night(place: Place) -> None:
    _publish(place, AS_OF - DAY, 12.5, "B")
    shutil.rmtree(place.night.settings.restricted / "generations")
    with pytest.raises(RunError, match="history of 2017-03-30 is missing"):
        place.score()


def test_open_documents_show_their_deadline(place: Place) -> None:
    firm = place.firm("E1")
    values = {"decision_no": "A", "rectified": "open", "rectify_by": AS_OF + DAY, "decided_on": AS_OF}
    place.row("env_penalties", firm, **values)
    place.row("env_penalties", firm, **(values | {"decision_no": "B", "rectified": "done"}))
    place.score()
    assert place.ask("SELECT document, deadline FROM open_document") == [
        {"document": "A", "deadline": AS_OF + DAY}
    ]


def test_two_runs_give_the_same_tables(make_place: Callable[..., Place]) -> None:
    seen = []
    for order in (1, -1):
        place = make_place()
        for number in list(range(6))[::order]:
            place.firm(f"E{number}")
        for number in range(6):
            place.row(
                "grid",
                f"E{number}",
                licensing="three_nothings",
                trading="open",
                inspected_on=AS_OF - number * DAY,
            )
        place.score()
        seen.append([place.ask(f"SELECT * FROM {name}") for name in ("risk", "evidence", "rule", "clause")])
    assert seen[0] == seen[1]
