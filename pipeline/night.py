"""One night: its settings, its run id, and the folder and database that it builds aside."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Self

import duckdb

from pipeline import __version__, db
from pipeline.errors import RunError
from pipeline.settings import PROJECT_ROOT, Settings

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
        runs = settings.restricted / "runs"
        shutil.rmtree(runs, ignore_errors=True)  # left by a night that died; the lock is ours
        runs.mkdir(mode=0o700)
        night.folder.mkdir(mode=0o700)
        spill = db.spill_folder(settings)
        if spill is not None:
            shutil.rmtree(spill, ignore_errors=True)
            spill.mkdir(mode=0o700)
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
        spill = db.spill_folder(self.settings)
        if spill is not None:
            shutil.rmtree(spill, ignore_errors=True)

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
    """Appends one JSON line and flushes it to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
        handle.flush()
        db.sync([path])


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


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Holds the lock of a place, whoever starts the night; the system frees it with the process.

    Raises:
        RunError: if another night is under way there.
    """
    settings.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.restricted / "night.lock").open("w") as handle:
        if not _locked(handle):
            raise RunError(
                "another night is under way",
                where=str(settings.restricted),
                mend="wait for it to end, then start again",
            )
        yield


def is_under_way(restricted: Path) -> bool:
    """Whether somebody holds the lock of a place: a night, or a training of the linking model."""
    try:
        with (restricted / "night.lock").open("rb") as handle:
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
