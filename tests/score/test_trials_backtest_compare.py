"""Shares, lifts and changes of tier: the numbers and the words in which trials tell of them."""

from datetime import date
from typing import Any

import pytest

from pipeline.score import ScoreSummary
from pipeline.score.trials.backtest import Backtest, Extent, Share
from pipeline.score.trials.compare import Change, Difference, Reason
from pipeline.score.trials.trial import Trial
from tests.score.rule_sample import rule

AS_OF = date(2017, 3, 31)
MEET = "the intervals meet: no difference is shown"


def test_a_share_of_nothing_is_no_share() -> None:
    nothing = Share(0, 0)
    assert (nothing.rate, nothing.interval, str(nothing)) == (None, None, "no answer")
    assert not nothing.apart(Share(9, 10)) and not Share(9, 10).apart(nothing)
    assert nothing.lift(Share(9, 10)) is None and Share(9, 10).lift(nothing) is None


def test_a_share_has_a_rate_and_an_interval() -> None:
    share = Share(30, 40)
    assert share.rate == 0.75
    low, high = share.interval or (0, 0)
    assert 0.59 < low < 0.61 and 0.85 < high < 0.87
    assert str(share) == "30 of 40 = 75% (60%-86%)"


def test_a_lift_is_how_many_times_the_base() -> None:
    assert Share(30, 40).lift(Share(10, 40)) == 3
    assert Share(0, 40).lift(Share(10, 40)) == 0
    assert Share(30, 40).lift(Share(0, 40)) is None


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (Share(90, 100), Share(10, 100), True),
        (Share(50, 100), Share(55, 100), False),
        (Share(50, 100), Share(50, 100), False),
        (Share(1, 2), Share(90, 100), False),
        (Share(60, 100), Share(40, 100), True),
        (Share(58, 100), Share(42, 100), False),
    ],
)
def test_shares_are_apart_where_their_intervals_do_not_meet(one: Share, other: Share, apart: bool) -> None:
    assert one.apart(other) is other.apart(one) is apart


def _backtest(ranked: Share, random: Share, least: int = 30, **extent: int) -> list[str]:
    numbers = {"nights": 2, "lines": 90, "answers": 50, "without_line": 0} | extent
    one = Backtest(
        Extent(first_night=date(2017, 1, 1), last_night=AS_OF, **numbers),
        ranked=ranked,
        random=random,
        first=ranked,
        streets={"甲街道": ranked},
        rules={"a": ranked},
        least=least,
    )
    return str(one).splitlines()


def test_a_backtest_tells_how_much_there_is_and_each_share_against_the_base() -> None:
    told = _backtest(Share(90, 100), Share(10, 100))
    share = "90 of 100 = 90% (83%-94%)"
    assert told[0] == "2 nights (2017-01-01 to 2017-03-31), 90 lines handed out, 50 rows handed back"
    assert told[2] == "random checks, the base: 10 of 100 = 10% (6%-17%)"
    assert told[3] == f"ranked lines: {share}; 9.0 times the base"
    assert told[4] == f"first 10 lines of each street: {share}; 9.0 times the base"
    assert told[5] == f"  甲街道: {share}"
    assert told[7] == f"  a: {share}; 9.0 times the base"
    assert len(told) == 9
    with_strays = _backtest(Share(90, 100), Share(10, 100), without_line=3)
    assert with_strays[1] == "  3 of them are of firms that no kept list before the visit holds"


@pytest.mark.parametrize(
    ("ranked", "random", "least", "said"),
    [
        (Share(29, 30), Share(3, 30), 30, ["9.7 times the base"]),
        (
            Share(29, 30),
            Share(3, 30),
            31,
            ["9.7 times the base", "too few answers to judge by (fewer than 31)"],
        ),
        (
            Share(39, 40),
            Share(3, 30),
            31,
            ["9.8 times the base", "too few random checks to judge by (fewer than 31)"],
        ),
        (Share(29, 30), Share(0, 30), 30, ["the base found none"]),
        (Share(15, 30), Share(15, 30), 30, ["1.0 times the base", MEET]),
        (Share(0, 0), Share(15, 30), 30, ["too few answers to judge by (fewer than 30)"]),
        (Share(15, 30), Share(0, 0), 30, ["too few random checks to judge by (fewer than 30)"]),
    ],
)
def test_what_cannot_be_judged_by_is_said(ranked: Share, random: Share, least: int, said: list[str]) -> None:
    (line,) = (line for line in _backtest(ranked, random, least) if line.startswith("ranked lines: "))
    assert line.split("; ")[1:] == said


def _change(before: str | None, after: str | None, street: str = "甲街道", **values: Any) -> Change:
    scores = {"score_before": before and "20.00", "score_after": after and "40.00"}
    told = {"enterprise_id": "E1", "name": "某店", "rules": (), "reasons": ()} | scores | values
    return Change(street=street, tier_before=before, tier_after=after, **told)


@pytest.mark.parametrize(
    ("before", "after", "enters", "leaves"),
    [
        ("B", "C", True, False),
        (None, "D", True, False),
        ("C", "D", False, False),
        ("D", "C", False, False),
        ("C", "B", False, True),
        ("D", None, False, True),
        ("A", "B", False, False),
        (None, "A", False, False),
    ],
)
def test_a_firm_enters_the_list_with_tier_c_and_leaves_it_below(
    before: str | None, after: str | None, enters: bool, leaves: bool
) -> None:
    change = _change(before, after)
    assert (change.enters, change.leaves) == (enters, leaves)


