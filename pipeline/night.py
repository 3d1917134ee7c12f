"""One night: its settings, its run id, and the folder and database that it builds aside."""

import errno
import fcntl
import hashlib
import json
import logging
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

import duckdb

from pipeline import __version__, db
from pipeline.errors import PipelineError, RunError
from pipeline.settings import PROJECT_ROOT, Settings

logger = logging.getLogger("early_warning")
LOCK = "night.lock"
JOURNAL = "journal.jsonl"
HALF_WRITTEN = "[!gpr]*/**/.*.*.[0-9]*"  # beside the names of files of archive, catalogue and keys
LOCK_TRIES, LOCK_SECONDS = 5, 0.05
CODE = ("**/*.py", "**/*.sql", "**/*.yml", "**/*.csv", "**/*.j2")


@dataclass(frozen=True)
class Night:
    """A night under way; built once at the command line and passed to every room.

    Attributes:
        settings: what the run was asked.
        run_id: names the generation; appears only in the manifest and in `run`.
        started_at: UTC start, ISO 8601; appears only in the manifest and in `run`.
        code_version: version and revision of the code.
    """

    settings: Settings
    run_id: str
    started_at: str
    code_version: str

    @classmethod
    def begin(cls, settings: Settings, started_at: datetime) -> Self:
        """Names a new night and makes its folder; the caller holds the lock of the place.

        Args:
            settings: what the run was asked.
            started_at: the moment of starting, in UTC.
        """
        stamp = started_at.strftime("%Y%m%dT%H%M%S%f")
        night = cls(
            settings=settings,
            run_id=f"{settings.as_of:%Y%m%d}-{stamp}-{os.getpid()}",
            started_at=started_at.isoformat(timespec="seconds"),
            code_version=f"{__version__}+{fingerprint(PROJECT_ROOT / 'pipeline', CODE)[:12]}",
        )
        settings.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.restricted.chmod(0o700)
        _clear_runs(settings)
        (settings.restricted / "runs").mkdir(mode=0o700, exist_ok=True)
        night.folder.mkdir(mode=0o700)
        return night

    @property
    def folder(self) -> Path:
        """Where the night is built: `<restricted>/runs/<run_id>`, mode 0700."""
        return self.settings.restricted / "runs" / self.run_id

    @property
    def database(self) -> Path:
        """The night's own DuckDB file, with persons and phones in it: never published as it is."""
        return self.folder / "night.duckdb"

    def discard(self) -> None:
        """Removes what the night was built in; what it published lies elsewhere."""
        shutil.rmtree(self.folder)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Opens the night's database; the caller closes it."""
        return db.connect(self.database, self.settings)


@dataclass(frozen=True)
class Attention:
    """Something that wants a person: one sentence, without personal data; the run ends with 3."""

    kind: str
    subject: str
    sentence: str


def record_attention(con: duckdb.DuckDBPyConnection, items: Iterable[Attention]) -> None:
    """Adds to the table `attention` (kind, subject, sentence)."""
    con.execute("CREATE TABLE IF NOT EXISTS attention (kind VARCHAR, subject VARCHAR, sentence VARCHAR)")
    rows = [[item.kind, item.subject, item.sentence] for item in items]
    if rows:
        con.executemany("INSERT INTO attention VALUES (?, ?, ?)", rows)


def read_attention(con: duckdb.DuckDBPyConnection) -> list[Attention]:
    """Everything that wants a person, sorted."""
    if "attention" not in db.table_names(con):
        return []
    rows = con.execute("SELECT DISTINCT kind, subject, sentence FROM attention ORDER BY ALL")
    return [Attention(*row) for row in rows.fetchall()]


def append_journal(path: Path, entry: dict[str, object]) -> None:
    """Appends one JSON line and flushes it to the disk; a line that cannot be written whole is taken back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut_torn_line(path)
    line = (json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n").encode()
    with path.open("ab", buffering=0) as handle:
        before = handle.seek(0, os.SEEK_END)
        try:
            if handle.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle.fileno())
        except BaseException:
            handle.truncate(before)
            raise
    db.sync([path.parent])


def cut_torn_line(journal: Path) -> None:
    """A line that was being written when the night died is no entry, and must not spoil the next."""
    if not journal.exists():
        return
    content = journal.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        os.truncate(journal, len(whole))
        db.sync([journal])


def read_journal(path: Path) -> list[dict[str, object]]:
    """All whole lines of a journal; a last line that was cut off is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            entries.append(json.loads(line))
    return entries


def read_generations(restricted: Path) -> list[dict[str, object]]:
    """What the journal says of published generations, without those that were rolled back, oldest first."""
    standing: list[dict[str, object]] = []
    for entry in read_journal(restricted / JOURNAL):
        if "withdraws" in entry:
            standing = [one for one in standing if one.get("run_id") != entry["withdraws"]]
        else:
            standing.append(entry)
    return standing


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
def one_at_a_time(settings: Settings, clock: Callable[[], datetime] = utc_clock) -> Iterator[None]:
    """Holds the lock of a place, whoever starts the night; the system frees it with the process.

    Who holds it stands in the file. A note that is still there when the lock is free is a dead owner's: what
    it left half built is cleared first of all, because the disk may be full of it.

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
        _clear_runs(settings)
        for path in settings.restricted.glob(HALF_WRITTEN):
            path.unlink(missing_ok=True)
        _note_owner(handle, Owner(socket.gethostname(), os.getpid(), clock()))
        try:
            yield
        except PipelineError:
            raise  # the night's tables stay until the next night: the sentence may point there
        except BaseException:
            _clear_runs(settings)
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


def require_inbox(settings: Settings) -> None:
    """A night without its inbox would take all that is new for not sent.

    Raises:
        RunError: if the folder is not there or cannot be read.
    """
    try:
        next(settings.inbox.iterdir(), None)
    except OSError:
        raise RunError(
            "the inbox is not there or cannot be read",
            where=str(settings.inbox),
            mend="mount it, or name the right folder with --inbox",
        ) from None


def _note_owner(handle: IO[str], owner: Owner) -> None:
    """Says who holds the lock; on a full disk the lock holds without."""
    noted = {"host": owner.host, "pid": owner.pid, "since": owner.since.isoformat(timespec="seconds")}
    try:
        handle.truncate(0)
        handle.write(json.dumps(noted))
        handle.flush()
    except OSError as problem:
        logger.warning("could not note who holds the lock: %s", problem.strerror)


def _clear_runs(settings: Settings) -> None:
    """Removes what nights that died or broke off left half built; the caller holds the lock."""
    shutil.rmtree(settings.restricted / "runs", ignore_errors=True)


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


def fingerprint(folder: Path, patterns: Iterable[str]) -> str:
    """SHA-256 over the names and contents of a folder's files, in sorted order."""
    digest = hashlib.sha256()
    files = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    for path in sorted(files):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
