"""Nights that die half-way: the next one goes on where they ended, and publishes the same bytes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit, ingest, link, lock, publish, resuming, score
from pipeline.link import parts
from pipeline.lock import one_at_a_time
from pipeline.night import PARTS, Attention, Night, read_attention, record_attention
from pipeline.resuming import Steps
from pipeline.settings import Settings
from tests.chaos import world

START = datetime(2017, 3, 31, 18, 0, tzinfo=UTC)
HALF = 14  # of some thirty parts of a small district's linking


class Dead(BaseException):
    """What no step and no flow catches."""


def _die(*_: Any, **__: Any) -> None:
    raise Dead


def _refuse(*_: Any, **__: Any) -> None:
    raise AssertionError("a step that was done is done again")


def test_nights_that_die_after_ingest_amid_linking_scoring_and_publishing_end_with_the_same_bytes(
    whole_night: Any, district_made: Path, run_night: Callable[..., Any], tmp_path: Path
) -> None:
    place, written = tmp_path / "place", []
    write = parts._write

    def noted(path: Path, arrays: parts.Arrays) -> None:
        write(path, arrays)
        written.append(path.name)

    def noted_half(path: Path, arrays: parts.Arrays) -> None:
        noted(path, arrays)
        if len(written) == HALF:
            raise Dead

    def night(*patches: tuple[Any, str, Callable[..., Any]]) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            for module, name, other in patches:
                patch.setattr(module, name, other)
            return run_night(place, district_made / "inbox")

    ingested = (ingest, "extract", _refuse), (ingest, "finish", _refuse)
    linked = (*ingested, (link, "run", _refuse))
    scored = (*linked, (score, "run", _refuse))
    for patches in (
        [(link, "run", _die)],
        [*ingested, (parts, "_write", noted_half)],
        [*ingested, (parts, "_write", noted), (score, "rank", _die)],
        [*linked, (publish.manifest, "write", _die)],
    ):
        with pytest.raises(Dead):
            night(*patches)
        assert not (place / "out" / "latest").exists()
    resumed = night(*scored)

    assert len(written) > HALF + 2
    assert len(written) == len(set(written))  # what was done before the death was not done again
    assert world.night_bytes(resumed.night) == world.night_bytes(whole_night.night)
    warehouses = [folder / "warehouse.duckdb" for folder in (place, whole_night.folder)]
    assert world.fingerprint(warehouses[0]) == world.fingerprint(warehouses[1])
    assert not list((place / "restricted" / "runs").iterdir())
    told = [one.facts["steps"] for one in audit.read(place / "restricted") if one.action == "resumption"]
    assert told == [told[0], told[0], told[0] + 1, told[0] + 2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A place with one file in its inbox, a source and a rule; no room ever reads them here."""
    for name in ("inbox/tax", "sources/tax", "rules/theme", "restricted/corrections"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("inbox/tax/tax_20170331.csv", "sources/tax/source.yml", "rules/theme/a.yml"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    return Settings(
        inbox=tmp_path / "inbox",
        warehouse=tmp_path / "warehouse.duckdb",
        out=tmp_path / "out",
        restricted=tmp_path / "restricted",
        corrections=tmp_path / "restricted" / "corrections",
        as_of=date(2017, 3, 31),
        sources=tmp_path / "sources",
        rules=tmp_path / "rules",
    )


def _stage(night: Night) -> None:
    with night.connect() as con:
        con.execute("CREATE OR REPLACE TABLE stg_tax AS SELECT 1 AS a")
        con.execute("CREATE TABLE IF NOT EXISTS rejected_row (extract VARCHAR)")
        con.execute("INSERT INTO rejected_row VALUES ('tax')")


def _supply(night: Night) -> None:
    with night.connect() as con:
        record_attention(con, [Attention("stale", "tax", "a")])


def _begun(settings: Settings, hours: int = 0) -> Steps:
    with one_at_a_time(settings, resumes=not settings.anew):
        return resuming.begin(settings, START + timedelta(hours=hours))


def _dead(settings: Settings) -> Steps:
    """A night that had done two steps."""
    steps = _begun(settings)
    steps.run("ingest tax", _stage)
    steps.run("supply", _supply)
    return steps


DONE = ("ingest tax", "supply")


def test_what_a_dead_night_had_done_is_taken_over_and_not_done_again(settings: Settings) -> None:
    dead = _dead(settings)
    steps = _begun(settings, 1)
    assert steps.taken_over == DONE
    assert steps.night.run_id != dead.night.run_id
    assert not dead.night.folder.exists()
    assert (steps.night.folder / lock.DONE).stat().st_mode & 0o077 == 0
    for name in DONE:
        steps.run(name, _refuse)
    [entry] = [one for one in audit.read(settings.restricted) if one.action == "resumption"]
    assert entry.facts["before"] == dead.night.run_id


def test_what_a_killed_step_left_half_made_goes(settings: Settings) -> None:
    night = _dead(settings).night
    with night.connect() as con:
        con.execute("CREATE TABLE record_link AS SELECT 1 AS a")
        con.execute("CREATE VIEW usable_tax AS FROM record_link")
        record_attention(con, [Attention("drift", "link", "b")])
    for name in ("spill/x.tmp", "records_0.parquet"):
        (night.folder / name).parent.mkdir(exist_ok=True)
        (night.folder / name).touch()
    resumed = _begun(settings, 1).night
    assert {path.name for path in resumed.folder.iterdir()} == {"night.duckdb", lock.DONE}
    with resumed.connect() as con:
        assert {row[0] for row in con.execute("SHOW TABLES").fetchall()} == {
            "attention", "rejected_row", "stg_tax",
        }  # fmt: skip
        assert [one.subject for one in read_attention(con)] == ["tax"]


def test_rows_of_an_extract_that_was_under_way_go(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr(resuming, "WORTH_SECONDS", 0)
    steps = _begun(settings)
    steps.run("ingest tax", _stage)
    with steps.night.connect() as con:
        con.execute("INSERT INTO rejected_row VALUES ('grid')")
    resumed = _begun(settings, 1)
    assert resumed.taken_over == ("ingest tax",)
    with resumed.night.connect() as con:
        assert con.execute("FROM rejected_row").fetchall() == [("tax",)]


def _rewrite(name: str) -> Callable[[Settings], None]:
    return lambda settings: (settings.restricted.parent / name).write_text("2", encoding="utf-8") and None


def _spoil_database(settings: Settings) -> None:
    [path] = settings.restricted.glob("runs/*/night.duckdb")
    path.write_bytes(b"\0" * 4096)


def _lose_rows(settings: Settings) -> None:
    [path] = settings.restricted.glob("runs/*")
    with Night(settings, path.name, "", "").connect() as con:
        con.execute("DELETE FROM stg_tax")


def _tear(settings: Settings) -> None:
    [notes] = settings.restricted.glob(f"runs/*/{lock.DONE}")
    notes.write_bytes(notes.read_bytes()[:-9])


def _garble(settings: Settings) -> None:
    [notes] = settings.restricted.glob(f"runs/*/{lock.DONE}")
    notes.write_bytes(b"{}\nx\n" + notes.read_bytes())


@pytest.mark.parametrize(
    "change",
    [
        _rewrite("inbox/tax/tax_20170331.csv"),
        _rewrite("inbox/tax/tax_20170301.csv"),
        _rewrite("inbox/other.csv"),
        _rewrite("sources/tax/source.yml"),
        _rewrite("restricted/keys"),
        _spoil_database,
        _lose_rows,
        _tear,
        _garble,
    ],
)
def test_where_anything_changed_or_is_in_doubt_the_night_starts_clean(
    settings: Settings, change: Callable[[Settings], None]
) -> None:
    dead = _dead(settings).night
    change(settings)
    steps = _begun(settings, 1)
    assert steps.taken_over == ()
    assert not dead.folder.exists()
    assert [path.name for path in steps.night.folder.iterdir()] == [lock.DONE]


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("restricted/corrections/links.csv", False),
        ("restricted/journal.jsonl", False),
        ("restricted/linking_models.jsonl", False),
        ("restricted/duty.jsonl", True),
        ("rules/theme/a.yml", True),
    ],
)
def test_linking_depends_on_what_people_and_nights_said_but_on_no_rule(
    settings: Settings, name: str, stays: bool
) -> None:
    _dead(settings).run("link", _supply)
    _rewrite(name)(settings)
    assert _begun(settings, 1).taken_over == ((*DONE, "link") if stays else ())


@pytest.mark.parametrize(
    "other",
    [{"as_of": date(2017, 4, 1)}, {"accept": ("tax",)}, {"anew": True}],
)
def test_a_night_that_is_asked_otherwise_starts_clean(settings: Settings, other: dict[str, Any]) -> None:
    dead = _dead(settings).night
    assert _begun(replace(settings, **other), 1).taken_over == ()
    assert not dead.folder.exists()


def test_other_bounds_change_nothing(settings: Settings) -> None:
    _dead(settings)
    assert _begun(replace(settings, memory_limit="1GB", threads=1), 1).taken_over == DONE


def test_another_version_of_the_code_starts_clean(settings: Settings, monkeypatch: Any) -> None:
    _dead(settings)
    monkeypatch.setattr(resuming, "code_version", lambda: "0.0+other")
    assert _begun(settings, 1).taken_over == ()


def test_who_gets_no_further_is_not_taken_over_again(settings: Settings) -> None:
    _dead(settings)
    steps = _begun(settings, 1)
    folder = steps.night.folder / PARTS
    folder.mkdir()
    (folder / "a").touch()
    assert _begun(settings, 2).taken_over == DONE  # it had done a part
    assert _begun(settings, 3).taken_over == ()


def test_a_dead_night_that_may_have_filled_the_disk_is_cleared(settings: Settings, monkeypatch: Any) -> None:
    dead = _dead(settings).night
    full = lock.shutil.disk_usage(settings.restricted)._replace(free=1000)
    monkeypatch.setattr(lock.shutil, "disk_usage", lambda _: full)
    with one_at_a_time(settings, resumes=True):
        assert not dead.folder.exists()


def test_whoever_else_takes_the_place_clears_it(settings: Settings) -> None:
    dead = _dead(settings).night
    with one_at_a_time(settings):
        assert not dead.folder.exists()


def test_a_step_whose_note_cannot_be_written_is_done_all_the_same(
    settings: Settings, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    steps = _begun(settings)
    monkeypatch.setattr(resuming, "append_journal", full)
    with caplog.at_level("WARNING", "early_warning"):
        steps.run("ingest tax", _stage)
        steps.run("supply", _supply)
    assert "could not note" in caplog.text
    monkeypatch.undo()
    steps.run("link", _supply)
    assert _begun(settings, 1).taken_over == ()
