"""Nights that go wrong while they are published, and the way back; `make chaos` has the whole schedule."""

import errno
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import publish
from pipeline.errors import RunError
from pipeline.night import read_generations, read_journal
from pipeline.publish import generation
from tests.chaos import stages, table
from tests.chaos.invariants import torn_outputs
from tests.chaos.world import fingerprint, hashes, run_id_of

NEXT = date(2017, 4, 1)
NOW = datetime(2017, 4, 2, 3, tzinfo=UTC)


def shown(place: Any) -> tuple[str, str]:
    """The run of the warehouse and the day of the lists."""
    return run_id_of(place.settings.warehouse), (place.settings.out / "latest").readlink().name


def strike(place: Any, log: Path, fault: stages.Fault) -> int:
    """Publishes the next night in a child that a fault hits; how it ended."""
    night = place.night("run2", as_of=NEXT)

    def work() -> None:
        sys.addaudithook(stages.Changes(fault, place.settings.restricted.parent))
        place.finish(night)

    return stages.ended(stages.fork(work, log))


@pytest.mark.parametrize("change", [3, 60, 111])
@pytest.mark.parametrize("error", [None, errno.ENOSPC])
def test_whatever_hits_publishing_one_whole_night_stands(
    place: Any, tmp_path: Path, change: int, error: int | None
) -> None:
    place.publish("run1")
    before = hashes(place.today.resolve())
    code = strike(place, tmp_path / "log", stages.Fault(change=change, errno=error))
    assert code in (-9, 1)
    fingerprint(place.settings.warehouse)
    assert hashes(place.today.resolve()) == before
    publish.repair(place.settings)
    is_published = len(read_journal(place.settings.restricted / "journal.jsonl")) == 2
    assert shown(place) == (("run2", str(NEXT)) if is_published else ("run1", "2017-03-31"))
    assert list(torn_outputs((place.settings.out / "latest").resolve())) == []
    left = {path.name for path in (place.settings.out / ".generations").iterdir()}
    assert left == ({"run1", "run2"} if is_published else {"run1"})
    assert not list(place.settings.warehouse.parent.glob(".*built*"))
    assert not list(place.settings.warehouse.parent.glob("*.wal"))


def test_a_warehouse_that_was_half_rebuilt_is_never_shown(place: Any, tmp_path: Path) -> None:
    place.publish("run1")
    place.settings.warehouse.unlink()

    def dies() -> None:
        generation.db.swap_in = lambda *_: os.kill(os.getpid(), 9)  # type: ignore[assignment]
        generation.warehouse.dictionary.comment = lambda _: os.kill(os.getpid(), 9)  # type: ignore[assignment]
        publish.repair(place.settings)

    assert stages.ended(stages.fork(dies, tmp_path / "log")) == -9
    assert not place.settings.warehouse.exists()
    publish.repair(place.settings)
    assert shown(place)[0] == "run1"
    fingerprint(place.settings.warehouse)


def test_the_generation_before_stands_again(place: Any) -> None:
    place.publish("run1")
    first, day = fingerprint(place.settings.warehouse), hashes(place.today.resolve())
    place.publish("run2", as_of=NEXT)
    told = generation.roll_back(place.settings, "王处长", "规则有误", NOW)
    assert "withdrawn: 2017-04-01 (run run2)" in str(told)
    assert shown(place) == ("run1", "2017-03-31")
    assert fingerprint(place.settings.warehouse) == first
    assert hashes(place.today.resolve()) == day
    assert not (place.settings.out / str(NEXT)).is_symlink()
    entry = read_journal(place.settings.restricted / "journal.jsonl")[-1]
    assert (entry["run_id"], entry["withdraws"], entry["by"], entry["why"]) == (
        "run1", "run2", "王处长", "规则有误",
    )  # fmt: skip
    assert [one["run_id"] for one in read_generations(place.settings.restricted)] == ["run1"]
    with pytest.raises(RunError, match="no generation to go back to"):
        generation.roll_back(place.settings, "x", "x", NOW)
    place.publish("run3", as_of=NEXT)
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        assert con.execute("SELECT run_id FROM run").fetchall() == [("run1",), ("run3",)]
        days = con.execute("SELECT DISTINCT as_of FROM risk_history ORDER BY ALL").fetchall()
    assert days == [(date(2017, 3, 31),), (NEXT,)]


def test_a_day_that_was_run_again_can_be_gone_back_to(place: Any) -> None:
    for run_id in ("run1", "run2", "run3"):
        place.publish(run_id)
    generation.roll_back(place.settings, "x", "x", NOW)
    assert shown(place) == ("run2", "2017-03-31")
    with pytest.raises(RunError, match="no longer kept"):
        generation.roll_back(place.settings, "x", "x", NOW)
    assert shown(place) == ("run2", "2017-03-31")


def test_a_lost_restricted_folder_clears_nothing_away(place: Any) -> None:
    place.publish("run1")
    before = hashes(place.settings.out)
    lost = replace(place.settings, restricted=place.settings.restricted.with_name("empty"))
    with pytest.raises(RunError, match="its journal is not there"):
        publish.repair(lost)
    assert hashes(place.settings.out) == before


def test_a_clock_that_was_put_back_hides_no_run(place: Any) -> None:
    place.publish("run1")
    night = replace(place.night("run0", as_of=NEXT), started_at="1999-01-01T00:00:00+00:00")
    place.finish(night)
    assert shown(place) == ("run0", str(NEXT))
    assert generation.warehouse.run_id_of(place.settings.warehouse) == "run0"


def test_tiers_far_from_last_nights_wait_for_a_person(place: Any) -> None:
    few = [place.firm(f"E{n:03}", f"甲{n}店", "桂园街道", ("5.00",), "A") for n in range(20)]
    many = [place.firm(f"E{n:03}", f"甲{n}店", "桂园街道", ("5.00",), "A") for n in range(80)]
    place.publish("run1", firms=few)
    with pytest.raises(RunError, match=r"A 20 → 80.*--accept tiers"):
        place.finish(place.night("run2", as_of=NEXT, firms=many))
    assert shown(place)[0] == "run1"
    night = place.night("run3", as_of=NEXT, firms=many)
    accepted = replace(night, settings=replace(night.settings, accept=("tiers", "enterprises")))
    place.finish(accepted)
    assert shown(place)[0] == "run3"


def test_the_table_counts_what_was_violated(tmp_path: Path) -> None:
    from tests.chaos.run import Result

    document = tmp_path / "r.md"
    document.write_text(f"a\n{table.BEGIN}\nold\n{table.END}\nb\n", encoding="utf-8")
    results = [Result("full disk", "x", 0, 3, ()), Result("full disk", "y", 0, 4, ("torn",))]
    table.write(document, table.render(results, 1.4))
    text = document.read_text(encoding="utf-8")
    assert "| full disk | 2 | 1 | 7 | 1 |" in text
    assert "- full disk: torn" in text
    assert "old" not in text
