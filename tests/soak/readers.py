"""Four people who read all the while, each in a process of its own with a connection of nights ago."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tests.chaos.readers import half_states, look, opened

READERS = 4
PAUSE = 4.0  # seconds
OFTEN = 10  # a snapshot is read through every so many looks, and before it is let go


@dataclass
class Seen:
    """What the readers saw.

    Attributes:
        pids: of their processes.
        looks: how often they opened warehouse and lists.
        nights: different nights that the readers saw, the fewest of any.
        snapshots: old connections that they kept and let go.
        kept: nights that went by under the oldest of them.
        problems: every half state.
    """

    pids: frozenset[int] = frozenset()
    looks: int = 0
    nights: int = 0
    snapshots: int = 0
    kept: int = 0
    problems: tuple[str, ...] = ()


@contextmanager
def reading(place: Path, told: Path) -> Iterator[Seen]:
    """Readers of a place for as long as the block lasts; what they saw is known after it."""
    command = [sys.executable, "-m", "tests.soak.readers", str(place)]
    files = [told / f"reader.{number}.json" for number in range(READERS)]
    running = [subprocess.Popen([*command, str(file), str(number + 2)]) for number, file in enumerate(files)]
    seen = Seen(frozenset(process.pid for process in running))
    try:
        yield seen
    finally:
        for process in running:
            process.terminate()
        codes = [process.wait() for process in running]
        found = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]
        seen.looks = sum(one["looks"] for one in found)
        seen.nights = min((one["nights"] for one in found), default=0)
        seen.snapshots = sum(one["snapshots"] for one in found)
        seen.kept = max((one["kept"] for one in found), default=0)
        seen.problems = tuple(sorted({problem for one in found for problem in one["problems"]}))
        if any(codes):
            seen.problems += (f"readers ended with {codes}",)


@dataclass
class Reader:
    """One reader.

    Attributes:
        place: what is read.
        nights: how many nights an old connection is kept.
    """

    place: Path
    nights: int
    looks: int = 0
    seen: set[object] = field(default_factory=set)
    problems: set[str] = field(default_factory=set)
    snapshots: int = 0
    kept: int = 0
    _old: duckdb.DuckDBPyConnection | None = None
    _content: object = None
    _since: set[object] = field(default_factory=set)

    def look(self) -> None:
        """Opens both afresh, and looks at the old connection."""
        warehouse = self.place / "warehouse.duckdb"
        with opened(warehouse) as con:
            now = look(con)[0]
        self.seen.add(now)
        self.problems |= set(half_states(self.place))
        if self._old is None:
            self._old, self._since = opened(warehouse), set()
            self._content = content(self._old)
        self._since.add(now)
        is_done = len(self._since) > self.nights
        if (is_done or self.looks % OFTEN == 0) and content(self._old) != self._content:
            self.problems.add("an old connection did not keep its night")
        if is_done:
            self._old.close()
            self._old = None
            self.snapshots += 1
            self.kept = max(self.kept, len(self._since) - 1)
        self.looks += 1

    def told(self) -> str:
        """What it saw, as JSON."""
        return json.dumps(
            {
                "looks": self.looks,
                "nights": len(self.seen),
                "snapshots": self.snapshots,
                "kept": self.kept,
                "problems": sorted(self.problems),
            }
        )


def content(con: duckdb.DuckDBPyConnection) -> object:
    """Rows and hash of every table of a warehouse."""
    names = con.execute("SELECT table_name FROM information_schema.tables ORDER BY ALL").fetchall()
    return [
        con.execute(f"SELECT '{name}', count(*), sum(hash(t)::HUGEINT) FROM \"{name}\" t").fetchone()
        for (name,) in names
    ]


def main() -> int:
    """Reads until it is told to stop, or its parent is gone.

    The arguments are place, file for what it saw, and nights.
    """
    os.nice(19)
    place, told, nights = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    stopped: list[bool] = []
    parent = os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    reader = Reader(place, nights)
    while not stopped and os.getppid() == parent:
        if (place / "warehouse.duckdb").exists() and (place / "out" / "latest").exists():
            try:
                reader.look()
            except Exception as problem:
                reader.problems.add(f"a reader met {type(problem).__name__}: {str(problem)[:120]}")
        time.sleep(PAUSE)
    told.write_text(reader.told(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
