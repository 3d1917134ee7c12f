"""One night: its folder, its lock, its journal, what wants a person."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.night import (
    Attention,
    Night,
    append_journal,
    fingerprint,
    one_at_a_time,
    read_attention,
    read_journal,
    record_attention,
)
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
    dead = Night.begin(_settings(tmp_path), START)
    alive = Night.begin(_settings(tmp_path), START.replace(hour=19))
    assert alive.folder.is_dir()
    assert not dead.folder.exists()


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
