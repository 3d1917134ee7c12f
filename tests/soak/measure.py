"""What a night leaves in the process and on the disk, and what of it is the data's own."""

import ctypes
import gc
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

MIB = 1024**2
# What the restricted folder may hold: everything else was left lying about.
OWN = {
    "archive": r"archive/\w+/[0-9a-f]{64}\.(json|parquet)|(archive/\w+|catalogue)/nights/[\d-]{10}\.json",
    "history": r"generations/[\dT-]+/(history|lines|runs)\.parquet",
    "states": r"generations/[\dT-]+/(identity|persons)\.parquet",
    "logs": r"(journal|duty|audit)\.jsonl|audit\.head",
    "settings": r"duty\.yml|schema\.json|night\.lock|linking_models\.jsonl|keys/hash\.key",
}
HISTORY = ("risk_history", "list_line_history", "run")
# Of a published night: lists, report, manifest, notices, Parquet; nothing hidden, nothing half written.
PUBLISHED = re.compile(r"\.generations/[\dT-]+/([^./][^/]*/)*[^./][^/]*\.(csv|xlsx|html|json|parquet|txt)")


@dataclass(frozen=True)
class Taken:
    """What the place and the process take after a night; bytes, but for `rss` (MiB).

    Attributes:
        rss: resident memory after a collection of garbage, MiB.
        objects: Python objects that the collector knows.
        handles: open file descriptors.
        threads: of the process.
        children: processes that the night left, zombies included.
        files: of the restricted folder, of `out`, and the warehouse.
        restricted: bytes of the restricted folder.
        own: bytes of it, by kind of `OWN`.
        out: bytes of `out`.
        histories: bytes of the histories in it.
        warehouse: bytes of the warehouse.
        unused: bytes of it outside its used blocks.
        night: bytes of the newest published night, histories left out.
        told: files of the departments that it tells of.
        state: bytes of the newest identity state by row.
        strays: files that are nobody's.
    """

    rss: float
    objects: int
    handles: int
    threads: int
    children: int
    files: int
    restricted: int
    own: dict[str, int]
    out: int
    histories: int
    warehouse: int
    unused: int
    night: int
    told: int
    state: float
    strays: tuple[str, ...]


def taken(place: Path, run_id: str, readers: frozenset[int], scratch: Path) -> Taken:
    """Measures after a night; no connection of the night is open.

    Args:
        place: the place.
        run_id: of the night that was published.
        readers: processes that are no children of the night.
        scratch: the folder of temporary files.
    """
    while gc.collect():
        pass
    ctypes.CDLL(None).malloc_trim(0)
    pa.default_memory_pool().release_unused()  # like the line above: what is measured is held, not spare
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    numbers = {name: int(number) for name, number in re.findall(r"(VmRSS|Threads):\s+(\d+)", status)}
    handles = sum(1 for _ in Path("/proc/self/fd").iterdir()) - 1  # the listing has one itself
    restricted, out = _sizes(place / "restricted"), _sizes(place / "out")
    own = {
        kind: sum(size for path, size in restricted.items() if re.fullmatch(pattern, path))
        for kind, pattern in OWN.items()
    }
    warehouse = place / "warehouse.duckdb"
    return Taken(
        rss=numbers["VmRSS"] / 1024,
        objects=len(gc.get_objects()),
        handles=handles,
        threads=numbers["Threads"],
        children=len(_children() - readers),
        files=len(restricted) + len(out) + 1,
        restricted=sum(restricted.values()),
        own=own,
        out=sum(out.values()),
        histories=sum(size for path, size in out.items() if _is_history(path)),
        warehouse=warehouse.stat().st_size,
        unused=_unused(warehouse),
        night=sum(
            size
            for path, size in out.items()
            if path.startswith(f".generations/{run_id}/") and not _is_history(path)
        ),
        told=_told(warehouse),
        state=_state(place / "restricted" / "generations" / run_id),
        strays=tuple(_strays(place, restricted, out, scratch)),
    )


def _sizes(folder: Path) -> dict[str, int]:
    """Files below a folder and their bytes; links are left out and not followed."""
    paths = (Path(root) / name for root, _, names in os.walk(folder) for name in names)
    return {str(path.relative_to(folder)): path.lstat().st_size for path in paths if not path.is_symlink()}


def _is_history(path: str) -> bool:
    return path.endswith(tuple(f"/warehouse/{name}.parquet" for name in HISTORY))


def _children() -> set[int]:
    return {
        int(pid)
        for path in Path("/proc/self/task").glob("*/children")
        for pid in path.read_text(encoding="utf-8").split()
    }


def _unused(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        row = con.execute("SELECT block_size, used_blocks FROM pragma_database_size()").fetchone()
    assert row
    return warehouse.stat().st_size - row[0] * row[1]


def _told(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        row = con.execute("SELECT count(*) FROM extract_status").fetchone()
    assert row
    return int(row[0])


def _state(generation: Path) -> float:
    files = [generation / name for name in ("identity.parquet", "persons.parquet")]
    return sum(file.stat().st_size for file in files) / sum(pq.read_metadata(file).num_rows for file in files)


def _strays(place: Path, restricted: dict[str, int], out: dict[str, int], scratch: Path) -> Iterator[str]:
    yield from (
        f"restricted/{path}"
        for path in restricted
        if not any(re.fullmatch(pattern, path) for pattern in OWN.values())
    )
    yield from (f"out/{path}" for path in out if not PUBLISHED.fullmatch(path))
    known = {"inbox", "out", "restricted", "corrections", "truth", "warehouse.duckdb"}
    yield from (path.name for path in place.iterdir() if path.name not in known)
    yield from (f"temporary {path.name}" for path in scratch.iterdir())
    if (place / "restricted" / "night.lock").stat().st_size:
        yield "a note in the lock"
    if any((place / "restricted" / "runs").glob("*")):
        yield "a night's folder in runs"
