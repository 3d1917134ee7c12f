"""How the place stands: last night, the next one, what is stale, what waits, and whether all is one piece."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipeline.declaration import load_sources
from pipeline.duty import config, runlog
from pipeline.duty.facts import Shown, shown
from pipeline.duty.runlog import Run
from pipeline.errors import ConfigError
from pipeline.local_server import Plan
from pipeline.lock import Owner, is_under_way, owner_of
from pipeline.settings import Settings

LOW_DISK = 2 * 1024**3
GOOD, FAILED, WANTED = 0, 1, 3
_A_MOMENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Disk:
    """Bytes free, bytes in all on the restricted folder's file system, and bytes of the archive."""

    free: int
    total: int
    archive: int


@dataclass(frozen=True)
class Status:
    """How the place stands.

    Attributes:
        last: the last run that ended or died; None if nothing is known of any.
        running: the run that is under way.
        is_held: whether somebody holds the lock of the place (a run, or a training).
        holder: who that is.
        shown: the newest published night.
        plan: the schedule.
        disk: space.
        arrived: files that came to the inbox after the last run began; None if there is no inbox.
        wants: sentences about what wants a person.
    """

    last: Run | None
    running: Run | None
    is_held: bool
    holder: Owner | None
    shown: Shown | None
    plan: Plan
    disk: Disk
    arrived: int | None
    wants: tuple[str, ...]

    @property
    def code(self) -> int:
        """1: the last run failed or died; 3: something wants a person; 0: good."""
        if self.last and self.last.state in ("failed", "died"):
            return FAILED
        return WANTED if self.wants else GOOD


def status(settings: Settings, plan: Plan) -> Status:
    """Looks at a place; changes nothing.

    Args:
        settings: where inbox, warehouse, lists and the restricted folder are; as-of is not read.
        plan: what the schedule has planned.
    """
    is_held = is_under_way(settings.restricted)
    runs = runlog.read(settings.restricted)
    running = runs.pop() if runs and runs[-1].state == "open" and is_held else None
    night = shown(settings, load_sources(settings.sources))
    last = _last(runs, night)
    disk = _disk(settings.restricted)
    return Status(
        last=last,
        running=running,
        is_held=is_held,
        holder=owner_of(settings.restricted) if is_held else None,
        shown=night,
        plan=plan,
        disk=disk,
        arrived=_arrived(settings.inbox, last),
        wants=(*_of_night(night), *_of_plan(plan, running or last), *_of_place(settings, disk)),
    )


def _last(runs: list[Run], night: Shown | None) -> Run | None:
    """The newest run of the log; of a place that is older than the log, the night published last."""
    if runs:
        last = runs[-1]
        return _dead(last) if last.state == "open" else last
    if night is None or night.started_at is None:
        return None
    return Run(
        as_of=night.as_of,
        started_at=night.started_at,
        pid=0,
        state="published",
        ended_at=night.finished_at,
        run_id=night.run_id,
        attention=len(night.attention),
    )


def _dead(run: Run) -> Run:
    return Run(run.as_of, run.started_at, run.pid, "died", None, run.run_id, None)


def _of_night(night: Shown | None) -> tuple[str, ...]:
    if night is None:
        return ("还没有发布过任何一夜：把各部门的文件放进收件夹，运行 early-warning run。",)
    if night.is_one:
        return night.attention
    return (
        *night.attention,
        "清单与数据仓库不是同一批次：重新运行一次 early-warning run，开始时会自动恢复一致。",
    )


def _of_plan(plan: Plan, newest: Run | None) -> tuple[str, ...]:
    if plan.state == "dead":
        return ("定时服务已中断、没有应答：重新启动 early-warning schedule。",)
    found = []
    if plan.state == "up" and plan.next_at is None:
        found.append("定时服务没有排定下一次运行：刚启动时等一分钟再看；仍没有，查看 prefect/server.log。")
    if plan.is_late:
        found.append("计划的运行已过时间而没有开始：查看定时服务的日志。")
    if plan.crashed_at and (newest is None or plan.crashed_at > newest.started_at + _A_MOMENT):
        found.append("最近一次计划的运行还没开始就中断了：查看定时服务的日志。")
    return tuple(found)


def _of_place(settings: Settings, disk: Disk) -> tuple[str, ...]:
    found = []
    if disk.free < LOW_DISK:
        found.append("磁盘剩余空间不足 2 GB：清出空间，或在 duty.yml 中设定保留的夜数。")
    try:
        config.load(settings.restricted)
    except ConfigError as problem:
        found.append(f"值班设置有误，通知与保留期都没有生效：{problem.sentence()}")
    return tuple(found)


def _disk(restricted: Path) -> Disk:
    place = restricted
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    files = (path for path in (restricted / "archive").rglob("*") if path.is_file())
    return Disk(usage.free, usage.total, sum(path.stat().st_size for path in files))


def _arrived(inbox: Path, last: Run | None) -> int | None:
    if not inbox.is_dir():
        return None
    since = last.started_at.timestamp() if last else 0.0
    files = (path for path in inbox.glob("*/*") if path.is_file())
    return sum(path.stat().st_ctime > since for path in files)
