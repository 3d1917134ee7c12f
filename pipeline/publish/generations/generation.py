"""One published night on the disk, and the journal entry by which it becomes the published one.

A generation is `<out>/.generations/<run_id>` (what people open), `<restricted>/generations/<run_id>` (what
must survive) and a built warehouse file beside the live one. The journal decides; the links `<out>/<as-of>`
and `<out>/latest` and the live warehouse follow it, and `settle` puts them right at any time.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline import db
from pipeline.errors import RunError
from pipeline.journal import JOURNAL, append_journal, cut_torn_line, read_generations, read_journal
from pipeline.publish.database import warehouse
from pipeline.settings import Settings


@dataclass(frozen=True)
class Generation:
    """Where one run's results lie."""

    settings: Settings
    run_id: str

    @property
    def folder(self) -> Path:
        """Lists, report, manifest and Parquet."""
        return self.settings.out / ".generations" / self.run_id

    @property
    def restricted(self) -> Path:
        """Identity, history, runs and persons; mode 0700."""
        return self.settings.restricted / "generations" / self.run_id

    @property
    def built(self) -> Path:
        """The warehouse before it is swapped in; on the same file system as its target."""
        return _aside(self.settings) / f"{self.run_id}.duckdb"

    def begin(self) -> None:
        """Makes the empty folders.

        Raises:
            RunError: if something that is no link stands where a link must be.
        """
        for name in (str(self.settings.as_of), "latest"):
            _refuse_obstacle(self.settings.out / name)
        self.folder.mkdir(parents=True)
        self.restricted.mkdir(mode=0o700, parents=True)
        self.restricted.parent.chmod(0o700)
        self.settings.restricted.chmod(0o700)
        self.built.parent.mkdir(parents=True, exist_ok=True)

    def discard(self) -> None:
        """Removes what was built, for a night that is not published."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.restricted, ignore_errors=True)
        shutil.rmtree(self.built.parent, ignore_errors=True)

    def sync(self) -> None:
        """Flushes everything built to the disk and makes the restricted files private."""
        for path in self.restricted.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        for root in (self.folder, self.restricted):
            paths = sorted(root.rglob("*"), reverse=True)
            db.sync([*paths, root, root.parent, root.parent.parent])
        db.sync([self.built, self.built.parent])


@dataclass(frozen=True)
class Entry:
    """What the journal says of one published generation."""

    run_id: str
    as_of: date
    history: Path
    runs: Path


@dataclass(frozen=True)
class RolledBack:
    """What a roll-back did: which generation was withdrawn, and what stands now.

    Attributes:
        withdrawn: the generation that was published last.
        before: the one published before it, from which the next night goes on.
        shown: the newest day's generation, which the warehouse and `latest` show.
    """

    withdrawn: Entry
    before: Entry
    shown: Entry

    def __str__(self) -> str:
        return (
            f"withdrawn: {self.withdrawn.as_of} (run {self.withdrawn.run_id}); "
            f"the warehouse and latest show {self.shown.as_of} (run {self.shown.run_id}); "
            f"the next night goes on from {self.before.as_of} (run {self.before.run_id})"
        )


def publish(generation: Generation, code_version: str, rules_version: str) -> None:
    """Makes a whole, synced generation the published one of its as-of: one journal entry."""
    inside = Path("generations") / generation.run_id
    append_journal(
        _journal(generation.settings),
        {
            "run_id": generation.run_id,
            "as_of": str(generation.settings.as_of),
            "code_version": code_version,
            "rules_version": rules_version,
            "folder": f".generations/{generation.run_id}",
            "warehouse": generation.built.name,
            "identity": str(inside / "identity.parquet"),
            "history": str(inside / "history.parquet"),
            "runs": str(inside / "runs.parquet"),
        },
    )
    _journal(generation.settings).chmod(0o600)


def published(settings: Settings) -> dict[date, Entry]:
    """The standing generation of each published as-of, by as-of."""
    return dict(sorted({entry.as_of: entry for entry in _entries(settings)}.items()))


def last_written(settings: Settings) -> Entry | None:
    """The newest journal entry of whatever as-of: its history holds all nights kept."""
    return next(reversed(_entries(settings)), None)


def roll_back(settings: Settings, by: str, why: str, now: datetime) -> RolledBack:
    """Publishes the generation before the last one again, by one journal entry.

    Identities and history follow it. Files that the withdrawn night accepted stay in the archive.

    Args:
        settings: the place; the caller holds its lock.
        by: who does it.
        why: the reason.
        now: the present, UTC.

    Raises:
        RunError: if there is none before, or it is no longer kept.
    """
    settle(settings)
    entries = read_generations(settings.restricted)
    if len(entries) < 2:
        raise RunError(
            "there is no generation to go back to", where=str(_journal(settings)), mend="run a night instead"
        )
    *left, last = [_entry(settings, entry) for entry in entries]
    standing = {entry.as_of: entry for entry in left}
    result = RolledBack(last, left[-1], standing[max(standing)])
    for entry in (result.before, result.shown, standing.get(last.as_of, result.shown)):
        _refuse_lost(Generation(settings, entry.run_id))
    said = {"by": by, "why": why, "at": now.isoformat(timespec="seconds")}
    append_journal(_journal(settings), {**entries[-2], "withdraws": last.run_id, **said})
    settle(settings)
    return result


def settle(settings: Settings) -> None:
    """Puts links, the live warehouse and the folders right according to the journal.

    Raises:
        RunError: if something that is no link stands where a link must be, or if the journal of what was
            published is not there.
    """
    cut_torn_line(_journal(settings))
    _refuse_without_journal(settings)
    standing = published(settings)
    shown = [entry for entry in standing.values() if Generation(settings, entry.run_id).folder.is_dir()]
    for entry in shown:
        _link(settings.out / str(entry.as_of), f".generations/{entry.run_id}")
    if shown:
        _link(settings.out / "latest", str(shown[-1].as_of))
    _unlink_withdrawn(settings, {str(entry.as_of) for entry in shown})
    if standing:
        _settle_warehouse(Generation(settings, standing[max(standing)].run_id))
    _prune(settings, {entry.run_id for entry in standing.values()} | _newest(settings))


def _settle_warehouse(newest: Generation) -> None:
    live = newest.settings.warehouse
    if warehouse.run_id_of(live) == newest.run_id:
        return
    parquet = newest.folder / "warehouse"
    if not newest.built.is_file():
        if not parquet.is_dir():
            return
        newest.built.parent.mkdir(parents=True, exist_ok=True)
        warehouse.rebuild(parquet, newest.built)
    db.swap_in(newest.built, live)


def _unlink_withdrawn(settings: Settings, days: set[str]) -> None:
    """Takes away the links of days whose only generation was rolled back."""
    for path in settings.out.glob("[0-9]*-*-*"):
        if path.is_symlink() and path.name not in days:
            path.unlink()


def _newest(settings: Settings) -> set[str]:
    """The newest generations, which can be gone back to; whoever reads a replaced one keeps it meanwhile."""
    number = settings.keep_generations
    written = [str(line["run_id"]) for line in read_journal(_journal(settings)) if "withdraws" not in line]
    return {*written[-number:], *(entry.run_id for entry in _entries(settings)[-number:])}


def _prune(settings: Settings, kept: set[str]) -> None:
    """Removes what the journal names no more: generations replaced long ago, and torn ones."""
    for root in (settings.out / ".generations", settings.restricted / "generations"):
        for path in sorted(root.glob("*")):
            if path.name not in kept:
                shutil.rmtree(path)
    shutil.rmtree(_aside(settings), ignore_errors=True)


def _link(path: Path, target: str) -> None:
    if path.is_symlink() and os.fspath(path.readlink()) == target:
        return
    _refuse_obstacle(path)
    fresh = path.with_name(f".{path.name}.link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)
    db.sync([path.parent])


def _refuse_obstacle(path: Path) -> None:
    if path.exists() and not path.is_symlink():
        raise RunError(
            "something that is no link stands where the published day is to be",
            where=str(path),
            mend="move it away and run again",
        )


def _refuse_without_journal(settings: Settings) -> None:
    """Without its journal a place would begin afresh, with other ids, and clear away what was published."""
    if (settings.out / "latest").is_symlink() and not read_journal(_journal(settings)):
        raise RunError(
            "something was published, and its journal is not there",
            where=str(_journal(settings)),
            mend="mount or restore the restricted folder; to begin afresh, name an empty folder with --out",
        )


def _refuse_lost(made: Generation) -> None:
    for path in (made.folder / "warehouse", made.restricted):
        if not path.is_dir():
            raise RunError(
                f"the generation {made.run_id} is no longer kept",
                where=str(path),
                mend="restore it from a backup, or run the day again",
            )


def _entries(settings: Settings) -> list[Entry]:
    return [_entry(settings, line) for line in read_generations(settings.restricted)]


def _entry(settings: Settings, line: Mapping[str, object]) -> Entry:
    return Entry(
        run_id=str(line["run_id"]),
        as_of=date.fromisoformat(str(line["as_of"])),
        history=settings.restricted / str(line["history"]),
        runs=settings.restricted / str(line["runs"]),
    )


def _journal(settings: Settings) -> Path:
    return settings.restricted / JOURNAL


def _aside(settings: Settings) -> Path:
    return settings.warehouse.parent / f".{settings.warehouse.name}.built"
