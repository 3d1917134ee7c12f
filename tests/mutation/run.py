"""`make mutants`: how many small changes to the two rooms where firms are linked and scored do tests notice?

python -m tests.mutation.run [--sample 8|all] [--only pipeline/link/texts] [--reach FILE] [--docs]
"""

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.settings import PROJECT_ROOT
from tests.mutation import table
from tests.mutation.mutants import Mutant, drawn, modules, mutants_of
from tests.mutation.reaching import FAST, ROOMS
from tests.mutation.trying import SURVIVED, Trial, told, try_all

HELD_BY = ("tests/link", "tests/score")
EVERYWHERE = "pipeline/"
_UNIT = 0.3  # below it a test looks at one thing
_FEW = 2  # tests that reach a function
_PATIENCE = 20.0  # processor seconds of all tests of one mutant, traced
_IMPORTED_ONCE = (
    *("duckdb", "hypothesis", "numpy", "networkx", "openpyxl", "opencc", "pandas", "pyarrow.compute"),
    *("pydantic", "pypinyin", "rapidfuzz", "rich", "xlsxwriter", "yaml"),
)


@dataclass
class Reached:
    """Which tests reach what; what they cost, and the fixtures that they share; tests from fast to slow."""

    seconds: dict[str, float] = field(default_factory=dict)
    shared: dict[str, dict[str, float]] = field(default_factory=dict)
    at_import: set[str] = field(default_factory=set)
    by_function: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_module: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def main() -> int:
    """Tries a sample; 1 if fewer than table.LEAST of all mutants are killed."""
    options = _options()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        reached = _reached(options.reach or folder / "reach.jsonl")
        count = None if options.sample == "all" else int(options.sample)
        chosen = [module for module in modules() if module.startswith(tuple(options.only.split(",")))]
        trials = [_trial(one, reached) for module in chosen for one in drawn(module, count, options.seed)]
        print(f"{len(trials)} mutants of {len(chosen)} modules …", flush=True)
        fates = _tried(trials, folder, options.jobs)
    numbers = {module: len(mutants_of(module)) for module in chosen}
    results = table.tally(numbers, fates)
    _tell_survivors(trials, fates)
    text = table.render(results, _command(options), (time.monotonic() - began) / 60)
    print(text)
    if options.docs:
        table.write(PROJECT_ROOT / "docs" / "reliability.md", text)
    return 0 if table.whole(results).share >= table.LEAST else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutation.run")
    parser.add_argument(
        "--sample", default="8", help="mutants a module, more of large ones, or `all` (default: 8)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: 1)")
    parser.add_argument("--only", default=EVERYWHERE, help="modules whose path begins so, by comma")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--reach", type=Path, help="where to keep, or find, which test reaches what")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/reliability.md")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    if options.only == EVERYWHERE:
        return f"make mutants SAMPLE={options.sample} SEED={options.seed}"
    of = f"--sample {options.sample} --seed {options.seed} --only {options.only}"
    return f"python -m tests.mutation.run {of}"


def _trace(notes: Path) -> None:
    """Runs, traced, the tests of both rooms that changed since that was last done: all, where it never was.

    The file tells functions by their first line: when code of the rooms changes, it is to be made anew.
    """
    files = sorted(file for room in HELD_BY for file in (PROJECT_ROOT / room).glob("test_*.py"))
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    file_of = {line: json.loads(line)["test"].partition("::")[0] for line in lines}
    since = notes.stat().st_mtime if lines else 0.0
    known = {str(file.relative_to(PROJECT_ROOT)) for file in files if file.stat().st_mtime <= since}
    changed = [
        str(file) for file in files if str(file.relative_to(PROJECT_ROOT)) not in known & {*file_of.values()}
    ]
    if not changed:
        return
    print(f"Which test reaches what, in {len(changed)} files …", flush=True)
    with tempfile.TemporaryDirectory(prefix="reach-") as name:
        fresh = Path(name) / "reach.jsonl"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "tests.mutation.reaching", f"--reach={fresh}", *changed]
        code = subprocess.run(command, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL).returncode
        if code > 1:  # 1: tests that were broken off may end as failed; those are not tried
            sys.exit(f"the tests could not be run (pytest ends with {code})")
        kept = [line for line, file in file_of.items() if file in {"", *known}]
        text = "".join(f"{line}\n" for line in [*kept, *fresh.read_text(encoding="utf-8").splitlines()])
    notes.write_text(text, encoding="utf-8")


