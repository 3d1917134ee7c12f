"""The lists handed to the street offices and the district: the same lines as CSV and as XLSX."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish.forms import wording
from pipeline.publish.forms.binding import Binder
from pipeline.publish.forms.lines import Line, Names, Value, cells, department_names
from pipeline.publish.street_lists.csv_file import write_csv
from pipeline.publish.street_lists.gone import Gone, read_gone
from pipeline.publish.street_lists.xlsx_file import Sheet, write_xlsx
from pipeline.reference import DISTRICT_OFFICE, streets

_QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class HandedList:
    """One list.

    Attributes:
        path: inside the day's folder, without suffix.
        place: the street, `街道不明`, or 全区.
        rows: its lines, in the order of `columns()`.
        gone: firms of the last list that are not on this one, in the order of `GONE`.
    """

    path: str
    place: str
    rows: Sequence[Sequence[Value]]
    gone: Sequence[Sequence[Value]]


@dataclass(frozen=True)
class _Firm:
    """A listed firm: its street, its line there, and its cells."""

    street: str
    line: int
    cells: list[Value]


def write_lists(
    con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source], books: Binder
) -> dict[str, int]:
    """Writes all lists of a built warehouse into a day's folder; who binds books writes the workbooks.

    Returns:
        The number of lines of each file, by path inside the folder.
    """
    (folder / "streets").mkdir()
    counts: dict[str, int] = {}
    answers = {name: words[0] for name, words in sources["street_returns"].columns["result"].values.items()}
    gone = read_gone(con, as_of, answers)
    for item in _lists(_details(con, as_of, _names(con, sources)), gone, as_of):
        sheet = Sheet(item.place, as_of, item.rows, list(answers.values()), item.gone)
        books.bind(write_xlsx, folder / f"{item.path}.xlsx", sheet)
        write_csv(folder / f"{item.path}.csv", item.rows)
        counts |= {f"{item.path}.csv": len(item.rows), f"{item.path}.xlsx": len(item.rows)}
    return counts


def _names(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> Names:
    titles = con.execute("SELECT category, title FROM clause WHERE title IS NOT NULL ORDER BY clause DESC")
    return Names(department_names(sources), {str(key): str(title) for key, title in titles.fetchall()})


def _details(con: duckdb.DuckDBPyConnection, as_of: date, names: Names) -> list[_Firm]:
    """Every listed firm once, in the district's order."""
    query = (_QUERIES / "list_detail.sql").read_text(encoding="utf-8")
    rows = db.read_arrow(con, query, {"as_of": as_of}).to_pylist()
    return [_Firm(row["list_street"], row["line"], cells(Line(row, names))) for row in rows]


def _lists(firms: Sequence[_Firm], gone: Sequence[Gone], as_of: date) -> Iterator[HandedList]:
    by_street: dict[str, list[_Firm]] = {name: [] for name in (*streets(), DISTRICT_OFFICE)}
    for firm in firms:
        by_street.get(firm.street, by_street[DISTRICT_OFFICE]).append(firm)
    left = [firm for firm in gone if not firm.is_elsewhere]
    yield _handed("district", None, firms, left, as_of)
    for street, own in by_street.items():
        ordered = sorted(own, key=lambda firm: (firm.street, firm.line))
        yield _handed(f"streets/{street}", street, ordered, [f for f in gone if f.street == street], as_of)


def _handed(
    path: str, street: str | None, firms: Sequence[_Firm], gone: Sequence[Gone], as_of: date
) -> HandedList:
    stamp = f"{as_of:%Y%m%d}"
    issue = wording.issue_no(stamp, street)
    rows = [[issue, number, *firm.cells] for number, firm in enumerate(firms, start=1)]
    left = [[number, *firm.cells] for number, firm in enumerate(gone, start=1)]
    return HandedList(f"{path}_{stamp}", street or "全区", rows, left)
