"""A pytest plugin that notes which functions of the two rooms each test reaches, and what it costs.

Every test's note is a line of JSON in the file named by `--reach`: its id, processor seconds, outcome, the
functions as `file:first line`, and the fixtures that it shares with other tests, with what they cost. What
such a fixture reaches, each of its tests reaches: a mutant is tried in a process that has no fixture yet.
What was reached before the first test, while modules and tests were imported, stands under the id "". A test
that takes longer than `FAST` is broken off: no mutant is tried on it.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from pipeline.settings import PROJECT_ROOT

ROOMS = ("pipeline/link", "pipeline/score")
FAST = 8.0  # processor seconds of one test, traced
_PREFIXES = tuple(str(PROJECT_ROOT / room) for room in ROOMS)


class Reach:
    """What was called since it was last asked; code objects by address, for their hash is slow."""

    def __init__(self) -> None:
        self._seen: dict[int, CodeType] = {}
        self.reached_before: set[str] = set()

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        self._seen[id(code)] = code

    def take(self) -> set[str]:
        """Functions of the two rooms as `file:first line`."""
        seen, self._seen = self._seen, {}
        mine = [code for code in seen.values() if code.co_filename.startswith(_PREFIXES)]
        root = f"{PROJECT_ROOT}/"
        before, self.reached_before = self.reached_before, set()
        return before | {f"{code.co_filename.removeprefix(root)}:{code.co_firstlineno}" for code in mine}


@dataclass
class Shared:
    """A fixture of a module or of the session: what making it reached, and its processor seconds."""

    reached: set[str]
    seconds: float


_reach = Reach()
_shared: dict[str, Shared] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reach", type=Path, required=True, help="the file that notes are written to")


def pytest_configure() -> None:
    threading.settrace(_reach)
    sys.settrace(_reach)
    signal.signal(signal.SIGPROF, _break_off)


def _break_off(number: int, frame: FrameType | None) -> None:
    pytest.skip(f"takes longer than {FAST} s")


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    _note(session.config, "", 0.0, True, {})
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    sys.settrace(_reach)  # anew: a test that was broken off in here ended the tracing
    failed, began, known = item.session.testsfailed, time.process_time(), set(_shared)
    told = yield
    made = sum(_shared[name].seconds for name in _shared.keys() - known)
    seconds = time.process_time() - began - made
    _note(item.config, item.nodeid, seconds, item.session.testsfailed == failed, _used(item))
    return told


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Iterator[None]:
    if fixturedef.scope == "function":
        return (yield)
    before, began, known = _reach.take(), time.process_time(), set(_shared)
    told = yield
    made = sum(_shared[name].seconds for name in _shared.keys() - known)  # those that this one asked for
    _shared[_name(fixturedef)] = Shared(_reach.take(), time.process_time() - began - made)
    _reach.reached_before |= before
    return told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    signal.setitimer(signal.ITIMER_PROF, FAST + 0.1)  # so that its note tells it from those that are short
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _name(fixturedef: Any) -> str:
    return f"{fixturedef.baseid}::{fixturedef.argname}"


def _used(item: Any) -> dict[str, Shared]:
    """The shared fixtures of a test, those that its fixtures ask for with them."""
    found = (_name(one) for several in item._fixtureinfo.name2fixturedefs.values() for one in several)
    return {name: _shared[name] for name in found if name in _shared}


def _note(
    config: pytest.Config, test: str, seconds: float, passed: bool, shared: Mapping[str, Shared]
) -> None:
    reached = _reach.take().union(*(one.reached for one in shared.values()))
    line = {
        "test": test,
        "seconds": round(seconds, 4),
        "passed": passed,
        "reached": sorted(reached),
        "shared": {name: round(one.seconds, 4) for name, one in shared.items()},
    }
    with config.getoption("--reach").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
