"""What a rule may not be, beside its clauses, sources and features."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.score.clauses import load_policy
from pipeline.score.features import Feature
from pipeline.score.model import Rule
from pipeline.score.vetting import Problem, vet
from tests.score.rule_sample import CASES, FIRES, MEASURE, RECORD, feature_rule, rule, strict_rule

Sources = dict[str, Source]

FEATURES = {
    name: Feature(name, Path(f"{name}.sql"), ("employment",), False)
    for name in ("insured_people", "workers_seen", "people")
}

COLUMNS = ["complaint", "people", "outcome", "filed_on"]
PROVIDED = MEASURE | {"clause": "IV.1.2.a"}


def _problems(made: Rule, sources: Sources) -> list[Problem]:
    return list(vet(made, load_policy(), sources, FEATURES))


def _needs(*columns: str, record: str = "labour_cases", features: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"record": record, "columns": [*COLUMNS, *columns], "features": list(features)}


def test_a_good_rule_has_no_problem(sources: Sources) -> None:
    assert _problems(rule(), sources) == []
    assert _problems(feature_rule(), sources) == []
    assert _problems(strict_rule(measures=[PROVIDED]), sources) == []
    full = rule(
        needs=_needs("case_no", "to_police", features=("workers_seen",)),
        condition="complaint = 'wage_arrears' AND people >= $least AND workers_seen > 1",
        unless="outcome = 'settled' AND to_police",
        thresholds={"least": [{"value": "10", "valid_from": "2000-01-01", "why": "试"}]},
        occurred_on=["filed_on", "extract_date"],
        document="case_no",
        evidence="{filed_on}{complaint}{workers_seen}{workers_seen_on}",
        cases=[
            FIRES | {"record": RECORD | {"standing": "revoked", "extract_date": "2017-01-01"}}
            | {"features": {"workers_seen": "2"}},
            *CASES[1:],
        ],
    )  # fmt: skip
    assert _problems(full, sources) == []


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        ({"clause": "III.9"}, ("clause",), "there is no clause III.9"),
        ({"clause": "IV.1.3", "category": "rude"}, ("category",), "there is no category rude"),
        ({"category": "unsafe"}, ("category",), "clause III.3.4 is of the category labour"),
        ({"needs": _needs("colour")}, ("needs", "columns", 4), "colour is not a column of that extract"),
        ({"needs": _needs("amount")}, ("needs", "columns", 4), "amount is an amount that rules see through"),
        ({"needs": _needs("name")}, ("needs",), "name is needed and never used"),
        ({"needs": _needs("case_no")}, ("needs",), "case_no is needed and never used"),
        ({"needs": _needs(features=("luck",))}, ("needs", "features", 0), "there is no feature luck"),
        ({"needs": _needs(features=("people",))}, ("needs",), "people is both a column and a feature"),
        ({"needs": _needs(record="weather")}, ("needs", "record"), "there is no extract weather of firms"),
        ({"needs": _needs(record="key_lists")}, ("needs", "record"), "standing on a key list is no finding"),
        ({"needs": _needs(record="labour_market")}, ("needs", "record"), "figures of a trade are no finding"),
        ({"needs": _needs(record="street_returns")}, ("needs", "record"), "what a street confirms adds no"),
        ({"condition": "people > $least"}, ("condition",), "$least is not among its thresholds"),
        ({"unless": "case_no = 'x'"}, ("unless",), "case_no is not among its needs"),
        ({"condition": "people + 1"}, ("condition",), "it comes to DOUBLE, not to true or false"),
        ({"unless": "outcome"}, ("unless",), "it comes to VARCHAR, not to true or false"),
        ({"evidence": "{case_no}{complaint}"}, ("evidence",), "{case_no} is not among its needs"),
        ({"occurred_on": ["complaint"]}, ("occurred_on", 0), "complaint is not a needed date column"),
        (
            {"occurred_on": ["filed_on", "received_on"]},
            ("occurred_on", 1),
            "received_on is not a needed date",
        ),
        ({"document": "case_no"}, ("document",), "case_no is not among its needs"),
        ({"condition": "people > 1 AND outcome = 'age'"}, ("condition",), "age is a personal trait"),
        ({"unless": "outcome = '户籍'"}, ("unless",), "户籍 is a personal trait"),
        ({"evidence": "{filed_on}性别"}, ("evidence",), "性别 is a personal trait or counts inspections"),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_told_at_its_place(
    sources: Sources, changes: dict[str, Any], place: tuple[str | int, ...], says: str
) -> None:
    problems = [one for one in _problems(rule(**changes), sources) if one[1].startswith(says)]
    assert [one[0] for one in problems] == [place]
    assert all(one[2] for one in problems)


def test_a_rule_must_look_at_mending_where_its_extract_tells_of_it(sources: Sources) -> None:
    blind = rule(
        unless=None, needs={"record": "labour_cases", "columns": ["complaint", "people", "filed_on"]}
    )
    assert _problems(blind, sources) == [
        (("needs", "columns"), "the rule does not look at whether it was mended", "use outcome")
    ]
    permits = {"record": "permits", "columns": ["kind"]}
    tells_nothing = rule(
        unless=None, needs=permits, condition="kind = 'x'", occurred_on=["extract_date"], evidence="{kind}",
        cases=[case | ({"record": {"kind": "x"}} if "record" in case else {}) for case in CASES],
    )  # fmt: skip
    assert _problems(tells_nothing, sources) == []


def test_forbidden_columns_and_features_are_told_each_with_its_number(sources: Sources) -> None:
    made = rule(needs=_needs("owner_age", features=("workers_seen", "visits_90d")))
    told = [one[0] for one in _problems(made, sources) if "personal trait" in one[1]]
    assert told == [("needs", "columns", 4), ("needs", "features", 1)]


def test_a_measure_must_be_provided_by_its_clause(sources: Sources) -> None:
    wrong, nowhere = PROVIDED | {"remedy": "R99"}, PROVIDED | {"clause": "IV.9"}
    told = _problems(strict_rule(measures=[PROVIDED, wrong, nowhere]), sources)
    assert [one[0] for one in told] == [("measures", 1, "remedy"), ("measures", 2, "remedy")]
    assert told[0][1] == "clause IV.1.2.a does not provide R99"
    assert "R13" in told[0][2]
    assert told[1][2] == "use one of a clause with remedies"


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (RECORD | {"complaint": "late"}, "complaint: late is none of "),
        (RECORD | {"filed_on": "soon"}, "filed_on: soon is no date"),
        (RECORD | {"people": "many"}, "people: many is no number"),
        (RECORD | {"to_police": "yes"}, "to_police: yes is neither true nor false"),
        (RECORD | {"colour": "red"}, "colour is not among the rule's needs"),
        (RECORD | {"case_no": "1"}, "case_no is not among the rule's needs"),
        (RECORD | {"people": None}, None),
        (RECORD | {"to_police": "false", "people": "1.5"}, None),
        (RECORD | {"outcome": "open", "standing": "revoked", "extract_date": "2017-01-01"}, None),
    ],
    ids=str,
)
def test_a_case_states_only_what_a_row_can_hold(
    sources: Sources, record: dict[str, str | None], says: str | None
) -> None:
    made = rule(
        needs=_needs("to_police"),
        condition="complaint = 'wage_arrears' AND people >= 10 AND to_police",
        cases=[CASES[0], FIRES | {"record": record}, *CASES[1:]],
    )
    told = _problems(made, sources)
    assert [(one[0], one[1][: len(says or "")]) for one in told] == ([(("cases", 1), says)] if says else [])


def test_a_case_over_features_states_only_needed_ones(sources: Sources) -> None:
    wrong = feature_rule().model_dump(mode="json")["cases"]
    wrong[0]["features"]["people"] = "3"
    (told,) = _problems(feature_rule(cases=wrong), sources)
    assert told[:2] == (("cases", 0), "people is not among the rule's needs")
