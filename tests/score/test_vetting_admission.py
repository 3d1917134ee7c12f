"""What a rule may not be, beside its clauses, sources and features; and why an expression is refused."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.errors import RuleError
from pipeline.score.admission import Refused, admit, not_boolean
from pipeline.score.clauses import load_policy
from pipeline.score.features import Feature
from pipeline.score.model import Rule
from pipeline.score.rulebook import check_rules, list_rules, load_rule, load_rules, pick
from pipeline.score.vetting import Problem, is_forbidden, vet
from pipeline.settings import PROJECT_ROOT
from tests.score.rule_sample import CASES, FIRES, MEASURE, RECORD, feature_rule, rule, strict_rule

Sources = dict[str, Source]
FEATURES = {
    name: Feature(name, Path(f"{name}.sql"), ("employment",), False)
    for name in ("insured_people", "workers_seen", "people")
}
COLUMNS = ["complaint", "people", "outcome", "filed_on"]
PROVIDED = MEASURE | {"clause": "IV.1.2.a"}
GOOD = PROJECT_ROOT / "rules" / "environment" / "env_order_overdue.yml"


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


def test_names_are_forbidden_by_whole_words_only() -> None:
    assert [is_forbidden(name) for name in ("Age", "owner-age", "AGE_at_start", "inspection_count")] == [
        True
    ] * 4
    assert not any(map(is_forbidden, ("average", "village", "races_run", "storage", "count", "inspection")))


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("a; b", "without comments and semicolons"),
        ("a -- b", "without comments and semicolons"),
        ("a /* b", "without comments and semicolons"),
        ("a b c", "not an SQL expression"),
        ("a, a", "one expression, not a query"),
        ("a FROM t", "one expression, not a query"),
        ("a WHERE a", "one expression, not a query"),
        ("a ORDER BY 1", "one expression, not a query"),
        ("a LIMIT 1", "one expression, not a query"),
        ("a GROUP BY a", "one expression, not a query"),
        ("a HAVING a", "one expression, not a query"),
        ("a QUALIFY a", "one expression, not a query"),
        ("DISTINCT a", "one expression, not a query"),
        ("a UNION SELECT a", "one expression, not a query"),
        ("a AS x", "a condition has no alias"),
        ("b", "b is not among its needs"),
        ("a > $k", "$k is not among its thresholds"),
        ("CAST(a AS DATE) > $as_of", "only a constant may be cast"),
        ("concat(a, 'x') = 'y'", "the function concat is not allowed"),
        ("main.abs(a) = 1", "the function abs is not allowed"),
        ("abs(DISTINCT a) = 1", "the function abs is not allowed"),
        ("abs(a) FILTER (WHERE a > 1) = 1", "the function abs is not allowed"),
        ("a IN (SELECT 1)", "subquery is not allowed"),
        ("[a] = [1]", "is not allowed"),
        ("a[1] = 1", "array_extract is not allowed"),
        ("a[1:2] = 'x'", "array_slice is not allowed"),
        ("CASE WHEN a = 1 THEN true END", "is not allowed"),
        ("coalesce(a, b)", "b is not among its needs"),
        ("a BETWEEN 1 AND b", "b is not among its needs"),
        ("a IN (1, b)", "b is not among its needs"),
        ("NOT (a = 1 AND abs(b) > 1)", "b is not among its needs"),
        ("a = 1 OR b = 2", "b is not among its needs"),
    ],
)
def test_an_expression_is_refused_with_its_reason(expression: str, says: str) -> None:
    with pytest.raises(Refused) as raised:
        admit(expression, frozenset("a"), frozenset({"as_of"}))
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("expression", "used"),
    [
        ("a + 1 > least(b, 2) AND NOT (c IS NULL)", "abc"),
        ("a NOT IN (1, 2) OR b BETWEEN $k AND c", "abc"),
        ("coalesce(a, b) IS NOT NULL", "ab"),
        ("a = DATE '2017-01-01' AND abs(b) > $as_of", "ab"),
        ("true", ""),
    ],
)
def test_what_an_admitted_expression_looks_at_is_told(expression: str, used: str) -> None:
    assert admit(expression, frozenset("abcd"), frozenset({"as_of", "k"})) == frozenset(used)


def test_an_expression_must_come_to_true_or_false() -> None:
    types = {"a": "DOUBLE", "d": "DATE", "w": "VARCHAR"}
    assert not_boolean("a > $k AND d < $as_of", types, ["k"]) is None
    assert not_boolean("a + $k", types, ["k"]) == "it comes to DOUBLE, not to true or false"
    assert not_boolean("w", types, []) == "it comes to VARCHAR, not to true or false"
    told = not_boolean("d > 3", types, [])
    assert told is not None and "Cannot compare" in told and "\n" not in told


def _file(folder: Path, *exchanged: tuple[str, str]) -> Path:
    text = GOOD.read_text(encoding="utf-8")
    for old, new in exchanged:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "own").mkdir(exist_ok=True)
    path = folder / "own" / GOOD.name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "key", "line_of"),
    [
        ("points: 50", "points: many", "points", "points:"),
        ("half_life_days: 720", "half_life_days: 0", "fading.half_life_days", "fading:"),
        ("title: 环境违法处罚后逾期未完成整治\n", "", "title", "id:"),
        ("kind: not_evaluated", "kind: clear", "document", "id:"),
        ("valid_from: 2015-01-01", "valid_from: soon", "legal_basis.0.valid_from", "  - {law"),
        ("points: 50", "points: 0\nstranger: 1", "points", "points:"),
    ],
)
def test_the_first_wrong_key_of_a_file_is_named_with_its_line(
    tmp_path: Path, sources: Sources, old: str, new: str, key: str, line_of: str
) -> None:
    path = _file(tmp_path, (old, new))
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith(line_of))
    with pytest.raises(RuleError) as raised:
        load_rule(path, sources)
    assert raised.value.where == f"{path}:{line}"
    assert f"{key}: " in raised.value.sentence()


def test_a_problem_found_in_vetting_is_told_at_its_line(tmp_path: Path, sources: Sources) -> None:
    path = _file(tmp_path, ("remedy: R13", "remedy: R04"))
    lines = path.read_text(encoding="utf-8").splitlines()
    with pytest.raises(RuleError) as raised:
        load_rule(path, sources)
    (line,) = (number for number, text in enumerate(lines, start=1) if "R04" in text)
    assert raised.value.where == f"{path}:{line}"


def test_rules_are_loaded_in_the_order_of_their_ids_and_an_empty_folder_is_none(
    tmp_path: Path, sources: Sources
) -> None:
    with pytest.raises(RuleError, match="no rule is found"):
        load_rules(tmp_path, sources)
    assert check_rules(tmp_path, sources) == [f"{tmp_path}: no rule is found; name the rules folder"]
    _file(tmp_path)
    (tmp_path / "zoo").mkdir()
    text = GOOD.read_text(encoding="utf-8").replace("id: env_order_overdue", "id: another")
    (tmp_path / "zoo" / "another.yml").write_text(text, encoding="utf-8")
    assert [made.id for made in load_rules(tmp_path, sources)] == ["another", "env_order_overdue"]
    assert check_rules(tmp_path, sources) == []


def test_a_check_tells_of_every_wrong_file_wrong_case_and_twin(tmp_path: Path, sources: Sources) -> None:
    _file(tmp_path, ("outcome: hit, points: 5000", "outcome: hit, points: 4999"))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    (tmp_path / "one" / GOOD.name).write_text(GOOD.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "two" / "broken.yml").write_text("points: 1\n", encoding="utf-8")
    told = check_rules(tmp_path, sources)
    assert len([line for line in told if "broken.yml" in line]) == 1
    assert len([line for line in told if "is also that of" in line]) == 1
    (case,) = (line for line in told if "came out" in line)
    assert "expected hit with 4999, came out hit with 5000" in case


def test_the_rule_of_an_id_is_picked_or_all() -> None:
    rules = (rule(id="a"), rule(id="b"))
    assert pick(rules, None) == rules
    assert pick(rules, "b") == rules[1:]
    with pytest.raises(RuleError, match="there is no rule c"):
        pick(rules, "c")


def test_rules_are_listed_under_their_clauses_and_a_clause_without_one_says_why() -> None:
    speaking = strict_rule(id="b", measures=[MEASURE])
    text = list_rules((rule(id="a"), speaking))
    assert text.startswith("[reading, status, points]\n\n")
    assert text.endswith("\n") and not text.endswith("\n\n")
    parts = {part.split()[0]: part.splitlines()[1:] for part in text.split("\n\n")[1:]}
    assert parts["III.3.4"] == [
        "  a  试验  [screening, active, 10]",
        "  b  试验  [strict, active, 10]",
    ]
    assert parts["IV.1.3"] == ["  in the measures of: b"]
    assert parts["III.3.1"][0].startswith("  the data cannot speak to it: ")
    told = list_rules((rule(id="a"), speaking), {"a": "street offices: 3 answers"})
    assert "  a  试验  [screening, active, 10]\n    street offices: 3 answers\n" in told
    assert "  b  试验  [strict, active, 10]\n    not in that warehouse\n" in told
    assert "warehouse" not in text
