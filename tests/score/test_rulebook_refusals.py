"""Wrong rule files are refused with file, line and the mend."""

import shutil
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.errors import RuleError
from pipeline.score.rulebook import load_rules
from pipeline.score.vetting import is_forbidden
from pipeline.settings import PROJECT_ROOT

GOOD = PROJECT_ROOT / "rules" / "environment" / "env_order_overdue.yml"


def _changed(folder: Path, old: str, new: str) -> Path:
    theme = folder / "environment"
    theme.mkdir()
    text = GOOD.read_text(encoding="utf-8")
    assert old in text
    path = theme / GOOD.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("condition: rectified = 'overdue'", "condition: read_csv('x') IS NULL", "read_csv is not allowed"),
        (
            "condition: rectified = 'overdue'",
            "condition: rectified = (SELECT 'a')",
            "subquery is not allowed",
        ),
        ("condition: rectified = 'overdue'", "condition: fine > 0", "fine is not among its needs"),
        ("condition: rectified = 'overdue'", "condition: rectified = $word", "not among its thresholds"),
        ("points: 50", "points: 50\npoints: 51", "the key points stands twice"),
        ("points: 50", "points: 50.5", "points"),
        ("points: 50", "points: 50\nsecret: 1", "secret"),
        ("clause: III.3.3", "clause: III.9.9", "there is no clause III.9.9"),
        ("category: polluting", "category: labour", "is of the category polluting"),
        ("remedy: R07", "remedy: R04", "does not provide R04"),
        (
            "rectify_by, rectified, decision_no]",
            "rectify_by, rectified, decision_no, 籍贯]",
            "personal trait",
        ),
        ("rectify_by, rectified, decision_no]", "rectify_by, rectified, decision_no, age]", "personal trait"),
        ("rectify_by, rectified, decision_no]", "rectify_by, rectified, decision_no, legal_rep]", "persons"),
        (
            "rectify_by, rectified, decision_no]",
            "rectify_by, rectified, decision_no, colour]",
            "not a column",
        ),
        ("rectify_by, rectified, decision_no]", "rectify_by, rectified, decision_no, fine]", "never used"),
        ("record: env_penalties", "record: key_lists", "no finding"),
        ("record: env_penalties", "record: weather", "there is no extract weather"),
        ("{offence}", "{offence}{fine}", "{fine} is not among its needs"),
        ("id: env_order_overdue", "id: other_name", "the file is env_order_overdue.yml"),
        ("kind: not_evaluated", "kind: clear", "no case of kind not_evaluated"),
        ("occurred_on: [decided_on]", "occurred_on: [offence]", "not a needed date column"),
        ("valid_from: 2015-01-01", "valid_from: soon", "valid_from"),
        ("condition: rectified = 'overdue'", "condition: decided_on > 3", "Cannot compare"),
        (
            "condition: rectified = 'overdue'",
            "condition: coalesce(rectified, 'open')",
            "not to true or false",
        ),
        (
            "rectified: overdue}, outcome: hit",
            "rectified: late}, outcome: hit",
            "is none of done, overdue, open",
        ),
        (
            "decided_on: 2017-03-31, rectified: overdue}",
            "decided_on: soon, rectified: overdue}",
            "is no date",
        ),
    ],
)
def test_refused_with_place_and_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = _changed(tmp_path, old, new)
    with pytest.raises(RuleError) as raised:
        load_rules(tmp_path)
    assert says in raised.value.sentence()
    assert raised.value.where.startswith(str(path))
    assert raised.value.mend


@pytest.mark.parametrize(
    ("old", "new", "says", "mend"),
    [
        (
            "condition: rectified = 'overdue'",
            "condition: read_csv('/etc/passwd') IS NULL",
            "the function read_csv is not allowed",
            "write a comparison of declared columns and thresholds",
        ),
        (
            "condition: rectified = 'overdue'",
            "condition: rectified = (SELECT 'overdue')",
            "subquery is not allowed",
            "write a comparison of declared columns and thresholds",
        ),
        (
            "columns: [offence, decided_on, rectify_by, rectified, decision_no]",
            "columns: [offence, decided_on, rectify_by, rectified, decision_no, colour]",
            "colour is not a column of that extract",
            "use a column of source.yml",
        ),
        ("fact: env_decision", "fact: env_decision\nfact: other", "the key fact stands twice", "keep one"),
        (
            "clause: III.3.3",
            "clause: III.9.9",
            "there is no clause III.9.9",
            "use an id of policy/clauses.yml",
        ),
        (
            "columns: [offence, decided_on, rectify_by, rectified, decision_no]",
            "columns: [offence, decided_on, rectify_by, rectified, decision_no, 籍贯]",
            "籍贯 is a personal trait",
            "take it out",
        ),
        (
            "condition: rectified = 'overdue'",
            "condition: 籍贯 = '外地'",
            "籍贯 is a personal trait",
            "take it out",
        ),
    ],
    ids=["read_csv", "subquery", "unknown column", "duplicate key", "no clause", "籍贯 needed", "籍贯 used"],
)
def test_file_line_and_mend_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str, mend: str
) -> None:
    path = _changed(tmp_path, old, new)
    lines = [text.strip() for text in path.read_text(encoding="utf-8").splitlines()]
    line = lines.index(new.splitlines()[-1]) + 1
    with pytest.raises(RuleError) as raised:
        load_rules(tmp_path)
    assert raised.value.where == f"{path}:{line}"
    assert says in raised.value.sentence()
    assert mend in raised.value.mend
    assert cli.main(["rules", "check", "--rules", str(tmp_path)]) == cli.FAILED
    told = capsys.readouterr().out
    assert f"{path}:{line}" in told
    assert says in told
    assert mend in told


def test_a_rule_on_records_must_look_at_mending(tmp_path: Path) -> None:
    path = tmp_path / "environment"
    path.mkdir()
    text = GOOD.read_text(encoding="utf-8").replace(
        "condition: rectified = 'overdue'", "condition: offence = '偷排'"
    )
    text = text.replace("rectify_by, rectified, decision_no", "rectify_by, decision_no").replace(
        "，{rectified}", ""
    )
    (path / GOOD.name).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="mended"):
        load_rules(tmp_path)


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    for theme in ("one", "two"):
        (tmp_path / theme).mkdir()
        shutil.copy(GOOD, tmp_path / theme)
    with pytest.raises(RuleError, match="is also that of"):
        load_rules(tmp_path)


@pytest.mark.parametrize(
    "name", ["籍贯", "户籍地", "民族", "宗教信仰", "性别", "年龄", "健康状况", "家庭人口", "native_place"]
)
def test_personal_traits_are_forbidden(name: str) -> None:
    assert is_forbidden(name)


@pytest.mark.parametrize("name", ["owner_age", "hukou", "religion", "sex", "family_size", "visits_90d"])
def test_personal_traits_in_english_and_visits_are_forbidden(name: str) -> None:
    assert is_forbidden(name)


@pytest.mark.parametrize(
    "name", ["employees_avg", "rectify_by", "offence", "inspected_on", "address", "wage_case_open"]
)
def test_what_a_firm_does_is_not_forbidden(name: str) -> None:
    assert not is_forbidden(name)
