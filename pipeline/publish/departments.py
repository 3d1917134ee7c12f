"""A workbook per department: what of its files could not be read, row by row, and how to mend it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Column, Source
from pipeline.publish import wording
from pipeline.publish.cells import plain
from pipeline.publish.lines import Value
from pipeline.publish.xlsx_style import CELL, HEADER, height, landscape, workbook, write_cell

_QUERIES = Path(__file__).parent / "queries"
_FOOTER = "内部使用；只列出未能读取的内容，内容已遮盖，请对照原件更正后重报"
_SUPPLY = {
    "数据": 24, "文件": 30, "报送日期": 12, "状态": 8, "总行数": 9, "接收": 9, "未接收": 9, "非数据行": 10,
    "置空单元格": 11, "说明": 44,
}  # fmt: skip
_ROWS = {
    "数据": 24, "文件": 30, "表头下第几行": 13, "列": 18, "影响": 14, "内容（已遮盖）": 20, "问题": 44,
    "怎样更正": 44,
}  # fmt: skip
_SCOPES = {"row": "整行未接收", "cell": "该格按空值处理"}
_MENDS = {
    "date": "写成 2017-03-20 这样的日期",
    "period": "写成 2017Q1、2017-03 或 2017年度 这样的期别",
    "number": "只写数字，单位写在表头的括号内",
    "bool": "写“是”或“否”",
    "code": "把该列设为文本格式，从原系统重新导出",
    "text": "对照原件补填",
}
_MOST_ROWS = 100_000


def write_departments(
    con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source]
) -> dict[str, int]:
    """Writes `departments/<部门>.xlsx` for every department that hands an extract over.

    Sheet 1 is the state of each of its files, sheet 2 every row and cell that was not accepted (at most
    100,000, then a line says how many more), with the value masked as ingest masked it.

    Returns:
        The number of rows and cells listed in each file, by path inside the folder.
    """
    (folder / "departments").mkdir()
    supply, rejected = _grouped(con, "department_supply"), _grouped(con, "department_rejected")
    counts = {}
    for department, extracts in _departments(sources).items():
        path = f"departments/{department}.xlsx"
        files = [row for extract in extracts for row in supply.get(extract, [])]
        faults = [row for extract in extracts for row in rejected.get(extract, [])]
        title = f"{department}报送数据核对表（数据截至{as_of.isoformat()}）"
        with workbook(folder / path, title, as_of) as book:
            _sheet(book, "报送情况", title, _SUPPLY, [_supply_row(row, sources) for row in files])
            _sheet(book, "待更正", title, _ROWS, list(_fault_rows(faults, sources)))
        counts[path] = len(faults)
    return counts


def short_department(department: str) -> str:
    """A department's name without what stands in brackets, fit for a file name."""
    return department.split("（")[0].replace("/", "／").strip() or "未署名部门"


def mend(column: Column | None, scope: str) -> str:
    """How to put a cell right, by the column's type."""
    if column is None:
        return "对照原件核对后重报"
    if column.type == "enum":
        words = "、".join(words[0] for words in column.values.values())
        said = f"写成约定的取值之一：{words}"
    else:
        said = _MENDS[column.type]
    return f"{said}，更正后随下一期重报" if scope == "cell" else f"{said}；该列为必填，更正后重报此行"


def _departments(sources: Mapping[str, Source]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sources.values():
        found.setdefault(short_department(source.department), []).append(source.extract)
    return dict(sorted(found.items()))


def _grouped(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    sql = (_QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    for row in db.read_arrow(con, sql).to_pylist():
        groups.setdefault(row["extract"], []).append(row)
    return groups


def _supply_row(row: Mapping[str, Any], sources: Mapping[str, Source]) -> list[Value]:
    return [
        sources[row["extract"]].title,
        plain(row["file"]),
        str(row["extract_date"] or ""),
        wording.word(wording.STATES, row["state"]),
        *(row[name] or 0 for name in ("rows", "accepted", "rejected", "not_data", "nulled_cells")),
        plain(row["reason"]),
    ]


def _fault_rows(faults: Sequence[Mapping[str, Any]], sources: Mapping[str, Source]) -> Iterator[list[Value]]:
    for row in faults[:_MOST_ROWS]:
        source = sources[row["extract"]]
        column = source.columns.get(row["column"] or "")
        yield [
            source.title,
            plain(row["file"]),
            "" if row["row"] is None else row["row"],
            column.headers[0] if column else "",
            _SCOPES[row["scope"]],
            plain(row["value"]),
            plain(row["reason"]),
            mend(column, row["scope"]),
        ]
    if len(faults) > _MOST_ROWS:
        yield ["", f"另有{len(faults) - _MOST_ROWS}条，见数据仓库 rejected_row", *[""] * (len(_ROWS) - 2)]


def _sheet(
    book: Any, name: str, title: str, shape: Mapping[str, int], rows: Sequence[Sequence[Value]]
) -> None:
    page = book.add_worksheet(name)
    head, text = book.add_format(HEADER), book.add_format({**CELL, "num_format": "@"})
    for position, (header, width) in enumerate(shape.items()):
        page.set_column(position, position, width)
        page.write_string(0, position, header, head)
    for number, row in enumerate(rows, start=1):
        page.set_row(number, height(row, list(shape.values())))
        for position, value in enumerate(row):
            write_cell(page, number, position, value, text)
    landscape(page, title, _FOOTER, pages_wide=1)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(shape) - 1)
