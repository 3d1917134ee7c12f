"""One night: its settings, its run id, and the folder and database that it builds aside."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.settings import Settings


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

    @property
    def folder(self) -> Path:
        """Where the night is built: `<restricted>/runs/<run_id>`, mode 0700."""
        return self.settings.restricted / "runs" / self.run_id

    @property
    def database(self) -> Path:
        """The night's own DuckDB file, with persons and phones in it: never published as it is."""
        return self.folder / "night.duckdb"

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
    con.execute(
        "CREATE TABLE IF NOT EXISTS attention (kind VARCHAR, subject VARCHAR, sentence VARCHAR)"
    )
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


def read_journal(path: Path) -> list[dict[str, object]]:
    """All whole lines of a journal; a last line that was cut off is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            entries.append(json.loads(line))
    return entries
