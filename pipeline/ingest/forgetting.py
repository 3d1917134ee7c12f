"""Contents of the archive whose declared term has ended: found, removed, and kept as proofs alone.

The term of a content runs from the newest day under which it came. What stays of it is its note: names,
days, senders, hashes, row counts, and when and why it was removed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import db
from pipeline.declaration import Source
from pipeline.ingest.archive import Archive
from pipeline.ingest.archived import read_note, write_note
from pipeline.ingest.entries import Forgotten, entries_of, forgotten
from pipeline.ingest.find import find_files

# Of a note of what is gone: nothing that stood in the file itself.
_PROOFS = (
    "sha256", "bytes", "rows", "accepted", "rejected", "not_data", "files", "parquet", "forgotten_before",
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A content whose term has ended.

    Attributes:
        extract: its extract.
        sha256: the hash of the file as it came.
        files: the names under which it came.
        upto: the newest day among them.
        rows: its records.
        expired_on: the last day of its term.
        term: years.
        why: the legal reason of the term.
    """

    extract: str
    sha256: str
    files: tuple[str, ...]
    upto: date
    rows: int
    expired_on: date
    term: int
    why: str

    def proof(self) -> dict[str, Any]:
        """What an audit log may say of it."""
        return {"extract": self.extract, "sha256": self.sha256, "rows": self.rows, "upto": str(self.upto)}


def due(restricted: Path, sources: Mapping[str, Source], today: date) -> list[Due]:
    """The contents that the archive holds beyond their term, by extract, day and hash.

    A content that was noted as forgotten and lies there still is one of them. What no source declares has
    no term, see `undeclared`.
    """
    found = [
        item
        for source in sources.values()
        for path in Archive(restricted, source.extract).notes()
        if (item := _due(path, source, today))
    ]
    return sorted(found, key=lambda item: (item.extract, item.upto, item.sha256))


def undeclared(restricted: Path, sources: Mapping[str, Source]) -> list[str]:
    """Extracts of the archive that no source declares: nobody says how long they may be kept."""
    folders = (path.name for path in (restricted / "archive").glob("*") if path.is_dir())
    return sorted(name for name in folders if name not in sources)


def in_inbox(inbox: Path, sources: Mapping[str, Source], today: date) -> list[tuple[str, str]]:
    """Extract and name of the inbox's files whose day is beyond the term; they are the departments' own."""
    return [
        (source.extract, item.name)
        for source in sources.values()
        for item in find_files(inbox / source.extract, today)
        if item.extract_date and source.expires_on(item.extract_date) < today
    ]


def forget(restricted: Path, items: Iterable[Due], today: date) -> None:
    """Removes contents; the caller holds the lock of the place. Broken off, it can be begun again.

    Args:
        restricted: the restricted folder.
        items: what `due` found.
        today: the day, for the notes.
    """
    for item in items:
        folder = restricted / "archive" / item.extract
        path = folder / f"{item.sha256}.json"
        note = read_note(path)
        gone = forgotten(note) if "forgotten" in note else None
        gone = gone or Forgotten(today, item.term, item.why, item.upto)
        # The word that it is gone comes first: a night never takes a forgotten content for a lost one.
        write_note(path, {name: note[name] for name in _PROOFS if name in note} | {"forgotten": gone.said()})
        path.with_suffix(".parquet").unlink(missing_ok=True)
        db.sync([folder])


def _due(path: Path, source: Source, today: date) -> Due | None:
    try:
        note = read_note(path)
        names = entries_of(note)
        upto = max(item.extract_date for item in names)
        rows = int(note["rows"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a note that cannot be read is told by `archive verify`
    is_gone = "forgotten" in note and not path.with_suffix(".parquet").exists()
    if is_gone or source.expires_on(upto) >= today:
        return None
    files = tuple(sorted({item.file for item in names}))
    return Due(
        source.extract,
        path.stem,
        files,
        upto,
        rows,
        source.expires_on(upto),
        source.retention_years,
        source.retention_reason,
    )
