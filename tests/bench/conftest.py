"""What benchmarks measured, as one table a group: seconds, MB and rows a second, ratio to the floor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Lines = list[tuple[str, str, float, int, int]]
LINES = pytest.StashKey[Lines]()
REPORT = pytest.StashKey[list[tuple[str, str]]]()
LINKED = pytest.StashKey[list["Linked"]]()


@dataclass(frozen=True)
class Linked:
    """A district that was linked beside Splink: its inbox, seconds by step of ours, seconds of Splink's way.

    `theirs` is normalising, which both stand on, and Splink with its training; `folder` holds what it links.
    """

    name: str
    inbox: Path
    folder: Path
    steps: dict[str, float]
    theirs: float


Timed = Callable[[str, str, int, int, Callable[[], Any]], Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--firms", default="10000,50000,300000", help="sizes of the districts that are linked")
    parser.addoption("--turns", type=int, default=3, help="whole nights beside Splink, one after the other")
    parser.addoption("--district", help="a folder with inbox/ and truth/ to link in their place")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LINES] = []
    config.stash[REPORT] = []
    config.stash[LINKED] = []


@pytest.fixture
def reports(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """Texts under their headings that are shown when all benchmarks have run."""
    return request.config.stash[REPORT]


@pytest.fixture
def linked(request: pytest.FixtureRequest) -> list[Linked]:
    """Districts that were linked in this run, in their order."""
    return request.config.stash[LINKED]


@pytest.fixture
def timed(benchmark: Any, request: pytest.FixtureRequest) -> Iterator[Timed]:
    """Times some work three times after a warm-up and notes the median: (group, what, bytes, rows, work)."""

    def run(group: str, what: str, size: int, rows: int, work: Callable[[], Any]) -> Any:
        benchmark.group = group
        result = benchmark.pedantic(work, rounds=3, warmup_rounds=1)
        request.config.stash[LINES].append((group, what, benchmark.stats.stats.median, size, rows))
        return result

    yield run


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The first of a group is the floor that the others are held against."""
    lines = config.stash[LINES]
    for group in dict.fromkeys(line[0] for line in lines):
        own = [line for line in lines if line[0] == group]
        terminalreporter.section(group)
        for _, what, seconds, size, rows in own:
            terminalreporter.write_line(
                f"{what:40} {seconds:8.2f} s {size / 1e6 / seconds:8.1f} MB/s {rows / seconds:12,.0f} rows/s "
                f"{seconds / own[0][2]:6.2f} × {own[0][1]}"
            )
    for heading, report in config.stash[REPORT]:
        terminalreporter.section(heading)
        terminalreporter.write_line(report)
