"""Typed rows of all files of an extract → `stg_<extract>`, through the source's own stage.sql."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import SourceError
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.records import staged_rows
from pipeline.ingest.typed import typed_schema

_FOLDER = Path(__file__).parent


def stage(con: duckdb.DuckDBPyConnection, source: Source, files: Sequence[LoadedFile], as_of: date) -> None:
    """Creates `stg_<extract>` from the accepted rows of the files (none: an empty table).

    Raises:
        SourceError: if the source's stage.sql is missing or does not run.
    """
    typed = _typed_table(con, source, files, as_of)
    name = f"typed_{source.extract}"
    path = source.folder / "stage.sql"
    con.register(name, typed)
    try:
        query = path.read_text(encoding="utf-8").rstrip().rstrip(";")
        con.execute(f'CREATE OR REPLACE TABLE "stg_{source.extract}" AS {query}')
    except (OSError, duckdb.Error) as problem:
        why = str(problem).splitlines()[0]
        raise SourceError(
            f"does not run: {why}", where=str(path), mend="compare its columns with source.yml"
        ) from None
    finally:
        con.unregister(name)


def count_superseded(con: duckdb.DuckDBPyConnection, extract: str) -> dict[str, int]:
    """File → number of its staged rows that a later one replaced."""
    rows = con.execute(f'SELECT file, count(*) FILTER (WHERE superseded) FROM "stg_{extract}" GROUP BY file')
    return {str(file): int(number) for file, number in rows.fetchall()}


def _typed_table(
    con: duckdb.DuckDBPyConnection, source: Source, files: Sequence[LoadedFile], as_of: date
) -> pa.Table:
    """Typed rows with record_id, extract, file, extract_date and superseded."""
    identity = _identities(con, source, files)
    typed = [item.typed.accepted for item in files if item.typed is not None]
    table = pa.concat_tables(typed) if typed else typed_schema(source, as_of).empty_table()
    count = table.num_rows
    front = {
        "record_id": identity.column("record_id"),
        "extract": pa.repeat(pa.scalar(source.extract), count),
        "file": identity.column("file"),
        "row": table.column("row"),
        "extract_date": identity.column("extract_date"),
        "superseded": identity.column("superseded"),
    }
    rest = {name: table.column(name) for name in table.column_names if name != "row"}
    return pa.table({**front, **rest})


def _identities(con: duckdb.DuckDBPyConnection, source: Source, files: Sequence[LoadedFile]) -> pa.Table:
    rows = staged_rows(files, source)
    con.register("staged_row", rows)
    sql = (_FOLDER / f"{source.mode}_identity.sql").read_text(encoding="utf-8")
    found = db.read_arrow(con, sql, {"extract": source.extract})
    con.unregister("staged_row")
    return pa.table(
        {
            "record_id": found.column("record_id"),
            "superseded": found.column("superseded"),
            "file": rows.column("file"),
            "extract_date": rows.column("extract_date"),
        }
    )
