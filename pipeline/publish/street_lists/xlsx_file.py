"""A list as XLSX: a sheet that says what it is, then the lines, ready to print on A4 and to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipeline.publish.forms import wording
from pipeline.publish.forms.lines import ListColumn, Value, columns
from pipeline.publish.forms.xlsx_style import (
    CELL,
    HEADER,
    LINE_POINTS,
    height,
    landscape,
    workbook,
    write_cell,
    write_notice,
)
from pipeline.publish.street_lists.gone import GONE

# Dark on light and light on dark: told apart in colour and on a grey print alike.
_MARKED = ("风险等级", "本期变化")
_MARKS: dict[str, dict[str, object]] = {
    wording.TIERS["D"]: {"bg_color": "#9C0006", "font_color": "#FFFFFF", "bold": True},
    wording.TIERS["C"]: {"bg_color": "#FFD966", "bold": True},
    wording.RANDOM_CHECK: {"italic": True},
    wording.NEW: {"bold": True},
    wording.UP: {"bold": True, "underline": 1},
}
# Two pages would print the text at six points, three print it at eight or nine.
_PAGES_WIDE = 3
_FOOTER = "内部使用，不得公开；分数只表示先核实谁，不是违法认定"
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
        gone: firms of the last list that are not on this one, in the order of `GONE`.
    """

    place: str
    as_of: date
    rows: Sequence[Sequence[Value]]
    answers: Sequence[str]
    gone: Sequence[Sequence[Value]] = ()

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"{self.place}企业风险核查清单（数据截至{self.as_of.isoformat()}）"


def write_xlsx(path: Path, sheet: Sheet) -> None:
    """Writes one list."""
    with workbook(path, sheet.title, sheet.as_of) as book:
        write_notice(book, sheet.title, wording.notice(sheet.as_of.isoformat(), sheet.place))
        _write_lines(book, sheet)
        if sheet.gone:
            _write_gone(book, sheet)


def _write_lines(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("清单")
    shape = columns()
    formats = {kind: book.add_format(look) for kind, look in _looks().items()}
    marks = {word: book.add_format({**CELL, "num_format": "@", **look}) for word, look in _MARKS.items()}
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
            if column.header in _MARKED:
                look = marks.get(str(value), look)
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


def _write_gone(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("本期退出")
    widths = list(GONE.values())
    head, text = book.add_format(HEADER), book.add_format({**CELL, "num_format": "@"})
    for position, (heading, width) in enumerate(GONE.items()):
        page.set_column(position, position, width)
        page.write_string(0, position, heading, head)
    for number, row in enumerate(sheet.gone, start=1):
        page.set_row(number, height(row, widths))
        for position, value in enumerate(row):
            write_cell(page, number, position, value, text)
    landscape(page, f"{sheet.title}：本期退出", _FOOTER, 1)
    page.freeze_panes(1, 0)


def _set_up_answers(page: Any, shape: Sequence[ListColumn], sheet: Sheet) -> None:
    places = {column.header: position for position, column in enumerate(shape)}
    checks: dict[str, dict[str, object]] = {
        "核查结果": {
            "validate": "list",
            "source": list(sheet.answers),
            "error_message": "请从下拉列表中选择",
        },
        "核查日期": {
            "validate": "date",
            "criteria": "between",
            "minimum": sheet.as_of,
            "maximum": sheet.as_of + timedelta(days=_DAYS_TO_ANSWER),
            "error_message": "请填写日期，如 2017-04-05",
            "error_type": "warning",
        },
        "核查人": _at_most(20),
        "备注": _at_most(500),
    }
    for header, check in checks.items():
        at = places[header]
        page.data_validation(1, at, len(sheet.rows), at, {**check, "error_title": header})


def _at_most(characters: int) -> dict[str, object]:
    message = f"请不要超过{characters}个字"
    return {"validate": "length", "criteria": "<=", "value": characters, "error_message": message}
