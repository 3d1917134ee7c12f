"""Whole nights through the flow: once, twice the same, and with departments that send rubbish."""

import contextlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import cli, district, prefect_home
from pipeline.errors import RunError, Unforeseen, scrubbed
from tests.conftest import Place
from tests.persons import IDENTITY, kept_persons, loose_files, told_in


@dataclass(frozen=True)
class Spoiled(Place):
    """A night with some spoiled extracts; what others might have read of its restricted folder meanwhile."""

    loose: frozenset[str]


@pytest.fixture(scope="module")
def spoiled(
    district_made: Path, run_command: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Spoiled:
    """A night by the command, in this process, with what three departments spoiled; and what it told."""
    folder = tmp_path_factory.mktemp("spoiled")
    inbox = folder / "inbox"
    shutil.copytree(district_made / "inbox", inbox)
    for file in (inbox / "env_penalties").iterdir():
        file.write_bytes(b"\x00\xff\xfe garbage \x9d" * 40)
    shutil.rmtree(inbox / "illegal_buildings")
    for file in (inbox / "permits").iterdir():
        file.unlink()
    (inbox / "permits" / "permits_20170313.csv").write_text("许可类别,许可证编号\n餐饮,1\n", encoding="utf-8")
    told, restricted = io.StringIO(), folder / "place" / "restricted"
    with (
        contextlib.redirect_stdout(told),
        contextlib.redirect_stderr(told),
        loose_files(restricted) as loose,
    ):
        place = run_command(folder / "place", inbox)
    return Spoiled(place.folder, place.as_of, place.code, told.getvalue(), frozenset(loose))


def test_a_night_is_published_whole(whole_night: Any) -> None:
    assert whole_night.code in (cli.DONE, cli.ATTENTION)
    assert (whole_night.folder / "out" / "latest").resolve() == whole_night.night.resolve()
    streets = {file.name.split("_")[0] for file in whole_night.night.glob("streets/*.xlsx")}
    assert len(streets) == 11
    assert "街道不明" in streets
    assert (whole_night.night / "report.html").exists()
    assert not list((whole_night.folder / "restricted" / "runs").iterdir())


def test_nights_that_start_at_once_do_not_share_a_server(spoiled: Any) -> None:
    from prefect.server.api.server import SubprocessASGIServer

    assert spoiled.code in (cli.DONE, cli.ATTENTION)
    ports = range(prefect_home.FIRST_PORT, prefect_home.FIRST_PORT + prefect_home.PORTS)
    assert SubprocessASGIServer().running
    assert SubprocessASGIServer().port in ports


def _asked(what: str) -> list[dict[str, Any]]:
    """What the scheduler's server answers."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        answer: list[dict[str, Any]] = client.request("POST", f"/{what}/filter", json={}).json()
    return answer


def _artifacts(key: str) -> list[str]:
    """What was shown under a key, by this process's nights."""
    return [str(item["data"]) for item in _asked("artifacts") if item["key"] == key]


def test_the_scheduler_shows_how_the_night_went(spoiled: Any) -> None:
    [(run_id, extracts)] = spoiled.rows(
        "SELECT (SELECT max(run_id) FROM run), (SELECT count(DISTINCT extract) FROM extract_status)"
    )
    assert any(run_id in text for text in _artifacts("night"))
    assert extracts in {len(json.loads(text)) for text in _artifacts("supply")}


def test_a_night_that_fails_leaves_its_trace_and_one_that_is_old_goes(
    whole_night: Any, district_made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import flows

    rules = tmp_path / "rules"
    (rules / "theme").mkdir(parents=True)
    (rules / "theme" / "broken.yml").write_text("id: [", encoding="utf-8")
    places = ["--warehouse", str(tmp_path / "w.duckdb"), "--out", str(tmp_path / "out")]
    inbox = ["--inbox", str(district_made / "inbox")]
    assert cli.main(["run", *places, *inbox, "--rules", str(rules)]) == cli.FAILED
    assert any("broken.yml" in text for text in _artifacts("night"))
    capsys.readouterr()
    assert cli.main(["status", *places, *inbox]) == cli.FAILED
    assert "broken.yml" in capsys.readouterr().out
    for before, is_kept in ((datetime(2017, 1, 1, tzinfo=UTC), True), (datetime.now(UTC), False)):
        flows.forget_runs(before)
        assert bool(_asked("flow_runs")) == is_kept


def test_between_nights_persons_lie_in_the_archive_alone(spoiled: Spoiled) -> None:
    """No screen, no log, no journal, no state and no store of the scheduler tells a name or a phone."""
    from prefect.settings import get_current_settings

    restricted = spoiled.folder / "restricted"
    persons, phones = kept_persons(restricted)
    assert len(persons) > 100
    assert len(phones) > 100
    firms = str(spoiled.rows("SELECT name, sign_name FROM enterprise"))
    words = {word for word in persons if word not in firms} | phones
    files = [path for path in restricted.rglob("*") if path.is_file()]
    outside = [path for path in files if not path.is_relative_to(restricted / "archive")]
    names = {path.name for path in outside}
    assert names >= {"audit.jsonl", "duty.jsonl", "journal.jsonl", "identity.parquet", "persons.parquet"}
    store = get_current_settings().home  # of the first night of this process, whichever test ran it
    record = list(store.glob("prefect.db*"))
    assert record
    assert store.parent.name == "restricted"
    for path in (*outside, *record):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = "\n".join(map(str, duckdb.sql(f"FROM '{path}'").fetchall())).encode()
        assert not told_in(content, words), path
    assert {path.name for path in (*files, *record) if path.stat().st_mode & 0o077} == set()
    assert spoiled.loose == set()
    assert not IDENTITY.findall(spoiled.told)
    assert not told_in(spoiled.told.encode(), persons | phones)


def test_what_an_unforeseen_error_quotes_reaches_neither_the_scheduler_nor_a_log(
    district_made: Path,
    run_command: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import flows

    def fail(*_: object) -> None:
        raise ValueError("could not convert '王小明 13823456789'")

    monkeypatch.setattr(flows.ingest, "extract", fail)
    place = run_command(tmp_path, district_made / "inbox", capsys=capsys)
    assert place.code == cli.FAILED
    kept = [json.dumps(_asked(what), ensure_ascii=False) for what in ("flow_runs", "task_runs", "logs")]
    assert all("an unforeseen ValueError in test_flows.py" in told for told in kept[:2])
    journals = [path.read_text(encoding="utf-8") for path in (tmp_path / "restricted").glob("*.jsonl")]
    assert any("an unforeseen ValueError" in told for told in journals)
    for told in (place.told, *kept, *journals):
        assert "王小明" not in told
        assert "13823456789" not in told
    try:
        with scrubbed():
            fail()
    except Unforeseen as problem:
        assert "王小明" in problem.story, "a person at the terminal sees it with --debug"


def test_runs_of_a_dead_process_are_shown_as_crashed(spoiled: Any) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    import flows

    assert spoiled.code in (cli.DONE, cli.ATTENTION)
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(flows.nightly, parameters={"parameters": {}}, state=Running())
        later = datetime.now(UTC) + timedelta(hours=1)
        assert flows.bury_dead(later, own=str(run.id)) == 0
        assert flows.bury_dead(later) == 1
        assert client.read_flow_run(run.id).state.type.value == "CRASHED"
    assert flows.bury_dead(later) == 0


def test_a_damaged_record_of_the_scheduler_is_set_aside(tmp_path: Path) -> None:
    record = tmp_path / "prefect.db"
    prefect_home.set_damaged_aside(tmp_path)
    with sqlite3.connect(record) as con:
        con.execute("CREATE TABLE t (a)")
    con.close()
    prefect_home.set_damaged_aside(tmp_path)
    assert record.exists()
    record.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    prefect_home.set_damaged_aside(tmp_path)
    assert not record.exists()
    assert (tmp_path / "prefect.db.damaged").exists()


def test_a_server_that_ends_at_its_start_is_tried_without_its_record_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_HOME, temporary_settings

    import flows

    started: list[bool] = []

    def begin(port: int, _: object) -> prefect_home.Begun:
        started.append((tmp_path / "prefect.db").exists())
        ended = subprocess.Popen([sys.executable, "-S", "-c", "raise SystemExit(3)"])
        return prefect_home.Begun(port, ended)

    monkeypatch.setattr(SubprocessASGIServer, "_instances", {})
    monkeypatch.setattr(prefect_home, "begin", begin)
    (tmp_path / "prefect.db").touch()
    with temporary_settings({PREFECT_HOME: tmp_path}), pytest.raises(RunError, match="did not start"):
        flows.start_server()
    assert started == [True] * flows.START_TRIES + [False] * flows.START_TRIES
    assert (tmp_path / "prefect.db.damaged").exists()


def test_every_row_is_accounted_for(whole_night: Any) -> None:
    sums = whole_night.rows(
        """SELECT count(*) FROM extract_status
           WHERE file IS NOT NULL AND rows <> accepted + rejected + not_data"""
    )
    assert sums == [(0,)]
    linked = whole_night.rows(
        """SELECT (SELECT count(*) FROM record_link),
                  (SELECT sum(accepted) FROM extract_status
                   WHERE extract NOT IN ('labour_market', 'street_returns'))"""
    )
    assert linked[0][0] == linked[0][1]


def test_points_add_up_to_the_score_and_lead_to_a_row(whole_night: Any) -> None:
    assert whole_night.rows("SELECT count(*) FROM risk")[0][0]
    assert whole_night.rows(
        """SELECT count(*) FROM risk
           LEFT JOIN (SELECT enterprise_id, sum(points) AS points FROM evidence GROUP BY ALL)
               USING (enterprise_id)
           WHERE score <> coalesce(points, 0)"""
    ) == [(0,)]
    assert whole_night.rows(
        """SELECT count(*) FROM evidence
               ANTI JOIN record_link USING (extract, file, row)"""
    ) == [(0,)]


def test_the_night_holds_against_the_truth(whole_night: Any, district_made: Path) -> None:
    judged = district.evaluate(whole_night.folder / "warehouse.duckdb", district_made / "truth")
    assert sum(extract.unaccounted for extract in judged.accounting) == 0
    assert judged.files_disagreeing == 0
    assert judged.overall.f1 >= 0.95
    assert judged.registry_shared == 0


def test_what_three_departments_spoil_does_not_stop_the_others(spoiled: Any) -> None:
    place = spoiled
    assert place.code == cli.ATTENTION
    assert len(list(place.night.glob("streets/*.csv"))) == 11
    states = dict(
        place.rows(
            """SELECT extract, min(state) FROM extract_status
               WHERE extract IN ('env_penalties', 'illegal_buildings', 'permits') GROUP BY ALL"""
        )
    )
    assert states == {"env_penalties": "refused", "illegal_buildings": "missing", "permits": "refused"}
    for extract in states:
        sentences = [
            line for line in place.told.splitlines() if line.startswith("wants a person") and extract in line
        ]
        assert sentences, extract
        assert all("Traceback" not in line for line in sentences)
    assert "持证单位" in place.told
