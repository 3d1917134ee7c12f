"""Builds the warehouse file and its Parquet twins from a night's database, with nothing personal in them.

Every view but `rule_outcome` is a table in the new file: `views/<view>.sql` from the night's tables,
`source_<extract>` from the declarations, `data_dictionary` from dictionary.csv and the declarations.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.night import Night
from pipeline.publish.database import dictionary, outcomes, rule_returns
from pipeline.publish.database.inputs import quoted
from pipeline.publish.database.source_views import select_source

FOLDER = Path(__file__).parent
# Views that others are made from come first.
FIRST = (
    "enterprise",
    "risk",
    "risk_history",
    "list_line",
    "evidence",
    "street_return",
    "list_line_history",
    "answered_line",
)


@contextmanager
def opened(night: Night, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the new warehouse with the night's database attached as `built`, read-only."""
    con = db.connect(path, night.settings)
    try:
        if night.settings.temp_directory is None:
            con.execute(f"SET temp_directory = '{_literal(night.folder / 'spill')}'")
        con.execute(f"ATTACH '{_literal(night.database)}' AS built (READ_ONLY)")
        for statement in (FOLDER / "macros.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                con.execute(statement)
        yield con
    finally:
        con.close()


def build(con: duckdb.DuckDBPyConnection, night: Night, sources: dict[str, Source]) -> dict[str, int]:
    """Makes every view but `run` and `data_dictionary`; returns the rows of each, by name."""
    parameters = {"as_of": night.settings.as_of, **random_parts(night.settings.random_check_share)}
    counts = {path.stem: db.materialise(con, path, parameters) for path in _view_files()}
    for source in sources.values():
        view = f"source_{source.extract}"
        bound = {"extract": source.extract} if source.identifies else {}
        con.execute(f"CREATE OR REPLACE TABLE {quoted(view)} AS {select_source(source)}", bound)
        counts[view] = db.count(con, view)
    counts[rule_returns.VIEW] = rule_returns.add(con)
    counts[outcomes.VIEW] = outcomes.add(con)
    return dict(sorted(counts.items()))


def random_parts(share: float) -> dict[str, int]:
    """How many random checks for how many ranked lines, so that they are `share` of all lines."""
    exact = Fraction(str(share))
    return {"random_parts": exact.numerator, "ranked_parts": exact.denominator - exact.numerator}


def write_parquet(con: duckdb.DuckDBPyConnection, views: dict[str, int], folder: Path) -> dict[str, int]:
    """Writes each view as `<folder>/<view>.parquet`; returns the rows of each file, by file name."""
    folder.mkdir()
    for view in views:
        target = folder / f"{view}.parquet"
        if view == outcomes.VIEW:
            outcomes.write_parquet(con, target)
            continue
        con.execute(f"COPY {quoted(view)} TO '{_literal(target)}' ({db.PARQUET})")
    return {f"{view}.parquet": rows for view, rows in views.items()}


def rebuild(parquet: Path, target: Path) -> None:
    """Makes a warehouse file from a generation's Parquet files, for a warehouse that was lost.

    It is made beside the target and bears its name only when it is whole.
    """
    half = target.with_name(f"{target.name}.half")
    for rest in (half, half.with_name(half.name + ".wal")):
        rest.unlink(missing_ok=True)
    con = duckdb.connect(config={**db.OFFLINE})
    try:
        con.execute(f"ATTACH '{_literal(half)}' AS made (STORAGE_VERSION '{db.STORAGE_VERSION}')")
        con.execute("USE made")
        files = {path.stem: path for path in sorted(parquet.glob("*.parquet"))}
        made = outcomes.VIEW if files.keys() >= {*outcomes.MADE_OF} else None
        for path in [files[name] for name in files if name != made]:
            con.execute(f"CREATE TABLE {quoted(path.stem)} AS FROM read_parquet($path)", {"path": str(path)})
        if made:
            outcomes.add(con)
        dictionary.comment(con)
        con.execute("CHECKPOINT")
    finally:
        con.close()
    half.replace(target)


def run_id_of(warehouse: Path) -> str | None:
    """The run that a warehouse file came from; None if there is no such file or it is no warehouse.

    Runs stand in the order in which they were published: clocks may have been put back between them.
    """
    if not warehouse.is_file():
        return None
    try:
        con = duckdb.connect(str(warehouse), read_only=True, config={**db.OFFLINE})
        try:
            row = con.execute("SELECT run_id FROM run ORDER BY rowid DESC LIMIT 1").fetchone()
        finally:
            con.close()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def _view_files() -> list[Path]:
    files = {path.stem: path for path in sorted((FOLDER / "views").glob("*.sql"))}
    return [files.pop(name) for name in FIRST] + list(files.values())


def _literal(path: Path) -> str:
    return os.fspath(path).replace("'", "''")
