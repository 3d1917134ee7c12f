"""What whoever is on duty is told of a place: a good night, a failed one, one that never came."""

import dataclasses
import fcntl
import json
import logging
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import cli, duty, publish
from pipeline.duty import notify, runlog, watch, wording
from pipeline.duty.status import Status, status
from pipeline.errors import RunError
from pipeline.local_server import Plan, plan
from pipeline.lock import one_at_a_time
from pipeline.settings import Settings
from tests.publish.duty.endings import NOW, clock, end_of, published

NONE = Plan("none")
Said = list[notify.Message]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """The messages that would have been sent."""
    told: Said = []
    monkeypatch.setattr(notify, "send", lambda message, *_: told.append(message))
    return told


def _fails(seen: duty.Watch) -> None:
    seen.begun("run9")
    raise RunError("two ranks are one", where="ranks_run_on", mend="tell the developers")


def _told(found: Status) -> str:
    lines = duty.render(found).splitlines()
    assert all(wording.width(line) <= wording.WIDTH for line in lines), lines
    return "\n".join(lines)


def test_a_place_without_a_night_wants_a_person(empty: Settings) -> None:
    found = status(empty, NONE)
    assert found.code == 3
    assert "还没有发布过" in _told(found)


def test_a_good_night_is_told(there: Settings) -> None:
    [ending] = end_of(there, published())
    found = status(there, Plan("up", "0 2 * * *", NOW + timedelta(hours=15)))
    told = _told(found)
    assert found.code == 0
    assert "良好，没有需要人处理的事项" in told
    assert "下次运行  2017-04-02 02:00（北京时间，cron 0 2 * * *）" in told
    assert "同一批次" in told
    assert "逾期未结的文书" in told
    row = next(row for row in ending.supply if row["数据"] == "社区网格信息")
    assert row == {
        "数据": "社区网格信息",
        "最新日期": "2017-03-31",
        "距今/期限（天）": "0/45",
        "状态": "正常",
    }
    assert "`run1`" in ending.markdown
    assert ending.forget_before is None


def test_what_is_missing_is_marked(made: Any) -> None:
    found = status(made.settings, NONE)
    assert found.shown
    wanted = {item.extract for item in found.shown.supply if item.is_wanted}
    assert wanted == {"tax"}
    assert [line for line in _told(found).splitlines() if line.startswith("! ")]


def test_a_failed_night_leaves_its_trace_and_is_told(there: Settings, said: Said) -> None:
    end_of(there, published())
    with pytest.raises(RunError):
        end_of(there, _fails)
    found = status(there, NONE)
    told = _told(found)
    assert found.code == 1
    assert "失败。此前发布的结果仍然有效" in told
    assert "two ranks are one" in told
    assert "在用结果  数据日期 2017-03-31    批次 run1" in told
    [message] = said
    assert (message.state, message.run_id) == ("failed", "run9")
    assert "two ranks are one" in message.sentence
    assert (there.restricted / runlog.NAME).stat().st_mode & 0o077 == 0


def test_an_unforeseen_failure_shows_no_data(empty: Settings, said: Said) -> None:
    def fails(_: duty.Watch) -> None:
        raise ValueError("王小明 13823456789")

    with pytest.raises(ValueError, match="王小明"):
        end_of(empty, fails)
    written = (empty.restricted / runlog.NAME).read_text(encoding="utf-8")
    for text in (written, said[0].text(), _told(status(empty, NONE))):
        assert "王小明" not in text
        assert "13823456789" not in text
        assert "ValueError" in text


def test_a_failure_is_shown_where_the_scheduler_shows_things(empty: Settings, said: Said) -> None:
    shown: list[duty.Ending] = []
    with (
        pytest.raises(RunError),
        duty.watched(empty, clock, shown.append) as seen,
    ):
        _fails(seen)
    assert "two ranks are one" in shown[0].markdown
    assert said


def test_what_cannot_be_shown_or_told_fails_no_night(
    there: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: Any) -> None:
        raise OSError("no route")

    monkeypatch.setattr(notify, "send", breaks)
    monkeypatch.setattr(watch, "forget", breaks)
    (there.restricted / "duty.yml").write_text("keep: {nights: 2}", encoding="utf-8")
    with (
        caplog.at_level(logging.WARNING, "early_warning"),
        duty.watched(there, clock, breaks) as seen,
    ):
        published(2)(seen)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "could not take old nights away",
        "could not show the night",
        "could not tell anybody",
    ]
    assert runlog.read(there.restricted)[-1].state == "published"


def test_settings_that_are_wrong_stop_no_night_but_want_a_person(there: Settings) -> None:
    (there.restricted / "duty.yml").write_text("kept: {nights: 9}", encoding="utf-8")
    end_of(there, published())
    found = status(there, NONE)
    assert found.code == 3
    assert "值班设置有误" in _told(found)


def test_a_night_that_died_is_known_by_its_end_that_never_came(there: Settings, said: Said) -> None:
    died = runlog.Run(there.as_of, NOW - timedelta(days=1), 7)
    runlog.begin(there.restricted, died)
    found = status(there, NONE)
    assert found.code == 1
    assert "中途中断" in _told(found)
    end_of(there, published())
    assert [message.state for message in said] == ["died"]
    assert [run.state for run in runlog.read(there.restricted)] == ["died", "published"]
    assert status(there, NONE).code == 0


