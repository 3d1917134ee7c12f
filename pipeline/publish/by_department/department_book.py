"""A department's workbook: the state of its files, and row by row what could not be read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.declaration import Source
from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import Value
from pipeline.publish.forms.mending import SCOPES, header, mend, sender
from pipeline.publish.forms.xlsx_style import CELL, HEADER, height, landscape, workbook, write_cell

_FOOTER = "内部使用；只列出未能读取的内容，内容已遮盖，请对照原件更正后重报"
_SUPPLY = {
    "数据": 24, "报送方": 12, "文件": 30, "报送日期": 12, "状态": 8, "总行数": 9, "接收": 9, "未接收": 9,
    "非数据行": 10, "置空单元格": 11, "说明": 44,
}  # fmt: skip
_ROWS = {
    "数据": 24, "文件": 30, "表头下第几行": 13, "列": 18, "影响": 14, "内容（已遮盖）": 20, "问题": 44,
    "怎样更正": 44,
}  # fmt: skip
_MOST_ROWS = 100_000


def write_book(
    path: Path,
    title: str,
    as_of: date,
    sources: Mapping[str, Source],
    files: Sequence[Mapping[str, Any]],
    faults: Sequence[Mapping[str, Any]],
) -> None:
    """Writes one workbook: sheet 1 a line per file, sheet 2 a line per row and cell that was not accepted.

    Args:
        path: the workbook.
        title: what stands above each printed page.
        as_of: the day; also stands as the file's date of creation, so that bytes repeat.
        sources: the declarations.
        files: rows of `queries/department_supply.sql`.
        faults: rows of `queries/department_rejected.sql`; after 100,000 a line says how many more.
    """
    with workbook(path, title, as_of) as book:
        _sheet(book, "报送情况", title, _SUPPLY, [_supply_row(row, sources) for row in files])
        _sheet(book, "待更正", title, _ROWS, list(_fault_rows(faults, sources)))


def _supply_row(row: Mapping[str, Any], sources: Mapping[str, Source]) -> list[Value]:
    source = sources[row["extract"]]
    return [
        source.title,
        sender(source, row["sender"]),
        plain(row["file"]),
        str(row["extract_date"] or ""),
        wording.word(wording.STATES, row["state"]),
        *(row[name] or 0 for name in ("rows", "accepted", "rejected", "not_data", "nulled_cells")),
        plain(row["reason"]),
    ]


def _fault_rows(faults: Sequence[Mapping[str, Any]], sources: Mapping[str, Source]) -> Iterator[list[Value]]:
    for row in faults[:_MOST_ROWS]:
        source = sources[row["extract"]]
        yield [
            source.title,
            plain(row["file"]),
            "" if row["row"] is None else row["row"],
            header(source, row["column"]),
            SCOPES[row["scope"]],
            plain(row["value"]),
            plain(row["reason"]),
            mend(source.columns.get(row["column"] or ""), row["scope"], row["reason"]),
        ]
    if len(faults) > _MOST_ROWS:
        yield ["", f"另有{len(faults) - _MOST_ROWS}条，见数据仓库 rejected_row", *[""] * (len(_ROWS) - 2)]


def _sheet(
    book: Any, name: str, title: str, shape: Mapping[str, int], rows: Sequence[Sequence[Value]]
) -> None:
    page = book.add_worksheet(name)
    head, text = book.add_format(HEADER), book.add_format({**CELL, "num_format": "@"})
    for position, (heading, width) in enumerate(shape.items()):
        page.set_column(position, position, width)
        page.write_string(0, position, heading, head)
    for number, row in enumerate(rows, start=1):
        page.set_row(number, height(row, list(shape.values())))
        for position, value in enumerate(row):
            write_cell(page, number, position, value, text)
    landscape(page, title, _FOOTER, pages_wide=1)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(shape) - 1)
