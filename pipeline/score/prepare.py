"""What the room takes over: `linked_<extract>`, `usable_<extract>`, and the features over them."""

from collections.abc import Iterable
from datetime import date

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.score.compose import Sources, literal, quoted
from pipeline.score.features import COLUMNS, find_features
from pipeline.score.tables import create_empty, create_empty_feature, fact_columns, has_table, linked_columns


def unavailable_extracts(con: duckdb.DuckDBPyConnection, sources: Sources) -> frozenset[str]:
    """Extracts without a fresh file this night: missing, refused without an older one, or stale."""
    rows = con.execute("SELECT DISTINCT extract FROM extract_status WHERE state = 'fresh'").fetchall()
    return frozenset(sources) - {str(row[0]) for row in rows}


def link_rows(con: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Materialises `linked_<extract>`: current staged rows with their firm, for every identifying extract.

    Grain: staged row that is not superseded and whose link is certain or probable.
    """
    for source in _identifying(sources):
        table = f"linked_{source.extract}"
        if not has_table(con, f"stg_{source.extract}"):
            create_empty(con, table, linked_columns(source))
            continue
        facts = "".join(f", s.{quoted(name)}" for name, _ in fact_columns(source))
        con.execute(
            f'CREATE OR REPLACE TABLE {quoted(table)} AS SELECT s.record_id, s.extract, s.file, s."row", '
            "s.extract_date, l.enterprise_id, CAST(l.probability AS DECIMAL(9, 6)) AS probability"
            f"{facts} FROM {quoted(f'stg_{source.extract}')} s "
            'JOIN record_link l ON l.extract = s.extract AND l.file = s.file AND l."row" = s."row" '
            f"WHERE l.extract = {literal(source.extract)} AND NOT s.superseded AND NOT l.superseded "
            "AND l.decision IN ('certain', 'probable') AND l.enterprise_id IS NOT NULL"
        )


def usable_rows(con: duckdb.DuckDBPyConnection, sources: Sources, unavailable: frozenset[str]) -> None:
    """Makes the views `usable_<extract>`: what rules and features may look at this night.

    Nothing of an extract that is missing or stale, and nothing of a snapshot's sender whose newest
    file is stale: rules on it are not evaluated, instead of speaking about an old state.
    """
    for source in _identifying(sources):
        where = "true"
        if source.extract in unavailable:
            where = "false"
        elif source.mode == "snapshot":
            where = (
                "EXISTS (SELECT 1 FROM extract_status x WHERE x.extract = t.extract AND x.file = t.file "
                "AND x.state = 'fresh')"
            )
        con.execute(
            f"CREATE OR REPLACE VIEW {quoted(f'usable_{source.extract}')} AS "
            f"SELECT * FROM {quoted(f'linked_{source.extract}')} t WHERE {where}"
        )


def compute_features(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Computes every feature under its name, for this connection, and the long table `feature`.

    Grain of `feature`: enterprise and feature. A firm that an extract does not know has no row.
    """
    for name, feature in find_features().items():
        create_empty_feature(con, name)
        columns = ", ".join(quoted(column) for column, _ in COLUMNS)
        query = feature.sql.read_text(encoding="utf-8").rstrip().rstrip(";")
        bound = {"as_of": as_of} if "$as_of" in query else {}
        con.execute(f"INSERT INTO {quoted(name)} SELECT {columns} FROM ({query}\n)", bound)
    _collect(con, find_features(), as_of)


def _collect(con: duckdb.DuckDBPyConnection, names: Iterable[str], as_of: date) -> None:
    create_empty(con, "feature", [COLUMNS[0], ("feature", "VARCHAR"), *COLUMNS[1:], ("as_of", "DATE")])
    rest = ", ".join(quoted(column) for column, _ in COLUMNS[1:])
    for name in names:
        con.execute(
            f"INSERT INTO feature SELECT enterprise_id, {literal(name)}, {rest}, $as_of FROM {quoted(name)}",
            {"as_of": as_of},
        )


def _identifying(sources: Sources) -> list[Source]:
    return [source for _, source in sorted(sources.items()) if source.identifies]


def ensure_inputs(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables of other rooms that may be absent on a place where nothing was ever joined."""
    if "record_premises" not in db.table_names(con):
        create_empty(con, "record_premises", [("record_id", "VARCHAR"), ("premises_id", "VARCHAR")])
