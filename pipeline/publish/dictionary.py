"""`data_dictionary`: every public view and column with its type, unit and meaning, also as comments."""

import csv
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.publish.inputs import quoted
from pipeline.publish.source_views import columns as shown_columns

FILE = Path(__file__).parent / "dictionary.csv"
_ANY_SOURCE = "source_*"
_SCHEMA = pa.schema([(name, pa.string()) for name in ("view", "column", "type", "unit", "meaning")])
Described = dict[tuple[str, str], tuple[str, str]]


def add(con: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> int:
    """Makes the table `data_dictionary` of a warehouse, comments on all; returns its rows.

    Raises:
        RunError: if a view has a column that nothing describes.
    """
    db.write_arrow(con, "data_dictionary", _SCHEMA.empty_table())
    described = {**_written(), **_declared(sources)}
    rows = []
    for view, column, kind in _columns(con):
        key = (view, column)
        found = described.get(key) or (
            described.get((_ANY_SOURCE, column)) if view.startswith("source_") else None
        )
        if found is None:
            raise RunError(
                f"the column {column} of {view} has no description", mend="describe it in dictionary.csv"
            )
        rows.append({"view": view, "column": column, "type": kind, "unit": found[0], "meaning": found[1]})
    db.write_arrow(con, "data_dictionary", pa.Table.from_pylist(rows, schema=_SCHEMA))
    comment(con)
    return len(rows)


def comment(con: duckdb.DuckDBPyConnection) -> None:
    """Copies `data_dictionary` into DuckDB's own comments on columns."""
    rows = con.execute('SELECT view, "column", unit, meaning FROM data_dictionary ORDER BY ALL').fetchall()
    con.begin()
    for view, column, unit, meaning in rows:
        text = (f"{meaning} [{unit}]" if unit else str(meaning)).replace("'", "''")
        con.execute(f"COMMENT ON COLUMN {quoted(view)}.{quoted(column)} IS '{text}'")
    con.commit()


def _columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    rows = con.execute(
        """
        SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal ORDER BY table_name, column_index
        """
    )
    return [(str(view), str(column), str(kind)) for view, column, kind in rows.fetchall()]


def _written() -> Described:
    with FILE.open(encoding="utf-8", newline="") as handle:
        return {
            (row["view"], row["column"]): (row["unit"], f"{row['chinese']}; {row['english']}")
            for row in csv.DictReader(handle)
        }


def _declared(sources: dict[str, Source]) -> Described:
    described: Described = {}
    for source in sources.values():
        for name, column in shown_columns(source):
            banded = "；金额只分档，不得相加; amount as a band, never to be summed"
            meaning = f"{source.title}：{column.headers[0]}; {name.replace('_', ' ')} as staged"
            meaning += banded if column.show == "band" else ""
            meaning += f" ({column.note})" if column.note else ""
            unit = "元 band" if column.show == "band" else normal_unit(column.unit)
            described[(f"source_{source.extract}", name)] = (unit, meaning)
    return described


def normal_unit(declared: str | None) -> str:
    return "元" if declared and declared.endswith("元") else declared or ""
