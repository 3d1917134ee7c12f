"""`make chaos`: nights on a small district under a schedule of faults, and what must hold after each.

Everything lies on file systems in memory inside a mount namespace of its own, so that nothing is left behind.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.settings import PROJECT_ROOT
from tests.chaos import faults, flow_faults, invariants, stages, table, world
from tests.chaos.faults import ROOM, Case, Place, mount
from tests.chaos.readers import reading
from tests.chaos.world import World

CHAIN = 3  # faults in a row before a night is left in peace
INSIDE = "--inside"


@dataclass(frozen=True)
class Result:
    """What came of one fault; `chain` ties it to the night that followed."""

    kind: str
    name: str
    chain: int
    looks: int
    problems: tuple[str, ...]


def main() -> int:
    """Runs the schedule; 0 if no invariant was violated."""
    options = _options()
    if not options.inside:
        return subprocess.run(
            [*_unshared(), sys.executable, "-m", "tests.chaos.run", INSIDE, *sys.argv[1:]]
        ).returncode
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos.") as name:
        folder = Path(name)
        mount("-t", "tmpfs", "-o", f"size={4 * ROOM}", "none", name)
        try:
            results = _all(folder, options)
        finally:
            subprocess.run(["umount", "--recursive", "--lazy", name], check=True)
    minutes = (time.monotonic() - begun) / 60
    if options.beside:
        again = {result.chain for result in results}
        results += [result for result in _kept(options.beside) if result.chain not in again]
    if options.keep:
        options.keep.write_text("".join(map(_line, results)), encoding="utf-8")
    told = table.render(results, minutes, _command(options))
    print(told)
    if options.docs:
        table.write(PROJECT_ROOT / "docs" / "reliability.md", told)
    return 1 if any(result.problems for result in results) else 0


def _command(options: argparse.Namespace) -> str:
    if options.share == 1 and not (options.only or options.chains):
        return "make chaos"
    only = [f"--only '{options.only}'"] if options.only else []
    share = [f"--share {options.share}"] if options.share != 1 else []
    chains = [f"--chains {' '.join(map(str, options.chains))}"] if options.chains else []
    command = " ".join(["python -m tests.chaos.run", *only, *chains, *share])
    return f"make chaos` and, for some faults once more, `{command}" if options.beside else command


def _unshared() -> list[str]:
    """A mount namespace of its own; for who is not root with root's rights inside it alone."""
    return ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="a part of the schedule, for a quick look")
    parser.add_argument("--only", default="", help="kinds whose name matches this pattern")
    parser.add_argument("--chains", type=int, nargs="+", help="only these chains of faults, by number")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="write what came of each fault into this file")
    parser.add_argument("--beside", type=Path, help="such a file: chains that are not run now come from it")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _all(folder: Path, options: argparse.Namespace) -> list[Result]:
    _load()
    known = world.prepare(folder)
    print(f"prepared: {json.dumps(known.seconds)}", file=sys.stderr, flush=True)
    cases = faults.schedule(known, options.seed, options.share)
    cases += flow_faults.schedule(options.seed, options.share)
    chains = [
        (number, chain)
        for number, chain in enumerate(_chains(cases))
        if re.search(options.only, chain[0].kind) and number in (options.chains or [number])
    ]
    told = [folder / f"results.{number}" for number in range(options.workers)]
    pids = [
        stages.fork(
            lambda n=n: _work(folder, known, chains[n :: options.workers], told[n]), folder / "worker.log"
        )  # type: ignore[misc]
        for n in range(options.workers)
    ]
    codes = [stages.ended(pid) for pid in pids]
    if any(codes):
        raise SystemExit((folder / "worker.log").read_text(encoding="utf-8"))
    return [result for path in told if path.exists() for result in _kept(path)]


def _line(result: Result) -> str:
    return json.dumps(asdict(result), ensure_ascii=False) + "\n"


def _kept(path: Path) -> list[Result]:
    """Results from their lines."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Result(**{**line, "problems": tuple(line["problems"])}) for line in lines]


def _load() -> None:
    """All modules once, before anything forks."""
    import pipeline.district
    import pipeline.ingest

    pipeline.ingest.load_judge()


def _chains(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Faults of one kind, a few in a row on one place."""
    kinds = dict.fromkeys(case.kind for case in cases)
    for kind in kinds:
        of_kind = [case for case in cases if case.kind == kind]
        for start in range(0, len(of_kind), CHAIN):
            yield of_kind[start : start + CHAIN]


def _work(folder: Path, known: World, chains: Sequence[tuple[int, list[Case]]], told: Path) -> None:
    for number, cases in chains:
        for result in _chain(folder, known, number, cases):
            with told.open("a", encoding="utf-8") as out:
                out.write(_line(result))
            mark = "; ".join(result.problems) or "held"
            print(f"{number:4} {result.kind}, {result.name}: {mark}", file=sys.stderr, flush=True)


def _chain(folder: Path, known: World, number: int, cases: Sequence[Case]) -> list[Result]:
    """Strikes a fresh place a few times, then leaves a night in peace."""
    mounted = folder / f"place.{number}"
    mounted.mkdir()
    mount("-t", "tmpfs", "-o", f"size={ROOM}", "none", os.fspath(mounted))
    place = Place(mounted, folder / f"place.{number}.log", known)
    results: list[Result] = []
    try:
        world.copy_into(known.template, mounted)
        for case in cases:
            place.log.write_text("", encoding="utf-8")
            with reading(mounted, folder / f"readers.{number}") as seen:
                problems = case.strike(place)
            problems += invariants.after_fault(mounted, known, as_sent=case.as_sent)
            problems += seen.problems
            if problems and (said := place.log.read_text(encoding="utf-8").strip()):
                problems.append(f"the night said: {said.splitlines()[-1]}")
            results.append(Result(case.kind, case.name, number, seen.looks, tuple(problems)))
        again = flow_faults.recover if flow_faults.is_flow(cases[0]) else _recover
        last = [*again(place), *invariants.after_recovery(mounted, known, as_sent=cases[0].as_sent)]
        results[-1] = replace(results[-1], problems=(*results[-1].problems, *last))
        return results
    finally:
        subprocess.run(["umount", "--lazy", os.fspath(mounted)], check=True)


def _recover(place: Place) -> list[str]:
    place.log.write_text("", encoding="utf-8")
    code = stages.ended(stages.night(world.settings_of(place.folder), place.log))
    told = place.log.read_text(encoding="utf-8").splitlines()[:1]
    return [] if code == stages.GOOD else [f"the next night failed: {' '.join(told)}"]


if __name__ == "__main__":
    sys.exit(main())
