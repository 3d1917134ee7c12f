"""What the published night says to whoever is on duty: supply, what wants a person, what waits.

Read from the night's own Parquet files, so that it can be told also where the warehouse was lost.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish.database import warehouse
from pipeline.publish.forms.lines import short_title
from pipeline.publish.generations import generation, manifest
from pipeline.settings import Settings

_QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class Supply:
    """How one extract stands.

    Attributes:
        extract: its name.
        title: its Chinese name.
        newest: newest extract date in use.
        age_days: that date's age at the night's as-of, days.
        limit_days: the age from which it is stale, days.
        states: of its files: `fresh`, `stale`, `missing`, `refused`.
        is_wanted: whether somebody has to see to it.
    """

    extract: str
    title: str
    newest: date | None
    age_days: int | None
    limit_days: int
    states: tuple[str, ...]
    is_wanted: bool


@dataclass(frozen=True)
class Wait:
    """What waits: how many, and since when."""

    what: str
    unit: str
    number: int
    oldest: date | None


@dataclass(frozen=True)
class Shown:
    """The night that stands published as the newest.

    Attributes:
        run_id: the generation, by the journal.
        as_of: its day.
        lists_run_id: the run that the lists under `latest` bear.
        warehouse_run_id: the run that the live warehouse bears.
        started_at: of that run, UTC; None where its files are gone.
        finished_at: of that run, UTC.
        attention: sentences about what wants a person.
        supply: every extract.
        waits: what waits.
    """

    run_id: str
    as_of: date
    lists_run_id: str | None
    warehouse_run_id: str | None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attention: tuple[str, ...] = ()
    supply: tuple[Supply, ...] = ()
    waits: tuple[Wait, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether lists and warehouse are of the generation that the journal names."""
        return self.run_id == self.lists_run_id == self.warehouse_run_id


def shown(settings: Settings, sources: Mapping[str, Source]) -> Shown | None:
    """The newest published night of a place; None before the first."""
    standing = generation.published(settings)
    if not standing:
        return None
    newest = standing[max(standing)]
    folder = generation.Generation(settings, newest.run_id).folder
    night = Shown(
        run_id=newest.run_id,
        as_of=newest.as_of,
        lists_run_id=_run_id_of_lists(settings.out / "latest" / manifest.NAME),
        warehouse_run_id=warehouse.run_id_of(settings.warehouse),
    )
    return _told(night, folder / "warehouse", sources) if (folder / "warehouse").is_dir() else night


def of_run(settings: Settings, run_id: str, sources: Mapping[str, Source]) -> Shown:
    """A run that has just been published, whether or not it is the newest."""
    folder = generation.Generation(settings, run_id).folder
    return _told(Shown(run_id, settings.as_of, run_id, run_id), folder / "warehouse", sources)


def _told(night: Shown, parquet: Path, sources: Mapping[str, Source]) -> Shown:
    with _opened(parquet) as con:
        runs = {row["run_id"]: row for row in _rows(con, _QUERIES / "run.sql")}
        this = runs[night.run_id]
        return Shown(
            run_id=night.run_id,
            as_of=night.as_of,
            lists_run_id=night.lists_run_id,
            warehouse_run_id=night.warehouse_run_id,
            started_at=datetime.fromisoformat(this["started_at"]),
            finished_at=datetime.fromisoformat(this["finished_at"]),
            attention=tuple(row["sentence"] for row in _rows(con, _QUERIES / "attention.sql")),
            supply=tuple(_supply(row, sources) for row in _rows(con, _QUERIES / "supply.sql")),
            waits=tuple(Wait(**row) for path in _wait_files() for row in _rows(con, path)),
        )


def _supply(row: Mapping[str, Any], sources: Mapping[str, Source]) -> Supply:
    source = sources.get(row["extract"])
    states = tuple(row["states"])
    may_be_missing = states == ("missing",) and source is not None and source.optional
    return Supply(
        extract=row["extract"],
        title=short_title(source) if source else row["extract"],
        newest=row["newest"],
        age_days=row["age_days"],
        limit_days=source.stale_after_days if source else 0,
        states=states,
        is_wanted=states != ("fresh",) and not may_be_missing,
    )


@contextmanager
def _opened(parquet: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect(config={**db.OFFLINE})
    try:
        for path in sorted(parquet.glob("*.parquet")):
            place = str(path).replace("'", "''")
            con.execute(f"CREATE VIEW \"{path.stem}\" AS FROM read_parquet('{place}')")
        yield con
    finally:
        con.close()


def _rows(con: duckdb.DuckDBPyConnection, path: Path) -> list[dict[str, Any]]:
    """The rows of a query; none where the night was published before there was such a view."""
    try:
        rows: list[dict[str, Any]] = db.read_arrow(con, path.read_text(encoding="utf-8")).to_pylist()
    except (duckdb.CatalogException, duckdb.BinderException):
        return []
    return rows


def _wait_files() -> list[Path]:
    return sorted((_QUERIES / "waits").glob("*.sql"))


def _run_id_of_lists(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["run_id"])
    except (OSError, ValueError, KeyError):
        return None
