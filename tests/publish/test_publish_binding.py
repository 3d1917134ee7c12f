"""Workbooks that other processes write: the same bytes, and whatever fails there is told here."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.publish.forms.binding import WORTH_A_PROCESS, Binder, binder
from pipeline.publish.forms.lines import columns
from pipeline.publish.street_lists.xlsx_file import Sheet, write_xlsx


def _sheet(place: str) -> Sheet:
    row = [place if column.kind == "text" else "" for column in columns()]
    return Sheet(place, date(2017, 3, 31), [row, row], ["属实", "不属实"])


def _end(_: Path) -> None:
    os._exit(9)


def test_processes_write_what_is_written_here(tmp_path: Path) -> None:
    places = ("黄贝街道", "东门街道", "全区")
    for place in places:
        write_xlsx(tmp_path / f"{place}.xlsx", _sheet(place))
    with binder(2, WORTH_A_PROCESS) as books:
        for place in places:
            books.bind(write_xlsx, tmp_path / f"{place}2.xlsx", _sheet(place))
    for place in places:
        assert (tmp_path / f"{place}2.xlsx").read_bytes() == (tmp_path / f"{place}.xlsx").read_bytes()


@pytest.mark.parametrize(("count", "lines"), [(1, WORTH_A_PROCESS), (2, WORTH_A_PROCESS - 1)])
def test_few_lines_or_one_thread_need_no_process(count: int, lines: int) -> None:
    written: list[int] = []
    with binder(count, lines) as books:
        books.bind(written.append, os.getpid())
        assert written == [os.getpid()]


def test_a_book_that_cannot_be_written_stops_the_night(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be written"), binder(2, WORTH_A_PROCESS) as books:
        books.bind(write_xlsx, tmp_path / "nowhere" / "list.xlsx", _sheet("全区"))


def test_a_process_that_dies_is_told_with_a_remedy(tmp_path: Path) -> None:
    def bound(books: Binder, write: Callable[[Path], None]) -> None:
        books.bind(write, tmp_path)

    with pytest.raises(RunError, match="process that writes workbooks died"), binder(2, 10**6) as books:
        bound(books, _end)
