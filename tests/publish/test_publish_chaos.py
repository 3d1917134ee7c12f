"""Nights that go wrong while they are published, and the way back; `make chaos` has the whole schedule."""

import multiprocessing
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline import cli, publish
from pipeline.errors import RunError
from pipeline.journal import read_generations, read_journal
from pipeline.publish.database import checks
from pipeline.publish.generations import generation
from pipeline.publish.generations.generation import Generation
from tests.chaos import stages, table
from tests.chaos.invariants import torn_outputs
from tests.chaos.world import fingerprint, hashes, run_id_of

NEXT = date(2017, 4, 1)
NOW = datetime(2017, 4, 2, 3, tzinfo=UTC)


@pytest.fixture
def one(made: Any, tmp_path: Path) -> Any:
    """A place of its own with the tiny night published as run1."""
    folder = tmp_path / "place"
    shutil.copytree(made.settings.out.parent, folder, symlinks=True)

    def moved(path: Path) -> Path:
        return folder / path.relative_to(made.settings.out.parent)

    old = made.settings
    settings = replace(
        old, out=moved(old.out), warehouse=moved(old.warehouse), restricted=moved(old.restricted)
    )
    return replace(made, settings=settings)


def again(place: Any, run_id: str, day: date, started_at: str = "2017-04-01T02:00:00+00:00") -> None:
    """Publishes run1 once more under another run id, for a day."""
    first = Generation(place.settings, "run1")
    made = Generation(replace(place.settings, as_of=day), run_id)
    made.begin()
    shutil.copytree(first.folder, made.folder, dirs_exist_ok=True)
    shutil.copytree(first.restricted, made.restricted, dirs_exist_ok=True)
    runs = made.folder / "warehouse" / "run.parquet"
    told = {"runs": str(first.folder / "warehouse" / "run.parquet"), "run": run_id, "at": started_at}
    rows = duckdb.execute(
        """SELECT * FROM read_parquet($runs) UNION ALL
           SELECT * REPLACE ($run AS run_id, $at AS started_at) FROM read_parquet($runs)""",
        told,
    )
    pq.write_table(rows.to_arrow_table(), runs)
    generation.warehouse.rebuild(made.folder / "warehouse", made.built)
    made.sync()
    generation.publish(made, "0", "0")
    generation.settle(made.settings)


def shown(place: Any) -> tuple[str, str]:
    """The run of the warehouse and the day of the lists."""
    return run_id_of(place.settings.warehouse), (place.settings.out / "latest").readlink().name


def strike(place: Any, fault: stages.Fault) -> int | None:
    """Publishes the next night in a process of its own that a fault hits; how it ended.

    Not forked: a child would inherit the locks of threads that earlier tests left.
    """
    night = place.night("run2", as_of=NEXT)
    child = multiprocessing.get_context("spawn").Process(
        target=stages.publish_under, args=(night, place.sources, fault)
    )
    child.start()
    child.join()
    return child.exitcode


def test_whatever_kills_publishing_one_whole_night_stands(one: Any) -> None:
    place = one
    before = hashes(place.today.resolve())
    assert strike(place, stages.Fault(change=1, path=".latest.link")) == -9
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


