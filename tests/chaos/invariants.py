"""What must hold of a place after a fault, and after the next night."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.journal import read_journal
from tests.chaos import world
from tests.chaos.world import FIRST, SECOND, World


def after_fault(place: Path, known: World, *, as_sent: bool) -> list[str]:
    """What is broken after a fault, before anything was mended.

    The published day is the first night as it was, or the second one as a night without faults makes it; and
    whatever the archive held it holds. Of a night that saw other files than were sent, only that it is whole.
    """
    return [*_published(place, known, as_sent=as_sent), *_archive(place, known, whole=False)]


def after_recovery(place: Path, known: World, *, as_sent: bool) -> list[str]:
    """What differs from a place that met no fault, after the next night."""
    found = [*_published(place, known, as_sent=True), *_archive(place, known, whole=as_sent), *_left(place)]
    night = place / "out" / str(SECOND)
    if not night.is_dir() or (place / "out" / "latest").resolve() != night.resolve():
        return [*found, "the second night is not the published one"]
    found += _differences("second night", known.after, world.night_bytes(night))
    found += _differences("restricted folder", known.kept, world.kept_bytes(place))
    if world.fingerprint(place / "warehouse.duckdb") != known.contents["after"]:
        found.append("the warehouse differs")
    return found


def _published(place: Path, known: World, *, as_sent: bool) -> Iterator[str]:
    first, second = place / "out" / str(FIRST), place / "out" / str(SECOND)
    yield from _differences("first night", known.before, world.night_bytes(first))
    yield from torn_outputs(first)
    if second.is_symlink():
        if as_sent:
            yield from _differences("second night", known.after, world.night_bytes(second))
        yield from torn_outputs(second)
    latest = (place / "out" / "latest").resolve()
    if latest not in (first.resolve(), second.resolve()):
        yield f"latest shows {latest.name}"
    try:
        run_id = world.run_id_of(place / "warehouse.duckdb")
        found = world.fingerprint(place / "warehouse.duckdb")
    except Exception as problem:
        yield f"the warehouse cannot be read: {type(problem).__name__}"
        return
    if (as_sent or run_id in known.contents) and found != known.contents.get(run_id, known.contents["after"]):
        yield "the warehouse is of no whole night"
    if list(place.glob("*.wal")):
        yield "a write-ahead log lies beside the warehouse"


def torn_outputs(night: Path) -> Iterator[str]:
    """Files of a night that are not what its manifest says."""
    told = json.loads((night / "manifest.json").read_text(encoding="utf-8"))
    for item in told["outputs"]:
        path = night / item["path"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != item["sha256"]:
            yield f"{path.name} is not what the manifest of {told['as_of']} says"


def _archive(place: Path, known: World, *, whole: bool) -> Iterator[str]:
    held = world.accepted(place)
    at_start = world.accepted(known.template)
    if lost := at_start - held:
        yield f"the archive lost {len(lost)} files"
    if whole and held != known.accepted:
        yield f"the archive differs: {len(known.accepted - held)} missing, {len(held - known.accepted)} more"


def _left(place: Path) -> Iterator[str]:
    """What a night that died may have left lying about."""
    journal = read_journal(place / "restricted" / "journal.jsonl")
    run_ids = {str(entry["run_id"]) for entry in journal}
    for folder in (place / "out" / ".generations", place / "restricted" / "generations"):
        if orphans := {path.name for path in folder.iterdir()} - run_ids:
            yield f"orphan folders in {folder.name}: {len(orphans)}"
    runs = place / "restricted" / "runs"
    if runs.exists() and list(runs.iterdir()):
        yield "a night's folder is left in runs"
    strays = [*place.glob(".*"), *place.glob("*.wal"), *(place / "out").glob(".*.link")]
    strays += [path for path in (place / "restricted" / "archive").rglob(".*") if path.is_file()]
    if strays:
        yield f"left lying about: {', '.join(sorted({path.name for path in strays}))}"
    if not world.free_lock(place):
        yield "the lock is held, or bears a note"
    dead = _open_runs(place)
    if dead:
        yield f"{dead} runs of the log have no end"


def _open_runs(place: Path) -> int:
    lines = read_journal(place / "restricted" / "duty.jsonl")
    begun = {(line["started_at"], line["pid"]) for line in lines if "as_of" in line}
    done = {(line["started_at"], line["pid"]) for line in lines if "ended_at" in line}
    return len(begun - done)


def _differences(what: str, expected: dict[str, str], found: dict[str, str]) -> Iterator[str]:
    names: list[Any] = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    if names:
        yield f"{what}: {len(names)} files differ ({', '.join(names[:3])})"
