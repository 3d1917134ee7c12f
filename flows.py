"""The nightly job, as Prefect runs it: this page is the whole night.

    files of fourteen departments ─▶ ingest (a task an extract) ─▶ link ─▶ score ─▶ publish

Rows rest between the tasks in the night's own DuckDB file; tasks hand over only where that is.
`early-warning run` calls `nightly`; `early-warning schedule` serves it at 02:00 Asia/Shanghai.
Nothing here computes: what a room does is told in `pipeline/<room>/`.
"""

import logging
import os
import subprocess
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import flow, runtime, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, State
from prefect.client.schemas.schedules import CronSchedule
from prefect.context import FlowRunContext
from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import get_current_settings
from prefect.states import Crashed

from pipeline import duty, ingest, link, prefect_home, progress, publish, resuming, score
from pipeline.declaration import Source, load_sources
from pipeline.errors import RunError, scrubbed
from pipeline.lock import is_under_way, one_at_a_time
from pipeline.night import Attention, Night, read_attention, require_inbox
from pipeline.score.rulebook import load_rules
from pipeline.settings import Settings

logger = logging.getLogger("early_warning")
SHANGHAI = ZoneInfo("Asia/Shanghai")
START_TRIES = 3
AT_ONCE = 200  # flow runs that the server hands out in one answer


@dataclass(frozen=True)
class Outcome:
    """What a night came to: its run id, and what wants a person (exit code 3 if anything does)."""

    run_id: str
    attention: tuple[Attention, ...]


@task(cache_policy=NO_CACHE, task_run_name="ingest {source.extract}")
@scrubbed()
def ingest_extract(night: Night, source: Source, ahead: ingest.Ahead | None) -> None:
    """Reads one department's files into typed rows; what cannot be read is kept with its reason."""
    logger.info("%s: %s", source.extract, ingest.extract(night, source, ahead))


@task(cache_policy=NO_CACHE)
@scrubbed()
def close_ingest(night: Night, sources: dict[str, Source]) -> None:
    """Says for each extract whether it is fresh, stale, missing or refused."""
    logger.info("supply: %s", ingest.finish(night, sources))


@task(cache_policy=NO_CACHE)
@scrubbed()
def link_records(night: Night, sources: dict[str, Source]) -> None:
    """Gives every row that belongs to a firm one enterprise identity, with how sure that is."""
    logger.info("link: %s", link.run(night, sources))


@task(cache_policy=NO_CACHE)
@scrubbed()
def score_enterprises(night: Night, sources: dict[str, Source]) -> None:
    """Applies the rule files, and ranks."""
    logger.info("score: %s", score.run(night, sources))


@task(cache_policy=NO_CACHE)
@scrubbed()
def publish_night(night: Night, sources: dict[str, Source]) -> None:
    """Checks the night, and publishes warehouse and lists as one generation."""
    logger.info("publish: %s", publish.run(night, sources))


@flow(name="nightly", flow_run_name="night", validate_parameters=False)
def nightly(parameters: dict[str, Any]) -> Outcome:
    """One night, from the departments' files to the street offices' lists.

    Args:
        parameters: `Settings.to_parameters()`; without `as_of`, the day of the scheduled start in
            Shenzhen is taken.
    """
    settings = Settings.from_parameters({"as_of": _scheduled_day(), **parameters})
    told = nullcontext() if "as_of" in parameters else progress.shown()  # a scheduled night tells its journal
    alone = one_at_a_time(settings, resumes=not settings.anew)
    with told, scrubbed(), alone, duty.watched(settings, _now, _show) as watch:
        _safely_bury()
        require_inbox(settings)
        publish.repair(settings)
        load_rules(settings.rules)  # a broken rule file stops the night before it has begun
        sources = load_sources(settings.sources)
        ingest.fits(settings, sources)
        steps = resuming.begin(settings, _now())  # what a night that died had done is not done again
        night = steps.night
        watch.begun(night.run_id)
        todo = [source for source in sources.values() if f"ingest {source.extract}" not in steps.taken_over]
        with ingest.reading_ahead(night, todo) as ahead:
            for source in todo:
                steps.run(f"ingest {source.extract}", ingest_extract, source, ahead)
        steps.run("supply", close_ingest, sources)
        steps.run("link", link_records, sources)
        steps.run("score", score_enterprises, sources)
        publish_night(night, sources)
        outcome = _outcome(night)
        watch.published(len(outcome.attention))
        return outcome


