"""One night: its settings, its run id, and the folder and database that it builds aside."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import duckdb

from pipeline import __version__, audit, db, schema
from pipeline.errors import RunError
from pipeline.settings import PROJECT_ROOT, Settings

PARTS = "parts"  # in a night's folder: what a step under way has done, in files
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
    def begin(cls, settings: Settings, started_at: datetime, left: Path | None = None) -> Self:
        """Names a new night and makes its folder; the caller holds the lock of the place.

        Args:
            settings: what the run was asked.
            started_at: the moment of starting, in UTC.
            left: the folder of a dead night, which becomes this one's.
        """
        stamp = started_at.strftime("%Y%m%dT%H%M%S%f")
        night = cls(
            settings=settings,
            run_id=f"{settings.as_of:%Y%m%d}-{stamp}-{os.getpid()}",
            started_at=started_at.isoformat(timespec="seconds"),
            code_version=code_version(),
        )
        settings.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.restricted.chmod(0o700)
        before, now = schema.prepare(settings.restricted), schema.RESTRICTED_VERSION
        if before != now:
            audit.note(settings.restricted, "migration", started_at, before=before, now=now)
        (settings.restricted / "runs").mkdir(mode=0o700, exist_ok=True)
        if left is None:
            night.folder.mkdir(mode=0o700)
        else:
            left.rename(night.folder)
            db.sync([night.folder.parent])
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


def code_version() -> str:
    """Version and revision of the code."""
    return f"{__version__}+{fingerprint(PROJECT_ROOT / 'pipeline', CODE)[:12]}"


def fingerprint(folder: Path, patterns: Iterable[str]) -> str:
    """SHA-256 over the names and contents of a folder's files, in sorted order."""
    digest = hashlib.sha256()
    files = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    for path in sorted(files):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
