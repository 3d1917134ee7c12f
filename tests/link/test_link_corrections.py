"""What is told of every judgement: whether it holds, and what it changed."""

from datetime import date
from typing import Any

import pytest

from pipeline.link.judgement.corrections import Tonight, attention, correction_table
from pipeline.link.judgement.judgements import IN_FORCE, REPLACED, WITHDRAWN, Given, Judgement

UNTIL = date(2017, 3, 20)


def tonight(**said: Any) -> Tonight:
    """E1 and E2 are there; the record r is of E1 tonight, and before of nothing."""
    told: dict[str, Any] = {
        "now": {"r": "E1"}, "before": {}, "earlier_aliases": {}, "aliases": {},
        "founding": frozenset(), "present": frozenset({"E1", "E2"}),
    }  # fmt: skip
    return Tonight(**told | said)


def given(verdict: str = "same", enterprise: str = "E1", state: str = IN_FORCE, record: str = "r") -> Given:
    line = Judgement(record, enterprise, verdict, "王核对", "2017-03-10T09:00:00", "实地核对")
    return Given(line, state, None if state == IN_FORCE else UNTIL)


def told(one: Given, of: Tonight) -> dict[str, Any]:
    (row,) = correction_table([one], of).to_pylist()
    return row


def test_a_judgement_is_told_with_its_day_and_reason_and_never_with_who_gave_it() -> None:
    row = told(given(), tonight())
    assert row | {"correction_id": ""} == {
        "correction_id": "", "kind": "same", "record_id": "r", "enterprise_id": "E1",
        "given_on": date(2017, 3, 10), "reason": "实地核对", "withdrawn_on": None,
        "is_in_force": True, "is_applied": True, "effect": "归入该主体，此前未归入任何主体",
    }  # fmt: skip
    assert row["correction_id"][0] == "C" and len(row["correction_id"]) == 15


@pytest.mark.parametrize(
    ("one", "of", "effect"),
    [
        (given(), tonight(before={"r": "E1"}), "维持归入该主体"),
        (given(), tonight(before={"r": "E2"}), "由E2改归该主体"),
        (given(), tonight(), "归入该主体，此前未归入任何主体"),
        (given("different", "E2"), tonight(before={"r": "E2"}), "已从该主体移出，现归E1"),
        (given("different", "E2"), tonight(), "不归入该主体，现归E1"),
        (given("different", "E2"), tonight(now={"r": None}), "不归入该主体，现未归入任何主体"),
        (given("unsure"), tonight(), "核对后仍无法判断，现归E1"),
        (given("unsure", "E2"), tonight(now={"r": None}), "核对后仍无法判断，现未归入任何主体"),
        (given("unsure"), tonight(founding=frozenset("r")), "核对后仍无法判断，现归E1"),
    ],
)
def test_what_holds_says_what_it_changed(one: Given, of: Tonight, effect: str) -> None:
    row = told(one, of)
    assert (row["effect"], row["is_in_force"], row["is_applied"]) == (effect, True, True)


@pytest.mark.parametrize(
    ("one", "of", "why"),
    [
        (given(record="gone"), tonight(), "未适用：本期没有这条记录（内容可能已更正）"),
        (given("unsure", record="gone"), tonight(), "未适用：本期没有这条记录（内容可能已更正）"),
        (
            given("same", "E2"),
            tonight(founding=frozenset("r")),
            "未适用：登记信息自身的记录就是该主体，不能改归",
        ),
        (
            given("different"),
            tonight(founding=frozenset("r")),
            "未适用：登记信息自身的记录就是该主体，不能改归",
        ),
        (given("same", "E9"), tonight(), "未适用：本期没有该主体"),
        (given("same", "E2"), tonight(), "未适用：与另一认定不一致"),
        (given("different"), tonight(), "未适用：该主体本期只有被认定的记录，或与另一认定不一致"),
    ],
)
def test_what_could_not_be_applied_says_why(one: Given, of: Tonight, why: str) -> None:
    row = told(one, of)
    assert (row["effect"], row["is_in_force"], row["is_applied"]) == (why, True, False)


@pytest.mark.parametrize(
    ("state", "now", "effect"),
    [
        (REPLACED, "E1", "已由后来的认定替代，现归E1"),
        (REPLACED, None, "已由后来的认定替代，现未归入任何主体"),
        (WITHDRAWN, "E1", "已撤回，现归E1"),
        (WITHDRAWN, None, "已撤回，现未归入任何主体"),
    ],
)
def test_what_no_longer_holds_says_since_when(state: str, now: str | None, effect: str) -> None:
    row = told(given(state=state), tonight(now={"r": now}))
    assert (row["effect"], row["withdrawn_on"]) == (effect, UNTIL)
    assert (row["is_in_force"], row["is_applied"]) == (False, False)


def test_an_enterprise_is_told_by_the_id_that_it_has_now_and_was_known_by_the_one_of_then() -> None:
    of = tonight(now={"r": "E2"}, aliases={"E1": "E2"}, earlier_aliases={"E1": "E0"}, before={"r": "E0"})
    row = told(given(), of)
    assert (row["enterprise_id"], row["effect"]) == ("E2", "维持归入该主体")
    assert told(given("different"), of)["is_applied"] is False


def test_every_line_has_an_id_of_its_own_that_lasts() -> None:
    twice = correction_table([given(), given(), given("different", "E2")], tonight()).to_pylist()
    ids = [row["correction_id"] for row in twice]
    assert len({*ids}) == 3 and ids == sorted(ids)
    assert told(given(), tonight(now={"r": None}))["correction_id"] in ids
    third = correction_table([given()] * 3, tonight())["correction_id"].to_pylist()
    assert len({*third}) == 3 and len({*third} & {*ids}) == 2
    assert correction_table([], tonight()).num_rows == 0


def lost(count: int) -> str:
    table = correction_table([given(record=f"gone{n}") for n in range(count)], tonight())
    return "".join(one.sentence for one in attention(table))


def test_a_sentence_tells_of_judgements_that_applied_to_nothing() -> None:
    quiet = [given(), given(state=REPLACED), given("different", state=WITHDRAWN, record="gone")]
    assert attention(correction_table(quiet, tonight())) == []
    assert lost(3).startswith("3条人工认定本期未能适用（更正编号C") and lost(3).count("、") == 2
    assert "等" not in lost(3) and "等）" in lost(4) and lost(4).count("、") == 2
    assert lost(1).startswith("1条")
