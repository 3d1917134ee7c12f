"""All combinations of a rule's inputs, the plainest that tells two rules apart, and rules that meet."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.score.gates import space
from pipeline.score.gates.overlap import problems
from pipeline.score.gates.space import Space, filled, firing, shown
from pipeline.score.gates.workbench import Situation, connect
from pipeline.score.model import Rule
from tests.score.rule_sample import CASES, DAY, FIRES, RECORD, feature_rule, rule

Sources = dict[str, Source]
OF_PERMITS = {"needs": {"record": "permits", "columns": ["kind"]}, "occurred_on": ["extract_date"]}
OF_PERMITS |= {"unless": None, "evidence": "{kind}"}


@pytest.fixture
def axes(sources: Sources) -> Iterator[Any]:
    """The values that each input of a rule takes over all its combinations."""
    with connect() as con:

        def values(made: Rule) -> dict[str, set[Any]]:
            situations = Space(con, made, sources).situations
            names = {name for item in situations for name in (*item.record, *item.features)}
            return {
                name: {item.record.get(name, item.features.get(name)) for item in situations}
                for name in names
            }

        yield values


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("people >= 10", {"0", "1", "2", "9", "10", "11", None}),
        ("people > 0.25", {"0", "1", "2", "0.24", "0.25", "0.26", None}),
        ("people > 0", {"0", "1", "2", None}),
        ("people > 10 AND people < 30", {"0", "1", "2", "9", "10", "11", "29", "30", "31", None}),
        ("people > $least", {"0", "1", "2", "6", "7", "8", None}),
        ("people > $later", {"0", "1", "2", None}),
    ],
)
def test_a_number_takes_each_limit_its_neighbours_and_nothing(
    axes: Any, condition: str, values: set[str | None]
) -> None:
    thresholds = {
        "least": [{"value": "7", "valid_from": "2000-01-01", "why": "试"}],
        "later": [{"value": "7", "valid_from": "2099-01-01", "why": "试"}],
    }
    thresholds = {name: dated for name, dated in thresholds.items() if f"${name}" in condition}
    found = axes(rule(condition=condition, unless=None, thresholds=thresholds))
    assert found == {"people": values, "filed_on": {DAY}}


def test_a_day_takes_the_days_named_those_so_many_days_ago_and_the_days_beside_them(axes: Any) -> None:
    named = "filed_on < DATE '2016-01-01' OR filed_on > $as_of - 20"
    found = axes(rule(condition=named, unless=None))
    assert found["filed_on"] == {
        *("2015-12-31", "2016-01-01", "2016-01-02"),
        *("2017-03-10", "2017-03-11", "2017-03-12"),
        *("2017-03-30", DAY, "2017-04-01"),
        None,
    }


def test_a_word_takes_its_vocabulary_a_truth_both_values_and_both_may_be_blank(
    axes: Any, sources: Sources
) -> None:
    needs = {"record": "labour_cases", "columns": ["complaint", "to_police", "outcome", "filed_on"]}
    found = axes(rule(condition="complaint = 'other' OR to_police", unless=None, needs=needs))
    assert found == {
        "complaint": {*sources["labour_cases"].columns["complaint"].values, None},
        "to_police": {"true", "false", None},
        "filed_on": {DAY},
    }


def test_a_text_takes_the_words_and_alternatives_named_and_another(axes: Any) -> None:
    condition = (
        "contains(kind, '餐饮') OR regexp_matches(kind, '烟草|药品') OR regexp_matches(kind, '^食品$')"
    )
    found = axes(rule(condition=condition, **OF_PERMITS))
    assert found == {"kind": {"餐饮", "烟草", "药品", "食品", "其他"}}, "it is always filled"


def test_a_required_column_is_never_blank(axes: Any) -> None:
    needs = {"record": "safety_inspections", "columns": ["inspected_on"]}
    made = rule(
        condition="inspected_on < $as_of",
        unless=None,
        needs=needs,
        occurred_on=["inspected_on"],
        evidence="x",
    )
    assert axes(made) == {"inspected_on": {"2017-03-30", DAY, "2017-04-01"}}


def test_the_anchor_is_always_seen_another_feature_may_not_be(axes: Any) -> None:
    numbers = {Decimal(number) for number in range(4)}
    assert axes(feature_rule()) == {"insured_people": numbers, "workers_seen": {*numbers, None}}


@pytest.mark.parametrize(
    "made",
    [
        feature_rule(condition="workers_seen_on < insured_people_on"),
        rule(
            condition="contains(former_names, '某')",
            unless=None,
            needs={"record": "registry", "columns": ["former_names"]},
            occurred_on=["extract_date"],
            evidence="x",
        ),
    ],
    ids=["days of features", "a list"],
)
def test_an_input_without_an_end_of_values_gives_no_combinations(sources: Sources, made: Rule) -> None:
    with connect() as con:
        found = Space(con, made, sources)
        assert found.situations == ()
        assert found.plainest(made) is None


def test_combinations_are_laid_out_up_to_a_bound(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rule(condition="people >= 10 OR to_police", unless=None)
    made = made.model_copy(
        update={"needs": made.needs.model_copy(update={"columns": ("people", "to_police")})}
    )
    with connect() as con:
        for most, count in ((7 * 3, 21), (7 * 3 - 1, 0)):
            monkeypatch.setattr(space, "MOST", most)
            found = Space(con, made, sources).situations
            assert len(found) == len(set(map(shown, found))) == count


def test_the_plainest_situation_is_the_nearest_to_the_firing_case(sources: Sources) -> None:
    made = rule(unless=None)
    with connect() as con:
        found = Space(con, made, sources)
        assert found.plainest(made) is None, "a rule says nothing else than itself"
        nearest = found.plainest(made.with_expression("condition", "people >= 10"))
        assert nearest is not None
        assert nearest.record["complaint"] != "wage_arrears"
        assert int(nearest.record["people"] or 0) >= 10
        assert found.verdict(nearest).outcome in ("clear", "not_evaluated")
        moved = found.plainest(
            made.with_expression("condition", "complaint = 'wage_arrears' AND people > 10")
        )
        assert moved == Situation(made.cases[0].as_of, RECORD | {"people": "10"})
        assert found.verdict(moved).outcome == "hit"


def test_only_situations_in_which_a_term_has_a_value_are_looked_at(sources: Sources) -> None:
    made = rule(unless=None)
    always = made.with_expression("condition", "true")
    with connect() as con:
        found = Space(con, made, sources)
        for value, people in ((True, {"10", "11"}), (False, {"0", "1", "2", "9"}), (None, {None})):
            item = found.plainest(always, "people >= 10", value)
            assert item is not None
            assert item.record["people"] in people
            assert (item.record["complaint"] == "wage_arrears") is (value is not True)


def test_features_count_in_what_is_near(sources: Sources) -> None:
    made = feature_rule()
    with connect() as con:
        nearest = Space(con, made, sources).plainest(
            made.with_expression("condition", "workers_seen >= insured_people * 2")
        )
    assert nearest is not None
    assert nearest.features in (
        {"insured_people": Decimal(0), "workers_seen": Decimal(0)},
        {"insured_people": Decimal(1), "workers_seen": Decimal(2)},
    )


def test_the_model_is_the_first_firing_case() -> None:
    second = FIRES | {"record": RECORD | {"people": "99"}}
    assert firing(rule(cases=[*CASES[1:], FIRES, second])).record == RECORD


def test_what_is_always_filled(sources: Sources) -> None:
    required = {name for name, column in sources["permits"].columns.items() if column.required}
    assert filled(rule(condition="kind = 'x'", **OF_PERMITS), sources) == required > {"kind"}
    assert filled(feature_rule(), sources) == {"insured_people"}


def test_a_situation_is_shown_as_a_case_of_a_rule_file() -> None:
    day = firing(rule()).as_of
    record = {"people": "10", "outcome": None}
    assert shown(Situation(day)) == f"as_of: {DAY}"
    assert shown(Situation(day, record)) == f"as_of: {DAY}, record: {{people: 10}}"
    features = {"insured_people": Decimal(2), "workers_seen": Decimal(3)}
    assert shown(Situation(day, {}, features)) == (
        f"as_of: {DAY}, features: {{insured_people: 2, workers_seen: 3}}"
    )


def _told(sources: Sources, *rules: Rule) -> list[str]:
    return list(problems(rules, sources))


def test_two_facts_that_one_record_shows_are_told_with_a_record_that_both_hit(sources: Sources) -> None:
    seen = rule(id="a", condition="people >= 10", unless=None)
    other_case = FIRES | {"record": RECORD | {"complaint": "overtime"}}
    other = rule(
        id="b",
        condition="complaint = 'overtime'",
        unless=None,
        cases=[other_case, *CASES[1:3], CASES[3] | {"outcome": "clear"}],
    )
    (told,) = _told(sources, seen, other)
    assert told.startswith("rules/own/a.yml: rule a and rule b (rules/own/b.yml) can count one record")
    assert "complaint: overtime" in told and "people: 12" in told and "give both one fact" in told


@pytest.mark.parametrize(
    "changes",
    [
        {"fact": "a"},
        {"beside": {"a": "两件事"}},
        {"status": "draft"},
        {"condition": "people < 10"},
        {
            "needs": {"record": "street_cases", "columns": ["offence", "opened_on"]},
            "condition": "offence = 'unlicensed'",
            "occurred_on": ["opened_on"],
            "evidence": "x",
            "cases": [{**case, "record": {"offence": "unlicensed", "opened_on": DAY}} for case in CASES],
        },
    ],
    ids=["one fact", "said beside", "a draft", "conditions exclude one another", "rows of another extract"],
)
def test_what_is_said_or_cannot_meet_is_no_problem(sources: Sources, changes: dict[str, Any]) -> None:
    plain = {"condition": "people >= 10", "unless": None}
    assert _told(sources, rule(id="a", **plain), rule(**(plain | {"id": "b"} | changes))) == []
    assert _told(sources, rule(id="b", **plain), rule(**(plain | {"id": "a"} | changes))) == [] or (
        changes.keys() & {"fact", "beside"}
    )


def test_it_is_enough_that_either_file_says_why_both_count(sources: Sources) -> None:
    plain = {"condition": "people >= 10", "unless": None}
    for one, two in (({"beside": {"b": "两件事"}}, {}), ({}, {"beside": {"a": "两件事"}})):
        assert _told(sources, rule(id="a", **plain, **one), rule(id="b", **plain, **two)) == []


def test_what_a_case_leaves_open_is_filled_from_the_other_rules_firing_cases_alone(sources: Sources) -> None:
    """Each alone says nothing of the other's column, and a clear case lends none."""
    few = {"complaint": "wage_arrears", "filed_on": DAY}
    one = rule(
        id="a",
        condition="complaint = 'wage_arrears'",
        unless=None,
        cases=[FIRES | {"record": few}, *CASES[1:]],
    )
    many = {"people": "12", "filed_on": DAY}
    two = rule(
        id="b",
        condition="people >= 10 AND coalesce(complaint, 'wage_arrears') <> 'overtime'",
        unless=None,
        cases=[FIRES | {"record": many}, *CASES[1:3], CASES[3] | {"record": many}],
    )
    (told,) = _told(sources, one, two)
    assert "complaint: wage_arrears" in told and "people: 12" in told


