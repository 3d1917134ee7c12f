"""Cases run on the bench, and the words in which their gates tell of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipeline.declaration import Source
from pipeline.score.gates.cases import CaseReport, CaseResult, run_cases
from pipeline.score.gates.coverage import Branch, CoverageReport, measure
from pipeline.score.gates.workbench import (
    NOTHING_SEEN,
    Bench,
    Situation,
    Verdict,
    connect,
    holds,
    situation,
)
from tests.score.rule_sample import CASES, FIRES, RECORD, feature_rule, rule

Sources = dict[str, Source]
AS_OF = date(2017, 3, 31)
DAY = timedelta(days=1)
MENDED = {"when": "outcome = 'penalised'", "percent": "25"}


def _verdicts(sources: Sources, *situations: Situation) -> list[Verdict]:
    with connect() as con:
        return Bench(con, rule(mended=MENDED), sources, situations).judge([rule(mended=MENDED)])[0]


def test_the_bench_judges_each_situation_on_its_own_day(sources: Sources) -> None:
    of_days = [Situation(AS_OF + days * DAY, RECORD) for days in (0, 100, 200, 201, -1)]
    found = _verdicts(sources, *of_days)
    assert [verdict.outcome for verdict in found] == ["hit", "hit", "hit", "clear", "clear"]
    assert [verdict.points for verdict in found[:3]] == [1000, 500, 250]


def test_half_a_hundredth_of_a_point_is_rounded_up_as_on_a_night(sources: Sources) -> None:
    made = rule(points="1", mended=MENDED | {"percent": "1"})
    mended = RECORD | {"outcome": "penalised"}
    with connect() as con:
        bench = Bench(con, made, sources, [Situation(AS_OF + days * DAY, mended) for days in (100, 101)])
        assert bench.judge([made]) == [[Verdict("hit", 1), Verdict("hit", 0)]]


def test_what_is_mended_exempt_or_blank_is_told_apart(sources: Sources) -> None:
    found = _verdicts(
        sources,
        Situation(AS_OF),
        Situation(AS_OF, RECORD | {"outcome": "penalised"}),
        Situation(AS_OF, RECORD | {"outcome": "settled"}),
        Situation(AS_OF, {name: text for name, text in RECORD.items() if name != "filed_on"}),
        Situation(AS_OF, RECORD | {"people": None}),
    )
    assert found == [
        NOTHING_SEEN,
        Verdict("hit", 250),
        Verdict("clear", 1000),
        Verdict("not_evaluated", 0),
        Verdict("not_evaluated", 1000),
    ]
    assert Verdict("not_evaluated", 0) == NOTHING_SEEN


def test_many_variants_are_judged_in_their_order(sources: Sources) -> None:
    made = rule()
    variants = [made.with_expression("condition", f"people > {number}") for number in range(125)]
    with connect() as con:
        found = Bench(con, made, sources, [Situation(AS_OF, RECORD)]).judge(variants)
    assert [verdicts[0].outcome for verdicts in found] == ["hit"] * 12 + ["clear"] * 113


def test_expressions_come_to_true_false_or_nothing_in_each_situation(sources: Sources) -> None:
    situations = [
        Situation(AS_OF, RECORD),
        Situation(AS_OF + DAY, RECORD | {"people": "9"}),
        Situation(AS_OF, RECORD | {"people": None}),
        Situation(AS_OF),
    ]
    with connect() as con:
        bench = Bench(con, rule(), sources, situations)
        assert bench.values(["people >= 10", "filed_on < $as_of"]) == [
            [True, False, None, None],
            [False, True, False, None],
        ]


def test_a_features_row_has_the_day_that_is_told_or_else_the_day_itself(sources: Sources) -> None:
    seen = {"insured_people": Decimal(2), "workers_seen": Decimal(30)}
    situations = [
        Situation(AS_OF, {}, seen),
        Situation(AS_OF, {}, seen, AS_OF - 100 * DAY),
        Situation(AS_OF, {}, {"workers_seen": Decimal(30)}),
        Situation(AS_OF, {}, {"insured_people": Decimal(2)}),
    ]
    made = feature_rule()
    with connect() as con:
        assert Bench(con, made, sources, situations).judge([made]) == [
            [Verdict("hit", 1000), Verdict("hit", 500), NOTHING_SEEN, Verdict("not_evaluated", 1000)]
        ]


@pytest.mark.parametrize(
    ("outcome", "points", "good"),
    [("hit", 1000, True), ("hit", 999, False), ("clear", 1000, False), ("clear", 999, False)],
)
def test_a_case_holds_where_outcome_and_stated_points_come_out(outcome: str, points: int, good: bool) -> None:
    stated, open_ = rule(cases=[FIRES | {"points": "1000"}, *CASES[1:]]).cases[0], rule().cases[0]
    assert holds(stated, Verdict(outcome, points)) is good
    assert holds(open_, Verdict(outcome, points)) is (outcome == "hit")


def test_a_case_is_a_situation() -> None:
    case = feature_rule().cases[0]
    assert situation(case) == Situation(case.as_of, case.record, case.features, case.occurred_on)


def test_cases_are_told_by_rule_with_what_was_expected_and_came_out(sources: Sources) -> None:
    good = rule(cases=[FIRES | {"points": "1000"}, *CASES[1:]])
    wrong = rule(id="wrong", cases=[FIRES | {"points": "999"}, CASES[1] | {"outcome": "hit"}, *CASES[2:]])
    report = run_cases((good, wrong), sources)
    assert not report.passed
    assert [result.passed for result in report.results] == [True] * 4 + [False, False, True, True]
    assert report.text().splitlines() == [
        "rules/own/wrong.yml: rule wrong, case “欠薪”: expected hit with 999, came out hit with 1000",
        "rules/own/wrong.yml: rule wrong, case “加班”: expected hit, came out clear",
        "6 of 8 cases of 2 rules hold",
    ]
    assert run_cases((good,), sources).passed


def test_a_case_that_holds_says_so() -> None:
    result = CaseResult("r", "例", "hit", "hit", "r.yml")
    assert result.sentence() == "r.yml: rule r, case “例”: passed"
    assert CaseReport(()).passed
    assert CaseReport((result,)).text() == "1 of 1 cases of 1 rules hold"


def _branch(*, covered: bool, reachable: bool = True, hint: str = "") -> Branch:
    return Branch("r", "r.yml", "condition", "people > 1", "true", covered, reachable, hint)


def test_branches_are_counted_without_those_that_nothing_reaches() -> None:
    shown, missing = _branch(covered=True), _branch(covered=False)
    idle = _branch(covered=False, reachable=False)
    report = CoverageReport((shown, shown, missing, idle))
    assert report.uncovered == (missing,)
    assert not report.passed
    assert report.text().splitlines() == [
        missing.sentence(),
        "r.yml: rule r, condition: people > 1 being true decides nothing, whatever the other inputs are; "
        "not counted",
        "2 of 3 branches of the expressions are shown by cases",
    ]
    assert CoverageReport((shown, idle)).passed
    assert CoverageReport(()).text() == "0 of 0 branches of the expressions are shown by cases"


def test_an_uncovered_branch_says_which_case_to_add() -> None:
    text = "r.yml: rule r, condition: no case shows that people > 1 is true; "
    assert _branch(covered=False).sentence() == text + "add a case in which it decides"
    assert _branch(covered=False, hint="people: 2").sentence() == text + "add a case like people: 2"
    assert Branch("r", "r.yml", "condition", "x", "true", covered=False).reachable


def test_a_term_is_shown_by_cases_that_would_come_out_otherwise(sources: Sources) -> None:
    report = measure((rule(unless=None),), sources)
    found = {(branch.term, branch.value): branch for branch in report.branches}
    terms = ("complaint = 'wage_arrears'", "people >= 10")
    assert list(found) == [(term, value) for term in terms for value in ("true", "false", "null")]
    assert [branch.covered for branch in report.branches] == [True, True, False, True, False, False]
    assert all(branch.reachable for branch in report.branches)
    hint = found["people >= 10", "false"].hint
    assert hint.startswith("as_of: 2017-03-31, record: {complaint: wage_arrears, people: ")
    assert hint.endswith(", outcome: clear")
    unknown = found["people >= 10", "null"].hint
    assert unknown == (
        "as_of: 2017-03-31, record: {complaint: wage_arrears, filed_on: 2017-03-31}, outcome: not_evaluated"
    )


def test_what_is_always_filled_is_never_asked_for_blank(sources: Sources) -> None:
    found = {(branch.term, branch.value) for branch in measure((feature_rule(),), sources).branches}
    assert {value for _, value in found} == {"true", "false", "null"}
    made = feature_rule(condition="insured_people < 5")
    assert {branch.value for branch in measure((made,), sources).branches} == {"true", "false"}


def test_without_an_end_of_values_a_branch_counts_as_reachable_and_has_no_hint(sources: Sources) -> None:
    made = feature_rule(condition="insured_people_on > $as_of - 9 AND insured_people < 5")
    missing = measure((made,), sources).uncovered
    assert missing
    assert all(branch.reachable and not branch.hint for branch in missing)
