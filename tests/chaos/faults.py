"""The schedule of faults on the stages without Prefect: what is broken, when, and what must come of it."""

import errno
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from tests.chaos import stages, world
from tests.chaos.stages import FAILED, GOOD, Fault
from tests.chaos.world import World

KILLED = -signal.SIGKILL
ROOM = 2 * 1024**3  # bytes of a place's own file system
POLL = 0.004  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """One place on a file system of its own, and where its nights say why they failed."""

    folder: Path
    log: Path
    known: World

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        kind: line of the table.
        name: what exactly.
        strike: breaks a night of the place; returns what is wrong with how it ended.
        as_sent: whether the night saw the files as they were sent; else what it published is another thing.
    """

    kind: str
    name: str
    strike: Callable[[Place], list[str]]
    as_sent: bool = True


def schedule(known: World, seed: int, share: float) -> list[Case]:
    """All faults on the stages; a share of them for a quick look, at least one of every kind."""
    chance = random.Random(seed)
    kinds = (
        (_killed_at_random, 200),
        (_killed_between_stages, 5),
        (_killed_at_a_change, 40),
        (_full, 16),
        (_broken, 14),
        (_read_only, 6),
        (_two_at_once, 6),
        (_clock, 9),
        (_lost, 4),
        (_truncated, 6),
        (_growing, 4),
    )
    cases: list[Case] = []
    for make, number in kinds:
        cases += make(known, chance, max(1, round(number * share)))
    return cases


def _killed_at_random(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    names = [stage for stage in known.seconds if stage in ("begin", *known.starts)]
    for _ in range(number):
        stage = chance.choices(names, [known.seconds[name] for name in names])[0]
        after = chance.uniform(0, known.seconds[stage])
        yield Case(
            "kill -9 at a random instant",
            f"{after:.2f} s into {stage}",
            lambda place, stage=stage, after=after: _killed(place, stage, after),  # type: ignore[misc]
        )


def _killed(place: Place, stage: str, after: float) -> list[str]:
    pid = stages.night(world.settings_of(place.folder), place.log, start=place.known.starts.get(stage))
    return _expected(kill_after(pid, after), {KILLED, GOOD})


def kill_after(pid: int, seconds: float) -> int:
    """Kills a child as soon as it has used so many processor seconds; how it ended."""
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if used(pid) >= seconds:
            os.kill(pid, signal.SIGKILL)
            return stages.ended(pid)
        time.sleep(POLL)


def used(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _struck(fault: Fault, stage: str, expected: set[int]) -> Callable[[Place], list[str]]:
    def strike(place: Place) -> list[str]:
        pid = stages.night(world.settings_of(place.folder), place.log, fault, place.known.starts.get(stage))
        return _expected(stages.ended(pid), expected)

    return strike


def _killed_between_stages(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    for stage in stages.STAGES[1:][-number:]:
        start = "publish" if stage == "end" else stage
        strike = _struck(Fault(before_stage=stage), start, {KILLED})
        yield Case("kill -9 at a stage boundary", f"before {stage}", strike)


def _killed_at_a_change(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    """Every change from the journal's entry on is near the end: half of the strikes go there."""
    changes = known.changes["publish"]
    late = range(max(1, changes - number // 2), changes + 1)
    early = sorted(chance.sample(range(1, late[0]), min(number - number // 2, late[0] - 1)))
    for change in [*early, *late][:number]:
        strike = _struck(Fault(change=change), "publish", {KILLED, GOOD})
        yield Case("kill -9 at a change of files in publishing", f"change {change} of {changes}", strike)


def _full(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    whole = known.bytes_peak - known.bytes_before
    at_publish = world.size(known.starts["publish"].runs)
    for turn in range(number):
        stage = "publish" if turn % 2 else "begin"
        least = at_publish if stage == "publish" else 0
        room = round(least + (turn + chance.random()) / number * (whole - least))

        def strike(place: Place, stage: str = stage, room: int = room) -> list[str]:
            taken = os.statvfs(place.folder)
            size = (taken.f_blocks - taken.f_bfree) * taken.f_frsize + room
            with remounted(place.folder, f"size={size}", f"size={ROOM}"):
                return _struck(stages.NONE, stage, {FAILED, GOOD})(place)

        yield Case("full disk (a small tmpfs)", f"{room >> 10} kB left at {stage}", strike)


@contextmanager
def remounted(folder: Path, option: str, back: str) -> Iterator[None]:
    """A mount with another option for as long as the block lasts."""
    mount("-o", f"remount,{option}", os.fspath(folder))
    try:
        yield
    finally:
        mount("-o", f"remount,{back}", os.fspath(folder))


def mount(*words: str) -> None:
    """Calls mount."""
    subprocess.run(["mount", *words], check=True)


def _broken(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    for turn in range(number):
        stage = ("begin", "publish")[turn % 2]
        code = (errno.EIO, errno.ENOSPC)[turn // 2 % 2]
        change = chance.randint(1, known.changes[stage])
        strike = _struck(Fault(change=change, errno=code), stage, {FAILED, GOOD})
        name = f"{errno.errorcode[code]} at change {change} from {stage}"
        yield Case("input/output error", name, strike)


def _read_only(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    folders = (("out", "publish", {FAILED}), ("", "begin", {FAILED}), ("restricted", "begin", {FAILED}))
    for turn in range(number):
        name, stage, expected = (*folders, ("inbox", "begin", {GOOD}))[turn % 4]

        def strike(
            place: Place, name: str = name, stage: str = stage, expected: set[int] = expected
        ) -> list[str]:
            folder = os.fspath(place.folder / name)
            mount("--bind", folder, folder)
            mount("-o", "remount,ro,bind", folder)
            try:
                return _struck(stages.NONE, stage, expected)(place)
            finally:
                subprocess.run(["umount", "--lazy", folder], check=True)

        yield Case("read-only folder", f"{name or 'the whole place'} at {stage}", strike)


def _two_at_once(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    for turn in range(number):
        wait = chance.uniform(0, 0.5)

        def strike(place: Place, wait: float = wait) -> list[str]:
            settings = world.settings_of(place.folder)
            first = stages.night(settings, place.log, start=place.known.starts["score"])
            time.sleep(wait)
            second = stages.night(settings, place.log, start=place.known.starts["score"])
            codes = sorted((stages.ended(first), stages.ended(second)))
            if codes == [GOOD, GOOD]:  # the second began when the first had ended
                return []
            refused = "another night is under way: process" in place.log.read_text(encoding="utf-8")
            return [] if codes == [GOOD, FAILED] and refused else [f"two at once ended with {codes}"]

        yield Case("two runs at once", f"{turn + 1}: {wait:.2f} s apart", strike)


def _clock(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    jumps = [timedelta(days=-4000), timedelta(hours=-3), timedelta(days=8000)]
    for turn in range(number):
        jump, stage = jumps[turn % 3], ("score", "publish", "end")[turn // 3 % 3]
        fault = Fault(clock=jump, clock_from="begin" if turn % 2 else stage)
        start = "score" if turn % 2 else "publish"
        yield Case("clock jump", f"{jump.total_seconds() / 3600:+.0f} h", _struck(fault, start, {GOOD}))


def _lost(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    folders = (("inbox", {FAILED}), ("restricted", {FAILED}), ("out", {GOOD}), ("inbox", {FAILED}))
    for name, expected in folders[:number]:

        def strike(place: Place, name: str = name, expected: set[int] = expected) -> list[str]:
            folder, aside, made = (place.folder / one for one in (name, f".{name}", f".{name}.made"))
            folder.rename(aside)
            try:
                return _struck(stages.NONE, "begin", expected)(place)
            finally:
                if folder.exists():
                    folder.rename(made)
                aside.rename(folder)
                shutil.rmtree(made, ignore_errors=True)

        yield Case("lost mount", name, strike)


def _file(place: Place, number: int) -> Path:
    files = sorted(place.inbox.glob("*/*_20170425.*"))
    return files[number % len(files)]


def _truncated(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    for _ in range(number):
        which, part = chance.randrange(1000), chance.uniform(0.05, 0.95)

        def strike(place: Place, which: int = which, part: float = part) -> list[str]:
            path = _file(place, which)
            whole = path.read_bytes()
            path.write_bytes(whole[: int(part * len(whole))])
            try:
                return _struck(stages.NONE, "begin", {GOOD, FAILED})(place)
            finally:
                path.write_bytes(whole)

        yield Case("truncated inbox file", f"file {which} to {part:.0%}", strike, as_sent=False)


def _growing(known: World, chance: random.Random, number: int) -> Iterator[Case]:
    for _ in range(number):
        which, steps = chance.randrange(1000), chance.randint(5, 25)

        def strike(place: Place, which: int = which, steps: int = steps) -> list[str]:
            path = _file(place, which)
            whole = path.read_bytes()
            path.write_bytes(b"")
            pid = stages.night(world.settings_of(place.folder), place.log)
            ends = [len(whole) * step // steps for step in range(steps + 1)]
            for start, end in pairwise(ends):
                with path.open("ab") as handle:
                    handle.write(whole[start:end])
                time.sleep(place.known.seconds["ingest"] / steps)
            return _expected(stages.ended(pid), {GOOD, FAILED})

        yield Case("growing inbox file", f"file {which} in {steps} steps", strike, as_sent=False)


def _expected(code: int, expected: set[int]) -> list[str]:
    return [] if code in expected else [f"the night ended with {code}, not {sorted(expected)}"]
