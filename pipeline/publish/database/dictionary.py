"""`data_dictionary`: every public view and column, its title, type, unit and meaning; also as comments."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.publish.database.inputs import quoted
from pipeline.publish.database.source_views import columns as shown_columns

FILE = Path(__file__).parent / "dictionary.csv"
VIEW = ""  # in place of a column: what is said of the view as a whole
_ANY_SOURCE = "source_*"
_NAMES = ("view", "column", "title", "type", "unit", "meaning", "view_meaning")
_SCHEMA = pa.schema([(name, pa.string()) for name in _NAMES])
_MODES = {
    "snapshot": "每份文件是当日全貌，新文件替代旧文件",
    "append": "每份文件是新增记录，主键相同的以后来的为准",
}
_END_OF_TITLE = re.compile(r"[：；，。（]")


@dataclass(frozen=True)
class Said:
    """What is said of a column, or of a view.

    Attributes:
        unit: of its values; empty where they have none.
        chinese: begins with its short name, which ends at the first punctuation.
        english: the same in English.
    """

    unit: str
    chinese: str
    english: str

    @property
    def title(self) -> str:
        """Its short Chinese name."""
        return _END_OF_TITLE.split(self.chinese, maxsplit=1)[0]

    @property
    def meaning(self) -> str:
        """What it means, in both languages."""
        return f"{self.chinese}; {self.english}"


Described = dict[tuple[str, str], Said]


def add(con: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> int:
    """Makes the table `data_dictionary` of a warehouse, comments on all; returns its rows.

    Raises:
        RunError: if nothing describes a view or one of its columns.
    """
    db.write_arrow(con, "data_dictionary", _SCHEMA.empty_table())
    described = {**written(), **_declared(sources)}
    rows = []
    for view, column, kind in _columns(con):
        said, whole = _of(described, view, column), _of(described, view, VIEW)
        values = (view, column, said.title, kind, said.unit, said.meaning, whole.meaning)
        rows.append(dict(zip(_NAMES, values, strict=True)))
    db.write_arrow(con, "data_dictionary", pa.Table.from_pylist(rows, schema=_SCHEMA))
    comment(con)
    return len(rows)


def comment(con: duckdb.DuckDBPyConnection) -> None:
    """Copies `data_dictionary` into DuckDB's own comments on views and columns."""
    columns = con.execute('SELECT view, "column", unit, meaning FROM data_dictionary ORDER BY ALL').fetchall()
    derived = {
        row[0] for row in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    }
    con.begin()
    for view, meaning in _views(con):
        kind = "VIEW" if view in derived else "TABLE"
        con.execute(f"COMMENT ON {kind} {quoted(view)} IS {_literal(meaning)}")
    for view, column, unit, meaning in columns:
        text = _literal(f"{meaning} [{unit}]" if unit else str(meaning))
        con.execute(f"COMMENT ON COLUMN {quoted(view)}.{quoted(column)} IS {text}")
    con.commit()


def written() -> Described:
    """What dictionary.csv says, by view and column; a view as a whole has an empty column."""
    with FILE.open(encoding="utf-8", newline="") as handle:
        return {
            (row["view"], row["column"]): Said(row["unit"], row["chinese"], row["english"])
            for row in csv.DictReader(handle)
        }


def _of(described: Described, view: str, column: str) -> Said:
    found = described.get((view, column))
    if found is None and view.startswith("source_"):
        found = described.get((_ANY_SOURCE, column))
    if found is None:
        what = f"the column {column} of {view}" if column else f"the view {view}"
        raise RunError(f"{what} has no description", mend="describe it in dictionary.csv")
    return found


def _views(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The views and their meanings; none where the warehouse was published before there were any."""
    if "view_meaning" not in {row[0] for row in con.execute("DESCRIBE data_dictionary").fetchall()}:
        return []
    rows = con.execute("SELECT DISTINCT view, view_meaning FROM data_dictionary ORDER BY ALL").fetchall()
    return [(str(view), str(meaning)) for view, meaning in rows]


def _columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    rows = con.execute(
        """
        SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal ORDER BY table_name, column_index
        """
    )
    return [(str(view), str(column), str(kind)) for view, column, kind in rows.fetchall()]


def _declared(sources: dict[str, Source]) -> Described:
    described: Described = {}
    for source in sources.values():
        view = f"source_{source.extract}"
        whole = f"{source.title}（{source.department}报送）：每条现行数据行一行，行数不是企业数"
        english = f"{source.extract} as staged, one row per current row; rows are no number of firms"
        described[view, VIEW] = Said("", f"{whole}；{_MODES[source.mode]}", english)
        for name, column in shown_columns(source):
            chinese, english = column.headers[0], f"{name.replace('_', ' ')} as staged"
            if column.show == "band":
                chinese += "；金额只分档，不得相加"
                english += ", amount as a band, never to be summed"
            english += f" ({column.note})" if column.note else ""
            unit = "元 band" if column.show == "band" else normal_unit(column.unit)
            described[view, name] = Said(unit, chinese, english)
    return described


def normal_unit(declared: str | None) -> str:
    return "元" if declared and declared.endswith("元") else declared or ""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
