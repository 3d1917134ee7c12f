"""What must survive a night and what only the job may see: the restricted folder's own files."""

import os
from pathlib import Path

import duckdb

from pipeline.night import Night

# file → where its rows come from: the night's database is attached as `built`.
_FILES = {
    "identity.parquet": "FROM built.identity_state ORDER BY ALL",
    "persons.parquet": "FROM built.person ORDER BY ALL",
    "history.parquet": """FROM (FROM risk_history UNION ALL BY NAME FROM later_history)
        ORDER BY as_of, enterprise_id""",
    "runs.parquet": "FROM run ORDER BY started_at, run_id",
}


def load_history(con: duckdb.DuckDBPyConnection, history: Path | None) -> None:
    """Makes `history_kept` in the night's database: the ranking of the nights kept, if there are any."""
    con.execute("DROP TABLE IF EXISTS history_kept")
    if history is not None:
        con.execute("CREATE TABLE history_kept AS FROM read_parquet($path)", {"path": str(history)})


def write(con: duckdb.DuckDBPyConnection, night: Night, folder: Path) -> None:
    """Writes the restricted files of a generation; the folder is 0700, the files become 0600."""
    # A past night shows what was known by then; what is kept of later ones is kept all the same.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE later_history AS FROM built.history_kept WHERE as_of > $as_of",
        {"as_of": night.settings.as_of},
    )
    for name, rows in _FILES.items():
        path = folder / name
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        target = str(path).replace("'", "''")
        con.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        path.chmod(0o600)
