"""Typed rows of all files of an extract → `stg_<extract>`, through the source's own stage.sql."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import SourceError
from pipeline.ingest.loading import LoadedFile

_FOLDER = Path(__file__).parent


def stage(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Creates `stg_<extract>` from `incoming` (intake.py), the rows of the used files.

    Raises:
        SourceError: if the source's stage.sql is missing or does not run.
    """
    _type_with_identity(con, source)
    path = source.folder / "stage.sql"
    try:
        query = path.read_text(encoding="utf-8").rstrip().rstrip(";")
        con.execute(f'CREATE OR REPLACE TABLE "stg_{source.extract}" AS {query}')
    except (OSError, duckdb.Error) as problem:
        why = str(problem).splitlines()[0]
        raise SourceError(
            f"does not run: {why}", where=str(path), mend="compare its columns with source.yml"
        ) from None


def count_superseded(con: duckdb.DuckDBPyConnection, extract: str) -> dict[str, int]:
    """File → number of its staged rows that a later one replaced."""
    rows = con.execute(f'SELECT file, count(*) FILTER (WHERE superseded) FROM "stg_{extract}" GROUP BY file')
    return {str(file): int(number) for file, number in rows.fetchall()}


def rejected_rows(con: duckdb.DuckDBPyConnection, source: Source, files: Sequence[LoadedFile]) -> pa.Table:
    """The extract's rows for `rejected_row`, after staging."""
    seen = {
        "file_no": pa.array([item.number for item in files], pa.int64()),
        "file": pa.array([item.name for item in files], pa.string()),
        "extract_date": pa.array([item.extract_date for item in files], pa.date32()),
    }
    con.register("seen_file", pa.table(seen))
    con.execute(
        f"""CREATE OR REPLACE TEMP VIEW current_row AS
        SELECT record_id, file, "row", extract_date FROM "stg_{source.extract}" WHERE NOT superseded"""
    )
    sql = (_FOLDER / "rejected_row.sql").read_text(encoding="utf-8")
    found = db.read_arrow(con, sql, {"extract": source.extract, "by_sender": source.sender is not None})
    con.unregister("seen_file")
    return found


def _type_with_identity(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Makes the view `typed_<extract>`: who each row is and where it stands, then its typed columns."""
    sql = (_FOLDER / f"{source.mode}_identity.sql").read_text(encoding="utf-8")
    known = {"extract": source.extract, "by_sender": source.sender is not None}
    named = {name: value for name, value in known.items() if f"${name}" in sql}
    con.execute(f"CREATE OR REPLACE TEMP TABLE record_identity AS {sql}", named)
    con.execute(
        f"""CREATE OR REPLACE TEMP VIEW "typed_{source.extract}" AS
        SELECT record_id, '{source.extract}' AS extract, file, extract_date, superseded,
            incoming.* EXCLUDE (file_no, sender, key_text, content)
        FROM incoming
        JOIN incoming_file USING (file_no)
        JOIN record_identity ON record_identity.file_no = incoming.file_no
            AND record_identity."row" = incoming."row" """
    )
