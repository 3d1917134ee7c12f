"""The policy's files: clauses and routes, which clauses rules answer for, the numbers of the score."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import RuleError
from pipeline.score.clauses import POLICY, ROUTES, clause_table, load_policy
from pipeline.score.returns import load_returns
from pipeline.score.scheme import Scheme, load_scheme
from pipeline.score.silence import clauses_in_question, load_silent, speaking, unaccounted
from tests.score.rule_sample import MEASURE, rule, strict_rule

FAIRNESS = {"least_enterprises": 1, "visited_within_days": 1, "bands": {"street": 2}}
SCHEME = {"knee": 6000, "cut_b": 1000, "cut_c": 3000, "cut_d": 6000, "sure_probability": 990_000}
SCHEME |= {"fairness": FAIRNESS}


def _silent(folder: Path, *clauses: str) -> dict[str, str]:
    lines = [f"  - {{clause: {clause}, reason: 无数据{n}}}" for n, clause in enumerate(clauses)]
    (folder / "silent.yml").write_text("\n".join(["clauses:", *lines, ""]), encoding="utf-8")
    load_silent.cache_clear()
    return load_silent(folder)


def test_the_reason_of_each_silent_clause_is_read_and_none_may_stand_twice(tmp_path: Path) -> None:
    assert _silent(tmp_path, "III.1", "III.2") == {"III.1": "无数据0", "III.2": "无数据1"}
    with pytest.raises(RuleError, match=r"the clause III\.1 stands twice") as raised:
        _silent(tmp_path, "III.1", "III.1")
    assert raised.value.where == str(tmp_path / "silent.yml")


def test_rules_answer_for_the_bad_types_and_the_measures_against_them() -> None:
    asked = clauses_in_question(load_policy())
    assert list(asked) == sorted(asked)
    assert {"III.3.1", "III.3.4", "IV.1.1", "IV.1.3", "IV.1.2.a"} <= set(asked) < set(load_policy().clauses)
    assert all(name.startswith(("III.", "IV.1.")) for name in asked)


def test_a_rule_speaks_to_its_clause_to_those_of_its_measures_and_to_the_whole_of_a_sentence() -> None:
    made = strict_rule(clause="III.3.4", measures=[MEASURE | {"clause": "IV.1.3.b"}])
    for clause in ("III.3.4", "IV.1.3.b", "IV.1.3"):
        assert speaking(clause, [made]) == ["sample"], clause
    for clause in ("III.3", "III.3.40", "III.3.4.a", "IV.1.3.a", "IV.1", "IV.1.3."):
        assert speaking(clause, [made]) == [], clause


def test_a_sentence_is_told_by_its_letter() -> None:
    """III.3.4 is no sentence of III.3, though it is as long as one."""
    assert speaking("III.3", [rule(clause="III.3.4")]) == []
    assert speaking("III.3", [rule(clause="III.3.d")]) == ["sample"]


def test_retired_rules_speak_no_more_and_others_are_named_in_order() -> None:
    rules = [rule(id="b"), rule(id="a", status="draft"), rule(id="c", status="retired")]
    assert speaking("III.3.4", rules) == ["a", "b"]


def test_every_clause_is_covered_or_silent_and_never_both() -> None:
    policy = load_policy()
    silent = dict.fromkeys(clauses_in_question(policy), "无数据")
    assert list(unaccounted((), policy, silent)) == []
    two = (rule(id="b"), rule(id="a"))
    (both,) = unaccounted(two, policy, silent)
    assert both == "clause III.3.4: a speaks to it; take it out of policy/silent.yml"
    del silent["III.3.4"]
    assert list(unaccounted(two, policy, silent)) == []
    (neither,) = unaccounted((), policy, silent)
    assert neither == "clause III.3.4: no rule speaks to it; write one, or say why not in policy/silent.yml"
    (foreign,) = unaccounted(two, policy, silent | {"I.1": "无数据"})
    assert foreign == "clause I.1: it is not one that rules answer for; take it out of policy/silent.yml"


def test_a_scheme_may_lie_at_its_bounds() -> None:
    least = {"knee": 1, "cut_b": 1, "cut_c": 2, "cut_d": 3, "sure_probability": 1}
    most = {"knee": 9999, "cut_b": 9997, "cut_c": 9998, "cut_d": 9999, "sure_probability": 1_000_000}
    for numbers in (least, most):
        parameters = Scheme.model_validate(SCHEME | numbers).parameters()
        assert parameters == numbers | {"span": 10_000 - numbers["knee"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"knee": 0},
        {"knee": 10_000},
        {"cut_b": 0},
        {"cut_b": 3000},
        {"cut_c": 6000},
        {"cut_b": 3001},
        {"cut_c": 6001},
        {"cut_d": 10_000},
        {"sure_probability": 0},
        {"sure_probability": 1_000_001},
        {"fairness": FAIRNESS | {"least_enterprises": 0}},
        {"fairness": FAIRNESS | {"visited_within_days": 0}},
    ],
    ids=str,
)
def test_beyond_its_bounds_a_scheme_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"greater than|less than|cuts must rise"):
        Scheme.model_validate(SCHEME | wrong)


def test_the_house_has_a_scheme() -> None:
    load_scheme.cache_clear()
    scheme = load_scheme()
    assert 0 < scheme.cut_b < scheme.cut_c < scheme.cut_d
    assert scheme.fairness.bands.keys() == {"street", "entity_type", "size_band", "seen_by", "registered"}


def test_routes_rise_from_mild_to_hard_and_every_remedy_has_one() -> None:
    policy = load_policy()
    assert [policy.order(route) for route in ROUTES] == list(range(7))
    assert {policy.route(remedy) for remedy in policy.plan.remedies} <= set(ROUTES)


def _routes(folder: Path, change: dict[str, Any]) -> Path:
    """The policy's files, with keys of routes.yml exchanged."""
    table = yaml.safe_load((POLICY / "routes.yml").read_text(encoding="utf-8"))
    (folder / "routes.yml").write_text(yaml.safe_dump(table | change, allow_unicode=True), encoding="utf-8")
    (folder / "clauses.yml").write_text(
        (POLICY / "clauses.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    load_policy.cache_clear()
    return folder


def test_routes_that_do_not_fit_the_plan_are_refused_by_name(tmp_path: Path) -> None:
    table = yaml.safe_load((POLICY / "routes.yml").read_text(encoding="utf-8"))
    assert load_policy(_routes(tmp_path, {"verify_measure": "核"})).table.verify_measure == "核"
    without = dict(list(table["remedies"].items())[1:])
    (gone,) = table["remedies"].keys() - without.keys()
    wrong = {
        f"do not fit: {gone}": {"remedies": without},
        "do not fit: R99": {"remedies": table["remedies"] | {"R99": "verify"}},
        "do not fit: punish": {"remedies": table["remedies"] | {gone: "punish"}},
        "do not fit: order of routes": {"routes": table["routes"][::-1]},
        "at least 1 character": {"verify_measure": ""},
    }
    for says, change in wrong.items():
        with pytest.raises(RuleError, match=says) as raised:
            load_policy(_routes(tmp_path, change))
        assert raised.value.where.startswith(str(tmp_path / "routes.yml"))
    load_policy.cache_clear()


def test_the_clause_table_has_every_clause_once_with_kind_title_and_remedies() -> None:
    policy = load_policy()
    rows = {row["clause"]: row for row in clause_table(policy).to_pylist()}
    assert list(rows) == sorted(policy.clauses)
    labour = rows["III.3.4"]
    assert labour["category"] == "labour"
    assert labour["title"] == policy.table.categories["labour"]
    assert labour["kind"] == policy.clauses["III.3.4"].kind
    plain = next(clause for clause in policy.plan.clauses if not clause.kind)
    assert rows[plain.id]["kind"] == "measure"
    assert all((row["title"] is None) == (row["category"] is None) for row in rows.values())
    assert {row["document_no"] for row in rows.values()} == {policy.plan.document.no}
    named = next(clause for clause in policy.plan.clauses if clause.remedies)
    assert rows[named.id]["remedies"] == [policy.plan.remedies[name].zh for name in named.remedies]
    assert isinstance(labour["departments"], list)


def test_answers_need_at_least_one_to_judge_by(tmp_path: Path) -> None:
    for least, good in (("1", True), ("0", False)):
        text = f"least_answers: {least}\nanswers:\n  rectified: {{mends: [labour]}}\n"
        (tmp_path / "returns.yml").write_text(text, encoding="utf-8")
        load_returns.cache_clear()
        if good:
            assert load_returns(tmp_path).answers["rectified"].mends == ("labour",)
        else:
            with pytest.raises(RuleError, match="greater than 0"):
                load_returns(tmp_path)
    load_returns.cache_clear()
