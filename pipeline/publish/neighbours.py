"""Files for the neighbours of the early warning: open orders for measure 19, empty premises for measure 16.

Each is one public view, as CSV and XLSX, and says in a text beside the CSV and on the workbook's first
sheet what it is for, on what basis, and what it is not. Neither knows anything of scores.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.publish.database import dictionary
from pipeline.publish.database.inputs import quoted
from pipeline.publish.forms.binding import Binder
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import Value, short_title
from pipeline.publish.forms.table_text import BOM, as_text, write_csv_table
from pipeline.publish.forms.xlsx_style import CELL, FONT, HEADER, height, landscape, workbook, write_cell

FOLDER = "neighbours"
TITLES = {"rectification_register": "未结整改名册（措施19）", "vacant_premises": "空置物业线索（措施16）"}
_READS = {
    "rectification_register": ("safety_inspections", "env_penalties", "street_cases"),
    "vacant_premises": ("grid", "illegal_buildings"),
}
_NOTICE = Path(__file__).parent / "neighbour_notice.csv"
_FOOTER = "内部使用，不得公开；用途和依据见说明"
_NOTICE_WIDTH = 100
_WORDS: dict[str, dict[object, str]] = {
    "kind": {
        "environment": "环保",
        "work_safety": "安全生产",
        "fire": "消防",
        "safety": "安监或消防（文书未分）",
        "street": "占道和违章搭建",
    },
    "recheck": {
        "failed": "复查不合格或逾期未整改",
        "owed": "期限已过，尚未复查",
        "running": "期限未到",
        "undated": "未载明期限",
    },
    "standing": {"in_force": "有效", None: "部门未注明"},
    "named_in_plan": {True: "是", False: "否"},
    "state": {"closed": "停业、关闭或空置", "moved": "已搬离"},
}
_WIDE = {
    "name": 26,
    "address": 32,
    "document": 26,
    "department": 16,
    "uscc": 22,
    "house_code": 22,
    "file": 28,
}
_WIDTH = 13


@dataclass(frozen=True)
class _Handed:
    """One view as it is handed over: its notice, its Chinese header, its rows in words."""

    view: str
    as_of: date
    notice: list[tuple[str, str]]
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]

    @property
    def header(self) -> list[str]:
        """The columns' Chinese names, as the data dictionary has them."""
        said = dictionary.written()
        return [said[self.view, column].title for column in self.columns]


def write_neighbours(
    con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source], books: Binder
) -> dict[str, int]:
    """Writes the files of a built warehouse into a day's folder.

    Returns:
        The rows of each CSV and XLSX, by path inside the folder.
    """
    (folder / FOLDER).mkdir()
    counts: dict[str, int] = {}
    for view in TITLES:
        handed = _handed(con, view, as_of, sources)
        path = folder / FOLDER / f"{view}_{as_of:%Y%m%d}"
        books.bind(_write_book, path.with_suffix(".xlsx"), handed)
        with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as handle:
            write_csv_table(handle, handed.header, handed.rows)
        _write_notice(path.with_suffix(".txt"), handed)
        counts |= {f"{FOLDER}/{path.name}{suffix}": len(handed.rows) for suffix in (".csv", ".xlsx")}
    return counts


def _handed(con: duckdb.DuckDBPyConnection, view: str, as_of: date, sources: Mapping[str, Source]) -> _Handed:
    con.execute(f"FROM {quoted(view)}")
    columns = tuple(str(item[0]) for item in con.description or ())
    rows = [
        tuple(
            _WORDS[name].get(value, value) if name in _WORDS else value
            for name, value in _named(columns, row)
        )
        for row in con.fetchall()
    ]
    told = {"as_of": as_of.isoformat(), "rows": len(rows), "missing": _missing(con, view, sources)}
    with _NOTICE.open(encoding="utf-8", newline="") as handle:
        notice = [
            (line["heading"], line["sentence"].format(**told))
            for line in csv.DictReader(handle)
            if line["view"] == view
        ]
    return _Handed(view, as_of, notice, columns, rows)


def _named(columns: Sequence[str], row: Sequence[object]) -> list[tuple[str, object]]:
    return list(zip(columns, row, strict=True))


def _missing(con: duckdb.DuckDBPyConnection, view: str, sources: Mapping[str, Source]) -> str:
    """Which data of it is not there this night: without a fresh file its rows may be long out of date."""
    fresh = {
        str(row[0])
        for row in con.execute("SELECT DISTINCT extract FROM extract_status WHERE state = 'fresh'").fetchall()
    }
    lacking = [short_title(sources[name]) for name in _READS[view] if name not in fresh]
    return f"缺报或过期，不在本册：{'、'.join(lacking)}。" if lacking else "所需数据本期均已报送。"


def _write_notice(path: Path, handed: _Handed) -> None:
    lines = [TITLES[handed.view], *(f"{heading}：{sentence}" for heading, sentence in handed.notice)]
    path.write_text(BOM + "\r\n".join([*lines, ""]), encoding="utf-8", newline="")


def _write_book(path: Path, handed: _Handed) -> None:
    title = TITLES[handed.view]
    with workbook(path, title, handed.as_of) as book:
        _write_first(book, title, handed)
        page = book.add_worksheet("名册")
        widths = [_WIDE.get(column, _WIDTH) for column in handed.columns]
        head, text = book.add_format(HEADER), book.add_format({**CELL, "num_format": "@"})
        for position, (name, width) in enumerate(zip(handed.header, widths, strict=True)):
            page.set_column(position, position, width)
            page.write_string(0, position, name, head)
        for number, row in enumerate(handed.rows, start=1):
            cells = [_cell(value) for value in row]
            page.set_row(number, height(cells, widths))
            for position, cell in enumerate(cells):
                write_cell(page, number, position, cell, text)
        landscape(page, title, _FOOTER, pages_wide=2)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(handed.rows), 1), len(widths) - 1)


def _write_first(book: Any, title: str, handed: _Handed) -> None:
    page = book.add_worksheet("说明")
    page.hide_gridlines(2)
    page.set_column(0, 0, 18)
    page.set_column(1, 1, _NOTICE_WIDTH)
    page.write_string(0, 0, title, book.add_format({**FONT, "bold": True, "font_size": 16}))
    head, text = book.add_format({**CELL, "bold": True, "bg_color": "#D9D9D9"}), book.add_format(CELL)
    for number, (heading, sentence) in enumerate(handed.notice, start=1):
        page.set_row(number, height([sentence], [_NOTICE_WIDTH]))
        page.write_string(number, 0, heading, head)
        page.write_string(number, 1, sentence, text)
    landscape(page, title, _FOOTER, pages_wide=1)


def _cell(value: object) -> Value:
    return (
        Decimal(str(value))
        if isinstance(value, int | float) and not isinstance(value, bool)
        else plain(as_text(value))
    )
