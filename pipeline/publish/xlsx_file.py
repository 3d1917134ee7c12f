"""A list as XLSX: a sheet that says what it is, then the lines, ready to print on A4 and to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.publish import wording
from pipeline.publish.lines import ListColumn, Value, columns

_FONT = {"font_name": "宋体", "font_size": 11}
_CELL = {**_FONT, "border": 1, "border_color": "#808080", "valign": "top", "text_wrap": True}
_HEADER = {**_CELL, "bold": True, "bg_color": "#D9D9D9", "align": "center", "valign": "vcenter"}
# Dark on light and light on dark: told apart in colour and on a grey print alike.
_TIERS: dict[str, dict[str, object]] = {
    wording.TIERS["D"]: {"bg_color": "#9C0006", "font_color": "#FFFFFF", "bold": True},
    wording.TIERS["C"]: {"bg_color": "#FFD966", "bold": True},
    wording.RANDOM_CHECK: {"italic": True},
}
_PAGES_WIDE = 2
_LINE_POINTS = 17
_HIGHEST_ROW_POINTS = 405
_NOTICE_WIDTH = 100
_LONGEST_CELL = 32_000
_LOOKS = {"核查日期": "date", "风险分": "score"}
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DAYS_TO_ANSWER = 730


@dataclass(frozen=True)
class Sheet:
    """What one workbook says.

    Attributes:
        place: street, `街道不明` or 全区.
        as_of: the day; also stands as the file's date of creation, so that bytes repeat.
        rows: lines in the order of `columns()`.
        answers: the words that 核查结果 may take.
    """

    place: str
    as_of: date
    rows: Sequence[Sequence[Value]]
    answers: Sequence[str]

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"{self.place}企业风险核查清单（数据截至{self.as_of.isoformat()}）"


def write_xlsx(path: Path, sheet: Sheet) -> None:
    """Writes one list."""
    with xlsxwriter.Workbook(str(path), {**_PLAIN, "in_memory": True}) as book:
        book.set_properties({"title": sheet.title, "created": datetime.combine(sheet.as_of, time())})
        _write_notice(book, sheet)
        _write_lines(book, sheet)


def _write_notice(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("说明")
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.set_column(0, 0, 18)
    page.set_column(1, 1, _NOTICE_WIDTH)
    page.write_string(0, 0, sheet.title, book.add_format({**_FONT, "bold": True, "font_size": 16}))
    page.set_row(0, 30)
    head = book.add_format({**_CELL, "bold": True, "bg_color": "#D9D9D9"})
    text = book.add_format(_CELL)
    strong = book.add_format({**_CELL, "bold": True})
    for number, line in enumerate(wording.notice(sheet.as_of.isoformat(), sheet.place), start=1):
        page.set_row(number, _height([line.sentence], [_NOTICE_WIDTH]))
        page.write_string(number, 0, line.heading, head)
        page.write_string(number, 1, line.sentence, strong if line.heading == wording.MEANING else text)


def _write_lines(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("清单")
    shape = columns()
    formats = {kind: book.add_format(look) for kind, look in _looks().items()}
    tiers = {tier: book.add_format({**_CELL, "num_format": "@", **look}) for tier, look in _TIERS.items()}
    header, answer_header = (book.add_format({**_HEADER, "bg_color": c}) for c in ("#D9D9D9", "#BDD7EE"))
    for position, column in enumerate(shape):
        page.set_column(position, position, column.width)
        page.write_string(0, position, column.header, answer_header if column.kind == "answer" else header)
    widths = [column.width for column in shape]
    page.set_row(0, 2 * _LINE_POINTS + 4)
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, _height(row, widths))
        for position, (column, value) in enumerate(zip(shape, row, strict=True)):
            look = formats[_LOOKS.get(column.header, column.kind)]
            if column.header == "风险等级":
                look = tiers.get(str(value), look)
            _write_cell(page, number, position, value, look)
    _set_up_print(page, sheet)
    if sheet.rows:
        _set_up_answers(page, shape, sheet)


def _write_cell(page: Any, row: int, position: int, value: Value, look: Any) -> None:
    if value == "":
        page.write_blank(row, position, None, look)
    elif isinstance(value, str):
        page.write_string(row, position, value[:_LONGEST_CELL], look)
    else:
        page.write_number(row, position, float(value), look)


def _height(row: Sequence[Value], widths: Sequence[int]) -> float:
    """The height that shows every wrapped line; spreadsheets do not all find it by themselves."""
    lines = max(_lines(value, width) for value, width in zip(row, widths, strict=True))
    return min(lines * _LINE_POINTS + 4, _HIGHEST_ROW_POINTS)


def _lines(value: Value, width: int) -> int:
    """Lines that a text takes in a column of so many narrow characters; Chinese ones are twice as wide."""
    if not isinstance(value, str) or (len(value) * 2 < width and "\n" not in value):
        return 1
    room = max(1, width - 3)  # a line ends early where punctuation may not begin the next
    # GB 18030 spends two bytes on what is two narrow characters wide, which counts faster than a loop.
    return sum(max(1, -(-len(part.encode("gb18030", "replace")) // room)) for part in value.split("\n"))


def _looks() -> dict[str, dict[str, object]]:
    return {
        "code": {**_CELL, "num_format": "@"},
        "text": {**_CELL, "num_format": "@"},
        "number": {**_CELL, "align": "center"},
        "score": {**_CELL, "align": "center", "num_format": "0.00"},
        "answer": {**_CELL, "num_format": "@"},
        "date": {**_CELL, "num_format": "yyyy-mm-dd"},
    }


def _set_up_print(page: Any, sheet: Sheet) -> None:
    page.set_paper(9)
    page.set_landscape()
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    page.set_header(f"&C&14{sheet.title}")
    page.set_footer("&L内部使用，不得公开；分数只表示先核实谁，不是违法认定&R第&P页，共&N页")
    page.repeat_rows(0)
    page.repeat_columns(4, 4)
    page.fit_to_pages(_PAGES_WIDE, 0)
    page.freeze_panes(1, 5)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(columns()) - 1)


def _set_up_answers(page: Any, shape: Sequence[ListColumn], sheet: Sheet) -> None:
    places = {column.header: position for position, column in enumerate(shape)}
    last = len(sheet.rows)
    result, day = places["核查结果"], places["核查日期"]
    page.data_validation(
        1,
        result,
        last,
        result,
        {
            "validate": "list",
            "source": list(sheet.answers),
            "error_title": "核查结果",
            "error_message": "请从下拉列表中选择",
        },
    )
    page.data_validation(
        1,
        day,
        last,
        day,
        {
            "validate": "date",
            "criteria": "between",
            "minimum": sheet.as_of,
            "maximum": sheet.as_of + timedelta(days=_DAYS_TO_ANSWER),
            "error_title": "核查日期",
            "error_message": "请填写日期，如 2017-04-05",
            "error_type": "warning",
        },
    )
