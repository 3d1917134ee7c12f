"""What a changed rule set would change in a published ranking."""

import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RunError
from pipeline.score import rulebook
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
RULES = PROJECT_ROOT / "rules"
Place = Any  # the fixture of conftest.py


def test_firms_that_leave_the_list_are_named_with_street_and_rules(place: Place, tmp_path: Path) -> None:
    for number in (1, 2):
        place.firm(f"E{number}", street="莲塘街道")
    place.row("grid", "E1", licensing="three_nothings", trading="open", inspected_on=AS_OF)
    place.row("grid", "E2", licensing="licence_missing", trading="open", inspected_on=AS_OF)
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    assert rulebook.diff(warehouse, RULES, RULES).changes == ()
    other = tmp_path / "rules"
    shutil.copytree(RULES, other)
    path = other / "licensing" / "seen_trading_without_any_paper.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("points: 42\n", "points: 20\n"), encoding="utf-8")
    difference = rulebook.diff(warehouse, RULES, other)
    (change,) = difference.changes
    assert (change.enterprise_id, change.tier_before, change.tier_after) == ("E1", "C", "B")
    assert change.rules == ("seen_trading_without_any_paper",)
    assert "seen_trading_without_any_paper 42.00 -> 20.00" in str(difference)
    assert "莲塘街道: 0 enter the list, 1 leave it" in str(difference)


def _overdue(place: Place, firm: str, day: date) -> None:
    penalty = {"offence": "超标排放", "decision_no": "罗环罚字〔2017〕第1号", "rectify_by": day}
    place.row("env_penalties", firm, decided_on=day, rectified="overdue", **penalty)


def test_another_day_judges_the_same_facts_by_its_own_laws_and_fading(place: Place, tmp_path: Path) -> None:
    place.firm("E1", name=None, sign_name="好味小吃")
    place.row("grid", "E1", licensing="three_nothings", trading="open", inspected_on=AS_OF)
    _overdue(place, place.firm("E2", street="莲塘街道"), AS_OF - timedelta(days=30))
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    assert rulebook.diff(warehouse, RULES, RULES, AS_OF).changes == ()
    before = rulebook.diff(warehouse, RULES, RULES, AS_OF - timedelta(days=1))
    (change,) = before.changes
    assert (change.enterprise_id, change.name, change.tier_after) == ("E1", "好味小吃", None)
    assert [str(reason) for reason in change.reasons] == ["seen_trading_without_any_paper went with 42.00"]
    later = date(2027, 3, 31)
    after = rulebook.diff(warehouse, RULES, RULES, later)
    assert {change.enterprise_id for change in after.changes} == {"E1", "E2"}
    assert all(change.leaves and change.score_after is None for change in after.changes)
    told = str(after)
    assert f"judged as of {later}" in told
    assert f"the warehouse's, of {AS_OF}" in told
    assert "东门街道: 0 enter the list, 1 leave it, 1 change tier" in told
    assert "莲塘街道: 0 enter the list, 1 leave it, 1 change tier" in told


def test_a_law_that_ends_takes_its_rule_with_it(place: Place, tmp_path: Path) -> None:
    place.row("grid", place.firm("E1"), licensing="three_nothings", trading="open", inspected_on=AS_OF)
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    other = _rules_with(tmp_path, "seen_trading_without_any_paper", _ending(AS_OF + timedelta(days=1)))
    assert rulebook.diff(warehouse, other, other, AS_OF + timedelta(days=1)).changes == ()
    (change,) = rulebook.diff(warehouse, other, other, AS_OF + timedelta(days=2)).changes
    assert (change.tier_before, change.tier_after) == ("C", None)


def _ending(day: date) -> Callable[[str], str]:
    """Gives every legal basis of a rule file a last day."""

    def change(text: str) -> str:
        head, rest = text.split("legal_basis:\n", 1)
        basis, tail = re.split(r"^(?=lead_department:)", rest, maxsplit=1, flags=re.MULTILINE)
        basis = re.sub(r",? *valid_to: [-0-9]+", "", basis)
        basis = re.sub(r"(valid_from: [-0-9]+)", rf"\1, valid_to: {day}", basis)
        return f"{head}legal_basis:\n{basis}{tail}"

    return change


def _rules_with(folder: Path, rule: str, change: Callable[[str], str]) -> Path:
    """The project's rules, with one file changed."""
    other = folder / "rules"
    shutil.copytree(RULES, other)
    (path,) = other.glob(f"*/{rule}.yml")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return other


def test_answers_of_streets_lower_the_published_day_too(place: Place, tmp_path: Path) -> None:
    place.row(
        "grid",
        place.firm("E1"),
        licensing="three_nothings",
        trading="open",
        inspected_on=AS_OF - timedelta(days=9),
    )
    place.row(
        "grid",
        place.firm("E2"),
        licensing="three_nothings",
        trading="open",
        inspected_on=AS_OF - timedelta(days=9),
    )
    place.answer("E1", "legalised", AS_OF - timedelta(days=2))
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    assert rulebook.diff(warehouse, RULES, RULES).changes == ()
    (change,) = rulebook.diff(warehouse, RULES, RULES, AS_OF - timedelta(days=3)).changes
    assert (change.enterprise_id, change.tier_before, change.tier_after) == ("E1", None, "C")


def test_without_a_warehouse_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="run a night first"):
        rulebook.diff(tmp_path / "none.duckdb", RULES, RULES)
