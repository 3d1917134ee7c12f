"""The small district of the harness: a place as it was, and what a night without faults makes of it."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from pipeline import district
from pipeline.journal import read_journal
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings
from tests.chaos import stages
from tests.chaos.stages import Start

FIRMS, SEED = 60, 5
FIRST, SECOND = date(2017, 3, 31), date(2017, 4, 30)
# Times, run ids and hashes of what holds them live here alone.
OF_THE_RUN = ("manifest.json", "report.html", "run.parquet", "runs.parquet")
Bytes = dict[str, str]


def settings_of(place: Path, as_of: date = SECOND) -> Settings:
    """The settings of a place that lies in one folder."""
    return Settings(
        inbox=place / "inbox",
        warehouse=place / "warehouse.duckdb",
        out=place / "out",
        restricted=place / "restricted",
        corrections=place / "corrections",
        as_of=as_of,
        threads=1,
    )


@dataclass(frozen=True)
class World:
    """What every fault starts from and is held against.

    Attributes:
        template: a place with one published night and the files of the second in its inbox.
        before: bytes of the first night.
        after: bytes of the second night, made without faults.
        contents: run id of the first night, or "after", → fingerprint of the warehouse.
        kept: bytes of what the second night keeps in the restricted folder.
        accepted: names and hashes of the files that the archive holds after the second night.
        starts: the second night on the disk, before each stage.
        seconds: processor seconds of each stage.
        changes: changes of the file system that Python makes from each start to the end.
        bytes_before: size of the template.
        bytes_peak: size of the place while the second night is published.
    """

    template: Path
    before: Bytes
    after: Bytes
    contents: dict[str, str]
    kept: Bytes
    accepted: frozenset[str]
    starts: dict[str, Start]
    seconds: dict[str, float]
    changes: dict[str, int]
    bytes_before: int
    bytes_peak: int


def prepare(folder: Path) -> World:
    """Makes the world in an empty folder: some two minutes of a processor."""
    template, log = folder / "template", folder / "prepare.log"
    district.generate(FIRMS, SEED, FIRST, folder / "made", PROJECT_ROOT / "sources")
    shutil.copytree(folder / "made" / "inbox", template / "inbox")
    (template / "corrections").mkdir()
    _must(stages.night(settings_of(template, FIRST), log), log)
    later_month(template / "inbox", folder / "made" / "inbox")
    first = read_journal(template / "restricted" / "journal.jsonl")[-1]["run_id"]
    told = folder / "told.json"
    reference = copy(template, folder / "reference")
    _must(stages.fork(lambda: _watch(settings_of(reference), folder, told), log), log)
    noted = json.loads(told.read_text(encoding="utf-8"))
    starts = {
        stage: Start(stage, folder / "starts" / stage, noted["run_id"], noted["started_at"], noted["code"])
        for stage in stages.STAGES[1:-1]
    }
    return World(
        template=template,
        before=night_bytes(template / "out" / str(FIRST)),
        after=night_bytes(reference / "out" / str(SECOND)),
        contents={
            str(first): fingerprint(template / "warehouse.duckdb"),
            "after": fingerprint(reference / "warehouse.duckdb"),
        },
        kept=kept_bytes(reference),
        accepted=accepted(reference),
        starts=starts,
        seconds=noted["seconds"],
        changes=noted["changes"],
        bytes_before=size(template),
        bytes_peak=noted["peak"],
    )


def _must(pid: int, log: Path) -> None:
    code = stages.ended(pid)
    if code != stages.GOOD:
        raise SystemExit(f"the night without faults failed ({code}):\n{log.read_text(encoding='utf-8')}")


def _watch(settings: Settings, folder: Path, told: Path) -> None:
    """The night without faults, with a copy of it and its clock before every stage."""
    seen = stages.Changes(stages.NONE, settings.restricted.parent)
    sys.addaudithook(seen)
    clock, counts, peak = [("begin", time.process_time())], {"begin": 0}, 0
    named: dict[str, Any] = {}

    def between(stage: str, night: Night) -> None:
        nonlocal peak
        clock.append((stage, time.process_time()))
        peak = max(peak, size(settings.restricted.parent))
        named.update(run_id=night.run_id, started_at=night.started_at, code=night.code_version)
        before = seen.seen
        if stage in stages.STAGES[1:-1]:
            shutil.copytree(settings.restricted / "runs", folder / "starts" / stage)
        counts[stage] = before

    stages.run(settings, between=between)
    seconds = {stage: after - start for (stage, start), (_, after) in pairwise(clock)}
    changes = {stage: seen.seen - count for stage, count in counts.items()}
    told.write_text(json.dumps({**named, "seconds": seconds, "changes": changes, "peak": peak}))


def later_month(inbox: Path, made: Path) -> None:
    """The same departments a month later: every file under a later date, some of them changed."""
    for path in sorted(made.glob("*/*")):
        target = inbox / path.parent.name / re.sub(r"_2017\d{4}", "_20170425", path.name)
        data = path.read_bytes()
        if path.suffix == ".csv" and path.parent.name in ("registry", "tax", "safety_inspections"):
            lines = data.split(b"\n")
            data = b"\n".join(line for number, line in enumerate(lines) if number < 10 or number % 9)
        target.write_bytes(data)


def copy(place: Path, target: Path) -> Path:
    """The same place once more."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(place, target, symlinks=True)
    return target


