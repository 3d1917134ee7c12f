"""What each department is handed back: a page and a workbook on its files, what was wrong, how to mend it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish.by_department.department_book import write_book
from pipeline.publish.by_department.department_page import DUTIES, EXAMPLES, TABLES, write_page
from pipeline.publish.forms.binding import Binder
from pipeline.publish.forms.mending import vocabulary

_QUERIES = Path(__file__).parent / "queries"
# What a file name cannot hold somewhere stands in its full-width form.
_FULL_WIDTH = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
Grouped = dict[str, list[dict[str, Any]]]


def write_departments(
    con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source], books: Binder
) -> dict[str, int]:
    """Writes `departments/<部门>.html` and `.xlsx` for every department that hands an extract over.

    The page tells the state of its files, the checks, and what could not be read, grouped, and which
    checks of firms the department owes; the workbook lists every such row and cell. Values are masked as
    ingest masked them.

    Returns:
        The number of rows and cells told of in each file, by path inside the folder.
    """
    (folder / "departments").mkdir()
    found = {name: _grouped(con, name, _bound(name, sources)) for name in (*TABLES, "rejected")}
    duties = db.read_arrow(
        con, (_QUERIES / "department_duty.sql").read_text(encoding="utf-8"), {"most": DUTIES}
    ).to_pylist()
    counts: dict[str, int] = {}
    for department, extracts in _departments(sources).items():
        own = {
            name: [row for extract in extracts for row in rows.get(extract, [])]
            for name, rows in found.items()
        }
        title = f"{department}报送数据核对表（数据截至{as_of.isoformat()}）"
        path = f"departments/{department}"
        books.bind(write_book, folder / f"{path}.xlsx", title, as_of, sources, own["supply"], own["rejected"])
        # Two offices that send one extract together have one page.
        own["duty"] = [row for row in duties if row["department"] in department]
        write_page(
            folder / f"{path}.html", department, as_of, {name: sources[name] for name in extracts}, own
        )
        counts |= dict.fromkeys((f"{path}.html", f"{path}.xlsx"), len(own["rejected"]))
    return counts


def page_of(department: str, sources: Mapping[str, Source]) -> str | None:
    """The page, inside the day's folder, that tells a department which checks it owes."""
    pages = (name for name in _departments(sources) if department in name)
    return next((f"departments/{name}.html" for name in pages), None)


def short_department(department: str) -> str:
    """A department's name without what stands in brackets, fit for a file name."""
    return department.split("（")[0].translate(_FULL_WIDTH).strip(" .") or "未署名部门"


def _departments(sources: Mapping[str, Source]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source in sources.values():
        found.setdefault(short_department(source.department), []).append(source.extract)
    return dict(sorted(found.items()))


def _bound(name: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    """The values that a query of this folder binds."""
    if name == "fault":
        return {"most": EXAMPLES}
    if name == "word":
        columns = [(s.extract, name, column) for s in sources.values() for name, column in s.columns.items()]
        return {"worded": [f"{extract}.{name}" for extract, name, column in columns if vocabulary(column)]}
    return {}


def _grouped(con: duckdb.DuckDBPyConnection, name: str, bound: Mapping[str, Any]) -> Grouped:
    """The rows of `queries/department_<name>.sql` by extract."""
    groups: Grouped = {}
    sql = (_QUERIES / f"department_{name}.sql").read_text(encoding="utf-8")
    for row in db.read_arrow(con, sql, bound).to_pylist():
        groups.setdefault(row["extract"], []).append(row)
    return groups