class _Server(SubprocessASGIServer):
    """Prefect's own server, on a port of this process; one that ends at its start is not begun for ever."""

    tries = 0
    begun: prefect_home.Begun | None = None

    def find_available_port(self) -> int:
        """The port of the next try.

        Raises:
            RunError: if there were enough.
        """
        if self.tries == START_TRIES:
            raise RunError(
                "the night's Prefect server did not start",
                where=str(get_current_settings().home),
                mend="read why with --debug; free disk, or ports on 127.0.0.1",
            )
        self.tries += 1
        if self.begun is None:
            told = get_current_settings().to_environment_variables(exclude_unset=True)
            self.begun = prefect_home.begin(prefect_home.free_port(), told)
        return self.begun.port

    def _run_uvicorn_command(self) -> "subprocess.Popen[bytes]":
        begun, self.begun = self.begun, None
        assert begun is not None, "a port is found before each try"
        return begun.process


def start_server(begun: prefect_home.Begun | None = None) -> None:
    """Starts this process's own server, if it needs one; it ends with this process, however that ends.

    Args:
        begun: one that was begun while Prefect was imported.

    Raises:
        RunError: if it does not stand, with Prefect's record of earlier runs or without it.
    """
    server = _Server()
    if server.running or os.environ.get("PREFECT_API_URL"):
        return
    server.begun = begun
    ingest.load_judge()  # while the server starts
    try:
        server.start()
    except RunError:  # such as on a record that a newer version left
        if not prefect_home.set_aside(get_current_settings().home):
            raise
        server.tries, server.port = 0, None
        server.start()


def serve(settings: Settings, cron: str) -> None:
    """Serves the schedule until stopped; a run that would overlap another is refused."""
    parameters = settings.to_parameters()
    del parameters["as_of"]
    nightly.serve(
        name="nightly",
        schedules=[CronSchedule(cron=cron, timezone=str(SHANGHAI))],
        parameters={"parameters": parameters},
        global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
    )


def _scheduled_day() -> str:
    return str(runtime.flow_run.scheduled_start_time.astimezone(SHANGHAI).date())


def bury_dead(before: datetime, own: str = "") -> int:
    """Sets runs that a dead process left under way to Crashed; returns how many.

    Such a run would be shown as running for ever, and hold the schedule's only place.

    Args:
        before: only runs that began earlier; the caller holds the lock of the place, so they are dead.
        own: the id of the run that asks.
    """
    under_way = {"state": {"type": {"any_": ["RUNNING", "CANCELLING"]}}}
    asked = {"flow_runs": {**under_way, "start_time": {"before_": before.isoformat()}}, "limit": AT_ONCE}
    dead: State[Any] = Crashed(message="the process of this run died")
    with get_client(sync_client=True) as client:
        runs = [run["id"] for run in client.request("POST", "/flow_runs/filter", json=asked).json()]
        for run in (run for run in runs if run != own):
            steps = {"flow_runs": {"id": {"any_": [run]}}, "task_runs": under_way}
            for step in client.request("POST", "/task_runs/filter", json=steps).json():
                client.set_task_run_state(UUID(step["id"]), dead, force=True)
            client.set_flow_run_state(UUID(run), dead, force=True)
    return len(set(runs) - {own})


def bury_left(settings: Settings) -> None:
    """What `bury_dead` does, for a schedule that starts: where no night is under way, open runs are dead."""
    if not is_under_way(settings.restricted):
        _safely_bury()


def _safely_bury() -> None:
    """Prefect's record is for looking at: whatever is wrong with it stops no night."""
    own = FlowRunContext.get()
    try:
        if number := bury_dead(_now(), str(own.flow_run.id) if own and own.flow_run else ""):
            logger.warning("%d runs that a dead process left under way are now shown as crashed", number)
    except Exception as problem:
        logger.warning("could not set dead runs to crashed: %s", type(problem).__name__)


def forget_runs(before: datetime) -> None:
    """Takes Prefect's own record of the runs that ended before a moment away."""
    # Asked by hand: the client writes null for what is not asked, which this server refuses.
    old = {"flow_runs": {"end_time": {"before_": before.isoformat()}}, "limit": AT_ONCE}
    with get_client(sync_client=True) as client:
        while runs := client.request("POST", "/flow_runs/filter", json=old).json():
            for run in runs:
                client.delete_flow_run(UUID(run["id"]))


def _now() -> datetime:
    return datetime.now(UTC)


def _show(ending: duty.Ending) -> None:
    """Shows on Prefect's pages how the night ended."""
    create_markdown_artifact(ending.markdown, key="night")
    if ending.supply:
        create_table_artifact(ending.supply, key="supply")
    if ending.forget_before:
        forget_runs(ending.forget_before)


def _outcome(night: Night) -> Outcome:
    con = night.connect()
    try:
        outcome = Outcome(night.run_id, tuple(read_attention(con)))
    finally:
        con.close()
    night.discard()
    return outcome
