"""One published night on the disk, and the journal entry by which it becomes the published one.

A generation is `<out>/.generations/<run_id>` (what people open), `<restricted>/generations/<run_id>` (what
must survive) and a built warehouse file beside the live one. The journal decides; the links `<out>/<as-of>`
and `<out>/latest` and the live warehouse follow it, and `settle` puts them right at any time.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import db
from pipeline.errors import RunError
from pipeline.night import append_journal, cut_torn_line, read_journal
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
        self.built.unlink(missing_ok=True)

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


def settle(settings: Settings) -> None:
    """Puts links, the live warehouse and the folders right according to the journal.

    Raises:
        RunError: if something that is no link stands where a link must be.
    """
    cut_torn_line(_journal(settings))
    standing = published(settings)
    shown = [entry for entry in standing.values() if Generation(settings, entry.run_id).folder.is_dir()]
    for entry in shown:
        _link(settings.out / str(entry.as_of), f".generations/{entry.run_id}")
    if shown:
        _link(settings.out / "latest", str(shown[-1].as_of))
    if standing:
        _settle_warehouse(Generation(settings, standing[max(standing)].run_id))
    _prune(settings, {entry.run_id for entry in standing.values()})


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


def _prune(settings: Settings, kept: set[str]) -> None:
    """Removes what no standing entry of the journal names: replaced generations, and torn ones."""
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


def _entries(settings: Settings) -> list[Entry]:
    return [
        Entry(
            run_id=str(line["run_id"]),
            as_of=date.fromisoformat(str(line["as_of"])),
            history=settings.restricted / str(line["history"]),
            runs=settings.restricted / str(line["runs"]),
        )
        for line in read_journal(_journal(settings))
    ]


def _journal(settings: Settings) -> Path:
    return settings.restricted / "journal.jsonl"


def _aside(settings: Settings) -> Path:
    return settings.warehouse.parent / f".{settings.warehouse.name}.built"
