"""Nights whose ranking is held against the truth: with the links of the truth, and month by month."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa

from pipeline import district, ingest, link, score
from pipeline.declaration import load_sources
from pipeline.link.results import outcome
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

SOURCES = load_sources(PROJECT_ROOT / "sources")
RAISED = ("C", "D")

_TRUE_ROWS = """
SELECT l.* REPLACE (
  CASE WHEN t.entity_id IS NOT NULL
    THEN dense_rank() OVER (ORDER BY t.entity_id NULLS LAST) - 1 END AS entity,
  CASE WHEN t.entity_id IS NOT NULL THEN 'certain' ELSE 'none' END AS decision,
  CASE WHEN t.entity_id IS NOT NULL THEN 1.0 ELSE 0.0 END AS probability),
  'E' || upper(sha256(t.entity_id)[:14]) AS true_id
FROM made l
LEFT JOIN read_parquet($records) t ON t.extract = l.extract AND t.file = l.file AND t."row" = l."row"
ORDER BY l.extract, l.file, l."row"
"""
# What a perfect matching knows of a firm: its registry row, else a whole code of it, else nothing.
_TRUE_STATES = """
SELECT entity, any_value(true_id) AS enterprise_id, CASE WHEN bool_or(extract = 'registry') THEN 'registered'
  WHEN bool_or(usable_code) THEN 'valid_code_not_held' ELSE 'not_found' END AS state
FROM linked JOIN read_parquet($records) USING (extract, file, "row")
WHERE entity IS NOT NULL GROUP BY entity ORDER BY entity
"""


def ingested(folder: Path, inbox: Path, as_of: date) -> Night:
    """A night on a place of its own, its files read; the caller discards it."""
    settings = Settings(
        inbox=inbox,
        warehouse=folder / "warehouse.duckdb",
        out=folder / "out",
        restricted=folder / "restricted",
        as_of=as_of,
        corrections=folder / "corrections",
    )
    night = Night.begin(settings, datetime.now(UTC))
    for source in SOURCES.values():
        ingest.extract(night, source)
    ingest.finish(night, SOURCES)
    return night


def ranked(night: Night) -> None:
    """Links and scores a night."""
    link.run(night, SOURCES)
    score.run(night, SOURCES)


@contextmanager
def true_links(truth: Path) -> Iterator[None]:
    """Within it, linking gives every row to the entity that the truth says, with certainty."""
    made_rows, given_ids = outcome.link_rows, outcome.with_ids
    states: list[pa.Table] = []
    bound = {"records": str(truth / "records.parquet")}

    def rows(*parts: Any) -> pa.Table:
        with duckdb.connect() as con:
            con.register("made", made_rows(*parts))
            con.execute(f"CREATE TABLE linked AS {_TRUE_ROWS}", bound)
            states.append(con.execute(_TRUE_STATES, bound).to_arrow_table())
            return con.execute("SELECT * EXCLUDE (true_id) FROM linked").to_arrow_table()

    def named(rows: pa.Table, ids: list[str], before: dict[str, str]) -> pa.Table:
        return given_ids(rows, states[-1]["enterprise_id"].to_pylist(), before)

    with (
        patch.object(outcome, "link_rows", rows),
        patch.object(outcome, "with_ids", named),
        patch.object(outcome, "entity_table", lambda *parts: states[-1]),
    ):
        yield


def month_ends(last: date, count: int) -> list[date]:
    """The last days of so many months, up to that of a day."""
    months = [last.year * 12 + last.month - 1 - back for back in reversed(range(count))]
    return [date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1]) for month in months]


def first_raised(folder: Path, firms: int, seed: int, days: Sequence[date]) -> dict[str, date]:
    """Runs a night on each of some days of one district: entity → the night that first put it in tier C or D.

    Every night stands alone and knows what the departments knew by that day; `folder/truth` keeps the truth.
    """
    first: dict[str, date] = {}
    for day in days:
        district.generate(firms, seed, days[-1], folder, PROJECT_ROOT / "sources", day)
        night = ingested(folder / str(day), folder / "inbox", day)
        ranked(night)
        for entity in district.entities_in(night.database, folder / "truth", RAISED):
            first.setdefault(entity, day)
        night.discard()
    return first
