"""One small district and one whole night on it, shared by all tests that look at a published night."""

import fcntl
import hashlib
import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import cli, district, prefect_home, private
from pipeline.settings import PROJECT_ROOT, Settings, restricted_beside

AS_OF = date(2017, 3, 31)
STEPS = ("ingest_extract", "close_ingest", "link_records", "score_enterprises", "publish_night")
GUARD = PROJECT_ROOT / "tests" / "guard"
sys.path.insert(0, str(GUARD))
network_guard = importlib.import_module("network_guard")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nights", type=int, default=6, help="how long the month of test_month.py is, up to 30")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file goes first: a worker that begins it last would let the other one wait."""
    items.sort(key=lambda item: item.path.name != "test_month.py")


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that tests run, in this process or in Python processes of its own, reaches another machine."""
    if network_guard.NOTE not in os.environ:
        note = tempfile.NamedTemporaryFile(prefix="reached-out-", suffix=".txt")  # noqa: SIM115
        config.add_cleanup(note.close)
        os.environ[network_guard.NOTE] = note.name
    path = [str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(path)
    network_guard.install()


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """A test in which something tries to reach another machine fails, though it was refused."""
    before = len(network_guard.noted())
    yield
    assert network_guard.noted()[before:] == []


@dataclass(frozen=True)
class Place:
    """Where a night ran, and how it ended."""

    folder: Path
    as_of: date
    code: int
    told: str

    @property
    def night(self) -> Path:
        return self.folder / "out" / str(self.as_of)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()

    def copy_to(self, folder: Path) -> None:
        """The same place once more; the home of a Prefect server that may still be up stays behind."""
        shutil.copytree(self.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("prefect"))

    def lists(self) -> dict[str, str]:
        """File name → SHA-256 of every list."""
        files = [*self.night.glob("*_*.csv"), *self.night.glob("*_*.xlsx"), *self.night.glob("streets/*")]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _command(
    folder: Path, inbox: Path, as_of: date = AS_OF, capsys: pytest.CaptureFixture[str] | None = None
) -> Place:
    places = {"--inbox": inbox, "--warehouse": folder / "warehouse.duckdb", "--out": folder / "out"}
    options = [str(word) for pair in places.items() for word in pair]
    before = os.umask(0)  # as careless as a caller can be: what is kept must be private all the same
    try:
        code = cli.main(["run", *options, "--as-of", str(as_of)])
    finally:
        os.umask(before)
    return Place(folder, as_of, code, "".join(capsys.readouterr()) if capsys else "")


def _night(folder: Path, inbox: Path, as_of: date = AS_OF) -> Place:
    warehouse = folder / "warehouse.duckdb"
    restricted = restricted_beside(warehouse)
    settings = Settings(
        inbox, warehouse, folder / "out", restricted, as_of, corrections=restricted / "corrections"
    )
    prefect_home.prepare(settings.restricted, verbose=False)
    import flows

    with pytest.MonkeyPatch.context() as patch, private.umask():
        for step in STEPS:
            patch.setattr(flows, step, getattr(flows, step).fn)
        patch.setattr(flows, "_show", lambda ending: None)
        patch.setattr(flows, "_safely_bury", lambda: None)
        outcome = flows.nightly.fn(settings.to_parameters())
    return Place(folder, as_of, cli.ATTENTION if outcome.attention else cli.DONE, "")


@pytest.fixture(scope="session")
def run_command() -> Callable[..., Place]:
    """Runs the command `run`, Prefect and its server with it, and tells where and how."""
    return _command


@pytest.fixture(scope="session")
def run_night() -> Callable[..., Place]:
    """Runs the same night's steps in the same order without Prefect, which takes a third of the time."""
    return _night


@contextmanager
def _one_worker_at_a_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that all workers of a test run share, while no other worker makes anything in it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "shared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def district_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A district of 300 firms, made once a test run: inbox and truth."""
    with _one_worker_at_a_time(tmp_path_factory) as shared:
        folder = shared / "district"
        if not folder.exists():
            district.generate(300, 5, AS_OF, folder, PROJECT_ROOT / "sources")
    return folder


@pytest.fixture(scope="session")
def whole_night(district_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The first night on that district, run once a test run; tests only read it, or copy it."""
    with _one_worker_at_a_time(tmp_path_factory) as shared:
        told = shared / "first.json"
        if not told.exists():
            code = _night(shared / "first", district_made / "inbox").code
            told.write_text(json.dumps({"code": code}), encoding="utf-8")
        code = json.loads(told.read_text(encoding="utf-8"))["code"]
    return Place(shared / "first", AS_OF, code, "")
