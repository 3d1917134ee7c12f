"""An analyst's own questions to a published warehouse: read, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import db
from pipeline.errors import ConfigError
from pipeline.publish.database.inputs import quoted
from pipeline.publish.forms.table_text import write_csv_table

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
# What DuckDB says of these speaks of the query's own words; what it says of others may quote the data.
_OF_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
_BATCH = 100_000
_MENDS: dict[type[duckdb.Error], tuple[str, str]] = {
    duckdb.PermissionException: (
        "the query reaches outside the warehouse",
        "read its views alone; no file, no address, no extension",
    ),
    duckdb.ConversionException: (
        "a value cannot be read as the type that the query wants",
        "use TRY_CAST, or compare values of one type",
    ),
    duckdb.OutOfMemoryException: (
        "the query needs more memory than it may take",
        "narrow it with WHERE, or ask for fewer columns",
    ),
}


@dataclass(frozen=True)
class Answer:
    """What a query gave: its columns, the rows shown, whether there were more, and the views it read."""

    names: tuple[str, ...]
    rows: list[tuple[object, ...]]
    has_more: bool
    views: tuple[str, ...]


@contextmanager
def reading(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which nothing can be written and nothing but the warehouse can be read.

    Every question and every export of an analyst passes here.

    Raises:
        ConfigError: if there is no warehouse, or the file is none.
    """
    con = db.open_published(warehouse, shut=True)
    try:
        yield con
    finally:
        con.close()


def ask(warehouse: Path, query: str, limit: int) -> Answer:
    """Answers one query.

    Args:
        warehouse: the published warehouse.
        query: one statement that reads: SELECT, FROM, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN.
        limit: rows at most.

    Raises:
        ConfigError: if there is no warehouse, the query is wrong, or does more than read.
    """
    with reading(warehouse) as con:
        try:
            statements = con.extract_statements(query)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise ConfigError(
                    "only one statement that reads is answered",
                    where="sql",
                    mend="write one SELECT (or FROM, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN)",
                )
            con.execute(statements[0])
            names = tuple(str(item[0]) for item in con.description or ())
            rows = con.fetchmany(limit + 1)
            views = _views(con, query)
        except duckdb.Error as problem:
            raise _refused(problem) from None
    return Answer(names, rows[:limit], len(rows) > limit, views)


def _views(con: duckdb.DuckDBPyConnection, query: str) -> tuple[str, ...]:
    """The views of the warehouse that a query names; no other word of it."""
    try:
        return tuple(sorted(con.get_table_names(query) & db.table_names(con)))
    except duckdb.Error:  # SHOW and the like name none
        return ()


def export(warehouse: Path, view: str, form: str, out: Path | None) -> tuple[Path, int]:
    """Writes one public view to a file; Parquet keeps types, CSV opens by a double click.

    Args:
        warehouse: the published warehouse.
        view: one of its views.
        form: `parquet` or `csv`.
        out: the file; by default `<view>_<as-of>.<form>` beside the warehouse.

    Returns:
        The file and its rows.

    Raises:
        ConfigError: if there is no such view, or the file cannot be written there.
    """
    with reading(warehouse) as con:
        _know(con, view)
        found = con.execute("SELECT max(as_of) FROM run").fetchone()
        day = f"{found[0]:%Y%m%d}" if found and found[0] else "undated"
        path = out or warehouse.absolute().parent / f"{view}_{day}.{form}"
        _may_be_written(path, form)
        part = path.with_name(f".{path.name}.part")
        try:
            rows = (_write_parquet if form == "parquet" else _write_csv)(con, view, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path, rows


def _know(con: duckdb.DuckDBPyConnection, view: str) -> None:
    if not {"data_dictionary", "run"} <= db.table_names(con):
        raise ConfigError(
            "the file is no published warehouse", where="export", mend="name one with --warehouse"
        )
    known = [
        str(row[0]) for row in con.execute("SELECT DISTINCT view FROM data_dictionary ORDER BY 1").fetchall()
    ]
    if view not in known:
        raise ConfigError(f"there is no view {view}", where="--table", mend=f"use one of {', '.join(known)}")


def _may_be_written(path: Path, form: str) -> None:
    if path.suffix != f".{form}":
        raise ConfigError(f"the file is no .{form}", where=str(path), mend=f"name one that ends in .{form}")
    if not path.absolute().parent.is_dir():
        raise ConfigError("there is no such folder", where=str(path.parent), mend="make it first")
    if path.exists():
        raise ConfigError("the file exists", where=str(path), mend="name another with --out, or remove it")


def _write_parquet(con: duckdb.DuckDBPyConnection, view: str, path: Path) -> int:
    rows = 0
    batches: pa.RecordBatchReader = con.execute(f"FROM {quoted(view)}").to_arrow_reader(_BATCH)
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_csv(con: duckdb.DuckDBPyConnection, view: str, path: Path) -> int:
    con.execute(f"FROM {quoted(view)}")
    names = [str(item[0]) for item in con.description or ()]
    with path.open("w", encoding="utf-8", newline="") as handle:
        return write_csv_table(handle, names, _fetched(con))


def _fetched(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while batch := con.fetchmany(_BATCH):
        yield from batch


def _refused(problem: duckdb.Error) -> ConfigError:
    if isinstance(problem, _OF_THE_QUERY):
        said = " ".join(str(problem).split("\n\nLINE")[0].split())
        return ConfigError(said, where="sql", mend="see the view data_dictionary for views and columns")
    what, mend = _MENDS.get(
        type(problem),
        (f"the query failed ({type(problem).__name__})", "look at its functions and conversions"),
    )
    return ConfigError(what, where="sql", mend=mend)
