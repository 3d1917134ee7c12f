"""How imports of the catalogue are kept: dates, editions, notes of nights, what only its owner may read."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigError, RunError
from pipeline.journal import append_journal
from pipeline.score.catalogue import store
from pipeline.score.catalogue.model import Edition, Item
from pipeline.score.catalogue.words import plain_word, verdicts

LINES = ("类别,条目编号,内容,工艺关键词", "限制,R1,某,某工艺", "禁止,P1,某,某工艺")
AS_OF = date(2017, 3, 31)


def _file(folder: Path, *more: str) -> Path:
    path = folder / "目录.csv"
    path.write_text("\n".join((*LINES, *more)), encoding="utf-8")
    return path


def _add(folder: Path, *more: str, **changes: Any) -> tuple[Edition, Any, bool]:
    values = {"edition": "2016", "valid_from": None, "valid_to": None, "who": "某科"}
    values |= {"imported_at": "2017-03-01"}
    return store.add(folder / "r", _file(folder, *more), **(values | changes))


@pytest.mark.parametrize(
    ("edition", "first"),
    [
        ("2016", date(2016, 12, 31)),
        ("1990", date(1990, 12, 31)),
        ("2100", date(2100, 12, 31)),
        ("2016年本", date(2016, 12, 31)),
        ("20161", date(2016, 12, 31)),
    ],
)
def test_an_edition_is_in_force_from_the_end_of_its_year_unless_told(
    tmp_path: Path, edition: str, first: date
) -> None:
    assert _add(tmp_path, edition=edition)[0].valid_from == first
    assert _add(tmp_path, edition=edition, valid_from=AS_OF)[0].valid_from == AS_OF


@pytest.mark.parametrize("edition", ["1989", "2101", "201", "新版", "201x", ""])
def test_an_edition_that_names_no_year_needs_a_first_day(tmp_path: Path, edition: str) -> None:
    with pytest.raises(ConfigError, match="names no year"):
        _add(tmp_path, edition=edition)
    assert _add(tmp_path, edition=edition, valid_from=AS_OF)[0].edition == edition


def test_the_last_day_may_be_the_first_and_not_before_it(tmp_path: Path) -> None:
    assert _add(tmp_path, valid_from=AS_OF, valid_to=AS_OF)[0].valid_to == AS_OF
    with pytest.raises(ConfigError, match="would end on 2017-03-30, before its first day 2017-03-31"):
        _add(tmp_path, valid_from=AS_OF, valid_to=date(2017, 3, 30))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file cannot be read"):
        store.add(
            tmp_path, tmp_path / "none.csv", edition="2016", valid_from=None, valid_to=None, who="某科",
            imported_at="x",
        )  # fmt: skip


def test_only_an_import_that_says_something_else_than_the_last_of_its_edition_is_new(tmp_path: Path) -> None:
    first, table, is_new = _add(tmp_path)
    assert (first.sequence, is_new, len(table.items)) == (1, True, 2)
    same, table, is_new = _add(tmp_path, who="另一科", imported_at="2017-03-02")
    assert (same, is_new, len(table.items)) == (first, False, 2)
    other, _, is_new = _add(tmp_path, edition="2014")
    assert (other.sequence, is_new) == (2, True)
    assert _add(tmp_path)[0] == first, "beside another edition too"
    more, _, is_new = _add(tmp_path, "限制,R2,某,某工艺")
    assert (more.sequence, is_new) == (3, True)
    back, _, is_new = _add(tmp_path)
    assert (back.sequence, is_new) == (4, True), "the first file again takes the place of the last"
    assert store.editions(tmp_path / "r") == [first, other, more, back]


def test_what_is_kept_is_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    edition, _, _ = _add(tmp_path, valid_to=date(2018, 12, 31))
    kept = tmp_path / "r" / "catalogue"
    store.note_night(tmp_path / "r", AS_OF, edition, "")
    paths = {path.relative_to(tmp_path): path.stat().st_mode & 0o777 for path in (tmp_path / "r").rglob("*")}
    names = {
        kept / "imports.jsonl",
        kept / edition.sha256,
        kept / "nights",
        kept / "nights" / f"{AS_OF}.json",
    }
    assert {tmp_path / path for path in paths} == {kept, *names}, "nothing half-built is left"
    assert {mode for path, mode in paths.items() if (tmp_path / path).is_dir()} == {0o700}
    assert {mode for path, mode in paths.items() if (tmp_path / path).is_file()} == {0o600}
    assert (tmp_path / "r").stat().st_mode & 0o777 == 0o700
    assert (kept / edition.sha256).read_bytes() == _file(tmp_path).read_bytes()
    assert hashlib.sha256((kept / edition.sha256).read_bytes()).hexdigest() == edition.sha256
    text = (kept / "imports.jsonl").read_text(encoding="utf-8")
    assert text.count("\n") == 1 and text.endswith("\n")
    assert json.loads(text) == {
        "sequence": 1, "edition": "2016", "sha256": edition.sha256, "file": "目录.csv",
        "valid_from": "2016-12-31", "valid_to": "2018-12-31", "who": "某科", "imported_at": "2017-03-01",
    }  # fmt: skip
    assert "目录.csv" in text, "in letters that a person can read"
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert store.editions(tmp_path / "r") == [edition]


def test_a_folder_that_is_there_already_is_used(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    _file(tmp_path / "deep")
    restricted = tmp_path / "not" / "yet"
    values = {"edition": "2016", "valid_from": None, "valid_to": None, "who": "某科", "imported_at": "x"}
    first, _, _ = store.add(restricted, _file(tmp_path), **values)
    second, _, _ = store.add(restricted, _file(tmp_path, "限制,R2,某,某工艺"), **values)
    assert (first.sequence, second.sequence) == (1, 2)
    for _ in range(2):
        store.note_night(tmp_path / "no" / "imports", AS_OF, None, "目录未导入")


def test_a_damaged_or_missing_import_is_told_with_the_mend(tmp_path: Path) -> None:
    edition, _, _ = _add(tmp_path)
    kept = tmp_path / "r" / "catalogue"
    (kept / edition.sha256).unlink()
    with pytest.raises(RunError, match="missing or damaged"):
        store.load(tmp_path / "r", edition)
    (kept / "imports.jsonl").write_text('{"sequence": 1}\n', encoding="utf-8")
    with pytest.raises(RunError, match="the list of imports is damaged"):
        store.editions(tmp_path / "r")


def test_of_editions_in_force_the_one_with_the_latest_first_day_counts_and_of_one_edition_the_last_import(
    tmp_path: Path,
) -> None:
    assert store.choose(tmp_path / "r", AS_OF) == (None, "目录未导入")
    late, _, _ = _add(tmp_path, edition="2016", valid_from=date(2017, 1, 1))
    _add(tmp_path, edition="2014")
    assert store.choose(tmp_path / "r", AS_OF) == (late, "")
    again, _, _ = _add(tmp_path, "限制,R2,某,某工艺", edition="2016", valid_from=date(2017, 1, 1))
    assert store.choose(tmp_path / "r", AS_OF) == (again, "")
    same_day, _, _ = _add(tmp_path, edition="2016b", valid_from=date(2017, 1, 1))
    assert store.choose(tmp_path / "r", AS_OF) == (same_day, ""), "of one first day the later import"
    assert store.choose(tmp_path / "r", date(2014, 12, 30)) == (None, "目录未导入：已导入的版本当日无效")


def test_a_past_day_keeps_what_its_nights_noted(tmp_path: Path) -> None:
    restricted = tmp_path / "r"
    first, _, _ = _add(tmp_path)
    store.note_night(restricted, AS_OF, first, "")
    for day in ("2017-03-30", str(AS_OF), "2017-04-01"):
        append_journal(restricted / "journal.jsonl", {"as_of": day})
    second, _, _ = _add(tmp_path, "限制,R2,某,某工艺")
    assert store.choose(restricted, AS_OF) == (first, ""), "noted"
    assert store.choose(restricted, date(2017, 3, 30)) == (None, "目录未导入"), "published without a note"
    assert store.choose(restricted, date(2017, 4, 1)) == (second, ""), "the newest published day"
    assert store.choose(restricted, date(2017, 3, 29)) == (second, ""), "a day that no night was published of"
    store.note_night(restricted, AS_OF, None, "某因")
    assert store.choose(restricted, AS_OF) == (None, "某因")
    note = restricted / "catalogue" / "nights" / f"{AS_OF}.json"
    assert note.read_text(encoding="utf-8") == '{"import": 0, "absence": "某因"}\n'
    note.write_text("{}", encoding="utf-8")
    with pytest.raises(RunError, match="the note of a night is damaged"):
        store.choose(restricted, AS_OF)


def test_an_import_is_told_in_a_line() -> None:
    edition = Edition(1, "2016", "0123456789abcdef", "a", date(2016, 12, 31), None, "某科", "x")
    assert store.told(edition).endswith("edition 2016, in force from 2016-12-31 on, sha256 0123456789ab")
    ended = Edition(1, "2016", "0123456789abcdef", "a", date(2016, 12, 31), date(2018, 1, 1), "某科", "x")
    assert "in force from 2016-12-31 to 2018-01-01, sha256" in store.told(ended)


def _said(text: str, *exclusions: str, words: tuple[str, ...] = ("电镀",)) -> list[tuple[str, str]]:
    item = Item(
        2, "prohibited", "P1", "x", {"process": words, "product": (), "equipment": ()}, exclusions, {}, None
    )
    return [(word, verdict) for _, word, verdict in verdicts(plain_word(text), "process", [item])]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("电镀", "hit"),
        ("不含喷漆、电镀", "denied"),
        ("不含喷漆，电镀", "hit"),
        ("电镀，不含喷漆", "hit"),
        ("取消电镀", "removed"),
        ("取消喷漆。电镀", "hit"),
        ("电镀已拆除", "removed"),
        ("非电镀", "denied"),
        ("废电镀件", "hit"),
        ("不含电镀；新建电镀", "hit"),
        ("取消电镀，不含电镀", "removed"),
    ],
)
def test_a_denial_reaches_to_the_end_of_its_clause_and_the_strongest_naming_counts(
    text: str, verdict: str
) -> None:
    assert _said(text) == [("电镀", verdict)]


def test_of_several_words_named_alike_the_first_of_the_item_is_told() -> None:
    assert _said("酸洗、电镀", words=("电镀", "酸洗")) == [("电镀", "hit")]
    assert _said("不含电镀，酸洗", words=("电镀", "酸洗")) == [("酸洗", "hit")]
    assert _said("喷漆", words=("电镀", "酸洗")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("无氰电镀", []),
        ("无氰电镀线", []),
        ("先无氰电镀", []),
        ("无氰电镀和电镀", [("电镀", "hit")]),
        ("电镀和无氰电镀", [("电镀", "hit")]),
    ],
)
def test_a_longer_exclusion_hides_the_keyword_inside_it_and_no_other(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert _said(text, "无氰电镀") == found


def test_an_exclusion_is_told_where_it_stands_as_itself() -> None:
    assert _said("可降解袋", "可降解") == [("可降解", "excluded")]
    assert _said("不可降解袋", "可降解") == []
    assert _said("水性漆", "可降解") == []
    assert _said("不可降解袋和可降解袋", "可降解") == [("可降解", "excluded")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pvc管", True),
        ("用pvc", True),
        ("upvc管", False),
        ("pvc2管", False),
        ("pvcs", False),
        ("u-pvc", True),
    ],
)
def test_a_latin_word_stands_only_as_a_whole(text: str, named: bool) -> None:
    assert bool(_said(text, words=("pvc",))) is named