def copy_into(place: Path, folder: Path) -> None:
    """The same place once more, in a folder that is there already."""
    shutil.copytree(place, folder, symlinks=True, dirs_exist_ok=True)


def size(folder: Path) -> int:
    """Bytes that a folder's files take, in whole pages."""
    pages = (-(-path.lstat().st_size // 4096) for path in folder.rglob("*") if not path.is_symlink())
    return 4096 * sum(pages)


def hashes(folder: Path, leave_out: Iterable[str] = ()) -> Bytes:
    """Path inside a folder → SHA-256, of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in leave_out
    }


def night_bytes(night: Path) -> Bytes:
    """Bytes of a published night, but for what tells of the run itself."""
    return hashes(night, OF_THE_RUN)


def kept_bytes(place: Path) -> Bytes:
    """Bytes of the newest generation in the restricted folder, but for what tells of the runs."""
    entry = read_journal(place / "restricted" / "journal.jsonl")[-1]
    return hashes(place / "restricted" / "generations" / str(entry["run_id"]), OF_THE_RUN)


def accepted(place: Path) -> frozenset[str]:
    """Extract, name and hash of every file that the archive holds with its records."""
    found = set()
    for path in (place / "restricted" / "archive").glob("*/*.json"):
        note = json.loads(path.read_text(encoding="utf-8"))
        seal = note["parquet"]["sha256"]
        records = path.with_suffix(".parquet")
        whole = records.is_file() and hashlib.sha256(records.read_bytes()).hexdigest() == seal
        found |= {f"{path.parent.name}/{item['file']}/{note['sha256']}/{whole}" for item in note["files"]}
    return frozenset(found)


def fingerprint(warehouse: Path) -> str:
    """A hash over all rows of all tables of a warehouse, but for the runs; an error if it is not whole."""
    with duckdb.connect(str(warehouse), read_only=True, config={"threads": 1}) as con:
        names = [
            name
            for (name,) in con.execute(
                "SELECT table_name FROM information_schema.tables ORDER BY table_name"
            ).fetchall()
        ]
        found = []
        for name in names:
            if name != "run":
                rows = con.execute(f'SELECT count(*), sum(hash(t)::HUGEINT) FROM "{name}" t').fetchone()
                found.append((name, rows))
    return hashlib.sha256(repr(found).encode()).hexdigest()


def run_id_of(warehouse: Path) -> str:
    """The run whose warehouse it is."""
    with duckdb.connect(str(warehouse), read_only=True, config={"threads": 1}) as con:
        row = con.execute("SELECT run_id FROM run ORDER BY rowid DESC LIMIT 1").fetchone()
    assert row
    return str(row[0])


def free_lock(place: Path) -> bool:
    """Whether nobody holds the lock of a place, and nobody's note is left in it."""
    with (place / "restricted" / "night.lock").open("r") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return os.fstat(handle.fileno()).st_size == 0