def test_rules_on_one_features_row_meet_too(sources: Sources) -> None:
    anchored = feature_rule(id="a"), feature_rule(id="b")
    (told,) = _told(sources, *anchored)
    assert "features: {insured_people: 2, workers_seen: 30}" in told
    other = feature_rule(id="b", anchor="workers_seen")
    assert _told(sources, anchored[0], other) == [], "the row of another feature"


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"beside": {"nowhere": "两件事"}}, 1),
        ({"beside": {"sample": "两件事"}}, 1),
        ({"beside": {"nowhere": "两件事"}, "status": "draft"}, 0),
        ({}, 0),
    ],
)
def test_a_fact_named_beside_that_no_case_hits_is_told_of_active_rules(
    sources: Sources, changes: dict[str, Any], count: int
) -> None:
    told = _told(sources, rule(unless=None, **changes))
    assert len(told) == count
    assert all(line.startswith("rules/own/sample.yml: beside names ") for line in told)


def test_of_several_rules_each_pair_that_meets_is_told_once(sources: Sources) -> None:
    plain = {"condition": "people >= 10", "unless": None}
    three = [rule(id=name, **plain) for name in "cab"]
    assert [line.partition(" can count")[0].replace("rules/own/", "") for line in _told(sources, *three)] == [
        "a.yml: rule a and rule b (b.yml)",
        "a.yml: rule a and rule c (c.yml)",
        "b.yml: rule b and rule c (c.yml)",
    ]
