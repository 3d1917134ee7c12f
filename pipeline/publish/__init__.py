"""publish: the night's tables become what people hold in their hands, all of it or nothing.

Enter by `run(night, sources)`; `repair(settings)` at the start of a night puts right what a dead night
left; `explain` and `tell` speak to a terminal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipeline.beside import beside
from pipeline.declaration import Source
from pipeline.night import Night
from pipeline.publish.by_department.departments import write_departments
from pipeline.publish.database import dictionary, warehouse
from pipeline.publish.database.checks import check
from pipeline.publish.database.inputs import complete
from pipeline.publish.database.persons import find_persons
from pipeline.publish.forms.binding import binder
from pipeline.publish.generations import generation, manifest, restricted, runs
from pipeline.publish.generations.generation import Generation, roll_back
from pipeline.publish.generations.keeping import forget
from pipeline.publish.neighbours import write_neighbours
from pipeline.publish.night_report import report
from pipeline.publish.one_firm.explain import explain
from pipeline.publish.street_lists import lists
from pipeline.publish.summary import tell
from pipeline.settings import Settings

__all__ = ["PublishSummary", "explain", "forget", "repair", "roll_back", "run", "tell"]


@dataclass(frozen=True)
class PublishSummary:
    """What was published.

    Attributes:
        run_id: the generation.
        folder: `<out>/<as-of>`.
        warehouse: the live warehouse.
        is_newest: whether the live warehouse is this night's; a past day never replaces a later one.
        views: rows of each public view.
        lines: lines of each list, by path inside the folder.
    """

    run_id: str
    folder: Path
    warehouse: Path
    is_newest: bool
    views: dict[str, int]
    lines: dict[str, int]

    def __str__(self) -> str:
        district = sum(
            n for path, n in self.lines.items() if path.startswith("district_") and path.endswith("csv")
        )
        return f"{self.folder}: {len(self.views)} views, {district} list lines"


def utc_clock() -> datetime:
    """The end of a run, which nothing can tell beforehand; it stands in `run` alone."""
    return datetime.now(UTC)


def run(
    night: Night, sources: dict[str, Source], clock: Callable[[], datetime] = utc_clock
) -> PublishSummary:
    """Builds, checks and publishes a night as one generation.

    Raises:
        RunError: if a check fails; nothing has been published then.
    """
    made = Generation(night.settings, night.run_id)
    made.begin()
    try:
        views, lines, version = _build(night, sources, made, clock)
        made.sync()
    except BaseException:
        made.discard()
        raise
    generation.publish(made, night.code_version, version)
    generation.settle(night.settings)
    standing = generation.published(night.settings)
    return PublishSummary(
        run_id=night.run_id,
        folder=night.settings.out / str(night.settings.as_of),
        warehouse=night.settings.warehouse,
        is_newest=max(standing) == night.settings.as_of,
        views=views,
        lines=lines,
    )


def repair(settings: Settings) -> None:
    """Puts the published days, `latest` and the live warehouse right according to the journal."""
    generation.settle(settings)


def _build(
    night: Night, sources: dict[str, Source], made: Generation, clock: Callable[[], datetime]
) -> tuple[dict[str, int], dict[str, int], str]:
    earlier = generation.last_written(night.settings)
    with night.connect() as con:
        restricted.load_history(con, earlier.history if earlier else None)
        complete(con, sources)
        version = runs.rules_version(con, night.settings.rules)
        find_persons(con, sources)
    with warehouse.opened(night, made.built) as con:
        views = warehouse.build(con, night, sources)
        runs.add(con, night, views, clock(), version, earlier.runs if earlier else None)
        parts = warehouse.random_parts(night.settings.random_check_share)
        check(con, {"as_of": night.settings.as_of, **parts}, sources, night.settings.accept)
        views = {**views, "run": 1, "data_dictionary": dictionary.add(con, sources)}
        lines = _write_files(con, night, sources, made, views, version)
        con.execute("CHECKPOINT")
    return views, lines, version


def _write_files(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    sources: dict[str, Source],
    made: Generation,
    views: dict[str, int],
    version: str,
) -> dict[str, int]:
    """Writes all files beside the warehouse: DuckDB in a thread, long workbooks in processes."""
    as_of, folder = night.settings.as_of, made.folder
    with beside(con, 1) as side:
        parquet = side.query(warehouse.write_parquet, views, folder / "warehouse")
        with binder(night.settings.threads, views["list_line"]) as books:
            lines = lists.write_lists(con, folder, as_of, sources, books)
            neighbours = write_neighbours(con, folder, as_of, sources, books)
            handed_back = write_departments(con, folder, as_of, sources, books)
            report.write(con, folder, as_of, sources)
            restricted.write(con, night, made.restricted)
        written = {f"warehouse/{name}": count for name, count in parquet.result().items()}
    manifest.write(con, night, folder, version, {**lines, **handed_back, **neighbours, **written})
    return lines
