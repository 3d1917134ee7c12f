"""The lists handed to the street offices and the district: the same lines as CSV and as XLSX."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish import wording
from pipeline.publish.csv_file import write_csv
from pipeline.publish.lines import Line, Value, columns, department_names
from pipeline.publish.xlsx_file import Sheet, write_xlsx
from pipeline.reference import DISTRICT_OFFICE, streets

_DETAIL = Path(__file__).parent / "queries" / "list_detail.sql"


@dataclass(frozen=True)
class HandedList:
    """One list.

    Attributes:
        path: inside the day's folder, without suffix.
        place: the street, `街道不明`, or 全区.
        issue: 清单期号.
        rows: its lines, in the order of `columns()`.
    """

    path: str
    place: str
    issue: str
    rows: Sequence[Sequence[Value]]


def write_lists(
    con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source]
) -> dict[str, int]:
    """Writes all lists of a built warehouse into a day's folder.

    Returns:
        The number of lines of each file, by path inside the folder.
    """
    (folder / "streets").mkdir()
    counts: dict[str, int] = {}
    answers = [words[0] for words in sources["street_returns"].columns["result"].values.values()]
    for item in _lists(_details(con), as_of, department_names(sources)):
        write_csv(folder / f"{item.path}.csv", item.rows)
        write_xlsx(folder / f"{item.path}.xlsx", Sheet(item.place, as_of, item.rows, answers))
        counts |= {f"{item.path}.csv": len(item.rows), f"{item.path}.xlsx": len(item.rows)}
    return counts


def _details(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.read_arrow(con, _DETAIL.read_text(encoding="utf-8")).to_pylist()
    return rows


def _lists(
    details: Sequence[Mapping[str, Any]], as_of: date, departments: Mapping[str, str]
) -> Iterator[HandedList]:
    stamp = f"{as_of:%Y%m%d}"
    by_street: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (*streets(), DISTRICT_OFFICE)}
    for row in details:
        by_street.get(row["list_street"], by_street[DISTRICT_OFFICE]).append(row)
    places: list[tuple[str, str | None, Sequence[Mapping[str, Any]]]] = [("district", None, details)]
    for street, own in by_street.items():
        ordered = sorted(own, key=lambda row: (row["list_street"], row["line"]))
        places.append((f"streets/{street}", street, ordered))
    for path, place, rows in places:
        issue = wording.issue_no(stamp, place)
        lines = (Line(row, number, issue, departments) for number, row in enumerate(rows, start=1))
        cells = [[column.value(line) for column in columns()] for line in lines]
        yield HandedList(f"{path}_{stamp}", place or "全区", issue, cells)
