"""What a night and the tests try to reach where there is no network: `python -m tests.offline [--only demo]`.

Each program runs in a network namespace without a route, under the network guard (Python's sockets) and
strace (every connection that any of its processes asks the kernel for). The counts are written to
docs/reliability.md.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.settings import PROJECT_ROOT
from tests.guard.network_guard import NOTE
from tests.shut_in import command, reached

DOCUMENT = PROJECT_ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- offline: begin -->", "<!-- offline: end -->"
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
# Its own libraries ask for its maker's hosts; no test needs an answer, and pages must ask for nothing.
BROWSER = re.compile(r"chrom|Chrome_|ThreadPoolForeg|ThreadPoolSingl")
MARIMO = [sys.executable, "-m", "marimo", "edit", "--skip-update-check", "--headless", "--no-token"]
PROGRAMS = {
    "demo": ("a demo night", [sys.executable, "-m", "pipeline", "demo", "--firms", "500"]),
    "tests": ("all tests", [*PYTEST, "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]),
    "notebook": (
        "the notebook's server, for half a minute",
        ["timeout", "30", *MARIMO, "notebooks/warehouse.py"],
    ),
}
ABOUT = (
    "`make offline` runs each of these in a network namespace whose loopback is up and from which no route",
    "leads, and counts connections twice: Python's audit hooks refuse and note what is not loopback, in",
    "every Python process (`tests/guard/`); strace sees what any process asks the kernel for (connect,",
    "sendto, sendmsg). Loopback is Prefect's own server and what tests serve. Chromium, which tests look at",
    "pages with, asks of itself whether the world is there; that pages ask for nothing is a test of its own.",
)
# `timeout` ends with 124 what would serve for ever.
GOOD = {"notebook": 124}


@dataclass(frozen=True)
class Count:
    """What one program tried.

    Attributes:
        title: what ran.
        ending: how it ended.
        is_good: whether it ended as it should.
        refused: attempts that the guard refused, one line each.
        places: connections by place, as `shut_in.reached` tells them.
    """

    title: str
    ending: str
    is_good: bool
    refused: list[str]
    places: Counter[str]

    @property
    def outside(self) -> Counter[str]:
        """Connections to other machines, but for the test's browser."""
        return Counter({k: n for k, n in self.places.items() if ": " in k and not BROWSER.match(k)})

    @property
    def browser(self) -> int:
        """Connections to other machines that the test's browser tried of itself."""
        return sum(n for k, n in self.places.items() if BROWSER.match(k))

    def line(self) -> str:
        """One line of the table."""
        cells = [self.title, self.ending, self.places["loopback"], self.places["this machine"], self.browser]
        told = "; ".join(f"{place} ({n})" for place, n in sorted(self.outside.items()))
        return "| " + " | ".join(map(str, [*cells, len(self.refused), told or 0])) + " |"


def measure(name: str, folder: Path) -> Count:
    """Runs one program shut in, and counts."""
    title, program = PROGRAMS[name]
    trace, note = folder / f"{name}.trace", folder / f"{name}.txt"
    given = filter(None, [os.environ.get("PYTHONPATH")])
    path = os.pathsep.join([str(PROJECT_ROOT / "tests" / "guard"), str(PROJECT_ROOT), *given])
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, NOTE: str(note), "PYTHONPATH": path, "HOME": str(home)}
    ran = subprocess.run(
        command(program, trace), cwd=PROJECT_ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    print(ran.stdout[-4000:], file=sys.stderr)
    summary = re.findall(r"^(?:=+ )?(\d+ (?:passed|failed).*?)(?: in .*)?$", ran.stdout, re.MULTILINE)
    with trace.open(encoding="utf-8", errors="replace") as lines:
        places = reached(lines)
    refused = note.read_text(encoding="utf-8").splitlines() if note.exists() else []
    ending = summary[-1] if summary else f"exit code {ran.returncode}"
    return Count(title, ending, ran.returncode == GOOD.get(name, 0), refused, places)


def section(counts: list[Count], before: str) -> str:
    """The part of the document, between its marks; a program that was not run keeps its line of before."""
    titles = [title for title, _ in PROGRAMS.values()]
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in before.splitlines()}
    lines |= {count.title: count.line() for count in counts}
    return "\n".join(
        [
            BEGIN,
            "## Without network",
            "",
            *ABOUT,
            "",
            "| what ran | ended with | to loopback | to sockets of this machine | Chromium of itself "
            "| refused by the guard | to any other machine |",
            "|---|---|---|---|---|---|---|",
            *(lines[title] for title in titles if title in lines),
            END,
        ]
    )


def write(document: Path, counts: list[Count]) -> str:
    """Puts the section in its place, or at the end of the document; returns it."""
    before = document.read_text(encoding="utf-8") if document.exists() else "# Reliability\n"
    if BEGIN not in before:
        before = f"{before}\n{BEGIN}\n{END}\n"
    start, end = before.index(BEGIN), before.index(END) + len(END)
    text = section(counts, before[start:end])
    document.write_text(before[:start] + text + before[end:], encoding="utf-8")
    return text


def main() -> int:
    """Runs all, writes the table, and says whether anything tried to reach out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PROGRAMS, action="append", help="only this; the other lines stay")
    options = parser.parse_args()
    names = options.only or [name for name in PROGRAMS if name != "notebook" or find_spec("marimo")]
    with tempfile.TemporaryDirectory(prefix="offline-") as name:
        counts = [measure(one, Path(name)) for one in names]
    print(write(DOCUMENT, counts))
    for line in (line for count in counts for line in count.refused):
        print(line, file=sys.stderr)
    return 0 if all(one.is_good and not one.refused and not one.outside for one in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
