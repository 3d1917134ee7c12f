"""The gates on rules: every branch is shown by a case, slips are noticed, no fact counts twice."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.declaration import Source
from pipeline.score import rulebook
from pipeline.score.gates import coverage, mutation
from pipeline.score.gates.mutants import mutants
from pipeline.score.gates.mutation import LEAST_CAUGHT, Fate, MutationReport
from pipeline.score.gates.space import Space
from pipeline.score.gates.workbench import Bench, connect, situation
from pipeline.score.model import Rule
from pipeline.settings import PROJECT_ROOT

Sources = dict[str, Source]
RULES = PROJECT_ROOT / "rules"
RULE = """
id: left_open
title: 试验
clause: III.3.4
category: labour
reading: screening
status: active
legal_basis:
  - {law: 某法, article: 第一条, valid_from: 2000-01-01}
lead_department: 区人力资源局
needs: {record: labour_cases, columns: [complaint, outcome, people, filed_on]}
thresholds:
  least: [{value: 10, valid_from: 2000-01-01, why: 试}]
condition: complaint = 'wage_arrears' AND people >= $least
unless: outcome IN ('settled', 'dismissed')
mended: {when: "outcome = 'penalised'", percent: 50}
occurred_on: [filed_on]
points: 10
fading: {half_life_days: 100, expires_after_days: 200}
evidence: "{filed_on}{complaint}"
false_positives: [误]
cases:
"""
CASES = (
    "record: {complaint: wage_arrears, outcome: open, people: 10, filed_on: DAY}, outcome: hit, points: 1000",
    "record: {complaint: overtime, outcome: open, people: 10, filed_on: DAY}, outcome: clear",
    "record: {outcome: open, people: 10, filed_on: DAY}, outcome: not_evaluated",
    "record: {complaint: wage_arrears, outcome: open, people: 9, filed_on: DAY}, outcome: clear",
    "record: {complaint: wage_arrears, outcome: open, filed_on: DAY}, outcome: not_evaluated",
    "record: {complaint: wage_arrears, outcome: settled, people: 10, filed_on: DAY}, outcome: clear",
    "record: {complaint: wage_arrears, outcome: dismissed, people: 10, filed_on: DAY}, outcome: clear",
    "record: {complaint: wage_arrears, people: 10, filed_on: DAY}, outcome: hit, points: 1000",
    "points: 500, outcome: hit, "
    "record: {complaint: wage_arrears, outcome: penalised, people: 10, filed_on: DAY}",
)
LAST_DAY = "record: {complaint: wage_arrears, outcome: open, people: 10, filed_on: 2016-09-12}, outcome: hit"
DAY_AFTER = (
    "record: {complaint: wage_arrears, outcome: open, people: 10, filed_on: 2016-09-11}, outcome: clear"
)
KINDS = ("fires", "clear", "not_evaluated", "boundary")

MakeRules = Callable[..., tuple[Rule, ...]]


@pytest.fixture
def make_rules(tmp_path: Path, sources: Sources) -> MakeRules:
    """Writes the rule with some cases and words exchanged, and loads it."""

    def make(*cases: str, **words: str) -> tuple[Rule, ...]:
        text = RULE
        for old, new in words.items():
            assert old in text
            text = text.replace(old, new)
        lines = [
            f"  - {{name: 例{number}, kind: {KINDS[number % 4]}, as_of: DAY, {case}}}"
            for number, case in enumerate(cases)
        ]
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "left_open.yml").write_text(
            (text + "\n".join(lines) + "\n").replace("DAY", "2017-03-31"), encoding="utf-8"
        )
        return rulebook.load_rules(tmp_path, sources)

    return make


@pytest.fixture(scope="module")
def pack() -> tuple[Rule, ...]:
    """The project's own rules."""
    return rulebook.load_rules(RULES)


@pytest.fixture(scope="module")
def pack_mutated(pack: tuple[Rule, ...]) -> tuple[MutationReport, float]:
    """The mutation run over the pack, and its seconds of processor time."""
    start = time.process_time()
    return rulebook.mutate(pack), time.process_time() - start


