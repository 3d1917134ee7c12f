"""How tables of the industry catalogue are taken in and kept, and which edition holds on a day."""

import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from pipeline.errors import ConfigError, RunError
from pipeline.journal import append_journal
from pipeline.score.catalogue import store
from pipeline.score.catalogue.reading import read_table
from pipeline.score.catalogue.template import write_template
from tests.score.catalogue_tables import (
    AS_OF,
    BAGS,
    BOILER,
    FIRST,
    PLATING,
    SPRAY,
    Place,
    loaded,
    table_file,
    take,
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    table = read_table(table_file(tmp_path, encoding=encoding).read_bytes(), "a.csv", FIRST)
    assert [(item.item_class, item.number, item.due_on) for item in table.items] == [
        ("restricted", "R1", None),
        ("restricted", "R2", date(2016, 12, 31)),
        ("prohibited", "P1", None),
        ("eliminated", "E1", date(2017, 3, 31)),
    ]
    assert table.items[2].codes == {"2011": ("33",)}
    assert table.items[1].words["process"] == ("喷漆", "烤漆")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("鼓励,A1,某,,某工艺,,,,", "类别不是"),
        ("禁止,,某,,某工艺,,,,", "条目编号为空"),
        ("禁止,P2,,,某工艺,,,,", "内容为空"),
        ("禁止,P2,某,,,,,,", "没有任何关键词"),
        ("禁止,P2,某,,镀,,,,", "“镀”太短"),
        ("禁止,P2,某,,某工艺,,,,尽快", "限期“尽快”无法识别"),
        ("禁止,P2,某,,某工艺,,,,2017年2月30日", "限期“2017年2月30日”无法识别"),
        ("禁止,P2,某,制造业,某工艺,,,,", "行业代码“制造业”无法识别"),
        ("禁止,P1,又一条,,某工艺,,,,", "条目编号重复"),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_place_reason_and_mend(
    tmp_path: Path, line: str, why: str
) -> None:
    table = read_table(table_file(tmp_path, BAGS, PLATING, line).read_bytes(), "a.csv", FIRST)
    (row,) = table.set_aside
    assert (row.row, row.cells) == (4, tuple(line.split(",")))
    assert why in row.why
    assert row.mend
    assert row.sentence("a.csv").startswith("a.csv, row 4: ")
    assert len(table.items) == 2


@pytest.mark.parametrize("lines", [(BAGS, SPRAY), (PLATING, BOILER)])
def test_a_table_of_one_class_alone_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="no usable item of the class"):
        take(tmp_path / "restricted", table_file(tmp_path, *lines))
    assert not (tmp_path / "restricted").exists()


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="类别, 条目编号 and 内容"):
        take(tmp_path, path)
    path.write_bytes(b"PK no workbook")
    with pytest.raises(ConfigError, match="cannot be opened"):
        take(tmp_path, path)


def test_a_workbook_with_title_headings_and_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("封面").write_string(0, 0, "目录")
        page = book.add_worksheet("正文")
        page.merge_range(0, 0, 0, 4, "某市产业目录（节选）")
        for position, name in enumerate(("编号 ", "条目内容", "类 别", "主要工艺（必填）", "工艺关键词")):
            page.write_string(1, position, name)
        page.write_string(2, 0, "一、限制发展类")
        page.write_row(3, 0, [1, "甲", "", "", "某工艺"])
        page.merge_range(4, 2, 5, 2, "禁止类")
        page.write_row(4, 0, [1, "乙"])
        page.write_row(5, 0, [2, "丙"])
        page.write_string(4, 4, "工艺二；工艺三")
        page.write_string(5, 4, "工艺四")
    table = read_table(path.read_bytes(), path.name, FIRST)
    assert table.set_aside == ()
    assert [(item.row, item.item_class, item.number) for item in table.items] == [
        (4, "restricted", "1"),
        (5, "prohibited", "1"),
        (6, "prohibited", "2"),
    ]