def test_a_warehouse_that_was_half_rebuilt_is_never_shown(one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """What no handler of an error catches."""

    def dies(_: object) -> None:
        raise Killed

    one.settings.warehouse.unlink()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(generation.warehouse.dictionary, "comment", dies)
        publish.repair(one.settings)
    assert not one.settings.warehouse.exists()
    publish.repair(one.settings)
    assert shown(one)[0] == "run1"
    fingerprint(one.settings.warehouse)


def test_the_generation_before_stands_again(one: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings = one.settings
    first, day = fingerprint(settings.warehouse), hashes(one.today.resolve())
    again(one, "run2", NEXT)
    assert shown(one) == ("run2", str(NEXT))
    places = ["--warehouse", str(settings.warehouse), "--out", str(settings.out)]
    command = ["rollback", "--by", "王处长", "--why", "规则有误", *places]
    assert cli.main([*command, "--restricted", str(settings.restricted)]) == cli.DONE
    assert "withdrawn: 2017-04-01 (run run2)" in capsys.readouterr().out
    assert shown(one) == ("run1", "2017-03-31")
    assert fingerprint(settings.warehouse) == first
    assert hashes(one.today.resolve()) == day
    assert not (settings.out / str(NEXT)).is_symlink()
    entry = read_journal(settings.restricted / "journal.jsonl")[-1]
    said = [entry[name] for name in ("run_id", "withdraws", "by", "why")]
    assert said == ["run1", "run2", "王处长", "规则有误"]
    assert [line["run_id"] for line in read_generations(settings.restricted)] == ["run1"]
    with pytest.raises(RunError, match="no generation to go back to"):
        generation.roll_back(settings, "x", "x", NOW)
    again(one, "run3", NEXT)
    assert shown(one) == ("run3", str(NEXT))


def test_a_day_that_was_run_again_can_be_gone_back_to(one: Any) -> None:
    for run_id in ("run2", "run3"):
        again(one, run_id, one.settings.as_of)
    generation.roll_back(one.settings, "x", "x", NOW)
    assert shown(one) == ("run2", "2017-03-31")
    with pytest.raises(RunError, match="no longer kept"):
        generation.roll_back(one.settings, "x", "x", NOW)
    assert shown(one) == ("run2", "2017-03-31")


def test_a_lost_restricted_folder_clears_nothing_away(one: Any) -> None:
    before = hashes(one.settings.out)
    lost = replace(one.settings, restricted=one.settings.restricted.with_name("empty"))
    with pytest.raises(RunError, match="its journal is not there"):
        publish.repair(lost)
    assert hashes(one.settings.out) == before


def test_a_clock_that_was_put_back_hides_no_run(one: Any) -> None:
    again(one, "run0", NEXT, started_at="1999-01-01T00:00:00+00:00")
    assert generation.warehouse.run_id_of(one.settings.warehouse) == "run0"


def test_tiers_far_from_last_nights_wait_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "FOLDER", checks.BANDS / "none")
    monkeypatch.setattr(checks, "KEYS", {})
    con = duckdb.connect()
    con.execute("CREATE TABLE risk AS SELECT 'A' AS tier FROM range(100)")
    con.execute(
        """CREATE TABLE risk_history AS
           SELECT DATE '2017-03-31' AS as_of, 'A' AS tier FROM range(40)
           UNION ALL SELECT DATE '2017-02-28', 'A' FROM range(4)"""
    )
    checks.check(con, {"as_of": NEXT}, {})
    con.execute("INSERT INTO risk SELECT 'A' FROM range(21)")
    with pytest.raises(RunError, match=r"40 → 121.*--accept enterprises"):
        checks.check(con, {"as_of": NEXT}, {})
    with pytest.raises(RunError, match=r"A 40 → 121.*--accept tiers"):
        checks.check(con, {"as_of": NEXT}, {}, accept=["enterprises"])
    checks.check(con, {"as_of": NEXT}, {}, accept=["enterprises", "tiers"])
    con.execute("DELETE FROM risk_history")
    checks.check(con, {"as_of": NEXT}, {})


def test_the_table_counts_what_was_violated(tmp_path: Path) -> None:
    from tests.chaos.run import Result

    document = tmp_path / "r.md"
    document.write_text(f"a\n{table.BEGIN}\nold\n{table.END}\nb\n", encoding="utf-8")
    results = [Result("full disk", "x", 0, 3, ()), Result("full disk", "y", 0, 4, ("torn",))]
    table.write(document, table.render(results, 1.4, "make chaos"))
    text = document.read_text(encoding="utf-8")
    assert "| full disk | 2 | 1 | 7 | 1 |" in text
    assert "- full disk: torn" in text
    assert "Made by `make chaos` in 1 minutes." in text
    assert "old" not in text
