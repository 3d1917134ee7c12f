"""What publish reads from the other rooms: `inputs.csv` names each table and column.

A table that a night need not have is made empty, a missing optional column is added as null, so that
every view below is one plain SELECT. A missing required table or column stops the night.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError

FILE = Path(__file__).parent / "inputs.csv"
STAGED: tuple[tuple[str, str], ...] = (
    ("record_id", "VARCHAR"),
    ("extract", "VARCHAR"),
    ("file", "VARCHAR"),
    ("row", "BIGINT"),
    ("extract_date", "DATE"),
    ("superseded", "BOOLEAN"),
)
_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "enum": "VARCHAR",
    "period": "VARCHAR",
    "date": "DATE",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
}


@dataclass(frozen=True)
class Input:
    """One column that publish reads."""

    table: str
    column: str
    type: str
    required: bool


def inputs() -> dict[str, list[Input]]:
    """Columns read, by table, in file order."""
    found: dict[str, list[Input]] = defaultdict(list)
    with FILE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            item = Input(row["table"], row["column"], row["type"], row["required"] == "yes")
            found[item.table].append(item)
    return dict(found)


def complete(con: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> None:
    """Makes every table and column that publish reads exist in the night's database.

    Raises:
        RunError: if a room left out a table or column that publish cannot do without.
    """
    for table, columns in inputs().items():
        _complete_table(con, table, columns)
    for source in sources.values():
        columns = [Input("", name, kind, True) for name, kind in staged_columns(source)]
        if f"stg_{source.extract}" not in db.table_names(con):
            _create(con, f"stg_{source.extract}", columns)


def staged_columns(source: Source) -> list[tuple[str, str]]:
    """Names and DuckDB types of the columns of `stg_<extract>` that publish may read."""
    columns = list(STAGED)
    for name, column in source.columns.items():
        columns.append((name, "VARCHAR[]" if column.list else _TYPES[column.type]))
        if column.type == "period":
            columns += [(f"{name}_start", "DATE"), (f"{name}_end", "DATE"), ("amounts_from", "DATE")]
            columns += [] if "basis" in source.columns else [("basis", "VARCHAR")]
    return columns


def quoted(name: str) -> str:
    """A column or table name as DuckDB takes it whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _complete_table(con: duckdb.DuckDBPyConnection, table: str, columns: list[Input]) -> None:
    needed = any(item.required for item in columns)
    if table not in db.table_names(con):
        if needed:
            raise RunError(f"the table {table} is missing", mend="the room that writes it has failed")
        _create(con, table, columns)
        return
    present = {str(row[0]) for row in con.execute(f"DESCRIBE {quoted(table)}").fetchall()}
    for item in columns:
        if item.column in present:
            continue
        if item.required:
            raise RunError(f"the table {table} has no column {item.column}")
        con.execute(f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(item.column)} {item.type}")


def _create(con: duckdb.DuckDBPyConnection, table: str, columns: list[Input]) -> None:
    definition = ", ".join(f"{quoted(item.column)} {item.type}" for item in columns)
    con.execute(f"CREATE TABLE {quoted(table)} ({definition})")
