"""What the room takes over: `linked_<extract>`, `usable_<extract>`, and the features over them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

import duckdb

from pipeline import db
from pipeline.beside import beside
from pipeline.declaration import Source
from pipeline.score.compose import Sources, literal, quoted
from pipeline.score.features import COLUMNS, PREMISES_COLUMNS, PREMISES_FOLDER, Feature, find_features
from pipeline.score.tables import (
    DOUBTED_COLUMNS,
    ROW_COLUMNS,
    create_empty,
    fact_columns,
    has_table,
    linked_columns,
)

ROWS_AT_ONCE = 2_000_000  # features that are put into order together


def unavailable_extracts(con: duckdb.DuckDBPyConnection, sources: Sources) -> frozenset[str]:
    """Extracts without a fresh file this night: missing, refused without an older one, or stale."""
    rows = con.execute("SELECT DISTINCT extract FROM extract_status WHERE state = 'fresh'").fetchall()
    return frozenset(sources) - {str(row[0]) for row in rows}


def link_rows(con: duckdb.DuckDBPyConnection, sources: Sources, threads: int) -> None:
    """Materialises `linked_<extract>`: current staged rows with their firm, for every identifying extract.

    Grain: staged row that is not superseded and whose link is certain or probable. So many extracts at once
    as there are threads, the longest first.
    """
    rows = {}
    for source in _identifying(sources):
        if has_table(con, f"stg_{source.extract}"):
            rows[source.extract] = db.count(con, f"stg_{source.extract}")
        else:
            create_empty(con, f"linked_{source.extract}", linked_columns(source))
    with beside(con, threads) as side:
        for extract in sorted(rows, key=lambda name: (-rows[name], name)):
            side.query(_link, sources[extract])


def _link(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    facts = "".join(f", s.{quoted(name)}" for name, _ in fact_columns(source))
    con.execute(
        f"CREATE OR REPLACE TABLE {quoted(f'linked_{source.extract}')} AS "
        'SELECT s.record_id, s.extract, s.file, s."row", '
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
    """Computes every feature under its name, for this connection, and the long tables of them.

    Grain of `feature`: enterprise and feature; of `premises_feature`: premises and feature. Those of
    premises come first, so that a firm's may read them. A firm that an extract does not know has no row.
    """
    for feature in find_features(PREMISES_FOLDER).values():
        _compute(con, feature, PREMISES_COLUMNS, as_of)
    for feature in find_features().values():
        _compute(con, feature, COLUMNS, as_of)
    _collect(con, "premises_feature", find_features(PREMISES_FOLDER), PREMISES_COLUMNS, as_of)
    _collect(con, "feature", find_features(), COLUMNS, as_of)


def _compute(
    con: duckdb.DuckDBPyConnection, feature: Feature, columns: Iterable[tuple[str, str]], as_of: date
) -> None:
    query = feature.sql.read_text(encoding="utf-8").rstrip().rstrip(";")
    bound = {"as_of": as_of} if "$as_of" in query else {}
    names = ", ".join(f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(feature.name)} AS SELECT {names} FROM ({query}\n)", bound
    )


def _collect(
    con: duckdb.DuckDBPyConnection,
    table: str,
    names: Iterable[str],
    columns: Sequence[tuple[str, str]],
    as_of: date,
) -> None:
    key, names = columns[0][0], list(names)
    create_empty(con, table, [columns[0], ("feature", "VARCHAR"), *columns[1:], ("as_of", "DATE")])
    rest = ", ".join(quoted(column) for column, _ in columns[1:])
    # In order: it is written sooner than in the order of some dozens of parts. Some firms at a time: the
    # features are in memory, and what is sorted beside them must fit too.
    for least, below in pairwise([None, *_bounds(con, names, key), None]):
        within = f"coalesce({quoted(key)} >= $least, true) AND coalesce({quoted(key)} < $below, true)"
        parts = (
            f"SELECT {quoted(key)}, {literal(name)}, {rest}, CAST($as_of AS DATE) FROM {quoted(name)} "
            f"WHERE {within}"
            for name in names
        )
        con.execute(
            f"INSERT INTO {quoted(table)} {' UNION ALL '.join(parts)} ORDER BY 1, 2",
            {"as_of": as_of, "least": least, "below": below},
        )


def _bounds(con: duckdb.DuckDBPyConnection, names: Iterable[str], key: str) -> list[str]:
    """Values of the key between which about `ROWS_AT_ONCE` rows of all the tables lie."""
    rows = {name: db.count(con, name) for name in names}
    parts = -(-sum(rows.values()) // ROWS_AT_ONCE)
    if parts < 2:
        return []
    largest = max(rows, key=lambda name: rows[name])
    found = con.execute(
        f"SELECT key FROM (SELECT {quoted(key)} AS key, row_number() OVER (ORDER BY {quoted(key)}) AS place "
        f"FROM {quoted(largest)}) WHERE place % $each = 0 ORDER BY key",
        {"each": -(-rows[largest] // parts)},
    )
    return [bound for (bound,) in found.fetchall()]


def _identifying(sources: Sources) -> list[Source]:
    return [source for _, source in sorted(sources.items()) if source.identifies]


def ensure_inputs(con: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Makes the tables of other rooms that may be absent: nothing was ever joined, no street has answered."""
    answers = [*ROW_COLUMNS, ("superseded", "BOOLEAN"), *fact_columns(sources["street_returns"])]
    for name, columns in (
        ("record_premises", [("record_id", "VARCHAR"), ("premises_id", "VARCHAR")]),
        ("enterprise_alias", [("old_id", "VARCHAR"), ("enterprise_id", "VARCHAR"), ("since", "DATE")]),
        ("stg_street_returns", answers),
        ("doubted_link", [*DOUBTED_COLUMNS]),
    ):
        if not has_table(con, name):
            create_empty(con, name, columns)
