"""People who read all the while: the warehouse and `latest`, looked at again and again by another process."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.chaos.invariants import torn_outputs

PAUSE = 0.1  # seconds
OLD = 20  # looks for which a reader keeps its snapshot


@dataclass
class Seen:
    """What the readers of a place saw: how often they looked, and every half state."""

    looks: int = 0
    problems: tuple[str, ...] = ()


@contextmanager
def reading(place: Path, told: Path) -> Iterator[Seen]:
    """Readers of a place, for as long as the block lasts; what they saw is known after it."""
    seen = Seen()
    told.unlink(missing_ok=True)
    mounted = _mounted(place)
    pid = os.fork()
    if not pid:
        _read_on(place, told, mounted)
    try:
        yield seen
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        if told.exists():
            found = json.loads(told.read_text(encoding="utf-8"))
            seen.looks, seen.problems = found["looks"], tuple(found["problems"])


def _read_on(place: Path, told: Path, mounted: int) -> None:
    """Looks until it is told to stop, while `out` is the folder that it was; never returns."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    looks, problems = 0, set()
    snapshot: tuple[duckdb.DuckDBPyConnection, tuple[object, ...]] | None = None
    try:
        while not stopped:
            before = _mounted(place)
            try:
                if snapshot is None or looks % OLD == 0:
                    con = opened(place / "warehouse.duckdb")
                    snapshot = con, look(con)
                elif look(snapshot[0]) != snapshot[1]:
                    problems.add("a reader's snapshot changed")
                problems |= set(half_states(place))
            except Exception as problem:
                is_lost = {before, _mounted(place)} != {mounted}  # another `out` or none: no half state
                if isinstance(problem, FileNotFoundError) and is_lost:
                    time.sleep(PAUSE)
                    continue
                problems.add(f"a reader met {type(problem).__name__}: {str(problem)[:80]}")
            looks += 1
            time.sleep(PAUSE)
    finally:
        told.write_text(json.dumps({"looks": looks, "problems": sorted(problems)}), encoding="utf-8")
        os._exit(0)


def _mounted(place: Path) -> int:
    """Which folder `out` is, 0 if there is none."""
    out = place / "out"
    return out.stat().st_ino if out.exists() else 0


def opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Opens a warehouse as the file lies there now; the caller closes the connection.

    It is attached: a process that connects to a path once more is given the file that it has open there
    already, even when another one has taken its place.
    """
    con = duckdb.connect(config={"threads": 1})
    place = str(warehouse).replace("'", "''")
    con.execute(f"ATTACH '{place}' AS warehouse (READ_ONLY)")
    con.execute("USE warehouse")
    return con


def half_states(place: Path) -> Iterator[str]:
    """Opens both afresh: the warehouse must be of one night, and so must the lists."""
    with opened(place / "warehouse.duckdb") as con:
        _, counts, tables = look(con)
        told = json.loads(str(counts))
        for name in ("risk", "enterprise", "record_link"):
            row = con.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            if not row or row[0] != told[name]:
                yield f"{name} has not the rows that its run counted"
        if tables != len(told) + 2:  # the counted ones, run, and the dictionary
            yield "the warehouse has not all its tables"
    yield from torn_outputs((place / "out" / "latest").resolve())


def look(con: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    """Run, counts and number of tables of the night that a connection shows."""
    row = con.execute(
        """SELECT run_id, counts, (SELECT count(*) FROM information_schema.tables)
           FROM run ORDER BY run.rowid DESC LIMIT 1"""
    ).fetchone()
    return row or ()
