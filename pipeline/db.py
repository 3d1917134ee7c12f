"""DuckDB for the night: connect, materialise a .sql file as the table of its name, swap a file in."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.errors import ConfigError
from pipeline.settings import Settings

STORAGE_VERSION = "v1.5.0"
# The lowest level: higher ones take half as long again, and hardly a file becomes smaller.
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
# DuckDB would fetch an extension that a query seems to need; nothing here needs one that is not built in.
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_SHUT = {
    **OFFLINE,
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": "4GB",
    "lock_configuration": "true",
}


def connect(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Opens (or makes) a DuckDB file in the warehouse's storage version.

    Args:
        path: the file; its folder exists.
        settings: memory limit and threads are taken from here.

    Returns:
        A connection whose default catalog is that file. The caller closes it.
    """
    con = in_memory(settings, path.parent / "spill")
    con.execute(f"ATTACH '{_literal(path)}' AS night (STORAGE_VERSION '{STORAGE_VERSION}')")
    con.execute("USE night")
    return con


def in_memory(settings: Settings, beside: Path) -> duckdb.DuckDBPyConnection:
    """Opens a database that has no file. The caller closes the connection.

    Args:
        settings: memory limit, threads and temp directory are taken from here.
        beside: where to spill if no temp directory is set.
    """
    spill = spill_folder(settings) or beside
    bounds = {"threads": settings.threads, "memory_limit": settings.memory_limit}
    con = duckdb.connect(config={**OFFLINE, **bounds, "temp_directory": str(spill)})
    con.execute("SET enable_progress_bar = false")
    return con


def beside(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to what one has open, for a thread of its own."""
    other = con.cursor()
    catalog = con.execute("SELECT current_database()").fetchone()
    assert catalog
    other.execute(f'USE "{catalog[0]}"')
    return other


def spill_folder(settings: Settings) -> Path | None:
    """The folder of this place in the temp directory that is set; None where none is.

    Its name tells places apart: the lock of a place is the lock of its folder.
    """
    if settings.temp_directory is None:
        return None
    place = hashlib.sha256(str(settings.restricted.absolute()).encode()).hexdigest()[:12]
    return settings.temp_directory / f"early-warning-{place}"


def open_published(warehouse: Path, *, shut: bool = False) -> duckdb.DuckDBPyConnection:
    """Opens a published warehouse to read it. The caller closes the connection.

    Args:
        warehouse: the file.
        shut: for queries that somebody typed: no other file, address or extension can be reached, nothing
            is spilled beside the warehouse, and no setting can be changed.

    Raises:
        ConfigError: if the file is missing, or is no DuckDB file.
    """
    if not warehouse.is_file():
        raise ConfigError("there is no warehouse", where=str(warehouse), mend="run a night first")
    try:
        return duckdb.connect(str(warehouse), read_only=True, config=_SHUT if shut else {**OFFLINE})
    except duckdb.Error:
        raise ConfigError(
            "the file cannot be opened as a DuckDB warehouse",
            where=str(warehouse),
            mend="name a published one with --warehouse",
        ) from None


def materialise(
    con: duckdb.DuckDBPyConnection, sql: Path, parameters: Mapping[str, Any] | None = None
) -> int:
    """Creates the table named like the .sql file from the one SELECT that it holds.

    Args:
        con: the night's connection.
        sql: a file `<table>.sql` with one SELECT; values are bound as `$name`.
        parameters: the values of all `$name` in it.

    Returns:
        The number of rows of the new table.
    """
    query = sql.read_text(encoding="utf-8").rstrip().rstrip(";")
    bound = {k: v for k, v in (parameters or {}).items() if f"${k}" in query}
    con.execute(f'CREATE OR REPLACE TABLE "{sql.stem}" AS {query}', bound)
    return count(con, sql.stem)


def write_arrow(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Creates (or replaces) a table from an Arrow table; frames are never exchanged."""
    con.register("incoming_arrow", table)
    con.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming_arrow')
    con.unregister("incoming_arrow")


def read_arrow(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """The result of a query as one Arrow table."""
    table: pa.Table = con.execute(query, dict(parameters or {})).to_arrow_table()
    return table


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    row = con.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(row[0]) if row else 0


def table_names(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the tables and views of the default catalog."""
    rows = con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()"
    ).fetchall()
    return {str(row[0]) for row in rows}


def swap_in(built: Path, target: Path) -> None:
    """Puts a finished, closed file in the place of another in one step.

    Readers that have the old file open keep it to their end. A stale write-ahead log beside the
    target, which would break opening, is removed.
    """
    sync([built])
    target.parent.mkdir(parents=True, exist_ok=True)
    # Before the file: died between the two, the new file would stand beside the old one's log.
    target.with_name(target.name + ".wal").unlink(missing_ok=True)
    built.replace(target)
    sync([target.parent])


def sync(paths: Iterable[Path]) -> None:
    """Flushes files or folders to the disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
