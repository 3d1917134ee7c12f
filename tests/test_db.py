"""DuckDB helpers: a .sql file becomes the table of its name; a finished file is swapped in whole."""

import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipeline import db
from pipeline.night import Night
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


def test_what_exceeds_the_limit_goes_to_the_temp_directory_that_is_set(
    tmp_path: Path, settings: Settings
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    settings = replace(settings, temp_directory=place, memory_limit="40MB", threads=1)
    night = Night.begin(settings, datetime(2017, 3, 31, tzinfo=UTC))
    spill = db.spill_folder(settings)
    assert spill is not None
    assert spill.parent == place
    assert stat.S_IMODE(spill.stat().st_mode) == 0o700
    with closing(night.connect()) as con:
        con.execute("CREATE TEMP TABLE much AS SELECT hash(i) AS h FROM range(9_000_000) t(i)")
        assert any(spill.iterdir())
    night.discard()
    assert not spill.exists()
    assert list(place.iterdir()) == []


def test_without_a_temp_directory_it_goes_beside_the_file(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    with closing(db.connect(folder / "n.duckdb", settings)) as con:
        told = con.execute("SELECT current_setting('temp_directory')").fetchone()
    assert told == (str(folder / "spill"),)
