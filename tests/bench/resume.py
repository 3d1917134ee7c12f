"""A night killed at 60 %: `python -m tests.bench.resume [--firms N]`, or `make resume`.

One night runs without a fault, by the command line in a process of its own. On a place of its own the same
night is killed (SIGKILL) when it has run for 60 % of that time, and begun again. What is published must be
the same to the byte, but for times and run ids; what was not done again, and the seconds, are written into
docs/performance.md.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import district
from pipeline.link import parts
from pipeline.settings import PROJECT_ROOT
from tests.bench.between_marks import rewrite
from tests.chaos import world

AS_OF = date(2017, 3, 31)
SEED = 7
DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"
ENDED = (0, 3)
MB = 1 << 20
_STEP = re.compile(r"^([a-z_]+): ")


@dataclass(frozen=True)
class Ran:
    """A night's process: exit code, seconds, what it told, one line a step, and when each step ended."""

    code: int
    seconds: float
    told: list[str]
    ended: dict[str, float]


@dataclass(frozen=True)
class Moment:
    """So many seconds after the end of a step, or after the start where the step is empty."""

    step: str
    seconds: float

    @classmethod
    def of(cls, whole: Ran, share: float) -> "Moment":
        """The moment when a night had run for a share of its time; it holds on a busier machine too."""
        at = share * whole.seconds
        before = [("", 0.0), *((step, when) for step, when in whole.ended.items() if when <= at)]
        step, when = before[-1]
        return cls(step, at - when)


@dataclass(frozen=True)
class Left:
    """What a killed night left of its linking: finished parts, and what writing them takes."""

    files: int
    bytes: int
    seconds: float


def run(place: Path, inbox: Path, threads: int, kill: Moment | None = None) -> Ran:
    """Runs a night on a place, and kills it at a moment if told to."""
    place.mkdir(exist_ok=True)
    words = {
        "--inbox": inbox, "--warehouse": place / "warehouse.duckdb", "--out": place / "out",
        "--as-of": AS_OF, "--threads": threads,
    }  # fmt: skip
    options = [str(word) for pair in words.items() for word in pair]
    begun, told, ended = time.perf_counter(), [], {}
    night = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", *options],
        cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    assert night.stdout is not None
    death = threading.Timer(kill.seconds if kill else 0.0, night.kill)
    if kill and not kill.step:
        death.start()
    for line in night.stdout:
        told.append(line.rstrip("\n"))
        step = _STEP.match(line)
        if step:
            ended[step[1]] = time.perf_counter() - begun
            if kill and step[1] == kill.step:
                death.start()
    death.cancel()
    return Ran(night.wait(), time.perf_counter() - begun, told, ended)


def left_parts(place: Path, scratch: Path) -> Left:
    """The parts of a dead night, each read and written once more to see what keeping them takes."""
    scratch.mkdir()
    files = [path for path in place.glob("restricted/runs/*/parts/*") if path.is_file()]
    size, seconds = sum(path.stat().st_size for path in files), 0.0
    for path in files:
        found = parts._read(path)
        begun = time.perf_counter()
        if found is not None:
            parts._write(scratch / path.name, found)
        seconds += time.perf_counter() - begun
    return Left(len(files), size, seconds)


def differing(one: Path, other: Path) -> list[str]:
    """Files of two places' published nights, stores and warehouses that are not the same."""
    pairs = [
        tuple(world.night_bytes(place / "out" / str(AS_OF)) for place in (one, other)),
        tuple(world.kept_bytes(place) for place in (one, other)),
        tuple({"warehouse": world.fingerprint(place / "warehouse.duckdb")} for place in (one, other)),
    ]
    return [name for a, b in pairs for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def document(firms: int, at: float, whole: Ran, killed: Ran, resumed: Ran, left: Left, same: int) -> str:
    """The measured part of the document."""
    again = [step for step in resumed.ended if step != "resumed"]
    known = [step for step in whole.ended if step not in again]
    told = next((line for line in resumed.told if line.startswith("resumed: ")), "it was begun anew")
    together = killed.seconds + resumed.seconds
    lines = [
        f"A district of {firms:,} registered firms, killed where a night without a fault had run for "
        f"{at:.0%} of its time, on {os.cpu_count()} cores.",
        "",
        "| | |",
        "|---|---:|",
        f"| seconds of the night without a fault | {whole.seconds:,.1f} |",
        f"| seconds until the kill | {killed.seconds:,.1f} |",
        f"| seconds of the night that resumed | {resumed.seconds:,.1f} |",
        f"| saved against beginning anew, seconds | {whole.seconds - resumed.seconds:,.1f} |",
        f"| both together, against a night without a fault | {together / whole.seconds:.2f} |",
        f"| steps not done again | {len(known)} |",
        f"| steps done after the kill | {', '.join(again)} |",
        f"| finished parts of linking at the kill | {left.files:,} |",
        f"| their bytes, MB | {left.bytes / MB:,.1f} |",
        f"| seconds to write them | {left.seconds:,.2f} |",
        f"| published and kept files that are the same to the byte | {same:,} |",
        "| files that differ | 0 |",
        "",
        f"The night said: {re.sub(r'[0-9]{8}-[0-9T]+-[0-9]+', '…', told)}.",
    ]
    return "\n".join(lines)


def measured(folder: Path, inbox: Path, options: argparse.Namespace) -> str:
    """Runs the three nights and holds them against one another."""
    one, other = folder / "one", folder / "other"
    whole = run(one, inbox, options.threads)
    # One key for both places: what the store keeps of persons is hashed with it.
    (other / "restricted").mkdir(parents=True, mode=0o700)
    shutil.copytree(one / "restricted" / "keys", other / "restricted" / "keys")
    killed = run(other, inbox, options.threads, Moment.of(whole, options.at))
    left = left_parts(other, folder / "again")
    resumed = run(other, inbox, options.threads)
    for night, codes in ((whole, ENDED), (killed, (-signal.SIGKILL,)), (resumed, ENDED)):
        if night.code not in codes:
            raise SystemExit(f"a night ended with {night.code}: {night.told[-3:]}")
    if found := differing(one, other):
        raise SystemExit(f"{len(found)} files differ: {', '.join(found[:5])}")
    if list((other / "restricted" / "runs").iterdir()):
        raise SystemExit("a night's folder is left")
    same = len(world.night_bytes(one / "out" / str(AS_OF))) + len(world.kept_bytes(one)) + 1
    return document(options.firms, options.at, whole, killed, resumed, left, same)


def main() -> None:
    """Measures, prints, and rewrites the document; a difference is an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=10_000)
    parser.add_argument("--at", type=float, default=0.6, help="share of the time after which it is killed")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--district", type=Path, help="a folder with inbox/, instead of making one")
    parser.add_argument("--print", action="store_true", help="leave the document as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        given = options.district or Path(name) / "district"
        if options.district is None:
            district.generate(options.firms, SEED, AS_OF, given, PROJECT_ROOT / "sources")
        text = measured(Path(name), given / "inbox", options)
    print(text)
    if not options.print:
        rewrite(DOCUMENT, "resume", text)


if __name__ == "__main__":
    main()
