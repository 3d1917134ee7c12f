"""The tables of a night that all extracts share; an extract that runs again replaces its own rows."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import db

SHARED = {
    "rejected_row": pa.schema(
        [
            ("extract", pa.string()),
            ("file", pa.string()),
            ("row", pa.int64()),
            ("column", pa.string()),
            ("scope", pa.string()),
            ("reason", pa.string()),
            ("value", pa.string()),
            ("record_id", pa.string()),
            ("corrected_file", pa.string()),
            ("corrected_row", pa.int64()),
        ]
    ),
    "extract_status": pa.schema(
        [
            ("extract", pa.string()),
            ("sender", pa.string()),
            ("file", pa.string()),
            ("sha256", pa.string()),
            ("state", pa.string()),
            ("withdrawn", pa.bool_()),
            ("extract_date", pa.date32()),
            ("age_days", pa.int64()),
            ("rows", pa.int64()),
            ("accepted", pa.int64()),
            ("rejected", pa.int64()),
            ("not_data", pa.int64()),
            ("superseded", pa.int64()),
            ("nulled_cells", pa.int64()),
            ("reason", pa.string()),
        ]
    ),
    "check_result": pa.schema(
        [
            ("extract", pa.string()),
            ("file", pa.string()),
            ("metric", pa.string()),
            ("column", pa.string()),
            ("observed", pa.float64()),
            ("min", pa.float64()),
            ("max", pa.float64()),
            ("blocking", pa.bool_()),
            ("passed", pa.bool_()),
            ("why", pa.string()),
        ]
    ),
    "inbox_file": pa.schema(
        [
            ("extract", pa.string()),
            ("sender", pa.string()),
            ("file", pa.string()),
            ("sha256", pa.string()),
            ("extract_date", pa.date32()),
            ("bytes", pa.int64()),
            ("encoding", pa.string()),
            ("delimiter", pa.string()),
            ("header_row", pa.int64()),
            ("state", pa.string()),
            ("reason", pa.string()),
            ("unknown_columns", pa.string()),
        ]
    ),
}


def rows_to_table(name: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Plain rows as an Arrow table with the columns of a shared table."""
    return pa.Table.from_pylist(list(rows), schema=SHARED[name])


def replace_rows(con: duckdb.DuckDBPyConnection, name: str, extract: str, rows: pa.Table) -> None:
    """Puts an extract's rows into a shared table, in the place of those that it had there."""
    ensure(con, name)
    con.execute(f'DELETE FROM "{name}" WHERE extract = $extract', {"extract": extract})
    con.register("incoming_rows", rows.select(SHARED[name].names))
    con.execute(f'INSERT INTO "{name}" SELECT * FROM incoming_rows')
    con.unregister("incoming_rows")


def ensure(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Makes a shared table, empty, if the night has none yet."""
    if name not in db.table_names(con):
        db.write_arrow(con, name, SHARED[name].empty_table())


def sort(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Sorts a shared table by all its columns, so that two runs hold the same bytes."""
    ensure(con, name)
    con.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM "{name}" ORDER BY ALL')
