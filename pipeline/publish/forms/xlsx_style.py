"""How every workbook looks and is written: text as text, rows as high as their text, the same bytes twice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from pipeline.publish.forms.lines import Value
from pipeline.publish.forms.wording import MEANING, NoticeLine

FONT = {"font_name": "宋体", "font_size": 11}
CELL = {**FONT, "border": 1, "border_color": "#808080", "valign": "top", "text_wrap": True}
HEADER = {**CELL, "bold": True, "bg_color": "#D9D9D9", "align": "center", "valign": "vcenter"}
LINE_POINTS = 17
_HIGHEST_ROW_POINTS = 405
_NOTICE_WIDTH = 100
_LONGEST_CELL = 32_000
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@contextmanager
def workbook(path: Path, title: str, as_of: date) -> Iterator[Any]:
    """Opens a workbook in which nothing runs; as-of stands as its date of creation, so that bytes repeat."""
    try:
        with xlsxwriter.Workbook(str(path), {**_PLAIN, "in_memory": True}) as book:
            book.set_properties({"title": title, "created": datetime.combine(as_of, time())})
            yield book
    except FileCreateError as problem:
        raise OSError(None, "the workbook cannot be written there", str(path)) from problem


def landscape(page: Any, title: str, footer: str, pages_wide: int) -> None:
    """Sets a sheet up for A4 landscape with its header row repeated."""
    page.set_paper(9)
    page.set_landscape()
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    page.set_header(f"&C&14{title}")
    page.set_footer(f"&L{footer}&R第&P页，共&N页")
    page.repeat_rows(0)
    page.fit_to_pages(pages_wide, 0)


def write_notice(book: Any, title: str, lines: Sequence[NoticeLine]) -> None:
    """Writes the first sheet 说明: a heading and a sentence a line, on one page of A4."""
    page = book.add_worksheet("说明")
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.set_column(0, 0, 18)
    page.set_column(1, 1, _NOTICE_WIDTH)
    page.write_string(0, 0, title, book.add_format({**FONT, "bold": True, "font_size": 16}))
    page.set_row(0, 30)
    head = book.add_format({**CELL, "bold": True, "bg_color": "#D9D9D9"})
    text = book.add_format(CELL)
    strong = book.add_format({**CELL, "bold": True})
    for number, line in enumerate(lines, start=1):
        page.set_row(number, height([line.sentence], [_NOTICE_WIDTH]))
        page.write_string(number, 0, line.heading, head)
        page.write_string(number, 1, line.sentence, strong if line.heading == MEANING else text)


def write_cell(page: Any, row: int, position: int, value: Value, look: Any) -> None:
    """Writes one value: text as text, a number as a number, nothing as a blank."""
    if value == "":
        page.write_blank(row, position, None, look)
    elif isinstance(value, str):
        page.write_string(row, position, value[:_LONGEST_CELL], look)
    else:
        page.write_number(row, position, float(value), look)


def height(row: Sequence[Value], widths: Sequence[int]) -> float:
    """The height that shows every wrapped line; spreadsheets do not all find it by themselves."""
    lines = 1
    for value, width in zip(row, widths, strict=True):
        # Most cells are short, and a list has many thousands: they are not looked at closer.
        if isinstance(value, str) and (len(value) * 2 >= width or "\n" in value):
            lines = max(lines, _lines(value, width))
    return min(lines * LINE_POINTS + 4, _HIGHEST_ROW_POINTS)


def _lines(value: str, width: int) -> int:
    """Lines that a text takes in a column of so many narrow characters; Chinese ones are twice as wide."""
    room = max(1, width - 3)  # a line ends early where punctuation may not begin the next
    # GB 18030 spends two bytes on what is two narrow characters wide, which counts faster than a loop.
    return sum(max(1, -(-len(part.encode("gb18030", "replace")) // room)) for part in value.split("\n"))
