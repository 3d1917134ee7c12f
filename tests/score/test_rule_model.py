"""What a rule file may hold, and what a rule says of one day: laws, thresholds, measures."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.score.model import LegalBasis
from tests.score.rule_sample import BASIS, CASES, FIRES, MEASURE, feature_rule, rule, strict_rule

DAY = timedelta(days=1)
FIRST, LAST = date(2015, 1, 1), date(2017, 12, 31)


def _basis(valid_from: date = FIRST, valid_to: date | None = LAST, law: str = "某法") -> dict[str, Any]:
    return {"law": law, "article": "第一条", "valid_from": str(valid_from)} | (
        {"valid_to": str(valid_to)} if valid_to else {}
    )


@pytest.mark.parametrize(
    ("day", "valid"), [(FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)]
)
def test_an_article_is_in_force_from_its_first_to_its_last_day(day: date, valid: bool) -> None:
    assert LegalBasis.model_validate(_basis()).valid(day) is valid


def test_an_article_without_a_last_day_is_in_force_from_its_first_day_on() -> None:
    basis = LegalBasis.model_validate(_basis(valid_to=None))
    assert [basis.valid(day) for day in (FIRST - DAY, FIRST, date(2099, 1, 1))] == [False, True, True]
    assert basis.text == "《某法》第一条"


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        ("points", {"points": "1"}, {"points": "20"}),
        ("half_life_days", {"fading": {"half_life_days": "1", "expires_after_days": "9"}}, None),
        ("expires_after_days", {"fading": {"half_life_days": "9", "expires_after_days": "1"}}, None),
        (
            "percent",
            {"mended": {"when": "outcome = 'penalised'", "percent": "0"}},
            {"mended": {"when": "outcome = 'penalised'", "percent": "50"}},
        ),
    ],
)
def test_the_least_and_the_most_that_a_number_may_be_are_let_in(
    key: str, least: dict[str, Any], most: dict[str, Any] | None
) -> None:
    assert rule(**least)
    assert rule(**(most or least))


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("points", {"points": "0"}),
        ("fading.half_life_days", {"fading": {"half_life_days": "0", "expires_after_days": "9"}}),
        ("fading.expires_after_days", {"fading": {"half_life_days": "9", "expires_after_days": "0"}}),
        ("mended.percent", {"mended": {"when": "outcome = 'penalised'", "percent": "-1"}}),
        ("mended.percent", {"mended": {"when": "outcome = 'penalised'", "percent": "51"}}),
        ("legal_basis", {"legal_basis": []}),
        ("false_positives", {"false_positives": []}),
        ("cases", {"cases": CASES[:3]}),
        ("id", {"id": "Sample"}),
    ],
)
def test_beyond_it_the_key_is_named(key: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        rule(**wrong)
    (problem,) = raised.value.errors()
    assert ".".join(map(str, problem["loc"])) == key


def test_a_strict_rule_has_up_to_60_points_and_a_screening_one_up_to_20() -> None:
    assert strict_rule(points="60").points == 60
    with pytest.raises(ValidationError, match="less than or equal to 60"):
        strict_rule(points="61")
    assert rule(points="20").points == 20
    with pytest.raises(ValidationError, match="at most 20 points"):
        rule(points="21")


def test_one_of_each_is_enough() -> None:
    made = rule()
    assert (len(made.legal_basis), len(made.false_positives), len(made.cases)) == (1, 1, 4)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"anchor": "insured_people"}, "judges the rows of one extract"),
        ({"needs": {"features": ["insured_people"]}}, "judges the rows of one extract"),
        ({"occurred_on": None}, "which columns date the finding"),
        ({"reading": "strict"}, "names at least one measure"),
        ({"measures": [MEASURE]}, "names no measure"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        rule(**changes)


def test_an_anchor_must_be_among_the_features_and_needs_no_dating_column() -> None:
    assert feature_rule().occurred_on == ()
    with pytest.raises(ValidationError, match=r"the anchor tax must be one of needs\.features"):
        feature_rule(anchor="tax")


@pytest.mark.parametrize("kind", ["fires", "clear", "not_evaluated", "boundary"])
def test_every_kind_of_case_must_be_there(kind: str) -> None:
    others = [case for case in CASES if case["kind"] != kind]
    with pytest.raises(ValidationError, match=f"there is no case of kind {kind}"):
        rule(cases=[*others, others[0]])


def test_the_fact_of_a_rule_is_its_own_unless_it_shares_one() -> None:
    assert rule().one_fact == "sample"
    assert rule(fact="shared").one_fact == "shared"


def test_expressions_are_those_that_the_rule_has_and_each_can_be_exchanged() -> None:
    mended = {"when": "outcome = 'penalised'", "percent": "50"}
    assert rule(unless=None).expressions() == {"condition": "complaint = 'wage_arrears' AND people >= 10"}
    full = rule(mended=mended)
    assert list(full.expressions()) == ["condition", "unless", "mended"]
    for place in full.expressions():
        changed = full.with_expression(place, "people > 1")
        assert changed.expressions() == full.expressions() | {place: "people > 1"}
    assert full.with_expression("mended", "people > 1").mended == full.mended.model_copy(
        update={"when": "people > 1"}
    )


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_an_active_rule_is_in_force(status: str) -> None:
    assert rule().in_force(LAST)
    assert not rule(status=status).in_force(LAST)


def test_a_rule_is_in_force_while_one_of_its_bases_is_and_names_those_alone() -> None:
    made = rule(legal_basis=[_basis(), _basis(LAST, None, law="新法")])
    assert not made.in_force(FIRST - DAY)
    assert made.in_force(FIRST)
    assert made.in_force(LAST + DAY)
    assert made.basis_text(FIRST - DAY) == ""
    assert made.basis_text(FIRST) == "《某法》第一条"
    assert made.basis_text(LAST) == "《某法》第一条；《新法》第一条"
    assert made.basis_text(LAST + DAY) == "《新法》第一条"


def test_a_threshold_has_the_newest_value_of_the_day_and_none_before_the_first() -> None:
    dated = [
        {"value": "20", "valid_from": "2017-01-01", "why": "新"},
        {"value": "10", "valid_from": "2015-01-01", "why": "旧"},
    ]
    made = rule(thresholds={"least": dated, "other": dated[1:]})
    assert made.threshold_values(FIRST - DAY) == {"least": None, "other": None}
    assert made.threshold_values(FIRST) == {"least": Decimal(10), "other": Decimal(10)}
    assert made.threshold_values(date(2016, 12, 31))["least"] == Decimal(10)
    assert made.threshold_values(date(2017, 1, 1)) == {"least": Decimal(20), "other": Decimal(10)}


def test_a_measure_is_taken_while_its_own_basis_is_in_force_or_else_the_rules() -> None:
    own = MEASURE | {"text": "另有依据", "legal_basis": [_basis()]}
    made = strict_rule(legal_basis=[BASIS], measures=[own, MEASURE])
    assert [measure.text for measure in made.measures_on(LAST)] == ["另有依据", "依法处理"]
    assert [measure.text for measure in made.measures_on(LAST + DAY)] == ["依法处理"]
    assert made.measures_on(date(1999, 12, 31)) == ()


def test_a_sentence_falls_into_texts_and_names() -> None:
    assert rule(evidence="于{filed_on}：{complaint}。").placeholders == (
        ("于", "filed_on"),
        ("：", "complaint"),
        ("。", None),
    )


def test_a_case_states_points_or_not() -> None:
    made = rule(cases=[FIRES | {"points": "1000"}, *CASES[1:]])
    assert [case.points for case in made.cases] == [1000, None, None, None]
