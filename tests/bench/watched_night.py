"""One whole night by the command line, and what the system says of its memory, disk and time.

The peak is the kernel's own (`ru_maxrss` of the night's process); by step, of all processes together, and of
what is not a file's page that the kernel could take back, it is sampled.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.settings import PROJECT_ROOT

EVERY = 0.2  # seconds between two samples
ENDED = (0, 3)  # published; 3 where something wants a person
DISK_EVERY = 10  # samples between two looks at the disk
_STEP = re.compile(r"^([a-z_]+): (.*)$")
_PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1 << 20


@dataclass
class Measured:
    """What a night came to.

    Attributes:
        code: the exit code of the command.
        told: what it printed.
        seconds: how long it took.
        peak_mb: the night's own process, as the kernel counted it.
        own_mb: the same without pages of files, as sampled.
        all_mb: all processes of the night together, as sampled.
        disk_mb: the folder where the night was built and spilled, as sampled.
        steps: name, seconds, and peak of the night's process, of each step in its order.
    """

    code: int = -1
    told: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mb: float = 0.0
    own_mb: float = 0.0
    all_mb: float = 0.0
    disk_mb: float = 0.0
    steps: list[tuple[str, float, float]] = field(default_factory=list)


def run_night(inbox: Path, place: Path, as_of: date, *options: object) -> Measured:
    """Runs `early-warning run` and watches it; a night that does not publish ends the measurement.

    Args:
        inbox: of the district.
        place: the folder of warehouse (`warehouse.duckdb`) and lists (`out`), whose size is watched.
        as_of: the night's day.
        options: more of the command.
    """
    started = time.perf_counter()
    places = ("--inbox", inbox, "--warehouse", place / "warehouse.duckdb", "--out", place / "out")
    words = map(str, (*places, "--as-of", as_of, *options))
    command = [sys.executable, "-m", "pipeline", "run", *words]
    night = subprocess.Popen(command, cwd=PROJECT_ROOT, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    watch = _Watch(night.pid, place, Measured())
    looking = threading.Thread(target=watch.look, daemon=True)
    looking.start()
    assert night.stderr is not None
    for line in night.stderr:
        watch.hear(line.rstrip("\n"))
    _, status, usage = os.wait4(night.pid, 0)
    night.returncode = os.waitstatus_to_exitcode(status)
    watch.over.set()
    looking.join()
    watch.hear("end: ")
    found = watch.found
    found.code = night.returncode
    found.seconds = time.perf_counter() - started
    found.peak_mb = usage.ru_maxrss / 1024
    if found.code not in ENDED:
        raise SystemExit(f"the night ended with {found.code}: {found.told[-2:]}")
    return found


class _Watch:
    """Samples a process and its children until it is over."""

    def __init__(self, pid: int, place: Path, found: Measured) -> None:
        self.found = found
        self.over = threading.Event()
        self._pid, self._place = pid, place
        self._since, self._peak = time.perf_counter(), 0.0

    def hear(self, line: str) -> None:
        """Takes a line that the night printed; one that ends a step closes it."""
        self.found.told.append(line)
        print(line, file=sys.stderr, flush=True)
        step = _STEP.match(line)
        if step:
            now = time.perf_counter()
            self.found.steps.append((step[1], now - self._since, self._peak))
            self._since, self._peak = now, 0.0

    def look(self) -> None:
        """Samples until told to end."""
        sample = 0
        while not self.over.wait(EVERY):
            resident, of_files = _memory(self._pid)
            self._peak = max(self._peak, resident)
            self.found.own_mb = max(self.found.own_mb, resident - of_files)
            below = sum(_memory(pid)[0] for pid in _below(self._pid))
            self.found.all_mb = max(self.found.all_mb, resident + below)
            if sample % DISK_EVERY == 0:
                self.found.disk_mb = max(self.found.disk_mb, _size(self._place))
            sample += 1


def _memory(pid: int) -> tuple[float, float]:
    """Resident memory in MB, and how much of it are pages of files; 0 where the process is gone."""
    try:
        _, resident, of_files, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(resident) * _PAGE / MB, int(of_files) * _PAGE / MB


def _below(pid: int) -> Iterable[int]:
    """The processes that a process started, and those that they started."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _below(child)


def _size(folder: Path) -> float:
    """What lies in a folder, in MB of disk."""
    blocks = 0
    for path, _, files in os.walk(folder):
        for name in files:
            try:
                blocks += os.lstat(Path(path) / name).st_blocks
            except OSError:
                continue
    return blocks * 512 / MB
