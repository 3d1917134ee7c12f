"""Rule files as they are read, checked and listed; problems at their line."""

from pathlib import Path

import pytest

from pipeline.declaration import Source
from pipeline.errors import RuleError
from pipeline.score.rulebook import check_rules, list_rules, load_rule, load_rules, pick
from pipeline.settings import PROJECT_ROOT
from tests.score.rule_sample import MEASURE, rule, strict_rule

Sources = dict[str, Source]

GOOD = PROJECT_ROOT / "rules" / "environment" / "env_order_overdue.yml"


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
