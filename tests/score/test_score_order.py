"""The order in which rules, rows, firms and files come changes nothing of what a night says."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.score import prepare, rulebook
from pipeline.score.model import Rule
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
DAY = timedelta(days=1)
FILES = ("a_20170331.csv", "b_20170331.csv")
TABLES = ("evidence", "risk", "rule_outcome", "feature", "fairness", "open_document", "favourable", "rule")
Row = tuple[str, str, dict[str, Any]]
Place = Any  # the fixture of conftest.py


def _facts(firm: str, number: int) -> list[Row]:
    """Rows of seven extracts about one firm; many firms share days and points, so that ties are many."""
    day = AS_OF - (number % 3) * DAY
    month = {"month": "2017-02", "month_start": date(2017, 2, 1), "month_end": date(2017, 2, 28)}
    grid = {"licensing": ("none", "licence_missing", "permit_missing")[number % 3], "trading": "open"}
    case = {"complaint": "wage_arrears", "outcome": "open", "people": 12.0, "filed_on": day}
    hazard = {"kind": "fire", "severity": "major", "recheck": "failed", "rectify_by": day - DAY}
    return [
        (
            "grid",
            firm,
            {**grid, "inspected_on": day, "mixed_use": number % 2 == 0, "address": "甲", "business": "快餐"},
        ),
        ("grid", firm, {**grid, "inspected_on": day, "employees": 25.0, "address": "乙", "business": "小吃"}),
        ("permits", firm, {"permit_no": f"P{number}", "kind": "食品经营许可证", "status": "revoked"}),
        ("labour_cases", firm, {"case_no": f"L{number}", **case}),
        ("safety_inspections", firm, {"document_no": f"S{number}", **hazard, "inspected_on": day - 9 * DAY}),
        ("safety_inspections", firm, {"document_no": f"T{number}", **hazard, "inspected_on": day - 9 * DAY}),
        ("env_penalties", firm, {"decision_no": f"E{number}", "offence": "偷排", "decided_on": day}),
        ("employment", firm, {"insured": 2.0, "arrears_months": float(number % 5), **month}),
        ("street_cases", firm, {"case_no": f"C{number}", "offence": "obstruction", "opened_on": day}),
    ]


def _night(place: Place, rules: tuple[Rule, ...], seed: int | None) -> dict[str, list[str]]:
    """Scores one and the same night with firms, rows, files and rules in the order of a seed."""
    firms = [f"E{number}" for number in range(5)]
    numbered = [
        (extract, firm, values, number % 2, number // 2 + 1)
        for number, (extract, firm, values) in enumerate(
            row for place_no, firm in enumerate(firms) for row in _facts(firm, place_no)
        )
    ]
    if seed is not None:
        order = random.Random(seed)
        order.shuffle(firms)
        order.shuffle(numbered)
        rules = tuple(order.sample(rules, len(rules)))
    for firm in firms:
        place.firm(firm, street=("东门街道", "莲塘街道")[int(firm[1:]) % 2])
    for extract, firm, values, file, number in numbered:
        sure = 0.95 if number % 4 == 0 else 1.0
        place.row(extract, firm, file=FILES[file], number=number, probability=sure, **values)
    place.rules = rules
    place.score()
    return {name: sorted(map(repr, place.ask(f"SELECT * FROM {name}"))) for name in TABLES}


def test_the_order_of_firms_rows_files_and_rules_changes_nothing(
    make_place: Callable[..., Place],
) -> None:
    rules = rulebook.load_rules(PROJECT_ROOT / "rules")
    plain = _night(make_place(), rules, None)
    assert len(plain["evidence"]) > 20
    assert len(plain["risk"]) == 5
    assert _night(make_place(), rules, 1) == plain


@pytest.mark.parametrize("at_once", [1, 7])
def test_features_stand_in_order_however_many_are_sorted_together(
    make_place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    rules = rulebook.load_rules(PROJECT_ROOT / "rules")
    plain = make_place()
    _night(plain, rules, None)
    whole = plain.ask("FROM feature")
    keys = [(row["enterprise_id"], row["feature"]) for row in whole]
    assert len(keys) > 2 * at_once and keys == sorted(keys)
    monkeypatch.setattr(prepare, "ROWS_AT_ONCE", at_once)
    parted = make_place()
    _night(parted, rules, None)
    assert parted.ask("FROM feature") == whole
