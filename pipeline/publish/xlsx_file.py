"""A list as XLSX: a sheet that says what it is, then the lines, ready to print on A4 and to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.publish import wording
from pipeline.publish.lines import ListColumn, Value, columns
from pipeline.publish.xlsx_style import (
    CELL,
    FONT,
    HEADER,
    LINE_POINTS,
    height,
    landscape,
    workbook,
    write_cell,
)

# Dark on light and light on dark: told apart in colour and on a grey print alike.
_TIERS: dict[str, dict[str, object]] = {
    wording.TIERS["D"]: {"bg_color": "#9C0006", "font_color": "#FFFFFF", "bold": True},
    wording.TIERS["C"]: {"bg_color": "#FFD966", "bold": True},
    wording.RANDOM_CHECK: {"italic": True},
}
_PAGES_WIDE = 2
_FOOTER = "内部使用，不得公开；分数只表示先核实谁，不是违法认定"
_NOTICE_WIDTH = 100
_LOOKS = {"核查日期": "date", "风险分": "score"}
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
    with workbook(path, sheet.title, sheet.as_of) as book:
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
    page.write_string(0, 0, sheet.title, book.add_format({**FONT, "bold": True, "font_size": 16}))
    page.set_row(0, 30)
    head = book.add_format({**CELL, "bold": True, "bg_color": "#D9D9D9"})
    text = book.add_format(CELL)
    strong = book.add_format({**CELL, "bold": True})
    for number, line in enumerate(wording.notice(sheet.as_of.isoformat(), sheet.place), start=1):
        page.set_row(number, height([line.sentence], [_NOTICE_WIDTH]))
        page.write_string(number, 0, line.heading, head)
        page.write_string(number, 1, line.sentence, strong if line.heading == wording.MEANING else text)


def _write_lines(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("清单")
    shape = columns()
    formats = {kind: book.add_format(look) for kind, look in _looks().items()}
    tiers = {tier: book.add_format({**CELL, "num_format": "@", **look}) for tier, look in _TIERS.items()}
    header, answer_header = (book.add_format({**HEADER, "bg_color": c}) for c in ("#D9D9D9", "#BDD7EE"))
    for position, column in enumerate(shape):
        page.set_column(position, position, column.width)
        page.write_string(0, position, column.header, answer_header if column.kind == "answer" else header)
    widths = [column.width for column in shape]
    page.set_row(0, 2 * LINE_POINTS + 4)
    for number, row in enumerate(sheet.rows, start=1):
        page.set_row(number, height(row, widths))
        for position, (column, value) in enumerate(zip(shape, row, strict=True)):
            look = formats[_LOOKS.get(column.header, column.kind)]
            if column.header == "风险等级":
                look = tiers.get(str(value), look)
            write_cell(page, number, position, value, look)
    _set_up_print(page, sheet)
    if sheet.rows:
        _set_up_answers(page, shape, sheet)


def _looks() -> dict[str, dict[str, object]]:
    return {
        "code": {**CELL, "num_format": "@"},
        "text": {**CELL, "num_format": "@"},
        "number": {**CELL, "align": "center"},
        "score": {**CELL, "align": "center", "num_format": "0.00"},
        "answer": {**CELL, "num_format": "@"},
        "date": {**CELL, "num_format": "yyyy-mm-dd"},
    }


def _set_up_print(page: Any, sheet: Sheet) -> None:
    landscape(page, sheet.title, _FOOTER, _PAGES_WIDE)
    page.repeat_columns(4, 4)
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
