"""What street offices answer lowers points or leaves them, and never adds one."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.errors import RuleError
from pipeline.score import returns
from pipeline.score.clauses import POLICY, load_policy
from pipeline.score.returns import load_returns

DAY = timedelta(days=1)
AS_OF = date(2017, 3, 31)
VISIT = AS_OF - 5 * DAY
CATEGORIES = ("unlicensed", "unsafe", "polluting", "labour")
LOWERED = {
    "legalised": {"unlicensed"},
    "rectified": set(CATEGORIES),
    "upgraded": {"unsafe", "polluting"},
    **{answer: set(CATEGORIES) - {"labour"} for answer in ("closed_by_order", "closed_itself", "relocated")},
}
Place = Any  # the fixture of conftest.py


def _fill(place: Place, day: date, firm: str = "E1") -> None:
    """One firm with a finding of each category, all dated on a day."""
    place.firm(firm)
    place.row("grid", firm, licensing="three_nothings", trading="open", inspected_on=day)
    hazard = {"kind": "fire", "severity": "major", "document_no": "罗公消监字〔2017〕第1号"}
    dates = {"inspected_on": day - 60 * DAY, "rectify_by": day - 30 * DAY, "rechecked_on": day}
    place.row("safety_inspections", firm, recheck="failed", **hazard, **dates)
    penalty = {"offence": "超标排放", "decision_no": "罗环罚字〔2017〕第1号", "rectify_by": day + DAY}
    place.row("env_penalties", firm, decided_on=day, rectified="overdue", **penalty)
    case = {"case_no": "罗人社监〔2017〕1号", "complaint": "wage_arrears", "people": 20.0}
    place.row("labour_cases", firm, filed_on=day, outcome="refused", **case)


_SAID = """
SELECT r.enterprise_id, r.score, r.tier, r.route, r.measures,
  list(concat_ws('|', e.rule_id, e.points, e.occurred_on, e.text) ORDER BY e.rule_id) AS evidence,
  list(DISTINCT e.category ORDER BY e.category) AS categories
FROM risk r JOIN evidence e USING (enterprise_id) GROUP BY ALL
"""


def test_an_answer_mends_what_it_speaks_of_and_adds_nothing(place: Place) -> None:
    days = {"by the visit": VISIT, "later": VISIT + DAY}
    for result in ("none", *load_returns().answers):
        for name, day in days.items():
            _fill(place, day, f"{result}, {name}")
            if result != "none":
                place.answer(f"{result}, {name}", result, VISIT)
    place.score()
    said = {row.pop("enterprise_id"): row for row in place.ask(_SAID)}
    for name, day in days.items():
        untouched = said[f"none, {name}"]
        for result in load_returns().answers:
            found = said.get(f"{result}, {name}")
            mended = LOWERED.get(result, set()) if day <= VISIT else set()
            assert set(found["categories"] if found else ()) == set(CATEGORIES) - mended
            assert found == untouched if not mended else not found or found["score"] < untouched["score"]


def test_a_confirmation_after_a_mending_adds_nothing_back(place: Place) -> None:
    _fill(place, VISIT - DAY)
    place.answer("E1", "rectified", VISIT)
    place.answer("E1", "confirmed", VISIT + DAY)
    place.score()
    assert place.risk("E1") is None


def test_a_mended_finding_counts_what_its_rule_says(place: Place) -> None:
    place.firm("E1")
    penalty = {"offence": "偷排", "decision_no": "罗环罚字〔2017〕第1号", "rectified": "open"}
    place.row("env_penalties", "E1", decided_on=VISIT - DAY, **penalty)
    place.answer("E1", "rectified", VISIT)
    place.score()
    (line,) = place.ask("SELECT rule_id, counted_percent FROM evidence")
    assert line == {"rule_id": "uncontrolled_discharge", "counted_percent": 15}
    assert place.outcome("E1", "uncontrolled_discharge") == "hit"


def test_what_was_mended_away_is_clear(place: Place) -> None:
    _fill(place, VISIT)
    place.answer("E1", "legalised", VISIT)
    place.score()
    assert place.outcome("E1", "seen_trading_without_any_paper") == "clear"
    assert place.outcome("E1", "fire_hazard_failed_recheck") == "hit"


def test_an_answer_says_what_it_changed_and_stands_in_the_dossier(place: Place) -> None:
    _fill(place, VISIT)
    for result, day in (("legalised", VISIT), ("confirmed", VISIT - DAY), ("not_so", VISIT - 2 * DAY)):
        place.answer("E1", result, day)
    place.answer("E1", "rectified", AS_OF + DAY)
    place.answer("E9", "rectified", VISIT)
    place.score()
    effects = place.ask('SELECT effect FROM answer_effect ORDER BY "row"')
    assert [row["effect"] for row in effects] == ["1项依据视为已改正", "分数不变", "分数不变"]
    texts = [row["text"] for row in place.ask("SELECT text FROM favourable")]
    assert texts == ["街道核查（2017-03-24）：不属实", "街道核查（2017-03-26）：已办照"]


def test_a_streets_visit_is_a_day_that_somebody_looked(place: Place) -> None:
    _fill(place, VISIT - DAY)
    place.answer("E1", "confirmed", VISIT)
    place.score()
    (looked,) = place.ask("SELECT last_checked_on, extract FROM last_checked")
    assert looked == {"last_checked_on": VISIT, "extract": "street_returns"}


def test_an_answer_holds_after_the_firm_got_another_id(place: Place) -> None:
    _fill(place, VISIT)
    with place.night.connect() as con:
        con.execute("CREATE TABLE enterprise_alias AS SELECT 'E0' AS old_id, 'E1' AS enterprise_id")
    place.answer("E0", "rectified", VISIT)
    place.score()
    assert place.risk("E1") is None


def test_every_answer_has_a_meaning(place: Place, sources: dict[str, Source], tmp_path: Path) -> None:
    assert set(load_returns().answers) == set(sources["street_returns"].columns["result"].values)
    (tmp_path / "returns.yml").write_text(
        "least_answers: 30\nanswers:\n  rectified: {mends: [bad_manners]}\n", encoding="utf-8"
    )
    with pytest.raises(RuleError, match="bad_manners"):
        load_returns(tmp_path)
    text = (POLICY / "returns.yml").read_text(encoding="utf-8")
    (tmp_path / "returns.yml").write_text(text.replace("  pending: {}\n", ""), encoding="utf-8")
    load_returns.cache_clear()
    short = load_returns(tmp_path)
    with pytest.MonkeyPatch.context() as patch, place.night.connect() as con:
        patch.setattr(returns, "load_returns", lambda: short)
        with pytest.raises(RuleError, match="pending"):
            returns.take_answers(con, sources, AS_OF)
    load_returns.cache_clear()


def test_answers_mend_known_categories_and_none_mends_all() -> None:
    categories = set(load_policy().table.categories)
    assert all(set(answer.mends) < categories for answer in load_returns().answers.values())
