"""Files that another process read ahead: the same tables, and nothing that has changed meanwhile."""

import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import db, ingest, private
from pipeline.declaration import Source, load_source
from pipeline.ingest import ahead
from pipeline.ingest.ahead import FILES_AHEAD, Ahead, reading_ahead
from pipeline.ingest.find import InboxFile, find_files
from pipeline.ingest.loading import Reader, Stamp, stamp_of
from pipeline.ingest.raw import RawTable
from pipeline.keys import load_key
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings
from tests.conftest import AS_OF

READ = ("grid", "registry", "tax")


@pytest.fixture
def all_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)


@pytest.fixture
def night(district_made: Path, tmp_path: Path) -> Night:
    shutil.copytree(district_made / "inbox", tmp_path / "inbox")
    settings = Settings(
        inbox=tmp_path / "inbox",
        warehouse=tmp_path / "w.duckdb",
        out=tmp_path / "out",
        restricted=tmp_path / "restricted",
        as_of=AS_OF,
        threads=2,
    )
    made = Night(settings, "night", "2017-03-31T00:00:00Z", "test")
    made.folder.mkdir(parents=True)
    load_key(settings.restricted)
    return made


def _sources() -> list[Source]:
    return [load_source(PROJECT_ROOT / "sources" / name) for name in READ]


def _tables(night: Night) -> dict[str, list[dict[str, Any]]]:
    with night.connect() as con:
        names = sorted(db.table_names(con))
        return {name: db.read_arrow(con, f'FROM "{name}" ORDER BY ALL').to_pylist() for name in names}


def _file(night: Night, extract: str) -> tuple[InboxFile, Stamp]:
    item = find_files(night.settings.inbox / extract, AS_OF)[0]
    return item, stamp_of(item.path.stat())


def _asked(kept: Iterator[RawTable] | None) -> int | None:
    return None if kept is None else sum(raw.rows for raw in kept)


@pytest.mark.usefixtures("all_are_long")
def test_the_tables_are_those_of_a_night_that_reads_by_itself(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(night.settings.restricted, tmp_path / "beside")
    beside = replace(night, settings=replace(night.settings, restricted=tmp_path / "beside"))
    beside.folder.mkdir(parents=True, exist_ok=True)
    asked: list[int | None] = []
    with private.umask(), reading_ahead(night, _sources()) as coming:
        assert coming is not None
        for source in _sources():
            item, stamp = _file(night, source.extract)
            with monkeypatch.context() as patch:
                patch.setattr(Reader, "read", lambda *_: pytest.fail("read here"))
                ingest.extract(night, source, coming)
            asked.append(_asked(coming.records(item, stamp)))
            ingest.extract(beside, source)
        folder = night.folder / ahead.FOLDER
        assert not list(folder.iterdir())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert asked == [None] * len(READ), "what was asked for once is not there again"
    assert _tables(night) == _tables(beside)


@pytest.mark.usefixtures("all_are_long")
def test_a_file_that_came_again_meanwhile_is_read_anew(night: Night) -> None:
    with reading_ahead(night, _sources()[1:2]) as coming:
        assert coming is not None
        item, before = _file(night, "registry")
        coming._begun[0][2].result()
        lines = item.path.read_bytes().splitlines(keepends=True)
        item.path.unlink()
        item.path.write_bytes(b"".join(lines[:-2]))
        assert stamp_of(item.path.stat()) != before
        assert coming.records(item, stamp_of(item.path.stat())) is None


@pytest.mark.usefixtures("all_are_long")
def test_files_are_read_a_few_at_a_time_and_those_not_asked_for_are_passed_over(night: Night) -> None:
    files = find_files(night.settings.inbox / "grid", AS_OF)
    assert len(files) > FILES_AHEAD + 1
    with reading_ahead(night, _sources()[:1]) as coming:
        assert coming is not None
        assert [path for path, _, _ in coming._begun] == [item.path for item in files[:FILES_AHEAD]]
        assert coming.records(files[-1], stamp_of(files[-1].path.stat())) is None, "not begun"
        second = stamp_of(files[1].path.stat())
        assert _asked(coming.records(files[1], second))
        assert coming.records(files[0], stamp_of(files[0].path.stat())) is None, "passed over"
        assert [path for path, _, _ in coming._begun] == [item.path for item in files[2 : 2 + FILES_AHEAD]]


@pytest.mark.usefixtures("all_are_long")
def test_what_cannot_be_read_is_left_to_whoever_asks_for_it(night: Night) -> None:
    item, _ = _file(night, "registry")
    item.path.write_bytes(b"\x00\xff\xfe garbage \x9d" * 40)
    with reading_ahead(night, _sources()[1:2]) as coming:
        assert coming is not None
        assert coming.records(item, stamp_of(item.path.stat())) is None
        assert not list((night.folder / ahead.FOLDER).iterdir())
    with reading_ahead(night, _sources()[1:2]) as coming:
        summary = ingest.extract(night, _sources()[1], coming)
    assert (summary.files, summary.refused) == (1, 1)


def test_a_file_that_is_too_long_to_be_kept_is_left_to_whoever_asks_for_it(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, stamp = _file(night, "registry")
    kept, source, key = night.folder / "0.pickle", _sources()[1], load_key(night.settings.restricted)
    assert ahead._keep(source, key, item, kept) == stamp
    kept.unlink()
    monkeypatch.setattr(ahead, "MOST_KEPT", 1_000)
    assert ahead._keep(source, key, item, kept) is None
    assert not kept.exists()


def test_a_process_that_dies_costs_nothing_but_its_work(tmp_path: Path) -> None:
    item = InboxFile("a.csv", tmp_path / "a.csv", AS_OF)
    dead: Future[Stamp | None] = Future()
    dead.set_exception(BrokenProcessPool())
    with ProcessPoolExecutor(1) as pool:
        coming = Ahead(pool, [], b"", tmp_path)
        coming._begun.append((item.path, tmp_path / "0.pickle", dead))
        assert coming.records(item, (1, 2, 3)) is None


def test_short_files_and_nights_of_one_thread_are_not_read_ahead(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading_ahead(night, _sources()) as coming:
        assert coming is None
    monkeypatch.setattr(ahead, "WORTH_A_PROCESS", 1)
    alone = replace(night, settings=replace(night.settings, threads=1))
    with reading_ahead(alone, _sources()) as coming:
        assert coming is None
    for path in (night.settings.inbox / "registry").iterdir():
        path.rename(path.with_name("registry.csv"))
    with reading_ahead(night, _sources()[1:2]) as coming:
        assert coming is None, "a file whose name rules it out is never read"
