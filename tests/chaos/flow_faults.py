"""Faults on whole nights as `early-warning run` runs them, with Prefect and its server."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.settings import PROJECT_ROOT
from tests.chaos import faults, stages, world
from tests.chaos.faults import Case, Place

KIND = "whole flow: "
DONE, ATTENTION = 0, 3
GOOD = {DONE, ATTENTION}
LONGEST = 600  # seconds; a night that takes longer hangs
WHOLE = 16.0  # processor seconds of a whole night's process, its imports included
SERVER = b"prefect.server.api.server:create_app"


def is_flow(case: Case) -> bool:
    """Whether a fault strikes a whole flow."""
    return case.kind.startswith(KIND)


def schedule(seed: int, share: float) -> list[Case]:
    """All faults on whole flows."""
    chance = random.Random(seed)
    kinds: tuple[tuple[Callable[[random.Random, int], Iterator[Case]], int], ...] = (
        (_killed, 15),
        (_server_killed, 6),
        (_dead_server, 6),
        (_two_at_once, 3),
    )
    return [case for make, number in kinds for case in make(chance, max(1, round(number * share)))]


def start(place: Place) -> "subprocess.Popen[bytes]":
    """Starts `early-warning run` on a place."""
    settings = world.settings_of(place.folder)
    options = {
        "--inbox": settings.inbox,
        "--warehouse": settings.warehouse,
        "--out": settings.out,
        "--restricted": settings.restricted,
        "--corrections": settings.corrections,
        "--as-of": settings.as_of,
        "--threads": 1,
    }
    words = [str(word) for pair in options.items() for word in pair]
    with place.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run", *words], cwd=PROJECT_ROOT, stdout=log, stderr=log
        )


def recover(place: Place) -> list[str]:
    """The next night, through the flow again; what Prefect shows of the dead ones."""
    place.log.write_text("", encoding="utf-8")
    problems = _expected(_wait(start(place)), place)
    problems += _lingering(place)
    with sqlite3.connect(place.folder / "restricted" / "prefect" / "prefect.db") as con:
        for table in ("flow_run", "task_run"):
            [(number,)] = con.execute(
                f"SELECT count(*) FROM {table} WHERE state_type IN ('RUNNING', 'CANCELLING')"
            ).fetchall()
            if number:
                problems.append(f"{number} rows of {table} still run")
    return problems


def _killed(chance: random.Random, number: int) -> Iterator[Case]:
    for _ in range(number):
        after = chance.uniform(0.5, WHOLE)

        def strike(place: Place, after: float = after) -> list[str]:
            process = start(place)
            code = faults.kill_after(process.pid, after)
            return [] if code in (faults.KILLED, *GOOD) else [f"ended with {code}"]

        yield Case(f"{KIND}kill -9", f"after {after:.1f} s of processor time", strike)


def _server_killed(chance: random.Random, number: int) -> Iterator[Case]:
    for _ in range(number):
        after = chance.uniform(5, WHOLE)

        def strike(place: Place, after: float = after) -> list[str]:
            process = start(place)
            while process.poll() is None and faults.used(process.pid) < after:
                time.sleep(0.05)
            for pid in _servers(place):
                os.kill(pid, signal.SIGKILL)
            code = _wait(process)
            return [] if code in (1, *GOOD) else [f"ended with {code}"]

        yield Case(f"{KIND}its Prefect server killed", f"after {after:.1f} s of processor time", strike)


def _dead_server(chance: random.Random, number: int) -> Iterator[Case]:
    for turn in range(number):
        yield Case(
            f"{KIND}a Prefect server that is dead",
            ("not there", "never answers", "its database damaged")[turn % 3],
            (_not_there, _never_answers, _damaged)[turn % 3],
        )


def _not_there(place: Place) -> list[str]:
    _note(place, "http://127.0.0.1:9/api")
    return _expected(_wait(start(place)), place)


def _never_answers(place: Place) -> list[str]:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        _note(place, f"http://127.0.0.1:{deaf.getsockname()[1]}/api")
        return _expected(_wait(start(place)), place)


def _damaged(place: Place) -> list[str]:
    home = place.folder / "restricted" / "prefect"
    home.mkdir(exist_ok=True)
    for path in home.glob("prefect.db*"):
        path.unlink()
    (home / "prefect.db").write_bytes(b"SQLite format 3\0" + os.urandom(8192))
    return _expected(_wait(start(place)), place)


def _note(place: Place, url: str) -> None:
    home = place.folder / "restricted" / "prefect"
    home.mkdir(exist_ok=True)
    (home / "server.json").write_text(f'{{"url": "{url}", "cron": "0 2 * * *"}}', encoding="utf-8")


def _two_at_once(chance: random.Random, number: int) -> Iterator[Case]:
    for _ in range(number):
        apart = chance.uniform(0, 3)

        def strike(place: Place, apart: float = apart) -> list[str]:
            first = start(place)
            time.sleep(apart)
            codes = sorted((_wait(start(place)), _wait(first)), key=lambda code: code not in GOOD)
            refused = "another night is under way" in place.log.read_text(encoding="utf-8")
            is_right = codes[0] in GOOD and (codes[1] in GOOD or refused)
            return [] if is_right else [f"two at once ended with {codes}"]

        yield Case(f"{KIND}two at once", f"{apart:.1f} s apart", strike)


def _wait(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return stages.FAILED - 100


def _expected(code: int, place: Place) -> list[str]:
    told = place.log.read_text(encoding="utf-8").splitlines()[-1:]
    return [] if code in GOOD else [f"the night ended with {code}: {' '.join(told)[:200]}"]


def _of_place(place: Place) -> Iterator[tuple[int, bytes]]:
    """Processes whose environment names the place, with their command lines."""
    name = os.fspath(place.folder / "restricted").encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if name in (path / "environ").read_bytes() and int(path.name) != os.getpid():
                yield int(path.name), (path / "cmdline").read_bytes()
        except OSError:
            continue


def _servers(place: Place) -> list[int]:
    return [pid for pid, command in _of_place(place) if SERVER in command]


def _lingering(place: Place) -> list[str]:
    """Processes of dead nights that are still there a while later."""
    for _ in range(100):
        if not (pids := _servers(place)):
            return []
        time.sleep(0.1)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return [f"{len(pids)} servers of dead nights were left running"]
