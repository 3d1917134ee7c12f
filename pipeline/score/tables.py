"""Tables that the room stands on, made from the declarations; empty ones where nothing came."""

import duckdb

from pipeline import db
from pipeline.declaration import PERSONAL_ROLES, Source
from pipeline.score.compose import SQL_TYPES, quoted
from pipeline.score.features import COLUMNS

ROW_COLUMNS = (
    ("record_id", "VARCHAR"),
    ("extract", "VARCHAR"),
    ("file", "VARCHAR"),
    ("row", "BIGINT"),
    ("extract_date", "DATE"),
)
DOUBTED_COLUMNS = (("file", "VARCHAR"), ("row", "BIGINT"), ("links", "BIGINT"))
LINK_COLUMNS = (("enterprise_id", "VARCHAR"), ("probability", "DECIMAL(9, 6)"))


def fact_columns(source: Source) -> list[tuple[str, str]]:
    """Declared columns that say what a firm does, with SQL types; persons and phones are not among them."""
    found: list[tuple[str, str]] = []
    for name, column in source.columns.items():
        if column.role in PERSONAL_ROLES or column.role == "name_or_person" or column.show == "restricted":
            continue
        found.append((name, "VARCHAR[]" if column.list else SQL_TYPES[column.type]))
        if column.type == "period":
            found += [(f"{name}_start", "DATE"), (f"{name}_end", "DATE")]
    return found


def linked_columns(source: Source) -> list[tuple[str, str]]:
    """All columns of `linked_<extract>`."""
    return [*ROW_COLUMNS, *LINK_COLUMNS, *fact_columns(source)]


def create_empty(
    con: duckdb.DuckDBPyConnection, name: str, columns: list[tuple[str, str]], *, temporary: bool = False
) -> None:
    """Creates (or replaces) an empty table; a temporary one ends with the connection."""
    body = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
    kind = "TEMP TABLE" if temporary else "TABLE"
    con.execute(f"CREATE OR REPLACE {kind} {quoted(name)} ({body})")


def create_empty_feature(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Creates (or replaces) the empty table of a feature; what lasts is the long table `feature`."""
    create_empty(con, name, list(COLUMNS), temporary=True)


def has_table(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the night's database holds a table."""
    return name in db.table_names(con)
