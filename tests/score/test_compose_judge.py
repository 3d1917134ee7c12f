"""The SQL of a rule: sentences, days, links, and what a record shows."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.score.compose import judging_query, literal, parameters, quoted, used_parameters
from pipeline.score.gates.workbench import Bench, Situation, connect
from pipeline.score.judge import condition_features
from pipeline.score.model import Rule
from tests.score.rule_sample import RECORD, feature_rule, rule

Sources = dict[str, Source]
AS_OF = date(2017, 3, 31)
DAY = timedelta(days=1)


def _judged(sources: Sources, made: Rule, *situations: Situation) -> list[dict[str, Any]]:
    """The rows of the query that judges a rule, in the order of the situations."""
    with connect() as con:
        Bench(con, made, sources, situations)
        query = judging_query(made, sources, condition_features(made))
        bound = used_parameters(query, parameters(made, AS_OF))
        return con.execute(f"{query} ORDER BY enterprise_id", bound).to_arrow_table().to_pylist()


def test_names_and_texts_are_quoted() -> None:
    assert quoted('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"


def test_the_sentence_shows_what_the_record_says_and_unknown_where_it_says_nothing(sources: Sources) -> None:
    needs = {"record": "labour_cases", "columns": ["complaint", "people", "to_police", "filed_on", "case_no"]}
    made = rule(
        needs=needs, unless=None, condition="coalesce(people, 1) > 0 OR complaint = 'other'",
        evidence="于{filed_on}：{complaint}，{people}人，{to_police}，{case_no}。", document="case_no",
    )  # fmt: skip
    word = sources["labour_cases"].columns["complaint"].values["wage_arrears"][0]
    rows = _judged(
        sources,
        made,
        Situation(AS_OF, RECORD | {"people": "11.6", "to_police": "true", "case_no": "1号"}),
        Situation(AS_OF, {"filed_on": str(AS_OF), "to_police": "false"}),
        Situation(AS_OF, RECORD | {"people": "-1"}),
    )
    assert [row["text"] for row in rows] == [
        f"于2017-03-31：{word}，12人，是，1号。",
        "于2017-03-31：不详，不详人，否，不详。",
        None,
    ]
    assert [row["document"] for row in rows] == ["1号", None, None]
    assert [row["_outcome"] for row in rows] == ["hit", "hit", "clear"]


def test_a_feature_shows_its_detail_or_else_its_number_and_its_day(sources: Sources) -> None:
    made = feature_rule(
        evidence="参保{insured_people}人（{insured_people_on}），见{workers_seen}人（{workers_seen_on}）"
    )
    seen = {"insured_people": Decimal(2), "workers_seen": Decimal(30)}
    rows = _judged(sources, made, Situation(AS_OF, {}, seen, AS_OF - DAY))
    assert [row["text"] for row in rows] == ["参保2人（2017-03-30），见30人（2017-03-30）"]


@pytest.mark.parametrize(
    ("days", "outcome"), [(-1, "clear"), (0, "hit"), (200, "hit"), (201, "clear"), (None, "not_evaluated")]
)
def test_a_finding_counts_from_its_day_to_the_day_of_its_expiry(
    sources: Sources, days: int | None, outcome: str
) -> None:
    day = None if days is None else str(AS_OF - days * DAY)
    (row,) = _judged(sources, rule(), Situation(AS_OF, RECORD | {"filed_on": day}))
    assert row["_outcome"] == outcome
    assert row["expires_on"] == (None if day is None else date.fromisoformat(day) + 200 * DAY)


@pytest.mark.parametrize(
    ("values", "percent", "outcome", "counted"),
    [
        ({"outcome": "penalised"}, "25", "hit", 25),
        ({"outcome": "penalised"}, "0", "clear", 0),
        ({"outcome": "open"}, "0", "hit", 100),
        ({}, "25", "hit", 100),
        ({"standing": "under_review"}, "25", "clear", 100),
        ({"standing": "revoked"}, "25", "clear", 100),
        ({"standing": "repaired"}, "25", "clear", 100),
        ({"standing": "in_force"}, "25", "hit", 100),
        ({"outcome": "settled"}, "25", "clear", 100),
        ({"people": None}, "25", "not_evaluated", 100),
        ({"people": "9"}, "25", "clear", 100),
    ],
)
def test_what_is_mended_exempt_or_no_longer_stands(
    sources: Sources, values: dict[str, str | None], percent: str, outcome: str, counted: int
) -> None:
    made = rule(mended={"when": "outcome = 'penalised'", "percent": percent})
    (row,) = _judged(sources, made, Situation(AS_OF, RECORD | values))
    assert (row["_outcome"], row["counted_percent"]) == (outcome, counted)


def test_the_first_filled_column_dates_a_finding(sources: Sources) -> None:
    made = rule(
        needs={
            "record": "labour_cases",
            "columns": ["complaint", "people", "outcome", "filed_on", "received_on"],
        },
        occurred_on=["filed_on", "received_on", "extract_date"],
    )
    early = {"received_on": "2017-03-01"}
    rows = _judged(
        sources,
        made,
        *(
            Situation(AS_OF, RECORD | values)
            for values in (early, early | {"filed_on": None}, {"filed_on": None})
        ),
    )
    assert [str(row["occurred_on"]) for row in rows] == ["2017-03-31", "2017-03-01", "2017-03-31"]


def test_a_link_weighs_by_the_features_that_the_condition_uses_and_not_by_an_exemptions(
    sources: Sources,
) -> None:
    made = feature_rule(
        needs={"features": ["insured_people", "workers_seen", "grid_exempt"]},
        unless="grid_exempt > 0",
    )
    assert condition_features(made) == {"insured_people", "workers_seen"}
    assert condition_features(feature_rule(condition="workers_seen_on > $as_of")) == {"workers_seen"}
    with connect() as con:
        Bench(con, made, sources, [Situation(AS_OF, {}, dict.fromkeys(made.needs.features, Decimal(0)))])
        for name, probability in zip(made.needs.features, (0.9, 0.5, 0.1), strict=True):
            con.execute(f"UPDATE {name} SET probability = {probability}")
        for features, probability in ((condition_features(made), "0.450000"), (frozenset(), "0.900000")):
            query = judging_query(made, sources, features)
            bound = used_parameters(query, parameters(made, AS_OF))
            (row,) = con.execute(query, bound).to_arrow_table().to_pylist()
            assert str(row["probability"]) == probability


def test_only_what_a_query_names_is_bound() -> None:
    dated = [{"value": "10", "valid_from": "2000-01-01", "why": "试"}]
    values = parameters(rule(thresholds={"least": dated}), AS_OF)
    assert values == {"as_of": AS_OF, "expires_after_days": 200, "mended_percent": 100, "least": Decimal(10)}
    mended = rule(mended={"when": "outcome = 'penalised'", "percent": "25"})
    assert parameters(mended, AS_OF)["mended_percent"] == 25
    assert used_parameters("SELECT $least < $as_of", values) == {"least": Decimal(10), "as_of": AS_OF}
    assert used_parameters("SELECT 1", values) == {}
