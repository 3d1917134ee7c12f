"""`make soak`: thirty nights in a row in one process, with four readers; what grows is told by rule."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pipeline import district
from pipeline.declaration import load_sources
from pipeline.link.columns import normalising
from pipeline.settings import PROJECT_ROOT
from tests.chaos import stages, table, world
from tests.soak import verdict
from tests.soak.departments import Departments
from tests.soak.measure import Taken, taken
from tests.soak.readers import READERS, Seen, reading
from tests.soak.retention import CLOCK, FORGETS, GENERATIONS, KEPT, NIGHTS, TERM, Retention
from tests.soak.verdict import mib

FIRST = date(2017, 3, 31)
SEED = 5
AGAIN = 10  # every so manieth night is run twice, as after a department's mistake
CREW = 10  # every so manieth night takes its texts apart in processes of its own
COLUMNS = (
    "night",
    "memory, MiB",
    "Python objects",
    "file descriptors",
    "threads",
    "child processes",
    "restricted folder, MiB",
    "of it archive",
    "histories",
    "identity states",
    "published nights, MiB",
    "warehouse, MiB",
    "files",
    "nobody's files",
)
BEGIN, END = "<!-- make soak: begin -->", "<!-- make soak: end -->"


@dataclass(frozen=True)
class Night:
    """One night of the soak: its number from 1, how long it took, seconds, and what it left."""

    number: int
    day: date
    files: int
    seconds: float
    left: Taken
    problems: tuple[str, ...]


def main() -> int:
    """Runs the soak; 0 if nothing grows, retention works and no reader saw half a night."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=30, help=f"at least {verdict.WARM + 2}")
    parser.add_argument("--firms", type=int, default=150)
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak.") as name:
        nights, retention, seen = _soak(Path(name), options.firms, options.nights)
    minutes = (time.monotonic() - begun) / 60
    broken = _broken(nights, retention, seen)
    typed = [word for word in sys.argv[1:] if word != "--docs"]
    command = " ".join(["python -m tests.soak.run", *typed]) if typed else "make soak"
    told = _render(nights, retention, seen, broken, f"`{command}` in {minutes:.0f} minutes")
    print(told)
    if options.docs:
        table.write(PROJECT_ROOT / "docs" / "reliability.md", told, BEGIN, END)
    return 1 if broken else 0


def _soak(folder: Path, firms: int, number: int) -> tuple[list[Night], Retention, Seen]:
    place, scratch, temporary = folder / "place", folder / "scratch", folder / "temporary"
    district.generate(firms, SEED, FIRST, place, PROJECT_ROOT / "sources")
    for made in (place / "corrections", scratch, temporary):
        made.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    settings = replace(world.settings_of(place), threads=2, keep_generations=GENERATIONS)
    departments = Departments(place / "inbox", load_sources(settings.sources))
    retention = Retention(settings, departments)
    retention.set_terms()
    with reading(place, scratch) as seen:
        nights = [_night(retention, n, seen.pids, temporary, scratch) for n in range(1, number + 1)]
    return nights, retention, seen


def _night(
    retention: Retention, number: int, readers: frozenset[int], temporary: Path, scratch: Path
) -> Night:
    begun, day = time.monotonic(), FIRST + timedelta(days=number - 1)
    departments, settings = retention.departments, replace(retention.settings, as_of=day)
    files = departments.send(number, day)
    departments.note_sent()
    normalising.WORTH_A_PROCESS = 1 if number % CREW == 1 else sys.maxsize
    problems: list[str] = []
    for _ in range(2 if number % AGAIN == 0 else 1):
        stages.run(settings)
        run_id = retention.note(day)
        problems += retention.problems(thorough=False)
    if number == 1:
        departments.learn(settings.restricted, scratch)
    if number in FORGETS:
        retention.forget(day)
    if number % AGAIN == 0:
        problems += retention.problems(thorough=True)
    seconds = time.monotonic() - begun
    left = taken(settings.restricted.parent, run_id, readers, temporary)
    print(
        f"night {number}, {day}, {files} files, {seconds:.0f} s: {left} {problems}",
        file=sys.stderr,
        flush=True,
    )
    return Night(number, day, files, seconds, left, tuple(problems))


def _broken(nights: Sequence[Night], retention: Retention, seen: Seen) -> list[str]:
    """Whatever must not be, in one sentence each."""
    broken = [
        f"{found.rule.what}: grows by {found.slope:.4g} a night"
        for found in verdict.judge([night.left for night in nights])
        if not found.holds
    ]
    broken += [f"night {night.number}: {problem}" for night in nights for problem in night.problems]
    broken += [f"night {night.number}: left {stray}" for night in nights for stray in night.left.strays]
    broken += seen.problems
    acted = {"old nights": retention.taken_away, "replaced nights": retention.replaced}
    acted |= {"forgotten contents": len(retention.forgotten), "persons' hashes": retention.persons}
    broken += [f"{what}: none was taken away" for what, count in acted.items() if not count]
    if seen.nights < len(nights) // 2 or seen.kept < 2:
        broken.append("the readers saw too little")
    return broken


def _render(
    nights: Sequence[Night], retention: Retention, seen: Seen, broken: Sequence[str], made: str
) -> str:
    shown = [night for night in nights if night.number % 5 == 0 or night.number == 1]
    judged = verdict.judge([night.left for night in nights])
    good = "nothing grows, what is beyond its term is gone, what must stay stays, readers saw whole nights"
    lines = [
        f"| {' | '.join(COLUMNS)} |",
        "|" + "---|" * len(COLUMNS),
        *(_row(night.number, night.left) for night in shown),
        "",
        f"| from night {verdict.WARM} on | growth a night (Theil–Sen) | allowed | |",
        "|---|---|---|---|",
        *(_judged(found) for found in judged),
        "",
        " ".join((*_told(nights, retention), *_told_of_readers(seen))),
        "",
        f"Verdict: {'broken' if broken else good}. Made by {made}.",
        *(f"- {sentence}" for sentence in broken),
    ]
    return "\n".join(lines)


def _told(nights: Sequence[Night], retention: Retention) -> Iterator[str]:
    files = sum(night.files for night in nights)
    yield f"{len(retention.runs)} runs of {len(nights)} nights took in {files} new files."
    yield (
        f"Taken away: {retention.taken_away} days beyond the newest {KEPT} (`nights: {NIGHTS}`, the law's "
        f"clock set to {CLOCK.days} days), {retention.replaced} replaced generations beyond the newest "
        f"{GENERATIONS}, {len(retention.forgotten)} contents and {retention.persons} keyed hashes of persons "
        f"beyond {TERM.days} days."
    )


def _told_of_readers(seen: Seen) -> Iterator[str]:
    yield (
        f"{READERS} readers opened warehouse and lists {seen.looks} times, saw at least {seen.nights} nights "
        f"each, and kept {seen.snapshots} old connections over up to {seen.kept} nights."
    )


def _judged(found: verdict.Found) -> str:
    word = "held" if found.holds else "broken"
    return f"| {found.rule.what} | {found.slope:.3g} | {found.allowed:.3g} | {word} |"


def _row(number: int, left: Taken) -> str:
    cells = [
        number,
        f"{left.rss:.0f}",
        left.objects,
        left.handles,
        left.threads,
        left.children,
        mib(left.restricted),
        mib(left.own["archive"]),
        mib(left.own["history"] + left.histories),
        mib(left.own["states"]),
        mib(left.out),
        mib(left.warehouse),
        left.files,
        len(left.strays),
    ]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