def test_the_template_can_be_filled_in_and_imported(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["填写说明", "目录"]
    explained = [row[0] for row in book.get_sheet_by_name("填写说明").to_python()]
    assert {"原则", "排除词", "限期"} <= set(explained)
    (header,) = book.get_sheet_by_name("目录").to_python()
    lines = [line.split(",") for line in (BAGS, SPRAY, PLATING, BOILER)]
    with xlsxwriter.Workbook(str(path)) as filled:
        for name in book.sheet_names:
            page = filled.add_worksheet(name)
            rows = [header, *lines] if name == "目录" else book.get_sheet_by_name(name).to_python()
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    assert len(read_table(path.read_bytes(), "t.xlsx", FIRST).items) == 4


def test_imports_are_stamped_kept_and_append_only(tmp_path: Path) -> None:
    restricted = tmp_path / "restricted"
    first, _, is_new = take(restricted, table_file(tmp_path))
    assert is_new
    assert take(restricted, table_file(tmp_path))[2] is False
    before = (restricted / "catalogue" / "imports.jsonl").read_bytes()
    second, _, _ = take(restricted, table_file(tmp_path, BAGS, PLATING), who="另一科")
    after = (restricted / "catalogue" / "imports.jsonl").read_bytes()
    assert after.startswith(before)
    assert [one.sequence for one in store.editions(restricted)] == [1, 2]
    assert (first.valid_from, first.valid_to, first.who, second.who) == (FIRST, None, "某科", "另一科")
    assert len(store.load(restricted, first).items) == 4
    assert len(store.load(restricted, second).items) == 2
    kept = [path for path in (restricted / "catalogue").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_line_cut_off_by_a_crash_does_not_spoil_the_next_import(tmp_path: Path) -> None:
    take(tmp_path, table_file(tmp_path))
    journal = tmp_path / "catalogue" / "imports.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"sequence": 2, "edi')
    take(tmp_path, table_file(tmp_path, BAGS, PLATING))
    assert [one.sequence for one in store.editions(tmp_path)] == [1, 2]


def test_a_damaged_file_stops_the_night_with_the_mend(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    (edition,) = store.editions(place.night.settings.restricted)
    (place.night.settings.restricted / "catalogue" / edition.sha256).write_bytes(b"x")
    with pytest.raises(RunError, match="import the catalogue again"):
        place.score()


def test_the_edition_of_the_day_holds(tmp_path: Path) -> None:
    take(tmp_path, table_file(tmp_path), valid_from=date(2017, 1, 1), valid_to=date(2018, 12, 31))
    take(tmp_path, table_file(tmp_path), edition="2019", valid_from=date(2019, 1, 1))
    days = {"2016-12-31": None, "2017-01-01": "2016", "2018-12-31": "2016", "2019-01-01": "2019"}
    for day, name in days.items():
        found, why = store.choose(tmp_path, date.fromisoformat(day))
        assert (found.edition if found else None) == name
        assert bool(why) == (name is None)


def test_dates_and_editions_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--valid-from"):
        take(tmp_path, table_file(tmp_path), edition="新版")
    with pytest.raises(ConfigError, match="before its first day"):
        take(tmp_path, table_file(tmp_path), valid_to=date(2016, 1, 1))


def test_a_past_day_keeps_to_the_catalogue_of_its_own_nights(tmp_path: Path) -> None:
    """The newest published day sees what was imported since; an earlier one what it had."""

    def night(day: date) -> int:
        found, why = store.choose(tmp_path, day)
        store.note_night(tmp_path, day, found, why)
        append_journal(tmp_path / "journal.jsonl", {"as_of": str(day)})
        return found.sequence if found else 0

    early, late = AS_OF, date(2017, 4, 30)
    assert night(early) == 0
    take(tmp_path, table_file(tmp_path))
    assert night(late) == 1
    assert [night(early), night(early)] == [0, 0]
    assert store.choose(tmp_path, early) == (None, "目录未导入")
    take(tmp_path, table_file(tmp_path, BAGS, PLATING))
    assert night(late) == 2
    assert night(early) == 0
    noted = json.loads((tmp_path / "catalogue" / "nights" / f"{late}.json").read_text(encoding="utf-8"))
    assert noted == {"import": 2, "absence": ""}
