"""Every source folder is whole: its declaration loads, and its sample becomes what is expected of it."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import db, ingest
from pipeline.declaration import Source, load_source, load_sources
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

FOLDERS = sorted(path.parent for path in (PROJECT_ROOT / "sources").glob("*/source.yml"))
EXTRACT_DATE = date(2017, 6, 1)
NOT_EXPECTED = {"record_id", "extract", "file", "extract_date"}


def stage_sample(source: Source, place: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The staged rows of a source's sample, and its row of extract_status."""
    inbox = place / "inbox" / source.extract
    inbox.mkdir(parents=True)
    name = f"sample_{EXTRACT_DATE:%Y%m%d}.csv"
    (inbox / name).write_bytes((source.folder / "sample.csv").read_bytes())
    settings = Settings(
        inbox=place / "inbox",
        warehouse=place / "w.duckdb",
        out=place / "out",
        restricted=place / "restricted",
        as_of=EXTRACT_DATE,
        accept=(source.extract,),
    )
    night = Night(settings, "test", "2017-06-01T00:00:00Z", "test")
    ingest.extract(night, source)
    with night.connect() as con:
        rows = db.read_arrow(con, f'SELECT * FROM "stg_{source.extract}" ORDER BY "row"').to_pylist()
        status = db.read_arrow(con, "SELECT * FROM extract_status").to_pylist()[0]
    return rows, status


def as_text(value: Any) -> str:
    """A staged value as expected.csv writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_sample_becomes_expected(folder: Path, tmp_path: Path) -> None:
    source = load_source(folder)
    rows, status = stage_sample(source, tmp_path)
    found = [{k: as_text(v) for k, v in row.items() if k not in NOT_EXPECTED} for row in rows]
    for line in found:
        for name in line:
            # The hash's key differs from place to place.
            if line[name].startswith("ID#"):
                line[name] = "ID#"
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as handle:
        expected = list(csv.DictReader(handle))
    assert found == expected
    assert status["rows"] == status["accepted"] + status["rejected"] + status["not_data"]
    assert status["accepted"] == len(expected) >= 3


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_folder_holds_what_a_source_needs(folder: Path) -> None:
    for name in ("source.yml", "stage.sql", "sample.csv", "expected.csv"):
        assert (folder / name).is_file(), name
    assert (folder / "stage.sql").read_text(encoding="utf-8").startswith("--")
    source = load_source(folder)
    aliases = [alias for column in source.columns.values() for alias in column.headers]
    assert len(aliases) == len(set(aliases)), "one header means one column"


def test_fifteen_sources() -> None:
    assert len(load_sources(PROJECT_ROOT / "sources")) == 15
