"""What of the nights must be gone, and what must stay: told from the terms alone, held against the disk."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from pipeline import audit
from pipeline.declaration import Source, load_sources
from pipeline.ingest import forgetting, stock
from pipeline.journal import read_journal
from pipeline.lock import one_at_a_time
from pipeline.publish.expired import expire
from pipeline.publish.generations import keeping
from pipeline.settings import Settings
from tests.soak.departments import Departments

# Short terms, so that they end within the soak. The law's clock is the longer one, so that it acts too.
NIGHTS, CLOCK, GENERATIONS = 4, timedelta(days=6), 3
KEPT = max(NIGHTS, CLOCK.days)
# Contents of snapshots are forgotten after so many days instead of years: by then a newer one has followed
# each. Files that are only added to are needed as long as they are in term.
TERM = timedelta(days=12)
FORGETS = (15, 20, 25, 30)  # nights after which the operator forgets


@dataclass
class Retention:
    """The terms of a place, and what they did.

    Attributes:
        settings: of the place.
        departments: what was sent.
        runs: day and run id of every published run, in their order.
        risks: ranked firms of each day's standing night.
        forgotten: hashes of contents that were forgotten, with the newest day under which they had come.
        persons: keyed hashes of persons that were removed.
    """

    settings: Settings
    departments: Departments
    runs: list[tuple[date, str]] = field(default_factory=list)
    risks: dict[date, int] = field(default_factory=dict)
    forgotten: dict[str, date] = field(default_factory=dict)
    persons: int = 0

    @property
    def taken_away(self) -> int:
        """Days whose lists are gone."""
        return max(0, len({day for day, _ in self.runs}) - KEPT)

    @property
    def replaced(self) -> int:
        """Generations of days that were run again, and that nobody can go back to any more."""
        standing = set(dict(self.runs).values())
        return sum(run not in standing for _, run in self.runs[:-GENERATIONS])

    def set_terms(self) -> None:
        """Writes the terms where a night looks for them; the law's clock is this process's own."""
        keeping.LAWS_CLOCK = CLOCK
        restricted = self.settings.restricted
        restricted.mkdir(mode=0o700)
        (restricted / "duty.yml").write_text(f"keep:\n  nights: {NIGHTS}\n", encoding="utf-8")

    def note(self, day: date) -> str:
        """Notes the run that was just published, by the journal; returns its id."""
        run_id = str(read_journal(self.settings.restricted / "journal.jsonl")[-1]["run_id"])
        self.runs.append((day, run_id))
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            row = con.execute("SELECT count(*) FROM risk").fetchone()
        assert row
        self.risks[day] = row[0]
        return run_id

    def forget(self, day: date) -> None:
        """What an operator does at the end of a term, with years told as days, for snapshots alone.

        The operator's command is a process of its own, so this is one too.
        """
        sources = _snapshots(self.settings)
        [years] = {one.retention_years for one in sources.values()}
        today = day.replace(year=day.year + years) - TERM
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as operator:
            self.persons += operator.submit(_forget, self.settings, today).result()
        for extract, name in forgetting.in_inbox(self.settings.inbox, sources, today):
            (self.settings.inbox / extract / name).unlink()
        self.forgotten |= {
            sha256: sent
            for name in sources
            for sha256, sent in self.departments.sent[name].items()
            if sent < day - TERM
        }

    def problems(self, *, thorough: bool) -> list[str]:
        """What is there that must be gone, or gone that must stay.

        Args:
            thorough: also whether every content of the archive and the audit log are whole.
        """
        found = [*self._generations(), *self._links(), *self._archive(), *self._histories()]
        if thorough:
            found += stock.verify(self.settings.restricted)
            found += audit.problems(self.settings.restricted)
        return found

    def _generations(self) -> Iterator[str]:
        standing = dict(self.runs)
        newest = {run for _, run in self.runs[-GENERATIONS:]}
        days = sorted(standing)
        shown = newest | {standing[day] for day in days[-KEPT:]}
        states = shown | {standing[day] for day in days[-KEPT - 1 :]}
        yield from _differ("nights", shown, _names(self.settings.out / ".generations"))
        yield from _differ("identity states", states, _names(self.settings.restricted / "generations"))

    def _links(self) -> Iterator[str]:
        days = sorted({day for day, _ in self.runs})
        links = {path.name for path in self.settings.out.iterdir() if path.is_symlink()}
        yield from _differ("links", {"latest", *map(str, days[-KEPT:])}, links)

    def _archive(self) -> Iterator[str]:
        archive = self.settings.restricted / "archive"
        for extract, contents in self.departments.sent.items():
            notes = {path.stem for path in (archive / extract).glob("*.json")}
            held = {path.stem for path in (archive / extract).glob("*.parquet")}
            yield from _differ(f"notes of {extract}", set(contents), notes)
            kept = {sha for sha, day in contents.items() if day > self.forgotten.get(sha, date.min)}
            yield from _differ(f"contents of {extract}", kept, held)

    def _histories(self) -> Iterator[str]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as con:
            rows = con.execute("SELECT as_of, count(*) FROM risk_history GROUP BY as_of").fetchall()
            runs = con.execute("SELECT run_id FROM run").fetchall()
        if dict(rows) != {day: number for day, number in self.risks.items() if number}:
            yield "risk_history does not hold the ranking of every day once"
        yield from _differ("rows of run", {run for _, run in self.runs}, {run for (run,) in runs})


def _snapshots(settings: Settings) -> dict[str, Source]:
    return {name: one for name, one in load_sources(settings.sources).items() if one.mode == "snapshot"}


def _forget(settings: Settings, today: date) -> int:
    """Forgets what is due; returns how many keyed hashes of persons went."""
    sources, restricted = _snapshots(settings), settings.restricted
    with one_at_a_time(settings):
        due = forgetting.due(restricted, sources, today)
        expired = expire(restricted, sources, today, remove=True)
        forgetting.forget(restricted, due, today)
        proofs = [item.proof() for item in due]
        told = {"persons": expired.persons, "handles": expired.handles}
        audit.note(restricted, "forget", datetime.now(UTC), files=proofs, **told)
    return expired.persons


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _differ(what: str, expected: set[str], found: set[str]) -> Iterator[str]:
    if lost := expected - found:
        yield f"{what}: {len(lost)} gone that must stay ({min(lost)})"
    if left := found - expected:
        yield f"{what}: {len(left)} there that must be gone ({min(left)})"
