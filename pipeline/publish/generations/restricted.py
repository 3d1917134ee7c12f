"""What must survive a night and what only the job may see: the restricted folder's own files."""

import os
from pathlib import Path

import duckdb

from pipeline import db, schema
from pipeline.keys import load_key
from pipeline.night import Night

# file → where its rows come from: the night's database is attached as `built`.
_FILES = {
    "identity.parquet": "FROM built.identity_state ORDER BY ALL",
    "persons.parquet": "FROM keyed_person ORDER BY ALL",
    "history.parquet": """FROM (FROM risk_history UNION ALL BY NAME FROM later_history)
        ORDER BY as_of, enterprise_id""",
    "lines.parquet": """FROM (FROM list_line_history UNION ALL BY NAME FROM later_lines)
        ORDER BY as_of, enterprise_id""",
    "runs.parquet": "FROM run",
}


def load_history(con: duckdb.DuckDBPyConnection, history: Path | None) -> None:
    """Makes `history_kept` and `lines_kept` in the night's database: ranking and lists of the nights kept.

    Args:
        con: the night's connection.
        history: the ranking's file in the newest generation; the lists lie beside it, but for
            generations that are older than they are. None where nothing was published.
    """
    con.execute("DROP TABLE IF EXISTS history_kept")
    con.execute("DROP TABLE IF EXISTS lines_kept")
    if history is None:
        return
    con.execute("CREATE TABLE history_kept AS FROM read_parquet($path)", {"path": str(history)})
    lines = history.with_name("lines.parquet")
    if lines.exists():
        con.execute("CREATE TABLE lines_kept AS FROM read_parquet($path)", {"path": str(lines)})


def write(con: duckdb.DuckDBPyConnection, night: Night, folder: Path) -> None:
    """Writes the restricted files of a generation; the folder is 0700, the files become 0600."""
    # A past night shows what was known by then; what is kept of later ones is kept all the same.
    for later, kept in (("later_history", "history_kept"), ("later_lines", "lines_kept")):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {later} AS FROM built.{kept} WHERE as_of > $as_of",
            {"as_of": night.settings.as_of},
        )
    cells = db.read_arrow(con, "FROM built.person")
    con.register("keyed_person", schema.keyed_persons(cells, load_key(night.settings.restricted)))
    for name, rows in _FILES.items():
        path = folder / name
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        target = str(path).replace("'", "''")
        con.execute(f"COPY ({rows}) TO '{target}' ({db.PARQUET})")
        path.chmod(0o600)
    con.unregister("keyed_person")
