"""Every rule file: its cases hold, and a new one works without any other change."""

from pathlib import Path

import pytest

from pipeline.errors import RuleError
from pipeline.score import rulebook
from pipeline.score.clauses import load_policy
from pipeline.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "rules"
RULE_FILES = rulebook.rule_files(RULES)
CROSS_DEPARTMENT = {
    "trading_after_strike_off",
    "permit_lapsed_still_trading",
    "trading_after_fire_halt",
    "trading_after_work_halt",
    "hazard_in_illegal_building",
    "polluting_trade_not_accepted",
    "wages_insurance_and_tax_owed",
    "many_at_work_few_insured",
    "idle_and_disordered",
}


@pytest.fixture(scope="module")
def rules() -> dict[str, rulebook.Rule]:
    return {rule.id: rule for rule in rulebook.load_rules(RULES)}


@pytest.fixture(scope="module")
def report() -> rulebook.CaseReport:
    return rulebook.run_cases(rulebook.load_rules(RULES))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_cases_of_the_rule_file_hold(path: Path, report: rulebook.CaseReport) -> None:
    own = [result for result in report.results if result.rule_id == path.stem]
    assert own
    assert [result.sentence() for result in own if not result.passed] == []


def test_rule_book_is_in_order() -> None:
    assert rulebook.check_rules(RULES) == []


def test_each_bad_type_has_two_rules_and_some_that_no_department_sees_alone(
    rules: dict[str, rulebook.Rule],
) -> None:
    for clause in ("III.3.1", "III.3.2", "III.3.3", "III.3.4", "III.3.5"):
        own = [rule for rule in rules.values() if rule.clause == clause and rule.status == "active"]
        assert len(own) >= 2
        assert any(rule.reading == "strict" for rule in own)
    assert set(rules) >= CROSS_DEPARTMENT


def test_measures_come_from_the_clause_and_mild_ones_first(rules: dict[str, rulebook.Rule]) -> None:
    policy = load_policy()
    for rule in rules.values():
        orders = [policy.order(policy.route(measure.remedy)) for measure in rule.measures]
        assert not orders or orders[0] == min(orders), rule.id


def test_a_wrong_case_is_found(tmp_path: Path) -> None:
    text = (RULES / "labour" / "insurance_owed.yml").read_text(encoding="utf-8")
    folder = tmp_path / "labour"
    folder.mkdir()
    path = folder / "insurance_owed.yml"
    path.write_text(
        text.replace("condition: insurance_arrears_months >=", "condition: insurance_arrears_months >")
    )
    (problem,) = rulebook.check_rules(tmp_path)
    assert "恰三个月" in problem
    assert str(path) in problem


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rule is found"):
        rulebook.load_rules(tmp_path)
    assert rulebook.check_rules(tmp_path)


def test_list_shows_rules_under_their_clause() -> None:
    text = rulebook.list_rules(rulebook.load_rules(RULES))
    assert text.index("III.3.1") < text.index("seen_trading_without_any_paper") < text.index("III.3.2")
    assert "no rule yet" not in text
