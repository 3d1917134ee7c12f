"""One night: its folder, its lock, its journal, what wants a person."""

import errno
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.errors import RunError, sentence_of
from pipeline.journal import append_journal, read_journal
from pipeline.lock import one_at_a_time, owner_of
from pipeline.night import Attention, Night, fingerprint, read_attention, record_attention, require_inbox
from pipeline.settings import Settings, restricted_beside

START = datetime(2017, 3, 31, 18, 0, tzinfo=UTC)


def _settings(folder: Path) -> Settings:
    return Settings(
        inbox=folder / "inbox",
        warehouse=folder / "warehouse.duckdb",
        out=folder / "out",
        restricted=folder / "restricted",
        as_of=date(2017, 3, 31),
        accept=("tax",),
    )


def test_settings_survive_a_scheduler(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert Settings.from_parameters(settings.to_parameters()) == settings


def test_two_warehouses_in_one_folder_never_share_a_restricted_folder() -> None:
    assert restricted_beside(Path("data/warehouse.duckdb")) == Path("data/restricted")
    assert restricted_beside(Path("data/other.duckdb")) == Path("data/other.restricted")


def test_a_night_is_built_where_only_the_job_may_look(tmp_path: Path) -> None:
    night = Night.begin(_settings(tmp_path), START)
    assert night.folder.is_dir()
    for folder in (night.folder, night.settings.restricted):
        assert folder.stat().st_mode & 0o077 == 0
    night.connect().close()
    night.discard()
    assert not night.folder.exists()


def test_what_a_dead_night_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    dead = Night.begin(settings, START)
    with one_at_a_time(settings):
        assert not dead.folder.exists()
        assert Night.begin(settings, START.replace(hour=19)).folder.is_dir()


def test_one_night_at_a_time(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with (
        one_at_a_time(settings),
        pytest.raises(RunError, match="another night is under way"),
        one_at_a_time(settings),
    ):
        pass
    with one_at_a_time(settings):
        pass


def test_whoever_waits_is_told_who_holds_the_lock_and_how_long(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with one_at_a_time(settings, lambda: START):
        told = rf"process {os.getpid()} on .+, since 2017-03-31 18:00 UTC \(90 minutes\)"
        later = START + timedelta(minutes=90)
        with pytest.raises(RunError, match=told), one_at_a_time(settings, lambda: later):
            pass
    assert owner_of(settings.restricted) is None


def test_a_dead_owner_is_recognised_and_what_it_left_is_cleared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = _settings(tmp_path)
    half = settings.restricted / "archive" / "tax" / ".abc.json.77"
    for path in (half, settings.restricted / "runs" / "x" / "night.duckdb"):
        path.parent.mkdir(parents=True)
        path.touch()
    note = '{"host": "h", "pid": 7, "since": "2017-03-30T18:00:00+00:00"}'
    (settings.restricted / "night.lock").write_text(note)
    with caplog.at_level("WARNING", "early_warning"), one_at_a_time(settings, lambda: START):
        assert not (settings.restricted / "runs").exists()
        assert not half.exists()
    assert "process 7 on h" in caplog.text


def test_a_line_that_does_not_fit_the_disk_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal.jsonl"
    append_journal(journal, {"run_id": "a"})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(os, "fsync", full)
        append_journal(journal, {"run_id": "b"})
    with journal.open("a") as handle:
        handle.write('{"run_id": "c"')
    append_journal(journal, {"run_id": "d"})
    assert [entry["run_id"] for entry in read_journal(journal)] == ["a", "d"]


def test_an_inbox_that_is_not_there_stops_the_night(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with pytest.raises(RunError, match="inbox is not there"):
        require_inbox(settings)
    settings.inbox.mkdir()
    require_inbox(settings)


def test_what_the_machine_lacks_is_said_in_words() -> None:
    def said(problem: BaseException) -> str:
        return sentence_of(problem)

    full = said(OSError(errno.ENOSPC, "x", "/data/grid/王小明.csv"))
    assert full.startswith("/data/grid: the disk is full")
    assert "王小明" not in full
    assert said(duckdb.IOException("IO Error: write 王小明: No space left on device")).startswith(
        "the disk is full"
    )
    assert said(MemoryError()).startswith("memory ran out")
    assert said(ValueError("王小明")).startswith("an unforeseen ValueError")


def test_attention_is_kept_once_and_sorted(tmp_path: Path) -> None:
    con = Night.begin(_settings(tmp_path), START).connect()
    assert read_attention(con) == []
    later, earlier = Attention("refused", "tax", "b"), Attention("missing", "grid", "a")
    record_attention(con, [later, earlier])
    record_attention(con, [later])
    assert read_attention(con) == [earlier, later]


def test_a_line_of_the_journal_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    assert read_journal(journal) == []
    append_journal(journal, {"run_id": "a"})
    append_journal(journal, {"run_id": "b"})
    with journal.open("a") as handle:
        handle.write('{"run_id": "c"')
    assert [entry["run_id"] for entry in read_journal(journal)] == ["a", "b"]


def test_a_fingerprint_sees_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("1")
    first = fingerprint(tmp_path, ["*.yml"])
    (tmp_path / "a.yml").write_text("2")
    second = fingerprint(tmp_path, ["*.yml"])
    (tmp_path / "a.yml").rename(tmp_path / "b.yml")
    assert len({first, second, fingerprint(tmp_path, ["*.yml"])}) == 3