def test_every_branch_of_the_pack_is_shown_by_a_case(pack: tuple[Rule, ...]) -> None:
    report = rulebook.measure_coverage(pack)
    assert [branch.sentence() for branch in report.uncovered] == []
    assert {branch.rule_id for branch in report.branches} == {rule.id for rule in pack}
    assert {branch.place for branch in report.branches} == {"condition", "unless", "mended"}


def test_cases_for_every_branch_are_enough(make_rules: MakeRules, sources: Sources) -> None:
    report = coverage.measure(make_rules(*CASES), sources)
    assert report.passed
    assert "12 of 12 branches" in report.text()


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (1, {("condition", "complaint = 'wage_arrears'", "false")}),
        (2, {("condition", "complaint = 'wage_arrears'", "null")}),
        (3, {("condition", "people >= $least", "false")}),
        (4, {("condition", "people >= $least", "null")}),
        (
            7,
            {
                ("unless", "outcome IN ('settled', 'dismissed')", "null"),
                ("mended", "outcome = 'penalised'", "null"),
            },
        ),
        (8, {("mended", "outcome = 'penalised'", "true")}),
    ],
)
def test_a_case_left_out_leaves_its_branch_uncovered(
    make_rules: MakeRules, sources: Sources, left_out: int, missing: set[tuple[str, str, str]]
) -> None:
    cases = [*CASES[:left_out], *CASES[left_out + 1 :]]
    report = coverage.measure(make_rules(*cases), sources)
    assert {(branch.place, branch.term, branch.value) for branch in report.uncovered} == missing
    assert not report.passed


def test_the_hint_is_a_case_that_covers(make_rules: MakeRules, sources: Sources) -> None:
    (branch,) = coverage.measure(make_rules(*CASES[:4], *CASES[5:]), sources).uncovered
    assert branch.where.endswith("left_open.yml")
    hint = branch.hint.removeprefix("as_of: 2017-03-31, ")
    assert hint in branch.sentence()
    assert coverage.measure(make_rules(*CASES[:4], *CASES[5:], hint), sources).passed


def test_a_case_that_would_come_out_the_same_shows_nothing(make_rules: MakeRules, sources: Sources) -> None:
    """Few people, and settled besides: that the people are few decides nothing there."""
    masked = CASES[3].replace("outcome: open", "outcome: settled")
    report = coverage.measure(make_rules(*CASES[:3], masked, *CASES[4:]), sources)
    assert [(branch.term, branch.value) for branch in report.uncovered] == [("people >= $least", "false")]


def test_a_term_that_can_decide_nothing_is_told_apart_by_computing(
    make_rules: MakeRules, sources: Sources
) -> None:
    twice = "complaint = 'wage_arrears' AND complaint <> 'overtime'"
    rules = make_rules(*CASES, **{"complaint = 'wage_arrears'": twice})
    report = coverage.measure(rules, sources)
    idle = [branch for branch in report.branches if not branch.reachable]
    assert {(branch.term, branch.value) for branch in idle} == {("complaint != 'overtime'", "false")}
    assert "decides nothing" in report.text()


def test_the_pack_notices_slips(pack_mutated: tuple[MutationReport, float]) -> None:
    report, seconds = pack_mutated
    assert report.caught_share >= LEAST_CAUGHT, report.text()
    assert len(report.trials) > 15 * len(rulebook.rule_files(RULES)) > 0
    assert {trial.place for trial in report.trials} == {
        "condition",
        "unless",
        "mended",
        "thresholds",
        "fading",
    }
    assert all(trial.reason for trial in (*report.of(Fate.SAME), *report.of(Fate.SURVIVES)))
    assert seconds < 60


