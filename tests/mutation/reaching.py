"""A pytest plugin that notes which functions of the two rooms each test reaches, and what it costs.

Every test's note is a line of JSON in the file named by `--reach`: its id, processor seconds, outcome, and
the functions as `file:first line`. What was reached before the first test, while modules and tests were
imported, stands under the id "". A test that takes longer than `FAST` is broken off: no mutant is tried on
it.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

from pipeline.settings import PROJECT_ROOT

ROOMS = ("pipeline/link", "pipeline/score")
FAST = 3.0  # processor seconds of one test, traced
_PREFIXES = tuple(str(PROJECT_ROOT / room) for room in ROOMS)


class Reach:
    """What was called since it was last asked; code objects by address, for their hash is slow."""

    def __init__(self) -> None:
        self._seen: dict[int, CodeType] = {}

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        self._seen[id(code)] = code

    def take(self) -> list[str]:
        """Functions of the two rooms as `file:first line`, sorted."""
        seen, self._seen = self._seen, {}
        mine = [code for code in seen.values() if code.co_filename.startswith(_PREFIXES)]
        root = f"{PROJECT_ROOT}/"
        return sorted({f"{code.co_filename.removeprefix(root)}:{code.co_firstlineno}" for code in mine})


_reach = Reach()


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
    _note(session.config, "", 0.0, True)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    sys.settrace(_reach)  # anew: a test that was broken off in here ended the tracing
    failed, began = item.session.testsfailed, time.process_time()
    told = yield
    _note(item.config, item.nodeid, time.process_time() - began, item.session.testsfailed == failed)
    return told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    signal.setitimer(signal.ITIMER_PROF, FAST + 0.1)  # so that its note tells it from those that are short
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _note(config: pytest.Config, test: str, seconds: float, passed: bool) -> None:
    line = {"test": test, "seconds": round(seconds, 4), "passed": passed, "reached": _reach.take()}
    with config.getoption("--reach").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
