"""How a catalogue file is taken apart: header, rows, terms, codes, words; what cannot be used and why."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipeline.errors import ConfigError
from pipeline.score.catalogue.model import Edition, Table
from pipeline.score.catalogue.reading import read_table

HEADER = "类别,条目编号,内容,工艺关键词,限期,行业代码"
FIRST = date(2016, 12, 31)
ENOUGH = ("限制,R9,甲,某工艺", "禁止,P9,乙,某工艺")


def _read(*lines: str, header: str = HEADER, first: date = FIRST) -> Table:
    return read_table("\n".join((header, *lines, *ENOUGH)).encode(), "a.csv", first)


def _numbers(table: Table) -> list[tuple[int, str, str]]:
    return [(item.row, item.item_class, item.number) for item in table.items]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-12-31", date(2018, 12, 31)),
        ("2018/6/1", date(2018, 6, 1)),
        ("2018.6.1", date(2018, 6, 1)),
        ("2018年6月1日前", date(2018, 6, 1)),
        ("20180601", date(2018, 6, 1)),
        ("2018年6月底", date(2018, 6, 30)),
        ("2018年2月", date(2018, 2, 28)),
        ("2020年2月末", date(2020, 2, 29)),
        ("2018年底", date(2018, 12, 31)),
        ("2018年以前", date(2018, 12, 31)),
        ("2018", date(2018, 12, 31)),
        ("２０１８ 年 底", date(2018, 12, 31)),
        ("", None),
    ],
)
def test_a_term_ends_on_its_day_or_with_its_month_or_year(text: str, day: date | None) -> None:
    assert _read(f"限制,R1,某,某工艺,{text}").items[0].due_on == day


@pytest.mark.parametrize("text", ["2018-13-01", "20181301", "2018年13月", "0000", "明年", "2018-6"])
def test_a_term_that_is_no_day_sets_the_row_aside(text: str) -> None:
    (row,) = _read(f"限制,R1,某,某工艺,{text}").set_aside
    assert row.why == f"限期“{text}”无法识别"
    assert "2018-12-31" in row.mend


@pytest.mark.parametrize(
    ("cell", "codes"),
    [("33", ("33",)), ("C33；3360", ("33", "3360")), ("3360|3360", ("3360",)), ("c336", ("336",)), ("", ())],
)
def test_codes_are_two_to_four_digits_with_or_without_the_letter(cell: str, codes: tuple[str, ...]) -> None:
    assert _read(f"限制,R1,某,某工艺,,{cell}").items[0].codes == ({"2011": codes} if codes else {})


@pytest.mark.parametrize("cell", ["3", "33600", "Z33", "制造业"])
def test_other_codes_set_the_row_aside(cell: str) -> None:
    (row,) = _read(f"限制,R1,某,某工艺,,{cell}").set_aside
    assert row.why == f"行业代码“{cell}”无法识别"


@pytest.mark.parametrize(
    ("header", "first", "edition"),
    [
        ("行业代码", date(2017, 9, 30), "2011"),
        ("行业代码", date(2017, 10, 1), "2017"),
        ("行业代码（2011）", date(2019, 1, 1), "2011"),
        ("行业代码（GB/T4754-2017）", date(2016, 1, 1), "2017"),
        ("行业代码2017版", date(2016, 1, 1), "2017"),
    ],
)
def test_codes_are_of_the_edition_told_or_of_the_one_in_force_on_the_first_day(
    header: str, first: date, edition: str
) -> None:
    table = _read("限制,R1,某,某工艺,,33", header=HEADER.replace("行业代码", header), first=first)
    assert table.items[0].codes == {edition: ("33",)}


@pytest.mark.parametrize("word", ["电镀", "pvc", "abs树脂"])
def test_two_characters_or_three_latin_letters_are_a_word(word: str) -> None:
    assert _read(f"限制,R1,某,{word}").items[0].words["process"] == (word,)


@pytest.mark.parametrize("word", ["镀", "pv", "a"])
def test_shorter_words_are_refused(word: str) -> None:
    (row,) = _read(f"限制,R1,某,某工艺;{word}").set_aside
    assert row.why == f"工艺关键词“{word}”太短，会误中无关内容"


def test_words_are_parted_made_plain_and_told_once() -> None:
    cells = "电 镀、ＰＶＣ|酸洗；电镀"
    assert _read(f"限制,R1,某,{cells}").items[0].words["process"] == ("电镀", "pvc", "酸洗")


def test_blank_lines_are_passed_over_and_short_rows_have_blank_cells() -> None:
    table = _read("", ",,,", "限制,R1,某,某工艺", "限制,R2")
    assert _numbers(table)[0] == (4, "restricted", "R1")
    (row,) = table.set_aside
    assert (row.row, row.why) == (5, "内容为空")


def test_a_row_set_aside_stops_nothing_and_does_not_take_its_number() -> None:
    table = _read("限制,R1,某,镀", "限制,R1,某,某工艺", "限制,R1,又,某工艺", "禁止,R1,某,某工艺")
    assert _numbers(table)[:2] == [(3, "restricted", "R1"), (5, "prohibited", "R1")]
    assert [(row.row, row.why[:4]) for row in table.set_aside] == [(2, "工艺关键"), (4, "条目编号")]


@pytest.mark.parametrize(
    ("heading", "item_class"),
    [
        ("一、限制发展类", "restricted"),
        ("禁止类", "prohibited"),
        ("3.淘汰", "eliminated"),
        ("十二、禁止发展", "prohibited"),
    ],
)
def test_a_line_that_holds_a_class_alone_is_the_heading_of_those_below(heading: str, item_class: str) -> None:
    table = _read(heading, ",R1,某,某工艺", "限制,R2,某,某工艺", ",R3,某,某工艺")
    assert [item.item_class for item in table.items[:3]] == [item_class, "restricted", item_class]
    assert table.set_aside == ()


def test_a_class_beside_other_cells_is_no_heading() -> None:
    table = _read(",R1,某,某工艺", "限制,R2,,")
    assert [row.why for row in table.set_aside] == ["类别不是限制、禁止、淘汰之一", "内容为空"]


def test_counts_are_told_by_class_without_those_that_have_none() -> None:
    assert _read().counts() == "2 items (限制 1, 禁止 1)"
    assert _read("淘汰,E1,某,某工艺", "限制,R1,某,某工艺").counts() == "4 items (限制 2, 禁止 1, 淘汰 1)"


def test_the_header_may_stand_in_the_first_30_lines_and_of_two_names_the_usual_one_counts() -> None:
    head = "序号,条目编号,类别,内容,项目内容,工艺,工艺关键词*"
    row = "1,R1,限制,某,别的,甲工艺,乙工艺"
    prohibited = "2,P1,禁止,某,别的,甲工艺,乙工艺"
    titles = [f"标题{number}" for number in range(29)]
    (first, second) = read_table("\n".join((*titles, head, row, prohibited)).encode(), "a", FIRST).items
    assert (first.number, first.text, first.words["process"]) == ("R1", "某", ("乙工艺",))
    assert (first.row, second.row) == (31, 32)
    with pytest.raises(ConfigError, match="no line of the first 30"):
        read_table("\n".join((*titles, "又一行", head, row, prohibited)).encode(), "a", FIRST)


def test_of_one_name_twice_the_left_column_counts() -> None:
    table = _read("限制,R1,左,某工艺,,,右", header=f"{HEADER},内容")
    assert table.items[0].text == "左"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_the_one_of_the_header(delimiter: str) -> None:
    lines = (HEADER, "限制,R1,某,某工艺", *ENOUGH)
    text = "目录，节选；2016；；；；；；；；\n" + "\n".join(lines).replace(",", delimiter)
    assert len(read_table(text.encode(), "a.csv", FIRST).items) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = mark + "\n".join((HEADER, *ENOUGH)).encode(encoding)
    assert [item.text for item in read_table(data, "a.csv", FIRST).items] == ["甲", "乙"]


def test_a_table_without_one_of_the_classes_names_the_first_row_set_aside() -> None:
    lines = (HEADER, "限制,R1,某,某工艺", "禁止,,某,某工艺", "禁止,P1,,某工艺")
    with pytest.raises(ConfigError) as raised:
        read_table("\n".join(lines).encode(), "a.csv", FIRST)
    assert "class 禁止 or 淘汰 (a.csv, row 3: 条目编号为空" in raised.value.sentence()
    with pytest.raises(ConfigError, match=r"class 限制( |$|[,;.:])"):
        read_table("\n".join((HEADER, ENOUGH[1])).encode(), "a.csv", FIRST)
    with pytest.raises(ConfigError, match="class 限制 and 禁止 or 淘汰"):
        read_table(HEADER.encode(), "a.csv", FIRST)
    eliminated = "\n".join((HEADER, ENOUGH[0], "淘汰,E1,某,某工艺")).encode()
    assert len(read_table(eliminated, "a.csv", FIRST).items) == 2, "either of the two is enough"


def _book(folder: Path, rows: list[list[Any]], merged: tuple[tuple[int, int, int, int, str], ...]) -> Table:
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(number, position, value, day)
                elif value is not None:
                    page.write(number, position, value)
        for one in merged:
            page.merge_range(*one)
    return read_table(path.read_bytes(), path.name, FIRST)


def test_cells_of_a_sheet_are_read_as_a_person_sees_them_and_merged_ones_fill_their_rows(
    tmp_path: Path,
) -> None:
    day = datetime(2018, 6, 1)
    rows = [
        ["节选", None, None, None, None, None],
        HEADER.split(","),
        [None, 1, "甲", "某工艺", day, 33],
        [None, 2.5, "乙", "某工艺", None, None],
        ["限制", 3, " 丙 ", None, None, None],
        ["禁止", 4, "丁", "某工艺", None, None],
    ]
    table = _book(tmp_path, rows, ((0, 0, 0, 3, "节选"), (2, 0, 3, 0, "限制"), (3, 3, 4, 3, "某工艺")))
    assert table.set_aside == ()
    assert _numbers(table) == [
        (3, "restricted", "1"),
        (4, "restricted", "2.5"),
        (5, "restricted", "3"),
        (6, "prohibited", "4"),
    ]
    assert [item.text for item in table.items] == ["甲", "乙", "丙", "丁"]
    assert table.items[0].due_on == day.date()
    assert table.items[0].codes == {"2011": ("33",)}


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2016, 12, 30), False),
        (date(2016, 12, 31), True),
        (date(2017, 6, 30), True),
        (date(2017, 7, 1), False),
    ],
)
def test_an_edition_is_in_force_from_its_first_to_its_last_day(day: date, valid: bool) -> None:
    edition = Edition(1, "2016", "x", "a.csv", FIRST, date(2017, 6, 30), "某科", "2017-03-01")
    assert edition.valid(day) is valid
    is_after_first = day >= FIRST
    still_open = Edition(1, "2016", "x", "a.csv", FIRST, None, "某科", "2017-03-01")
    assert still_open.valid(day) is is_after_first