def test_every_kind_of_slip_is_tried(pack_mutated: tuple[MutationReport, float]) -> None:
    told = {trial.what.split(":")[0] for trial in pack_mutated[0].trials}
    for part in (
        *("turned over", "boundary moved", "NOT left out", "AND and OR exchanged", "left out of AND"),
        *("left out of OR", "left out of coalesce", "one off", "truth turned over", "exchanged for"),
        *("left out of the list", "left out of the pattern", "negated", "one day off", "left out", "percent"),
    ):
        assert any(part in what for what in told), part


def test_a_caught_mutant_changes_what_the_night_would_say(pack: tuple[Rule, ...], sources: Sources) -> None:
    """The bench, asked mutant by mutant, says what it said of all of them at once."""
    (rule,) = rulebook.pick(pack, "street_case_overdue")
    tried = [mutant.rule for mutant in mutants(rule, sources)]
    with connect() as con:
        bench = Bench(con, rule, sources, [situation(case) for case in rule.cases])
        at_once = bench.judge(tried)
        assert at_once == [bench.judge([one])[0] for one in tried]
        assert all(verdicts != bench.judge([rule])[0] for verdicts in at_once)


@pytest.mark.parametrize(
    ("left_out", "survivors"),
    [
        (3, {"people < $least", "9 for 10", "people left out"}),
        (6, {"'dismissed' left out of the list"}),
        (8, {"49 for 50", "51 for 50"}),
    ],
)
def test_a_missing_case_lets_slips_pass(
    make_rules: MakeRules, sources: Sources, left_out: int, survivors: set[str]
) -> None:
    whole = mutation.mutate(make_rules(*CASES, LAST_DAY, DAY_AFTER), sources)
    assert whole.caught_share == 1
    cases = [*CASES[:left_out], *CASES[left_out + 1 :], LAST_DAY, DAY_AFTER]
    report = mutation.mutate(make_rules(*cases), sources)
    told = "\n".join(trial.sentence() for trial in report.of(Fate.SURVIVES))
    assert told
    assert any(word in told for word in survivors)
    assert "add a case" in told


def test_expiry_wants_a_case_on_each_side(make_rules: MakeRules, sources: Sources) -> None:
    report = mutation.mutate(make_rules(*CASES, DAY_AFTER), sources)
    assert [trial.what for trial in report.of(Fate.SURVIVES)] == [
        "expires after 199 days, one day off",
    ]


def test_what_no_combination_tells_apart_is_no_survivor(make_rules: MakeRules, sources: Sources) -> None:
    twice = "complaint = 'wage_arrears' AND complaint <> 'overtime'"
    report = mutation.mutate(
        make_rules(*CASES, LAST_DAY, DAY_AFTER, **{"complaint = 'wage_arrears'": twice}), sources
    )
    same = [trial.what for trial in report.of(Fate.SAME)]
    assert any(what.startswith("complaint != 'overtime' left out of AND") for what in same)
    assert all("combinations" in trial.reason for trial in report.of(Fate.SAME))


def test_no_more_combinations_than_can_be_judged(make_rules: MakeRules, sources: Sources) -> None:
    (rule,) = make_rules(*CASES)
    with connect() as con:
        assert len(Space(con, rule, sources).situations) == 7 * 6 * 7


def test_commands_end_with_1_where_a_gate_is_shut(
    make_rules: MakeRules, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_rules(*CASES, LAST_DAY, DAY_AFTER)
    folder = ["--rules", str(tmp_path)]
    assert cli.main(["rules", "test", *folder]) == cli.DONE
    assert cli.main(["rules", "mutate", "left_open", *folder]) == cli.DONE
    make_rules(*CASES[:4])
    assert cli.main(["rules", "test", *folder]) == cli.FAILED
    assert "no case shows that people >= $least is null" in capsys.readouterr().out
    assert cli.main(["rules", "mutate", *folder]) == cli.FAILED
    assert "survives" in capsys.readouterr().out
    assert cli.main(["rules", "mutate", "nowhere", *folder]) == cli.FAILED
    assert "there is no rule nowhere" in capsys.readouterr().err
