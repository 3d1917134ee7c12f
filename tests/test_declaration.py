"""A source's declaration is strict: what is wrong in it is said with file and line."""

from pathlib import Path

import pytest

from pipeline.declaration import load_source, load_sources
from pipeline.errors import SourceError

GOOD = """\
extract: sample
title: 样例
department: 样例部门
mode: append
key: [code]
stale_after_days: 30
legal_basis: 样例办法
retention_years: 5
retention_reason: 样例办法第9条（五年）
columns:
  code:
    headers: [编号]
    type: code
    required: true
    use: score
    show: list
  name:
    headers: [名称]
    type: text
    role: name
    use: match
    show: list
  phone:
    headers: [电话]
    type: text
    role: phone
    use: match
    show: restricted
"""


def folder_with(text: str, place: Path, name: str = "sample") -> Path:
    folder = place / name
    folder.mkdir()
    (folder / "source.yml").write_text(text, encoding="utf-8")
    return folder


def test_a_good_declaration_loads(tmp_path: Path) -> None:
    source = load_source(folder_with(GOOD, tmp_path))
    assert source.with_role("name", "phone") == ("name", "phone")
    assert source.folder == tmp_path / "sample"
    assert not source.optional


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("{told: [name]}", "cannot be told to a firm"),
        ("{told: [phone]}", "cannot be told to a firm"),
        ("{told: [remark]}", "free text"),
        ("{document: number}", "not a column"),
    ],
)
def test_a_firm_is_told_no_names_and_no_free_text(told: str, word: str, tmp_path: Path) -> None:
    remark = "  remark: {headers: [备注], type: text, use: score, show: list}\n"
    text = GOOD.replace("columns:\n", f"dossier: {told}\ncolumns:\n") + remark
    with pytest.raises(SourceError, match=word):
        load_source(folder_with(text, tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("mode: append\n", "mode: append\nmood: good\n", 5, "mood"),
        ("mode: append\n", "mode: append\nmode: snapshot\n", 5, "twice"),
        ("department: 样例部门\n", "", 1, "department"),
        ("    type: text\n    role: name\n", "    type: texts\n    role: name\n", 19, "type"),
        ("key: [code]", "key: [number]", 1, "number"),
        ("    show: restricted", "    show: list", 23, "restricted"),
        ("    required: true", "    requird: true", 14, "requird"),
        ("mode: append", "mode: [append", 5, "YAML"),
        ("title: 样例", "title: &t 样例\nnote: *t", 2, "alias"),
        ("retention_years: 5", "retention_years: 0", 8, "retention_years"),
        ("第9条（五年）", "", 9, "retention_reason"),
    ],
    ids=[
        "unknown key",
        "duplicate key",
        "missing department",
        "unknown type",
        "key is no column",
        "phone shown",
        "unknown key of a column",
        "no YAML",
        "alias",
        "no term",
        "no reason for the term",
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, word: str
) -> None:
    folder = folder_with(GOOD.replace(old, new, 1), tmp_path)
    with pytest.raises(SourceError) as caught:
        load_source(folder)
    assert caught.value.where == f"{folder / 'source.yml'}:{line}"
    assert word in caught.value.sentence()


@pytest.mark.parametrize(
    "expectation",
    [
        "{metric: accepted_rows, blocking: true, why: x}",
        "{metric: null_share, max: 0.5, blocking: true, why: x}",
        "{metric: accepted_rows, column: name, min: 1, blocking: true, why: x}",
        "{metric: rows, min: 1, blocking: true, why: x}",
        "{metric: distinct_values, column: nobody, min: 1, blocking: true, why: x}",
    ],
)
def test_an_expectation_must_make_sense(tmp_path: Path, expectation: str) -> None:
    with pytest.raises(SourceError):
        load_source(folder_with(GOOD + f"expectations:\n  - {expectation}\n", tmp_path))


def test_folder_and_extract_bear_one_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder is other"):
        load_source(folder_with(GOOD, tmp_path, "other"))


def test_no_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no source"):
        load_sources(tmp_path)
