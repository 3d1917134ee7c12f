"""Watches over a run: its trace in the log, who is told, and what is taken away after a good night.

Nothing here fails a night: what goes wrong after the result is known is logged as a warning.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline import audit
from pipeline.declaration import load_sources
from pipeline.duty import config, facts, notify, runlog, wording
from pipeline.duty.config import Duty
from pipeline.duty.notify import Message
from pipeline.duty.runlog import Run
from pipeline.errors import ConfigError, PipelineError, Unforeseen, sentence_of
from pipeline.night import fingerprint
from pipeline.publish import forget
from pipeline.settings import Settings

logger = logging.getLogger("early_warning")
LOG_BYTES = 5 * 1024**2
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Ending:
    """What a scheduler may show of a run that ended.

    Attributes:
        markdown: the summary, or why it failed.
        supply: one row an extract; empty for a run that failed.
        forget_before: the scheduler's own record of runs that ended before may go; None: keep all.
    """

    markdown: str
    supply: list[dict[str, str]]
    forget_before: datetime | None = None


@dataclass
class Watch:
    """The run that is watched; the flow tells it how far the run is."""

    run_id: str | None = None
    attention: int | None = None

    def begun(self, run_id: str) -> None:
        """The night has its id."""
        self.run_id = run_id

    def published(self, attention: int) -> None:
        """The night is published; so many things want a person."""
        self.attention = attention


@contextmanager
def watched(settings: Settings, clock: Clock, show: Callable[[Ending], None]) -> Iterator[Watch]:
    """Notes a run's beginning and end, tells people, and clears up after a good night.

    Args:
        settings: of the run; the caller holds the lock of the place.
        clock: the present, UTC.
        show: shows the ending where the scheduler's own pages are.
    """
    place = settings.restricted
    duty = _duty(place)
    dead = [run for run in runlog.read(place) if run.state == "open"]
    begun = Run(settings.as_of, clock(), os.getpid())
    runlog.begin(place, begun)
    _safely(lambda: _note_inputs(settings, begun), "note what the run was given in the audit log")
    for run in dead:
        died = replace(run, state="died", ended_at=clock())
        runlog.end(place, died)
        _tell(settings, duty, died, clock)
    watch = Watch()
    try:
        yield watch
    except BaseException as problem:
        failed = _failed(begun, watch.run_id, problem, clock)
        _safely(lambda: runlog.end(place, failed), "note the failure")
        if isinstance(problem, Exception):  # not a person's Ctrl-C
            _safely(lambda: show(Ending(wording.markdown_of_failure(failed), [])), "show the failure")
            _tell(settings, duty, failed, clock)
        raise
    assert watch.attention is not None
    ended = replace(
        begun, state="published", ended_at=clock(), run_id=watch.run_id, attention=watch.attention
    )
    _safely(lambda: runlog.end(place, ended), "note the end")
    _safely(lambda: _clear_up(settings, duty), "take old nights away")
    _safely(lambda: show(_ending(settings, duty, ended)), "show the night")
    if ended.attention:
        _tell(settings, duty, ended, clock)


def failed_outside(settings: Settings, problem: Exception, since: datetime, clock: Clock) -> None:
    """Notes and tells a failure that no watch saw, because the flow did not come to begin.

    An error with its own sentence is not noted: the watch saw it, or the run was refused for another's sake.

    Args:
        settings: of the run.
        problem: what went wrong.
        since: when this process set about the run, UTC.
        clock: the present, UTC.
    """
    seen = any(run.pid == os.getpid() and run.started_at >= since for run in runlog.read(settings.restricted))
    if seen or (isinstance(problem, PipelineError) and not isinstance(problem, Unforeseen)):
        return
    begun = Run(settings.as_of, clock(), os.getpid())
    failed = _failed(begun, None, problem, clock)
    _safely(lambda: runlog.begin(settings.restricted, begun), "note the run")
    _safely(lambda: runlog.end(settings.restricted, failed), "note the failure")
    _tell(settings, _duty(settings.restricted), failed, clock)


def trial(restricted: Path, look: str, now: datetime) -> list[str]:
    """Sends a trial message; returns one sentence for each way that failed.

    Raises:
        ConfigError: if duty.yml is wrong, or names nobody.
    """
    duty = config.load(restricted)
    if not (duty.notify.webhook or duty.notify.mail):
        raise ConfigError(
            "nobody is named", where=str(restricted / config.NAME), mend="name a webhook or a mail there"
        )
    sentence = "预警系统试发：收到本条，说明通知已接通。"
    day = str(now.astimezone(wording.SHANGHAI).date())
    return notify.send(Message("trial", day, None, sentence, look, now), duty, restricted)


def _note_inputs(settings: Settings, begun: Run) -> None:
    """What people gave this run: what they accept, and the judgements as they stand, also edited by hand."""
    place, day = settings.restricted, str(settings.as_of)
    if settings.accept:
        audit.note(place, "acceptance", begun.started_at, as_of=day, accepted=sorted(settings.accept))
    files = [path for path in settings.corrections.rglob("*") if path.is_file()]
    if files:
        sha256 = fingerprint(settings.corrections, ("**/*",))
        audit.note(place, "corrections", begun.started_at, as_of=day, files=len(files), sha256=sha256)


def _duty(restricted: Path) -> Duty:
    try:
        return config.load(restricted)
    except ConfigError as problem:
        logger.warning("nobody will be told, no night is taken away: %s", problem.sentence())
        return Duty()


def _failed(begun: Run, run_id: str | None, problem: BaseException, clock: Clock) -> Run:
    sentence = sentence_of(problem) if isinstance(problem, Exception) else "it was stopped before its end"
    return replace(begun, state="failed", ended_at=clock(), run_id=run_id, sentence=sentence)


def _tell(settings: Settings, duty: Duty, run: Run, clock: Clock) -> None:
    message = _message(settings, run, clock())
    occasion = "attention" if message.state == "attention" else "failed"
    if occasion in duty.notify.when:
        _safely(lambda: notify.send(message, duty, settings.restricted), "tell anybody")


def _message(settings: Settings, run: Run, now: datetime) -> Message:
    look = f"early-warning status --warehouse {settings.warehouse} --restricted {settings.restricted}"
    name = f"预警系统 {run.as_of} 的夜间运行"
    if run.state == "published":
        sentence = f"{name}已发布，有 {run.attention} 件事需要人处理。"
        return Message("attention", str(run.as_of), run.run_id, sentence, look, now)
    if run.state == "died":
        sentence = f"{name}（{wording.clock(run.started_at)} 开始）中途中断；此前发布的结果仍然有效。"
        return Message("died", str(run.as_of), run.run_id, sentence, look, now)
    sentence = f"{name}失败：{run.sentence}；此前发布的结果仍然有效。"
    return Message("failed", str(run.as_of), run.run_id, sentence, look, now)


def _ending(settings: Settings, duty: Duty, run: Run) -> Ending:
    assert run.run_id and run.ended_at
    night = facts.of_run(settings, run.run_id, load_sources(settings.sources))
    nights = duty.keep.nights
    before = run.ended_at - timedelta(days=nights) if nights else None
    return Ending(wording.markdown(night), wording.table(night), before)


def _clear_up(settings: Settings, duty: Duty) -> None:
    if duty.keep.nights is None:
        return
    gone = forget(settings, duty.keep.nights)
    if gone:
        logger.info("kept %d nights: took away those of %s", duty.keep.nights, ", ".join(map(str, gone)))
    _shorten(settings.restricted / "prefect" / "server.log")


def _shorten(log: Path) -> None:
    """Keeps the end of a log that has grown large; its writer appends, and goes on at the new end."""
    if log.exists() and log.stat().st_size > 2 * LOG_BYTES:
        with log.open("rb") as handle:
            handle.seek(-LOG_BYTES, os.SEEK_END)
            kept = handle.read()
        os.truncate(log, 0)
        with log.open("ab") as handle:
            handle.write(kept)
        logger.info("%s: kept its last %d MB", log.name, LOG_BYTES // 1024**2)


def _safely(step: Callable[[], object], what: str) -> None:
    try:
        step()
    except Exception as problem:  # the night's result stands, whatever goes wrong here
        logger.warning("could not %s: %s", what, sentence_of(problem))