def test_a_night_under_way_is_no_dead_one(empty: Settings) -> None:
    def looks(_: duty.Watch) -> None:
        found = status(empty, NONE)
        assert found.running
        assert "正在运行" in _told(found)
        assert f"由进程 {os.getpid()} 占用" in _told(found)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        end_of(empty, looks)
    [run] = runlog.read(empty.restricted)
    assert (run.state, run.sentence) == ("failed", "it was stopped before its end")


def test_looking_never_refuses_a_night(empty: Settings) -> None:
    with (empty.restricted / "night.lock").open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        os.set_blocking(looking.fileno(), False)
        closing = iter([looking])

        def sleep(_: float) -> None:
            next(closing).close()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.lock.time.sleep", sleep)
            with one_at_a_time(empty):
                pass


def test_attention_is_told_only_by_choice(there: Settings, said: Said) -> None:
    end_of(there, published(3))
    assert [(message.state, message.run_id) for message in said] == [("attention", "run1")]
    assert "3 件事" in said[0].sentence
    (there.restricted / "duty.yml").write_text("notify: {when: [failed]}", encoding="utf-8")
    end_of(there, published(3))
    assert len(said) == 1


def test_objections_wait_by_their_clock(there: Settings) -> None:
    target = there.out / ".generations" / "run1" / "warehouse" / "objection.parquet"
    target.unlink()
    assert "未办结的异议" not in _told(status(there, NONE))  # the night was published before there were any
    duckdb.sql(
        f"""COPY (FROM (VALUES ('received', DATE '2017-04-05', DATE '2017-04-06'),
            ('acknowledged', DATE '2017-03-01', DATE '2017-04-04'),
            ('answered', DATE '2017-03-01', DATE '2017-03-02')) AS o(state, acknowledge_by, answer_by))
            TO '{target}' (FORMAT parquet)"""
    )
    line = next(line for line in _told(status(there, NONE)).splitlines() if "异议" in line)
    assert line.endswith("2 件，最早 2017-04-04")


def test_lists_and_warehouse_of_two_runs_are_seen(there: Settings) -> None:
    there.warehouse.unlink()
    assert "仓库 没有" in _told(status(there, NONE))
    with duckdb.connect(str(there.warehouse)) as con:
        con.execute("CREATE TABLE run AS SELECT 'run0' AS run_id, '2017' AS started_at")
    found = status(there, NONE)
    assert found.code == 3
    assert "一致性    不一致" in _told(found)
    assert "仓库 run0" in _told(found)
    publish.repair(there)
    assert status(there, NONE).code == 0


@pytest.mark.parametrize(
    ("planned", "word"),
    [
        (Plan("dead", "0 2 * * *"), "定时服务已中断"),
        (Plan("up", "0 2 * * *"), "没有排定"),
        (Plan("up", "0 2 * * *", NOW, is_late=True), "已过时间"),
        (Plan("up", "0 2 * * *", NOW, crashed_at=NOW + timedelta(days=1)), "没开始就中断"),
    ],
)
def test_a_schedule_that_does_not_keep_its_word_wants_a_person(made: Any, planned: Plan, word: str) -> None:
    found = status(made.settings, planned)
    assert found.code == 3
    assert any(word in sentence for sentence in found.wants)
    _told(found)


def test_a_full_disk_wants_a_person(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "不足 2 GB" in _told(status(made.settings, NONE))


def test_a_server_that_was_stopped_or_killed_is_told_apart(tmp_path: Path) -> None:
    assert plan(tmp_path, NOW) == Plan("none")
    (tmp_path / "server.json").write_text('{"url": "http://127.0.0.1:9/api", "cron": "0 2 * * *"}')
    assert plan(tmp_path, NOW) == Plan("dead", "0 2 * * *")


def test_the_command_speaks_json_and_ends_with_its_code(
    made: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = made.settings
    options = ["--warehouse", str(settings.warehouse), "--out", str(settings.out)]
    assert cli.main(["status", *options]) == cli.DONE
    assert "上次运行  良好" in capsys.readouterr().out
    assert cli.main(["status", *options, "--json"]) == cli.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == 0
    assert told["shown"]["run_id"] == "run1"
    assert told.keys() == {"code", *(item.name for item in dataclasses.fields(Status))}


def test_a_trial_needs_somebody_to_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["notify", "--restricted", str(tmp_path)]) == cli.MISUSED
    assert "duty.yml" in capsys.readouterr().err
    (tmp_path / "duty.yml").write_text("notify: {webhook: 'http://127.0.0.1:9/x'}", encoding="utf-8")
    assert cli.main(["notify", "--restricted", str(tmp_path)]) == cli.FAILED
    assert "nobody was told by webhook" in capsys.readouterr().err


def test_a_run_that_never_came_to_begin_is_noted_once(empty: Settings, said: Said) -> None:
    duty.failed_outside(empty, TimeoutError("x"), NOW, clock)
    duty.failed_outside(empty, TimeoutError("x"), NOW, clock)
    duty.failed_outside(empty, RunError("another night is under way"), NOW, clock)
    assert [run.state for run in runlog.read(empty.restricted)] == ["failed"]
    assert len(said) == 1
