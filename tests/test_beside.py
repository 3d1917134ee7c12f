"""DuckDB beside what a thread does: in order, seen by all, and whatever goes wrong is told."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Event

import duckdb
import pytest

from pipeline import db
from pipeline.beside import beside
from pipeline.settings import Settings


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = Settings(
        inbox=tmp_path / "inbox",
        warehouse=tmp_path / "warehouse.duckdb",
        out=tmp_path / "out",
        restricted=tmp_path / "restricted",
        as_of=date(2017, 3, 31),
    )
    with closing(db.connect(tmp_path / "night.duckdb", settings)) as con:
        yield con


def make(con: duckdb.DuckDBPyConnection, name: str, rows: int) -> int:
    con.execute(f"CREATE TABLE {name} AS FROM range({rows})")
    return rows


def test_tables_made_beside_are_there_when_the_block_ends(con: duckdb.DuckDBPyConnection) -> None:
    with beside(con, 2) as side:
        first = side.query(make, "one", 3)
        side.query(make, "two", rows=4)
        assert first.result() == 3
        assert db.count(con, "one") == 3
    assert db.count(con, "two") == 4


def test_what_waits_for_what_came_before_it_does_not_stop_a_single_thread(
    con: duckdb.DuckDBPyConnection,
) -> None:
    with beside(con, 1) as side:
        first = side.query(make, "one", 3)
        then = side.do(lambda: first.result() + 1)
        side.wait()
        assert then.result() == 4


def test_what_goes_wrong_beside_is_raised_when_the_block_ends(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.CatalogException), beside(con, 2) as side:
        side.query(lambda con: con.execute("FROM no_such_table"))
        assert side.query(make, "one", 3).result() == 3
    assert db.count(con, "one") == 3


def test_what_goes_wrong_in_the_block_is_raised_and_what_has_not_begun_is_left(
    con: duckdb.DuckDBPyConnection,
) -> None:
    begun, on = Event(), Event()

    def hold() -> None:
        begun.set()
        assert on.wait(30)

    with pytest.raises(RuntimeError, match="here"), beside(con, 1) as side:
        side.do(hold)
        left = side.query(make, "one", 3)
        assert begun.wait(30)
        left.cancel()
        on.set()
        raise RuntimeError("here")
    assert "one" not in db.table_names(con)
