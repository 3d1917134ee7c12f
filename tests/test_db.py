"""DuckDB helpers: a .sql file becomes the table of its name; a finished file is swapped in whole."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipeline import db
from pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        inbox=tmp_path, warehouse=tmp_path, out=tmp_path, restricted=tmp_path, as_of=date(2017, 3, 31)
    )


def test_a_sql_file_becomes_the_table_of_its_name(tmp_path: Path, settings: Settings) -> None:
    sql = tmp_path / "quarter.sql"
    sql.write_text("-- grain: one row\nSELECT $as_of::DATE AS day;\n", encoding="utf-8")
    con = db.connect(tmp_path / "night.duckdb", settings)
    assert db.materialise(con, sql, {"as_of": date(2017, 3, 31), "unused": 1}) == 1
    assert con.execute("SELECT day FROM quarter").fetchall() == [(date(2017, 3, 31),)]
    assert db.table_names(con) == {"quarter"}


def test_arrow_goes_in_and_comes_out_unchanged(tmp_path: Path, settings: Settings) -> None:
    table = pa.table({"code": ["0123", None], "n": [1, 2]})
    con = db.connect(tmp_path / "night.duckdb", settings)
    db.write_arrow(con, "codes", table)
    assert db.read_arrow(con, "SELECT * FROM codes ORDER BY n").to_pydict() == table.to_pydict()


def test_the_file_has_the_storage_version_that_readers_know(tmp_path: Path, settings: Settings) -> None:
    con = db.connect(tmp_path / "night.duckdb", settings)
    con.execute("CREATE TABLE t AS SELECT 1 AS a")
    tags = con.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'night'").fetchone()
    con.close()
    assert tags is not None
    assert db.STORAGE_VERSION in str(tags[0])


def test_a_reader_keeps_the_old_file_when_a_new_one_is_swapped_in(tmp_path: Path, settings: Settings) -> None:
    target, built = tmp_path / "warehouse.duckdb", tmp_path / "built.duckdb"
    for path, value in ((target, 1), (built, 2)):
        con = db.connect(path, settings)
        con.execute(f"CREATE TABLE t AS SELECT {value} AS a")
        con.close()
    reader = duckdb.connect(str(target), read_only=True)
    (tmp_path / "warehouse.duckdb.wal").write_bytes(b"stale")
    db.swap_in(built, target)
    assert reader.execute("SELECT a FROM t").fetchone() == (1,)
    reader.close()
    with duckdb.connect(str(target), read_only=True) as fresh:
        assert fresh.execute("SELECT a FROM t").fetchone() == (2,)
