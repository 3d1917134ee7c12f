"""Two rules that can count one record as two facts are told of, unless one says why."""

import shutil
from pathlib import Path

import pytest

from pipeline.declaration import Source
from pipeline.score import rulebook
from pipeline.score.gates import overlap
from pipeline.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "rules"
ONE = RULES / "environment" / "uncontrolled_discharge.yml"


def _problems(folder: Path, sources: dict[str, Source]) -> list[str]:
    return list(overlap.problems(rulebook.load_rules(folder, sources), sources))


def _pair(folder: Path, old: str = "", new: str = "", name: str = "second_sight") -> Path:
    """A rule and its double under another id, with words of the double exchanged."""
    (folder / "own").mkdir()
    shutil.copy(ONE, folder / "own")
    text = ONE.read_text(encoding="utf-8").replace("id: uncontrolled_discharge", f"id: {name}")
    assert old in text
    path = folder / "own" / f"{name}.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_no_rule_of_the_pack_counts_a_record_twice_unsaid(sources: dict[str, Source]) -> None:
    assert _problems(RULES, sources) == []


def test_one_fact_seen_twice_is_no_problem(tmp_path: Path, sources: dict[str, Source]) -> None:
    _pair(tmp_path)
    assert _problems(tmp_path, sources) == []


def test_two_facts_of_one_record_are_told_with_both_files_and_the_mend(
    tmp_path: Path, sources: dict[str, Source]
) -> None:
    path = _pair(tmp_path, "fact: env_decision", "fact: another")
    (problem,) = _problems(tmp_path, sources)
    assert str(path) in problem
    assert str(tmp_path / "own" / ONE.name) in problem
    assert "offence: 偷排" in problem
    assert "give both one fact" in problem
    assert problem in rulebook.check_rules(tmp_path, sources)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fact: env_decision", "fact: another\nbeside: {env_decision: 两件事，各有依据}"),
        ("status: active", "status: draft"),
    ],
)
def test_said_or_not_active_is_no_problem(
    tmp_path: Path, sources: dict[str, Source], old: str, new: str
) -> None:
    path = _pair(tmp_path, old, new)
    path.write_text(path.read_text(encoding="utf-8").replace("fact: env_decision", "fact: another"))
    assert _problems(tmp_path, sources) == []


def test_what_the_cases_leave_open_is_filled_from_the_other_rule(
    tmp_path: Path, sources: dict[str, Source]
) -> None:
    """Neither rule's cases name the other's columns; a record with both is counted twice all the same."""
    shutil.copytree(RULES, tmp_path / "rules")
    path = tmp_path / "rules" / "safety" / "three_in_one_with_fire_finding.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "no_permit:" not in line), encoding="utf-8")
    problems = _problems(tmp_path / "rules", sources)
    assert len(problems) == 3
    assert all("three_in_one_with_fire_finding" in problem for problem in problems)
    assert {"permit_word_doubtful", "seen_trading_without_permit", "permit_of_another_address"} <= {
        word for problem in problems for word in problem.split()
    }


def test_a_saying_that_nothing_bears_out_is_told(tmp_path: Path, sources: dict[str, Source]) -> None:
    path = _pair(tmp_path, "fact: env_decision", "fact: env_decision\nbeside: {no_licence: 两件事}")
    (problem,) = _problems(tmp_path, sources)
    assert problem.startswith(f"{path}: beside names no_licence")