def test_a_change_is_told_with_both_sides_and_its_reasons() -> None:
    reasons = Reason("a", None, "20.00"), Reason("b", "10.00", None), Reason("c", "1.00", "2.00")
    assert str(_change("B", "C", reasons=reasons)) == (
        "E1 某店: B 20.00 -> C 40.00 (a came with 20.00; b went with 10.00; c 1.00 -> 2.00)"
    )
    assert str(_change(None, "C")) == "E1 某店: - - -> C 40.00 (the same rules with the same points)"
    assert str(_change("C", None)) == "E1 某店: C 20.00 -> - - (the same rules with the same points)"


def test_changes_are_told_by_street_and_another_day_is_named() -> None:
    changes = (_change("B", "C"), _change("C", "B"), _change("C", "D"), _change(None, "C", "乙街道"))
    told = str(Difference(AS_OF, AS_OF, changes)).splitlines()
    assert told[0] == "2017-03-31: 4 firms change tier"
    assert told[1] == "甲街道: 1 enter the list, 1 leave it, 3 change tier"
    assert told[2] == f"  {changes[0]}"
    assert told[5] == "乙街道: 1 enter the list, 0 leave it, 1 change tier"
    assert len(told) == 7
    later = str(Difference(AS_OF, date(2018, 1, 1), ())).splitlines()
    assert later[0] == "2017-03-31: 0 firms change tier"
    assert later[1].startswith("judged as of 2018-01-01: ")
    assert len(later) == 2


def _trial(**values: Any) -> list[str]:
    told: dict[str, Any] = {
        "rule": rule(), "as_of": AS_OF, "outcomes": (), "groups": (), "examples": (), "changes": (),
        "unknown": (),
    }  # fmt: skip
    return str(Trial(**(told | values))).splitlines()


def test_a_trial_counts_firms_by_outcome_and_names_why_some_are_not_evaluated() -> None:
    outcomes = (
        {"outcome": "hit", "reason": None, "firms": 2},
        {"outcome": "clear", "reason": None, "firms": 3},
        {"outcome": "not_evaluated", "reason": "相关数据中未见该主体", "firms": 4},
        {"outcome": "not_evaluated", "reason": "空白", "firms": 1},
    )
    told = _trial(outcomes=outcomes)
    assert told[0] == "sample 试验 on 2017-03-31: hit 2, clear 3, not evaluated 5 firms"
    assert told[1:3] == ["  not evaluated, 相关数据中未见该主体: 4", "  not evaluated, 空白: 1"]
    assert "examples, most points first (0 of 2):" in told


def test_a_trial_warns_where_nothing_can_be_judged() -> None:
    assert not [line for line in _trial() if "basis" in line or "does not hold" in line]
    old = rule(legal_basis=[{"law": "某法", "article": "条", "valid_from": "2018-01-01"}])
    assert _trial(rule=old)[1] == "  none of its legal bases is in force on 2017-03-31: nothing is judged"
    told = _trial(unknown=("a", "b"))
    assert told[1] == "  the warehouse does not hold a, b: run a night with them first"


def test_a_trial_counts_moves_between_tiers() -> None:
    assert "0 firms change tier" in _trial()
    told = _trial(changes=(_change("B", "C"), _change(None, "C"), _change("B", "C"), _change("C", None)))
    at = told.index("4 firms change tier:")
    assert told[at + 1 : at + 4] == ["  - -> C: 1", "  B -> C: 2", "  C -> -: 1"]


def test_a_trial_shows_examples_and_groups() -> None:
    example = {
        "enterprise_id": "E1", "name": "某店", "street": "甲街道", "points": "20.00",
        "occurred_on": AS_OF, "tier_before": None, "tier_after": "B", "text": "欠薪",
    }  # fmt: skip
    group = {"kind": "street", "group": "甲街道", "hit": 1, "clear": 3, "not_evaluated": 5}
    nobody = {"kind": "entity_type", "group": "企业", "hit": 0, "clear": 0, "not_evaluated": 5}
    told = _trial(
        examples=(example, example | {"tier_before": "C", "tier_after": None}), groups=(group, nobody)
    )
    assert "  E1 某店（甲街道）20.00, 2017-03-31, - -> B: 欠薪" in told
    assert "  E1 某店（甲街道）20.00, 2017-03-31, C -> -: 欠薪" in told
    by_street = told.index("by street (hit, clear, not evaluated, share hit of those evaluated):")
    assert told[by_street + 1] == "  甲街道: 1, 3, 5, 25.0%"
    assert told[-1] == "  企业: 0, 0, 5, -"
    assert len([line for line in told if "甲街道: " in line]) == 1


def test_a_nights_scoring_in_a_line() -> None:
    summary = ScoreSummary(3, 7, 5, {"A": 3, "C": 1, "B": 1}, (), 0)
    assert str(summary) == "3 rules, 7 findings on 5 firms (C 1, B 1, A 3)"
    missing = ScoreSummary(3, 7, 5, {"A": 5}, ("grid", "tax"), 0)
    assert str(missing) == "3 rules, 7 findings on 5 firms (A 5); not looked at: grid, tax"
