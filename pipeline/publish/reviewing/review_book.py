"""The clerk's workbook: how to answer, and each open pair side by side with what agrees and what differs."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import clerk, db
from pipeline.declaration import Source
from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import Value
from pipeline.publish.forms.waterfall import bits
from pipeline.publish.forms.xlsx_style import CELL, FONT, HEADER, height, landscape, workbook, write_cell
from pipeline.publish.reviewing.review_pairs import Line, Row, read_lines

NOTICE = Path(__file__).parent / "review_notice.csv"
TITLE = "待人工核对的关联"
_FOOTER = "内部使用，不得公开；核对的是“是不是同一主体”，不是违法认定"
_LEFT = {
    "序号": 6, "部门": 14, "数据": 16, "文件": 22, "行号": 7, "记录中的名称": 26, "记录中的招牌": 18,
    "记录中的证号": 21, "记录中的地址": 30, "记录中的街道": 11, "报送日期": 12,
}  # fmt: skip
_MIDDLE = {"把握": 8, "相符之处（权重）": 30, "不符之处（权重）": 24, "可一并解决的记录数": 10}
_RIGHT = {"企业名称": 26, "企业招牌": 18, "企业证号": 21, "企业地址": 30, "登记情况": 14}
_ANSWER = {clerk.JUDGEMENT: 15, clerk.REASON: 30}
_KEYS = (clerk.RECORD, clerk.ENTERPRISE, clerk.TOLD)
_SHADES = ((_LEFT, "#DDEBF7"), (_MIDDLE, "#FFF2CC"), (_RIGHT, "#E2EFDA"), (_ANSWER, "#BDD7EE"))
_ALLOWED = {
    "sort": True,
    "autofilter": True,
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
}
_NOTICE_WIDTH = 100


@dataclass(frozen=True)
class Exported:
    """What was written: the workbook, its lines, and how many records they would settle."""

    path: Path
    lines: int
    records: int
    waiting: int

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.lines} of {self.waiting} open questions, which settle {self.records} records"
        )


def export_reviews(
    warehouse: Path, sources: Mapping[str, Source], out: Path | None, street: str | None, top: int
) -> Exported:
    """Writes the open pairs of a published warehouse for a clerk.

    Args:
        warehouse: the published warehouse; opened read-only.
        sources: the declarations.
        out: the workbook; by default `review_<YYYYMMDD>.xlsx` beside the warehouse.
        street: only this street's, None for all.
        top: how many lines at most, the most useful first.

    Raises:
        ConfigError: if there is no warehouse.
    """
    con = db.open_published(warehouse)
    try:
        found = con.execute("SELECT max(as_of) FROM run").fetchone()
        lines = read_lines(con, sources, street)
    finally:
        con.close()
    as_of: date = found[0] if found else date.min
    path = out or warehouse.parent / f"review_{as_of:%Y%m%d}.xlsx"
    shown = lines[:top]
    write_book(path, as_of, shown, sources)
    return Exported(path, len(shown), len({r for line in shown for r in line.records}), len(lines))


def write_book(path: Path, as_of: date, lines: Sequence[Line], sources: Mapping[str, Source]) -> None:
    """Writes the workbook; its bytes repeat."""
    with workbook(path, TITLE, as_of) as book:
        _write_notice(book, as_of)
        _write_pairs(book, lines, sources)
        _write_records(book, lines)


def _write_notice(book: Any, as_of: date) -> None:
    page = book.add_worksheet(clerk.NOTICE)
    page.hide_gridlines(2)
    page.set_column(0, 0, 16)
    page.set_column(1, 1, _NOTICE_WIDTH)
    page.write_string(0, 0, TITLE, book.add_format({**FONT, "bold": True, "font_size": 16}))
    head, text = book.add_format({**CELL, "bold": True, "bg_color": "#D9D9D9"}), book.add_format(CELL)
    for number, (heading, sentence) in enumerate(_notice(as_of), start=1):
        page.set_row(number, height([sentence], [_NOTICE_WIDTH]))
        page.write_string(number, 0, heading, head)
        page.write_string(number, 1, sentence, text)
    landscape(page, TITLE, _FOOTER, pages_wide=1)


def _notice(as_of: date) -> list[tuple[str, str]]:
    with NOTICE.open(encoding="utf-8", newline="") as handle:
        told = {"as_of": as_of.isoformat()}
        return [(row["heading"], row["sentence"].format(**told)) for row in csv.DictReader(handle)]


def _write_pairs(book: Any, lines: Sequence[Line], sources: Mapping[str, Source]) -> None:
    page = book.add_worksheet(clerk.PAIRS)
    widths = {heading: width for part, _ in _SHADES for heading, width in part.items()}
    headers = [(heading, shade) for part, shade in _SHADES for heading in part]
    headers += [(key, "#D9D9D9") for key in _KEYS]
    for position, (heading, shade) in enumerate(headers):
        page.write_string(0, position, heading, book.add_format({**HEADER, "bg_color": shade}))
        page.set_column(position, position, widths.get(heading, 10), None, {"hidden": heading in _KEYS})
    text = book.add_format({**CELL, "num_format": "@"})
    answer = book.add_format({**CELL, "num_format": "@", "locked": False})
    for number, line in enumerate(lines, start=1):
        row = _row(number, line, sources)
        page.set_row(number, height(row[: len(widths)], list(widths.values())))
        for position, value in enumerate(row):
            look = answer if headers[position][0] in _ANSWER else text
            write_cell(page, number, position, value, look)
    _set_up(page, len(lines), len(widths), list(widths).index(clerk.JUDGEMENT))


def _set_up(page: Any, lines: int, width: int, judgement: int) -> None:
    landscape(page, TITLE, _FOOTER, pages_wide=2)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(lines, 1), width + len(_KEYS) - 1)
    page.protect("", _ALLOWED)
    choice = {"validate": "list", "source": list(clerk.ANSWERS), "error_message": "请从下拉列表中选择"}
    page.data_validation(1, judgement, max(lines, 1), judgement, {**choice, "error_title": clerk.JUDGEMENT})


def _row(number: int, line: Line, sources: Mapping[str, Source]) -> list[Value]:
    pair, seen = line.pair, line.seen
    source = sources[pair["extract"]]
    said = [step for step in pair["comparisons"][1:] if step["weight"]]
    left = (seen["name"], seen["sign_name"], seen["code"], seen["address"], seen["street"])
    right = (pair["name"], pair["sign_name"], pair["code"], pair["address"])
    return [
        number, source.department, source.title, plain(pair["file"]), pair["row"], *map(plain, left),
        str(seen["extract_date"]), f"{pair['probability']:.0%}",
        _told([step for step in said if step["weight"] > 0]),
        _told([step for step in said if step["weight"] < 0]),
        len(line.records), *map(plain, right),
        wording.word(wording.REGISTRATION, pair["registration_state"]),
        "", "", pair["record_id"], pair["enterprise_id"], pair["verdict"] or "",
    ]  # fmt: skip


def _told(steps: Sequence[Row]) -> str:
    ordered = sorted(steps, key=lambda step: -abs(step["weight"]))
    return "；".join(f"{step['field']}{step['level']} {bits(step['weight'])}" for step in ordered)


def _write_records(book: Any, lines: Sequence[Line]) -> None:
    """Which records each line settles; the reader needs it, people do not."""
    page = book.add_worksheet(clerk.RECORDS)
    rows = [(clerk.RECORD, clerk.ENTERPRISE, clerk.SETTLED)]
    rows += [
        (line.pair["record_id"], line.pair["enterprise_id"], record)
        for line in lines
        for record in line.records
    ]
    for number, row in enumerate(rows):
        for position, value in enumerate(row):
            page.write_string(number, position, value)
    page.protect()
    page.very_hidden()
