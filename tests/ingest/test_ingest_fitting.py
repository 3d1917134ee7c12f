"""A night that would not fit says so before it begins, and which setting to change."""

import gzip
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.declaration import load_sources
from pipeline.errors import RunError, sentence_of
from pipeline.ingest import fitting
from pipeline.settings import PROJECT_ROOT, Settings

SOURCES = load_sources(PROJECT_ROOT / "sources")
GB = 10**9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        inbox=tmp_path / "inbox",
        warehouse=tmp_path / "w.duckdb",
        out=tmp_path / "out",
        restricted=tmp_path,
        as_of=date(2017, 3, 31),
    )


def test_rows_of_a_district_are_estimated_within_a_third(district_made: Path, settings: Settings) -> None:
    told = fitting.expected_rows(replace(settings, inbox=district_made / "inbox"), SOURCES)
    truth = pq.read_metadata(district_made / "truth" / "records.parquet").num_rows
    assert 0.67 < told.identifying / truth < 1.5


def test_every_kind_of_file_is_counted(settings: Settings) -> None:
    folder = settings.inbox / "grid"
    folder.mkdir(parents=True)
    (folder / "a_20170301.csv").write_bytes(b"head\n" + b"x" * 60 + b"\n" + b"row\n" * 200_000)
    (folder / "b_20170301.csv.gz").write_bytes(gzip.compress(b"row\n" * 1000))
    pq.write_table(pa.table({"a": range(300)}), folder / "c_20170301.parquet")
    (folder / "d_20170301.xlsx").write_bytes(b"PK" * 500)
    (folder / "e_20170301.csv.gz").write_bytes(b"no gzip")
    (folder / "f_20170401.csv").write_bytes(b"of a later day\n" * 50_000)
    told = fitting.expected_rows(settings, SOURCES)
    assert told.all == told.identifying == pytest.approx(200_000 + 1000 + 300 + 10, rel=0.01)


def test_rows_of_the_archive_count_where_the_inbox_is_empty(whole_night: object, settings: Settings) -> None:
    place = whole_night.folder / "warehouse.duckdb"  # type: ignore[attr-defined]
    told = fitting.expected_rows(replace(settings, restricted=place.parent / "restricted"), SOURCES)
    assert told.identifying > 1000


@pytest.mark.parametrize(
    ("limit", "free", "mend"),
    [
        ("10MB", 9 * GB, "run with --memory-limit 402MB or more"),
        ("8GB", 6 * GB, "run with --memory-limit 4680MB or less"),
        ("2GB", 1 * GB, "give the machine more memory"),
    ],
)
def test_memory_that_is_too_small_is_named(settings: Settings, limit: str, free: int, mend: str) -> None:
    rows = fitting.Rows(1_000_000, 1_000_000)
    with pytest.raises(RunError) as refused:
        fitting.must_fit(replace(settings, memory_limit=limit), rows, lambda: free)
    assert mend in refused.value.sentence()
    assert "about 1,000,000 rows" in refused.value.sentence()


def test_a_night_that_fits_is_let_through(settings: Settings) -> None:
    fitting.must_fit(replace(settings, memory_limit="2GB"), fitting.Rows(1000, 1000), lambda: 4 * GB)
    fitting.must_fit(settings, fitting.Rows(1000, 1000), lambda: None)


def test_a_city_fits_one_machine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting.shutil, "disk_usage", lambda place: type("Usage", (), {"free": 100 * GB}))
    city = fitting.Rows(25_000_000, 24_900_000)
    with pytest.raises(RunError, match="which takes about"):
        fitting.must_fit(replace(settings, memory_limit="6GB"), city, lambda: 12 * GB)
    fitting.must_fit(replace(settings, memory_limit="6GB"), city, lambda: 20 * GB)


def test_a_full_disk_is_told_before(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(fitting.shutil, "disk_usage", lambda place: usage)
    settings = replace(settings, temp_directory=settings.restricted / "temp")
    with pytest.raises(RunError, match="make room there, or name a folder on another disk with --restricted"):
        fitting.must_fit(settings, fitting.Rows(10, 10), lambda: 9 * GB)


@pytest.mark.parametrize(
    ("text", "size"), [("4GB", 4 * GB), ("1.5 gib", 3 << 29), ("500KB", 500_000), ("2MiB", 2 << 20)]
)
def test_amounts_are_read_as_duckdb_reads_them(settings: Settings, text: str, size: int) -> None:
    assert replace(settings, memory_limit=text).memory_bytes == size


def test_memory_that_ran_out_all_the_same_is_told_with_the_setting() -> None:
    con = duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""})
    with closing(con), pytest.raises(duckdb.OutOfMemoryException) as ran_out:
        con.execute("CREATE TABLE much AS SELECT i::VARCHAR AS i FROM range(1_000_000) t(i)")
    assert "larger --memory-limit" in sentence_of(ran_out.value)
