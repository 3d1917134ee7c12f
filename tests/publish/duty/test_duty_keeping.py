"""How long the nights of a place stay, and what goes with them."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import publish
from pipeline.duty import watch
from pipeline.publish.generations import generation, keeping
from pipeline.publish.generations.generation import Generation
from pipeline.publish.generations.keeping import forget, kept_days
from pipeline.settings import Settings
from tests.publish.duty.endings import end_of, published


def stand(settings: Settings, day: date, run_id: str) -> None:
    """Publishes a night without lines."""
    made = Generation(replace(settings, as_of=day), run_id)
    made.begin()
    (made.restricted / "history.parquet").touch()
    made.built.touch()
    made.sync()
    generation.publish(made, "0", "0")
    made.built.unlink()
    generation.settle(settings)


def test_the_newest_nights_and_the_laws_clock_stay() -> None:
    days = [date(2016, 1, 1) + timedelta(days=n) for n in range(400)]
    assert min(kept_days(days, 2)) == days[-1] - timedelta(days=185)
    assert kept_days(days, 300) == set(days[-300:])
    assert kept_days(days[:1], 2) == set(days[:1])


def test_old_nights_go_and_what_kept_ones_need_stays(empty: Settings) -> None:
    days = [date(2016, 1, 31), date(2016, 6, 30), date(2016, 9, 30), date(2017, 3, 31)]
    for day in days:
        stand(empty, day, f"of_{day:%Y%m}")
    assert forget(empty, 4) == []
    assert forget(empty, 2) == [date(2016, 1, 31), date(2016, 6, 30)]
    for _ in range(2):
        assert {path.name for path in empty.out.iterdir()} == {
            ".generations",
            "latest",
            "2016-09-30",
            "2017-03-31",
        }
        # The earliest kept night tells its changes against the one before it.
        states = {path.name for path in (empty.restricted / "generations").iterdir()}
        assert states == {"of_201606", "of_201609", "of_201703"}
        publish.repair(empty)
        assert forget(empty, 2) == []


def test_what_died_while_it_was_taken_away_goes_with_the_next_night(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (date(2016, 1, 31), date(2016, 9, 30), date(2017, 3, 31)):
        stand(empty, day, f"of_{day:%Y%m}")

    def dies(_: Path) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(keeping.shutil, "rmtree", dies)
        with pytest.raises(OSError, match="power cut"):
            forget(empty, 2)
    publish.repair(empty)
    assert {path.name for path in (empty.out / ".generations").iterdir()} == {"of_201609", "of_201703"}
    assert not (empty.out / "2016-01-31").is_symlink()


def test_a_past_night_that_was_written_last_keeps_the_history(empty: Settings) -> None:
    stand(empty, date(2017, 3, 31), "newest")
    stand(empty, date(2016, 9, 15), "between")
    stand(empty, date(2016, 1, 31), "past")
    assert forget(empty, 2) == [date(2016, 1, 31)]
    assert (empty.restricted / "generations" / "past" / "history.parquet").exists()


def test_retention_is_told_and_shortens_the_log(there: Settings, caplog: pytest.LogCaptureFixture) -> None:
    log = there.restricted / "prefect" / "server.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * 3 * watch.LOG_BYTES + b"end")
    (there.restricted / "duty.yml").write_text("keep: {nights: 2}", encoding="utf-8")
    for day in (date(2016, 1, 31), date(2016, 6, 30)):
        stand(there, day, f"of_{day:%Y%m}")
    with caplog.at_level(logging.INFO, "early_warning"):
        [ending] = end_of(there, published())
    assert "kept 2 nights: took away those of 2016-01-31" in caplog.text
    assert ending.forget_before
    assert ending.forget_before.date() == date(2017, 3, 30)
    assert log.stat().st_size == watch.LOG_BYTES
    assert log.read_bytes().endswith(b"end")
