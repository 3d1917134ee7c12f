"""The empty record that a first night copies: Prefect's own, whole, private, and never over another one."""

import re
import sqlite3
import stat
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline import prefect_record


def _version(record: Path) -> str:
    with closing(sqlite3.connect(record)) as con:
        return str(con.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _newest() -> str:
    """The change of its database that no other one of the installed Prefect follows.

    Its changes are read as text: they would import Prefect, which would take its settings from here.
    """
    found = find_spec("prefect")
    assert found is not None
    assert found.origin is not None
    changes = Path(found.origin).parent / "server" / "database" / "_migrations" / "versions" / "sqlite"
    told = "\n".join(path.read_text(encoding="utf-8") for path in changes.glob("*.py"))
    names, followed = (
        set(re.findall(rf"^{word} = ['\"](\w+)", told, re.M)) for word in ("revision", "down_revision")
    )
    (newest,) = names - followed
    return str(newest)


def test_the_empty_record_of_this_environment_is_what_its_prefect_wants() -> None:
    empty = prefect_record.empty_record()
    assert empty.is_file(), "run make setup"
    assert _version(empty) == _newest()
    with closing(sqlite3.connect(empty)) as con:
        tables = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: con.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    assert {name for name, count in rows.items() if count} == {"alembic_version"}


def test_it_is_laid_once_and_private(tmp_path: Path) -> None:
    prefect_record.lay(tmp_path)
    record = tmp_path / prefect_record.RECORD
    assert record.read_bytes() == prefect_record.empty_record().read_bytes()
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [record]
    record.write_bytes(b"a night's record")
    prefect_record.lay(tmp_path)
    assert record.read_bytes() == b"a night's record"


def test_without_an_empty_record_prefect_is_left_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_record, "empty_record", lambda: tmp_path / "none.db")
    prefect_record.lay(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_process_that_was_sooner_keeps_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sooner(record: Path, _: Path) -> None:
        record.write_bytes(b"theirs")
        raise FileExistsError

    monkeypatch.setattr(Path, "hardlink_to", sooner)
    prefect_record.lay(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"theirs"]


def test_a_prefect_that_cannot_make_one_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "prefect")

    monkeypatch.setattr(prefect_record, "empty_record", lambda: tmp_path / "share" / "prefect.db")
    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(subprocess.CalledProcessError):
        prefect_record.make()
    assert list((tmp_path / "share").iterdir()) == []
