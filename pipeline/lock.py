"""The lock of a place: one writer at a time, whoever starts it, and who that is."""

import fcntl
import json
import logging
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pipeline.errors import PipelineError, RunError
from pipeline.settings import Settings

logger = logging.getLogger("early_warning")
LOCK = "night.lock"
DONE = "done.jsonl"  # in a night's folder: the steps that are done
HALF_WRITTEN = "[!gpr]*/**/.*.*.[0-9]*"  # beside the names of files of archive, catalogue and keys
LOCK_TRIES, LOCK_SECONDS = 5, 0.05


@dataclass(frozen=True)
class Owner:
    """Who holds the lock of a place, or held it when it died.

    Attributes:
        host: the machine.
        pid: the process.
        since: from when on, UTC.
    """

    host: str
    pid: int
    since: datetime

    def told(self, now: datetime) -> str:
        """The owner in words, with the lock's age."""
        minutes = max(0, int((now - self.since).total_seconds() // 60))
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC ({minutes} minutes)"


def utc_clock() -> datetime:
    """The present; told to people who wait for a lock, and in no result."""
    return datetime.now(UTC)


@contextmanager
def one_at_a_time(
    settings: Settings, clock: Callable[[], datetime] = utc_clock, *, resumes: bool = False
) -> Iterator[None]:
    """Holds the lock of a place, whoever starts the night; the system frees it with the process.

    Who holds it stands in the file. A note that is still there when the lock is free is a dead owner's: what
    it left half built is cleared first of all, because the disk may be full of it.

    Args:
        settings: of the run.
        clock: the present, UTC.
        resumes: keep what `left_behind` names, for this night or for the next one.

    Raises:
        RunError: if another night is under way there.
    """
    settings.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.restricted / LOCK).open("a") as handle:
        if not _locked(handle):
            owner = owner_of(settings.restricted)
            raise RunError(
                "another night is under way" + (f": {owner.told(clock())}" if owner else ""),
                where=str(settings.restricted),
                mend="wait for it to end, then start again",
            )
        dead = owner_of(settings.restricted)
        if dead:
            logger.warning("the lock was left by a night that died: %s", dead.told(clock()))
        clear_runs(settings, but=left_behind(settings) if resumes else None)
        for path in settings.restricted.glob(HALF_WRITTEN):
            path.unlink(missing_ok=True)
        _note_owner(handle, Owner(socket.gethostname(), os.getpid(), clock()))
        try:
            yield
        except PipelineError:
            raise  # the night's tables stay until the next night: the sentence may point there
        except BaseException:
            clear_runs(settings, but=left_behind(settings) if resumes else None)
            raise
        finally:
            handle.truncate(0)


def owner_of(restricted: Path) -> Owner | None:
    """Who noted that it holds the lock of a place; None if nobody did."""
    try:
        found = json.loads((restricted / LOCK).read_text(encoding="utf-8"))
        return Owner(str(found["host"]), int(found["pid"]), datetime.fromisoformat(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def left_behind(settings: Settings) -> Path | None:
    """The folder of the newest night of the same day that did not end, where it had done any step.

    None where the disk has no room for as much again: it may be full of that folder.
    """
    runs = settings.restricted / "runs"
    try:
        found = [path.parent for path in sorted(runs.glob(f"{settings.as_of:%Y%m%d}-*/{DONE}"))]
        fits = bool(found) and shutil.disk_usage(runs).free >= size_of(found[-1])
    except OSError:
        return None
    return found[-1] if fits else None


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; 0 where there is none."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def clear_runs(settings: Settings, but: Path | None = None) -> None:
    """Removes what nights that died or broke off left half built; the caller holds the lock.

    Args:
        settings: of the place.
        but: the one folder that stays.
    """
    runs = settings.restricted / "runs"
    if but is None:
        shutil.rmtree(runs, ignore_errors=True)
        return
    for path in runs.iterdir():
        if path != but:
            shutil.rmtree(path, ignore_errors=True)


def _note_owner(handle: IO[str], owner: Owner) -> None:
    """Says who holds the lock; on a full disk the lock holds without."""
    noted = {"host": owner.host, "pid": owner.pid, "since": owner.since.isoformat(timespec="seconds")}
    try:
        handle.truncate(0)
        handle.write(json.dumps(noted))
        handle.flush()
    except OSError as problem:
        logger.warning("could not note who holds the lock: %s", problem.strerror)


def is_under_way(restricted: Path) -> bool:
    """Whether somebody holds the lock of a place: a night, or a training of the linking model."""
    try:
        with (restricted / LOCK).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _locked(handle: IO[str]) -> bool:
    """Takes the lock; waits a moment, because whoever looks for a running night holds it for that long."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(LOCK_SECONDS)
    return False