def _reached(notes: Path) -> Reached:
    """Which tests reach what."""
    _trace(notes)
    reached = Reached()
    lines = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    for line in sorted(lines, key=lambda line: (line["seconds"], line["test"])):
        if not line["test"]:
            reached.at_import.update(line["reached"])
        elif line["passed"] and line["seconds"] <= FAST:
            reached.seconds[line["test"]] = line["seconds"]
            reached.shared[line["test"]] = line["shared"]
            for function in line["reached"]:
                reached.by_function[function].append(line["test"])
            for module in sorted({function.partition(":")[0] for function in line["reached"]}):
                reached.by_module[module].append(line["test"])
    return reached


def _trial(mutant: Mutant, reached: Reached) -> Trial:
    function = f"{mutant.module}:{mutant.inner}"
    afresh = function in reached.at_import or not (mutant.function or mutant.constant)
    candidates = reached.by_function[function]
    # What is remembered is reached once: by the first test that asks for it.
    if mutant.function is None or afresh or len(candidates) <= _FEW:
        beside = [mutant.module, *_importers(mutant.module)]
        candidates = [*candidates, *(test for module in beside for test in reached.by_module[module])]
    tests: list[str] = []
    made: dict[str, float] = {}
    seconds = 0.0
    word = Path(mutant.module).stem.removesuffix("s")
    for test in sorted(dict.fromkeys(candidates), key=lambda test: _remoteness(test, word, reached)):
        anew = {name: cost for name, cost in reached.shared[test].items() if name not in made}
        cost = reached.seconds[test] + sum(anew.values())
        if seconds + cost <= _PATIENCE:
            tests.append(test)
            seconds += cost
            made |= anew
    return Trial(mutant, tuple(tests), seconds, afresh)


def _remoteness(test: str, word: str, reached: Reached) -> tuple[bool, bool]:
    """Tests of one thing go first, then those in the file that is named as the module is."""
    return reached.seconds[test] > _UNIT, word not in test.partition("::")[0]


def _importers(module: str) -> list[str]:
    """Modules that import from this one."""
    name = module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    package, _, last = name.rpartition(".")
    imported = re.compile(
        rf"from {re.escape(name)} import|from {re.escape(package)} import [^\n]*\b{re.escape(last)}\b"
    )
    return [one for one in modules() if imported.search((PROJECT_ROOT / one).read_text(encoding="utf-8"))]


def _tried(trials: Sequence[Trial], folder: Path, jobs: int) -> dict[str, tuple[str, str]]:
    """Mutant → its module and its fate. Work is dealt out to processes; those that cost much, first."""
    for name in _IMPORTED_ONCE:
        importlib.import_module(name)
    workers: list[int] = []
    for number in range(jobs):
        worker = os.fork()
        if worker == 0:
            code = 1
            try:
                sys.stdout.flush()
                try_all(trials[number::jobs], folder / f"fates{number}.jsonl")
                code = 0
            finally:
                os._exit(code)
        workers.append(worker)
    if any(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers):
        sys.exit("a process that tried mutants ended before its last one")
    notes = sorted(folder.glob("fates*.jsonl"))
    return {line["mutant"]: (line["module"], line["fate"]) for file in notes for line in told(file)}


def _tell_survivors(trials: Sequence[Trial], fates: Mapping[str, tuple[str, str]]) -> None:
    """What survived, with the line as it was and as it was changed to."""
    for trial in trials:
        mutant = trial.mutant
        if fates[str(mutant)][1] == SURVIVED:
            was = (PROJECT_ROOT / mutant.module).read_text(encoding="utf-8").split("\n")
            became = mutant.source().split("\n")
            print(f"survived {len(trial.tests)} tests: {mutant}")
            print(f"    - {was[mutant.line - 1].strip()}\n    + {became[mutant.line - 1].strip()}")


if __name__ == "__main__":
    assert all((PROJECT_ROOT / room).is_dir() for room in ROOMS)
    sys.exit(main())
