"""Trying mutants: one process imports everything and collects the tests once, and forks for every mutant.

A change inside a function is put in by exchanging the function's code, wherever the function was imported to.
A constant gets its changed value in every module that imported it. For a change elsewhere, or in a function
that ran while modules were imported, the child is forked from a process that imported nothing of the rooms.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from pipeline.settings import PROJECT_ROOT
from tests.mutation.mutants import Mutant

KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", "--capture=sys", "--hypothesis-seed=0")
ROOM = 4 << 30
_SECONDS = 20  # of processor time beyond five times what the tests need
_WALL = 300
_BROKEN = 3


@dataclass(frozen=True)
class Trial:
    """One mutant and the tests that may kill it, in the order in which they are tried."""

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float
    afresh: bool


def try_all(trials: Sequence[Trial], notes: Path) -> None:
    """Tries mutants one after the other; appends a line of JSON for each to `notes`."""

    def note(trial: Trial, fate: str) -> None:
        line = {"mutant": str(trial.mutant), "module": trial.mutant.module, "fate": fate}
        print(fate, trial.mutant, flush=True)
        with notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    without = [trial for trial in trials if not trial.tests]
    for trial in without:
        note(trial, SURVIVED)
    for trial in trials:
        if trial.afresh and trial.tests:
            note(trial, _forked(trial, partial(_afresh, trial)))
    rest = [trial for trial in trials if not trial.afresh and trial.tests]
    files = sorted({test.partition("::")[0] for trial in rest for test in trial.tests})
    if files:
        code = pytest.main([*OPTIONS, *files], plugins=[_Exchanging(rest, note)])
        if code != pytest.ExitCode.OK:
            raise RuntimeError(f"the tests of these mutants could not be tried (pytest ends with {code})")


def _forked(trial: Trial, run: Callable[[], bool]) -> str:
    """What became of a mutant in a child; its time and memory are bounded, its temporary files taken away."""
    folder = tempfile.mkdtemp(prefix="mutant-")
    child = os.fork()
    if child == 0:
        _child(folder, int(5 * trial.seconds) + _SECONDS, run)
    _, status = os.waitpid(child, 0)
    shutil.rmtree(folder, ignore_errors=True)
    if os.WIFSIGNALED(status):
        is_time = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
        return TIMEOUT if is_time else KILLED
    if os.WEXITSTATUS(status) == _BROKEN:
        raise RuntimeError(f"{trial.mutant} could not be tried; what its process said is above")
    return KILLED if os.WEXITSTATUS(status) else SURVIVED


def _child(folder: str, seconds: int, run: Callable[[], bool]) -> None:
    complaints = os.fdopen(os.dup(2), "w")
    code = _BROKEN
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (ROOM, ROOM))
        signal.alarm(_WALL)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        for name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT", "HYPOTHESIS_STORAGE_DIRECTORY"):
            os.environ[name] = folder
        tempfile.tempdir = folder
        code = int(run())
    except BaseException:
        traceback.print_exc(file=complaints)
        complaints.flush()
    finally:
        os._exit(code)


class _Exchanging:
    """Tries mutants in functions, in forks of a session that has collected its tests."""

    def __init__(self, trials: Sequence[Trial], note: Callable[[Trial, str], None]) -> None:
        self._trials = trials
        self._note = note

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()
        for trial in self._trials:
            chosen = [items[test] for test in trial.tests]
            self._note(trial, _forked(trial, partial(_exchanged, session, chosen, trial.mutant)))
        return True


def _exchanged(session: pytest.Session, items: list[pytest.Item], mutant: Mutant) -> bool:
    changed = compile(mutant.source(), str(PROJECT_ROOT / mutant.module), "exec")
    importlib.import_module(mutant.dotted)  # some are loaded only when they are asked for
    is_in = _exchange(_code(changed, mutant.function)) if mutant.function else _give_anew(changed, mutant)
    if not is_in:
        return is_in is None
    session.items = items
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return True
    return False


def _code(around: CodeType, qualname: str) -> CodeType:
    """The code of a function inside a module's, or a class's."""
    for constant in around.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == qualname:
                return constant
            if qualname.startswith(f"{constant.co_qualname}."):
                return _code(constant, qualname)
    raise LookupError(qualname)


def _exchange(code: CodeType) -> bool:
    """Puts a code in the place of its namesake wherever that lives; whether it lives anywhere."""
    gc.unfreeze()
    found = False
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType):
            old = thing.__code__
            if old.co_qualname == code.co_qualname and old.co_filename == code.co_filename:
                thing.__code__ = code
                found = True
    return found


def _give_anew(changed: CodeType, mutant: Mutant) -> bool | None:
    """Gives a constant its changed value wherever its name is known; whether it is, None if that fails."""
    name = mutant.constant
    assert name
    module = sys.modules[mutant.dotted]
    was, apart = getattr(module, name), {**vars(module)}
    try:
        exec(changed, apart)
    except Exception:
        return None  # no test could even import it
    holders = [one for one in list(sys.modules.values()) if name in vars(one) and vars(one)[name] is was]
    for holder in holders:
        setattr(holder, name, apart[name])
    return bool(holders)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module from a changed text."""

    def __init__(self, mutant: Mutant) -> None:
        self._file = str(PROJECT_ROOT / mutant.module)
        self._name = mutant.dotted
        self._source = mutant.source().encode()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=self._file)
        spec.has_location = True
        if self._file.endswith("__init__.py"):
            spec.submodule_search_locations = [str(Path(self._file).parent)]
        return spec

    def get_filename(self, fullname: str) -> str:
        return self._file

    def get_data(self, path: str | bytes) -> bytes:
        if path == self._file:
            return self._source
        raise OSError(f"no other file than {self._file} comes from here")


class _Chosen:
    """Runs the tests that were chosen, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = (item for item in items if item.nodeid in self._order)
        items[:] = sorted(chosen, key=lambda item: self._order[item.nodeid])


def _afresh(trial: Trial) -> bool:
    sys.meta_path.insert(0, _Changed(trial.mutant))
    files = sorted({test.partition("::")[0] for test in trial.tests})
    code = pytest.main([*OPTIONS, *files], plugins=[_Chosen(trial.tests)])
    return code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def told(notes: Path) -> Iterator[dict[str, str]]:
    """What `try_all` wrote."""
    for line in notes.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
