"""Whether a night fits, told before it begins: rows are counted roughly, and what so many rows took.

Text is counted by the lines of its beginning, Parquet by its own count, a workbook by its size; of an extract
of which less lies in the inbox than its last night used, the archive's count holds. The figures of what a row
takes were measured on nights of 30,000 firms to a million (docs/performance.md); a night that is near a bound
is let through.
"""

import gzip
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.ingest.archive import Archive
from pipeline.ingest.find import find_files
from pipeline.lock import size_of
from pipeline.settings import Settings

MB = 1 << 20
SAMPLE = 256 << 10  # bytes of a text file by which its lines are counted
# Bytes a row of what is not opened to be counted.
PACKED = {".xlsx": 100, ".xls": 250, ".zip": 40}
# What a night takes, in bytes: beside the rows, and for each row of all extracts or of identifying ones.
LEAST_LIMIT, LIMIT_A_ROW = 192 * MB, 200
BESIDE, HELD_A_ROW = 400 * MB, 900
# Rows that are many are laid in files, and less of each is held.
FILED, FILED_A_ROW = 700 * MB, 350
DISK_BESIDE, DISK_A_ROW = 64 * MB, 1800


@dataclass(frozen=True)
class Rows:
    """About how many rows a night will have: of all extracts, and of those that tell of firms."""

    all: int
    identifying: int


def expected_rows(settings: Settings, sources: Mapping[str, Source]) -> Rows:
    """About how many rows the night will read."""
    counts = {name: _rows_of(settings, name) for name in sources}
    return Rows(
        sum(counts.values()), sum(count for name, count in counts.items() if sources[name].identifies)
    )


def must_fit(settings: Settings, rows: Rows, free_memory: Callable[[], int | None] | None = None) -> None:
    """Refuses a night that would not end well.

    Args:
        settings: what the run was asked.
        rows: what it will read.
        free_memory: bytes that the machine can give; None where it cannot tell.

    Raises:
        RunError: if the memory limit, the memory or the disk is too small, with the setting to change.
    """
    limit, least = settings.memory_bytes, LEAST_LIMIT + LIMIT_A_ROW * rows.all
    told = f"about {rows.all:,} rows are to be read"
    if limit < least:
        raise RunError(
            f"{told}; with a memory limit of {settings.memory_limit} such a night would not end",
            where="memory limit",
            mend=f"run with --memory-limit {_megabytes(least)} or more",
        )
    free = (free_memory or available_memory)()
    beside = BESIDE + min(HELD_A_ROW * rows.identifying, FILED + FILED_A_ROW * rows.identifying)
    needed = beside + limit
    if free is not None and free < needed:
        raise RunError(
            f"{told}, which takes about {_megabytes(needed)} of memory, and {_megabytes(free)} are free",
            where="memory",
            mend=_less(free - beside, least),
        )
    _must_find_room(settings, told, DISK_BESIDE + DISK_A_ROW * rows.all)


def _less(spare: int, least: int) -> str:
    if spare < least:
        return "give the machine more memory, or end what else runs on it"
    return f"run with --memory-limit {_megabytes(spare, up=False)} or less, or give the machine more memory"


def _must_find_room(settings: Settings, told: str, needed: int) -> None:
    places = {"--restricted": settings.restricted}
    if settings.temp_directory is not None:
        places["--temp-directory"] = settings.temp_directory
    for option, place in places.items():
        # What a dead night left is taken over, or taken away.
        free = shutil.disk_usage(place).free + size_of(place / "runs")
        if free < needed:
            raise RunError(
                f"{told}, which takes about {_megabytes(needed)} of disk, and {_megabytes(free)} are free",
                where=str(place),
                mend=f"make room there, or name a folder on another disk with {option}",
            )


def _megabytes(size: int, *, up: bool = True) -> str:
    return f"{-(-size // 10**6) if up else size // 10**6}MB"


def available_memory() -> int | None:
    """Bytes that the system can still give this process; None where it does not say."""
    try:
        told = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^MemAvailable:\s+(\d+) kB", told, re.MULTILINE)
    free = int(found[1]) * 1024 if found else None
    group = Path("/sys/fs/cgroup")
    try:
        most, used = (
            (group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current")
        )
    except OSError:
        return free
    return free if most == "max" or free is None else min(free, int(most) - int(used))


def _rows_of(settings: Settings, extract: str) -> int:
    files = [item for item in find_files(settings.inbox / extract, settings.as_of) if item.refusal is None]
    return max(sum(_rows_in(item.path) for item in files), _archived(settings, extract))


def _archived(settings: Settings, extract: str) -> int:
    """Rows of the archived files that the extract's newest night up to this day used."""
    folder = settings.restricted / "archive" / extract
    days = [date.fromisoformat(path.stem) for path in (folder / "nights").glob("*.json")]
    seen = [day for day in days if day <= settings.as_of]
    if not seen:
        return 0
    used = {sha256 for _, sha256 in Archive(settings.restricted, extract).used_by(max(seen)) if sha256}
    return sum(_rows_in(path) for sha256 in used if (path := folder / f"{sha256}.parquet").is_file())


def _rows_in(path: Path) -> int:
    """About how many rows a file has; what is wrong with it is for its reader to say."""
    suffix = path.suffix.lower()
    size = path.stat().st_size
    if suffix in PACKED:
        return size // PACKED[suffix]
    try:
        if suffix == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        with path.open("rb") as raw:
            text = gzip.GzipFile(fileobj=raw).read(SAMPLE) if suffix == ".gz" else raw.read(SAMPLE)
            return text.count(b"\n") * size // max(raw.tell(), 1)
    except (OSError, EOFError, pa.ArrowException):
        return 0


def fits(settings: Settings, sources: Mapping[str, Source]) -> None:
    """Refuses a night that would not fit, by what lies in its inbox and its archive.

    Raises:
        RunError: see `must_fit`.
    """
    settings.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    must_fit(settings, expected_rows(settings, sources))
