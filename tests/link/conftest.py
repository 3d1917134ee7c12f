"""A small staged night, built from the declarations alone, for tests of the whole room."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import settings

from pipeline import db
from pipeline.declaration import Column, Source, load_sources
from pipeline.link.estimation import evidence
from pipeline.link.pairs import meetings, remembering
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
PLACE = {
    "record_id": pa.string(),
    "extract": pa.string(),
    "file": pa.string(),
    "row": pa.int64(),
    "extract_date": pa.date32(),
    "superseded": pa.bool_(),
}
TYPES = {"date": pa.date32(), "number": pa.float64(), "bool": pa.bool_()}


@pytest.fixture
def small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of a night's size are made small: making them takes longer than a small test."""
    monkeypatch.setattr(meetings, "_SLOT_BITS", 10)
    monkeypatch.setattr(remembering, "_BITS", 10)
    monkeypatch.setattr(evidence, "LOTS", 2_000)


@pytest.fixture(scope="session")
def sources() -> dict[str, Source]:
    return load_sources(PROJECT_ROOT / "sources")


def _schema(source: Source) -> pa.Schema:
    fields = dict(PLACE)
    for name, column in source.columns.items():
        fields[name] = _type(column)
        if column.type == "code" and column.role:
            fields[f"{name}_partial"] = pa.string()
    return pa.schema(list(fields.items()))


def _type(column: Column) -> pa.DataType:
    return pa.list_(pa.string()) if column.list else TYPES.get(column.type, pa.string())


def stage(night: Night, sources: Mapping[str, Source], rows: Rows) -> None:
    """Writes `stg_<extract>` for every identifying source; cells that are not named are null."""
    night.folder.mkdir(parents=True, exist_ok=True)
    con = night.connect()
    for name, source in sources.items():
        schema = _schema(source)
        table = [_row(name, number, row) for number, row in enumerate(rows.get(name, ()), start=1)]
        db.write_arrow(con, f"stg_{name}", pa.Table.from_pylist(table, schema=schema))
    con.close()


def _row(extract: str, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    base = {
        "record_id": f"{extract}:{number}",
        "extract": extract,
        "file": f"{extract}_20170301.csv",
        "row": number,
        "extract_date": date(2017, 3, 1),
        "superseded": False,
    }
    return base | dict(row)


@pytest.fixture
def make_night(tmp_path: Path, sources: dict[str, Source]) -> Callable[..., Night]:
    """Makes a night with staged rows; nights of one test share the restricted folder."""

    def make(
        rows: Rows,
        run_id: str = "night",
        as_of: date = date(2017, 3, 31),
        threads: int = 2,
        folder: Path = tmp_path,
    ) -> Night:
        settings = Settings(
            inbox=folder / "inbox",
            warehouse=folder / "w.duckdb",
            out=folder / "out",
            restricted=folder / "restricted",
            as_of=as_of,
            corrections=folder / "corrections",
            threads=threads,
        )
        night = Night(settings, run_id, "2017-03-31T00:00:00Z", "test")
        stage(night, sources, rows)
        return night

    return make
