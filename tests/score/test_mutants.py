"""Which slips are tried on a rule: each kind of change, at every place, and each changed rule once."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.score.gates.mutants import Mutant, mutants
from pipeline.score.gates.mutation import LEAST_CAUGHT, Fate, MutationReport, Trial, mutate
from tests.score.rule_sample import CASES, FIRES, RECORD, feature_rule, rule

Sources = dict[str, Source]
EXPIRY = ["expires after 199 days, one day off", "expires after 201 days, one day off"]


def _of(sources: Sources, place: str, **changes: Any) -> list[Mutant]:
    return [mutant for mutant in mutants(rule(**changes), sources) if mutant.place == place]


@pytest.mark.parametrize(
    ("condition", "slips"),
    [
        (
            "people >= 10",
            [
                *("turned over: people < 10", "boundary moved: people > 10"),
                *("10 one off: people >= 9", "10 one off: people >= 11"),
            ],
        ),
        ("people IS NULL", ["turned over: people IS NOT NULL"]),
        ("to_police", ["negated: NOT to_police"]),
        ("NOT to_police", ["NOT left out: to_police", "negated: NOT (NOT to_police)"]),
        (
            "to_police = true",
            [
                "turned over: to_police != CAST('t' AS BOOLEAN)",
                "truth turned over: to_police = CAST('f' AS BOOLEAN)",
            ],
        ),
        (
            "to_police = false",
            [
                "turned over: to_police != CAST('f' AS BOOLEAN)",
                "truth turned over: to_police = CAST('t' AS BOOLEAN)",
            ],
        ),
        (
            "filed_on < DATE '2017-01-01'",
            [
                "turned over: filed_on >= CAST('2017-01-01' AS DATE)",
                "boundary moved: filed_on <= CAST('2017-01-01' AS DATE)",
                "2017-01-01 one day off: filed_on < CAST('2016-12-31' AS DATE)",
                "2017-01-01 one day off: filed_on < CAST('2017-01-02' AS DATE)",
            ],
        ),
        (
            "people > 0.25",
            [
                *("turned over: people <= 0.25", "boundary moved: people >= 0.25"),
                *("0.25 one off: people > 0.24", "0.25 one off: people > 0.26"),
            ],
        ),
        (
            "to_police AND people > $least",
            [
                "AND and OR exchanged: to_police OR (people > $least)",
                "to_police left out of AND: people > $least",
                "people > $least left out of AND: to_police",
                "turned over: to_police AND (people <= $least)",
                "boundary moved: to_police AND (people >= $least)",
                "negated: (NOT to_police) AND (people > $least)",
            ],
        ),
        (
            "regexp_matches(remark, 'a|b|c')",
            [
                "a left out of the pattern: regexp_matches(remark, 'b|c')",
                "b left out of the pattern: regexp_matches(remark, 'a|c')",
                "c left out of the pattern: regexp_matches(remark, 'a|b')",
                "negated: NOT regexp_matches(remark, 'a|b|c')",
            ],
        ),
        (
            "regexp_matches(remark, 'a|b')",
            [
                "a left out of the pattern: regexp_matches(remark, 'b')",
                "b left out of the pattern: regexp_matches(remark, 'a')",
                "negated: NOT regexp_matches(remark, 'a|b')",
            ],
        ),
        ("regexp_matches(remark, 'a')", ["negated: NOT regexp_matches(remark, 'a')"]),
        ("contains(remark, 'a|b')", ["negated: NOT contains(remark, 'a|b')"]),
        (
            "outcome IN ('open', 'it''s')",
            [
                "turned over: outcome NOT IN ('open', 'it''s')",
                "'open' left out of the list: outcome IN ('it''s')",
                "'it''s' left out of the list: outcome IN ('open')",
                "open exchanged for refused: outcome IN ('refused', 'it''s')",
            ],
        ),
        (
            "outcome IN ('open')",
            ["turned over: outcome NOT IN ('open')", "open exchanged for refused: outcome IN ('refused')"],
        ),
        (
            "coalesce(to_police, false)",
            [
                "to_police left out of coalesce: CAST('f' AS BOOLEAN)",
                "CAST('f' AS BOOLEAN) left out of coalesce: to_police",
                "truth turned over: COALESCE(to_police, CAST('t' AS BOOLEAN))",
                "negated: COALESCE((NOT to_police), CAST('f' AS BOOLEAN))",
            ],
        ),
    ],
)
def test_the_slips_of_a_condition(sources: Sources, condition: str, slips: list[str]) -> None:
    words = dict(_vocabulary(sources))
    open_at = words["outcome"].index("open")
    after = words["outcome"][open_at + 1]
    slips = [slip.replace("refused", after) for slip in slips]
    found = _of(sources, "condition", condition=condition)
    assert sorted(mutant.what for mutant in found) == sorted(slips)
    assert all(mutant.in_expression for mutant in found)
    assert [mutant.rule.condition for mutant in found] == [mutant.what.partition(": ")[2] for mutant in found]


def _vocabulary(sources: Sources) -> list[tuple[str, list[str]]]:
    return [(name, list(column.values)) for name, column in sources["labour_cases"].columns.items()]


def test_a_word_is_exchanged_for_the_next_of_its_column_that_does_not_stand_beside_it(
    sources: Sources,
) -> None:
    (words,) = (words for name, words in _vocabulary(sources) if name == "outcome")
    last_two, first = words[-2:], words[0]
    found = _of(sources, "condition", condition=f"outcome IN ('{last_two[0]}', '{last_two[1]}')")
    told = [mutant.what.partition(":")[0] for mutant in found if "exchanged" in mutant.what]
    assert told == [f"{word} exchanged for {first}" for word in last_two], "after the last comes the first"
    every = ", ".join(f"'{word}'" for word in words)
    found = _of(sources, "condition", condition=f"outcome IN ({every})")
    assert not [mutant for mutant in found if "exchanged" in mutant.what], "there is no other word"


def test_no_change_is_tried_twice(sources: Sources) -> None:
    found = _of(sources, "condition", condition="people IN (1, 2)")
    conditions = [mutant.rule.condition for mutant in found]
    assert len(conditions) == len(set(conditions))
    assert "people IN (1, 2)" not in conditions


def test_exemption_and_mending_are_changed_and_left_out(sources: Sources) -> None:
    mended = {"when": "to_police", "percent": "50"}
    found = mutants(rule(condition="people > 1", unless="to_police", mended=mended), sources)
    by_place = {place: [one for one in found if one.place == place] for place in ("unless", "mended")}
    assert [(one.what, one.in_expression) for one in by_place["unless"]] == [
        ("negated: NOT to_police", True),
        ("left out", True),
    ]
    assert [one.rule.unless for one in by_place["unless"]] == ["NOT to_police", None]
    assert [(one.what, one.in_expression) for one in by_place["mended"]] == [
        ("negated: NOT to_police", True),
        ("left out", True),
        ("49 for 50 percent", False),
        ("51 for 50 percent", False),
    ]
    assert [one.rule.mended and one.rule.mended.percent for one in by_place["mended"]] == [50, None, 49, 51]
    assert {one.place for one in mutants(rule(condition="people > 1", unless=None), sources)} == {
        "condition",
        "fading",
    }


@pytest.mark.parametrize(("percent", "tried"), [("0", [1]), ("1", [0, 2])])
def test_a_share_is_never_made_negative(sources: Sources, percent: str, tried: list[int]) -> None:
    found = _of(sources, "mended", mended={"when": "to_police", "percent": percent})
    shares = [one.rule.mended.percent for one in found if one.rule.mended and not one.in_expression]
    assert shares == tried


def test_the_days_of_expiry_are_one_off_to_each_side(sources: Sources) -> None:
    found = _of(sources, "fading")
    assert [one.what for one in found] == EXPIRY
    assert [one.rule.fading.expires_after_days for one in found] == [199, 201]
    assert not any(one.in_expression for one in found)


def test_each_value_of_a_threshold_is_one_off_in_its_last_digit_and_the_others_stay(
    sources: Sources,
) -> None:
    dated = [
        {"value": value, "valid_from": day, "why": "试"}
        for value, day in (("1.5", "2000-01-01"), ("3", "2010-01-01"), ("20", "2015-01-01"))
    ]
    found = _of(sources, "thresholds", condition="people > $least", thresholds={"least": dated})
    assert [one.what for one in found] == [
        *("least 1.4 for 1.5", "least 1.6 for 1.5", "least 2 for 3", "least 4 for 3"),
        *("least 19 for 20", "least 21 for 20"),
    ]
    values = [[str(item.value) for item in one.rule.thresholds["least"]] for one in found]
    assert values == [
        *(["1.4", "3", "20"], ["1.6", "3", "20"], ["1.5", "2", "20"], ["1.5", "4", "20"]),
        *(["1.5", "3", "19"], ["1.5", "3", "21"]),
    ]
    assert [str(item.valid_from) for item in found[0].rule.thresholds["least"]] == [
        *("2000-01-01", "2010-01-01", "2015-01-01"),
    ]


def test_a_rule_over_features_has_no_vocabulary_and_is_changed_like_any(sources: Sources) -> None:
    found = [one.what for one in mutants(feature_rule(), sources) if one.place == "condition"]
    assert found == [
        "turned over: workers_seen <= (insured_people * 2)",
        "boundary moved: workers_seen >= (insured_people * 2)",
        "2 one off: workers_seen > (insured_people * 1)",
        "2 one off: workers_seen > (insured_people * 3)",
    ]


def _trial(fate: Fate, rule_id: str = "r") -> Trial:
    return Trial(rule_id, "rules/own/r.yml", "condition", "turned over: x", fate, "why")


def test_the_share_caught_is_of_the_slips_that_say_another_thing() -> None:
    caught, survives, same = (_trial(fate) for fate in (Fate.CAUGHT, Fate.SURVIVES, Fate.SAME))
    report = MutationReport((caught, caught, caught, survives, same))
    assert report.caught_share == 0.75
    assert not report.passed
    assert MutationReport((survives,)).caught_share == 0
    assert MutationReport((caught, survives)).caught_share == 0.5
    assert MutationReport(()).caught_share == MutationReport((same,)).caught_share == 1
    assert MutationReport((same,)).passed
    assert report.of(Fate.CAUGHT) == (caught, caught, caught)


def test_the_gate_opens_at_the_least_share_and_not_below() -> None:
    assert LEAST_CAUGHT == 0.95
    nineteen = [_trial(Fate.CAUGHT)] * 19
    assert MutationReport((*nineteen, _trial(Fate.SURVIVES))).passed
    assert not MutationReport((*nineteen[1:], _trial(Fate.SURVIVES))).passed


def test_a_report_names_survivors_then_what_is_the_same_then_counts_by_rule() -> None:
    trials = (_trial(Fate.SAME, "b"), _trial(Fate.SURVIVES, "a"), _trial(Fate.CAUGHT, "b"))
    assert MutationReport(trials).text().splitlines() == [
        "rules/own/r.yml: rule a, condition, turned over: x: survives; why",
        "rules/own/r.yml: rule b, condition, turned over: x: same; why",
        "a: 1 mutants, 0 caught, 1 survive, 0 are the same rule",
        "b: 2 mutants, 1 caught, 0 survive, 1 are the same rule",
        "all: 3 mutants, 1 caught, 1 survive, 1 are the same rule (50.0% caught)",
    ]


def test_cases_catch_slips_and_what_they_miss_is_told_with_the_mend(sources: Sources) -> None:
    dated = [{"value": "10", "valid_from": "2000-01-01", "why": "试"}]
    few = CASES[1] | {"record": RECORD | {"people": "3"}}
    made = rule(
        condition="people >= $least AND complaint = 'wage_arrears' AND people >= 0",
        thresholds={"least": dated},
        unless=None,
        cases=[FIRES, few, CASES[2], CASES[3] | {"record": RECORD | {"people": "10"}}],
    )
    trials = mutate((made,), sources).trials
    fates = {trial.what.partition(":")[0]: (trial.fate, trial.reason) for trial in trials}
    assert fates["least 11 for 10"] == (Fate.CAUGHT, "")
    assert fates["least 9 for 10"] == (Fate.SURVIVES, "add a case on each side of the limit")
    days = "add a case on the last day on which it counts, and one on the day after"
    assert [fates[what] for what in EXPIRY] == [(Fate.SURVIVES, days)] * 2
    fate, reason = fates["complaint = 'wage_arrears' left out of AND"]
    assert fate is Fate.SURVIVES
    assert re.fullmatch(r"add a case like as_of: 2017-03-31, record: \{.*\}, outcome: clear", reason)
    fate, reason = fates["people >= 0 left out of AND"]
    assert fate is Fate.SAME
    assert re.fullmatch(r"none of the \d+ combinations of words and limits tells it from the rule", reason)


def test_where_inputs_have_no_end_of_values_a_slip_in_an_expression_survives(sources: Sources) -> None:
    seen = feature_rule(condition="workers_seen_on <= $as_of AND workers_seen > insured_people * 2")
    trials = {trial.what: trial for trial in mutate((seen,), sources).trials}
    left_out = "workers_seen > (insured_people * 2) left out of AND: workers_seen_on <= $as_of"
    assert trials[left_out].fate is Fate.CAUGHT
    other = trials["workers_seen_on <= $as_of left out of AND: workers_seen > (insured_people * 2)"]
    assert (other.fate, other.reason) == (Fate.SURVIVES, "add a case on each side of the limit")


def test_a_value_keeps_its_day_and_reason_when_it_is_one_off(sources: Sources) -> None:
    dated = [{"value": "3", "valid_from": "2000-01-01", "why": "试"}]
    found = _of(sources, "thresholds", thresholds={"least": dated})
    items = [one.rule.thresholds["least"][0] for one in found]
    assert [(item.value, item.valid_from, item.why) for item in items] == [
        (Decimal(2), date(2000, 1, 1), "试"),
        (Decimal(4), date(2000, 1, 1), "试"),
    ]
