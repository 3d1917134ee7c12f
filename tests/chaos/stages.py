"""One night on the stages without Prefect, in a child process that a fault can hit anywhere."""

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import duty, ingest, link, publish, resuming, score
from pipeline.declaration import Source, load_sources
from pipeline.errors import sentence_of
from pipeline.lock import one_at_a_time
from pipeline.night import Night, require_inbox
from pipeline.resuming import Steps
from pipeline.score.rulebook import load_rules
from pipeline.settings import Settings

STAGES = ("begin", "ingest", "link", "score", "publish", "end")
GOOD, FAILED = 0, 1
# What Python tells of before it changes the file system; `open` counts where it writes.
CHANGES = frozenset(
    {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
Hook = Callable[[], None]


@dataclass(frozen=True)
class Start:
    """A night under way, as it lay on the disk before a stage: `runs/<run_id>` of the restricted folder.

    Attributes:
        stage: the stage that comes next.
        runs: the copied folder `runs`.
        run_id: the night's id.
        started_at: its start.
        code_version: of the code.
    """

    stage: str
    runs: Path
    run_id: str
    started_at: str
    code_version: str


@dataclass(frozen=True)
class Fault:
    """What hits the night from inside its process.

    Attributes:
        before_stage: kill -9 before this stage begins.
        change: at the n-th change of the file system that Python makes (from 1) …
        path: … counting those whose path holds this …
        errno: … that error is raised; None: kill -9.
        clock: how far the clock has jumped, from the start on, or …
        clock_from: … from this stage on.
    """

    before_stage: str | None = None
    change: int = 0
    path: str = ""
    errno: int | None = None
    clock: timedelta = timedelta()
    clock_from: str = "begin"


NONE = Fault()


class Changes:
    """Counts the changes of the file system under a folder, and strikes at one of them."""

    def __init__(self, fault: Fault, folder: Path) -> None:
        self.fault, self.folder, self.seen = fault, os.fspath(folder), 0

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """The audit hook: runs before the change is made."""
        if event == "open":
            mode, flags = args[1], args[2]
            if not (isinstance(flags, int) and flags & WRITING and args[0] is not None) or mode == "r":
                return
        elif event not in CHANGES:
            return
        place = str(args[0])
        if not place.startswith(self.folder) or self.fault.path not in place:
            return
        self.seen += 1
        if self.seen == self.fault.change:
            if self.fault.errno is None:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(self.fault.errno, os.strerror(self.fault.errno), place)


def run(
    settings: Settings,
    fault: Fault = NONE,
    start: Start | None = None,
    between: Callable[[str, Night], None] = lambda stage, night: None,
) -> None:
    """A night as the flow runs it, from its begin or from a stage.

    Args:
        settings: of the night.
        fault: what hits it.
        start: where it stood; None: at its begin.
        between: is told of every stage before it begins.
    """
    if start and (settings.out / ".generations" / start.run_id).exists():
        start = None  # an earlier fault of the chain let that night end: this one is another
    stage_now = ["begin"]

    def clock() -> datetime:
        jumped = STAGES.index(stage_now[0]) >= STAGES.index(fault.clock_from)
        return datetime.now(UTC) + (fault.clock if jumped else timedelta())

    sources = load_sources(settings.sources)

    def take_in(steps: Steps) -> None:
        for source in sources.values():
            steps.run(f"ingest {source.extract}", ingest.extract, source)
        steps.run("supply", ingest.finish, sources)

    work: dict[str, Callable[[Steps], object]] = {
        "ingest": take_in,
        "link": lambda steps: steps.run("link", link.run, sources),
        "score": lambda steps: steps.run("score", score.run, sources),
        "publish": lambda steps: publish.run(steps.night, sources, clock),
    }

    def reach(stage: str, night: Night) -> None:
        stage_now[0] = stage
        if fault.before_stage == stage:
            os.kill(os.getpid(), signal.SIGKILL)
        between(stage, night)

    with (
        one_at_a_time(settings, clock, resumes=True),
        duty.watched(settings, clock, lambda ending: None) as watch,
    ):
        require_inbox(settings)
        publish.repair(settings)
        load_rules(settings.rules)
        steps = _begun(settings, start, clock)
        night = steps.night
        watch.begun(night.run_id)
        first = start.stage if start else "ingest"
        for stage in STAGES[STAGES.index(first) : -1]:
            reach(stage, night)
            work[stage](steps)
        reach("end", night)
        watch.published(0)
        night.discard()


def _begun(settings: Settings, start: Start | None, clock: Callable[[], datetime]) -> Steps:
    if start is None:
        return resuming.begin(settings, clock())
    runs = settings.restricted / "runs"
    shutil.rmtree(runs / start.run_id, ignore_errors=True)  # what an earlier fault left of the same night
    shutil.copytree(start.runs, runs, dirs_exist_ok=True)
    return Steps(Night(settings, start.run_id, start.started_at, start.code_version))


def fork(work: Hook, log: Path) -> int:
    """Runs some work in a child that has all modules loaded; returns its process id.

    The child ends with 0, or with 1 and the sentence of the error in the log.
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = FAILED
    try:
        with log.open("a", encoding="utf-8") as out:
            try:
                work()
                code = GOOD
            except Exception as problem:
                out.write(sentence_of(problem) + "\n")
                traceback.print_exception(problem, file=out)
    finally:
        os._exit(code)


def publish_under(night: Night, sources: dict[str, Source], fault: Fault) -> None:
    """Publishes a night that was built before, in this process, under a fault."""
    sys.addaudithook(Changes(fault, night.settings.restricted.parent))
    publish.run(night, sources)


def night(settings: Settings, log: Path, fault: Fault = NONE, start: Start | None = None) -> int:
    """Starts a night in a child; returns its process id."""

    def work() -> None:
        if fault.change:
            sys.addaudithook(Changes(fault, settings.restricted.parent))
        run(settings, fault, start)

    return fork(work, log)


def ended(pid: int) -> int:
    """Waits for a child; its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
