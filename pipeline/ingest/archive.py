"""Accepted files, kept content-addressed in the restricted store so that any night can be rebuilt.

`<restricted>/archive/<extract>/<sha256>.parquet` holds a file's records as text, identity numbers
masked; `<sha256>.json` beside it says what the file was, under which names it came and when, and by
which hash the Parquet file is known to be whole. `nights/<as-of>.json` names the files that the nights
of a day used, replaced ones included, so that such a night can be built again without its inbox.
"""

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.declaration import Source
from pipeline.ingest.archived import parquet_bytes, put, read_note, read_records, seal, write_note
from pipeline.ingest.loading import LoadedFile, interpret
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused

GONE = "存档中的文件已不可用，请重新报送"


@dataclass(frozen=True)
class Entry:
    """One name under which an archived file came.

    Attributes:
        sha256: hash of its bytes.
        file: its name in the inbox.
        extract_date: the day in that name.
        sender_rows: who sent it, and how many accepted rows each.
        sequence: rises with every entry of the extract; of two files of one name the later counts.
        accepted_at: when the night that accepted it began, UTC, ISO 8601.
        despite: what an operator accepted it in spite of.
    """

    sha256: str
    file: str
    extract_date: date
    sender_rows: dict[str, int]
    sequence: int
    accepted_at: str
    despite: tuple[str, ...]


class Archive:
    """The archive of one extract.

    Args:
        restricted: the restricted folder.
        extract: the extract's name.
    """

    def __init__(self, restricted: Path, extract: str) -> None:
        self.folder = restricted / "archive" / extract

    def history(self, as_of: date = date.max) -> list[Entry]:
        """Every name under which a file up to as-of was accepted, in the order of acceptance."""
        found = []
        for path in self.notes():
            try:
                found += _entries(read_note(path))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # told by `damaged_notes`
        seen = (item for item in found if item.extract_date <= as_of)
        return sorted(seen, key=lambda item: item.sequence)

    def entries(self, as_of: date) -> list[Entry]:
        """What the archive holds up to as-of; of two files of one name the later."""
        latest = {item.file: item for item in self.history(as_of)}
        return sorted(latest.values(), key=lambda item: (item.extract_date, item.file))

    def used_by(self, as_of: date) -> set[tuple[str, str | None]]:
        """Name and hash of the files that the nights of a day used; none if that is not known."""
        try:
            found = json.loads(self._night(as_of).read_text(encoding="utf-8"))
            return {(item["file"], item["sha256"]) for item in found}
        except (OSError, ValueError, KeyError, TypeError):
            return set()  # only rows that newer files replaced depend on it

    def note_night(self, as_of: date, files: Sequence[LoadedFile]) -> None:
        """Adds the used files to those that the nights of a day are known to have used."""
        before = self.used_by(as_of)
        used = before | {(item.name, item.sha256) for item in files if item.is_used}
        if used == before:
            return
        path = self._night(as_of)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = sorted(({"file": name, "sha256": sha} for name, sha in used), key=lambda item: str(item))
        put(path, json.dumps(found, ensure_ascii=False, indent=1).encode())

    def notes(self) -> list[Path]:
        """The notes, one per archived content."""
        return sorted(path for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def damaged_notes(self) -> list[Path]:
        """Notes that cannot be read any more."""
        return [path for path in self.notes() if not _is_readable(path)]

    def store(self, loaded: LoadedFile, accepted_at: str) -> None:
        """Keeps an accepted file; storing it again changes nothing, unless the archive's copy was damaged.

        Args:
            loaded: the file, with its records.
            accepted_at: when the accepting night began.
        """
        assert loaded.raw is not None and loaded.sha256 and loaded.extract_date and loaded.typed
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{loaded.sha256}.json"
        note = read_note(path) if path.exists() and _is_readable(path) else _new_note(loaded)
        is_whole = self.problem(note) is None
        if not is_whole:
            data = parquet_bytes(loaded.raw)
            put(path.with_suffix(".parquet"), data)
            note["parquet"] = seal(data)
        if self._add_name(note, loaded, accepted_at) or not is_whole:
            write_note(path, note)

    def problem(self, note: dict[str, Any]) -> str | None:
        """What is wrong with the Parquet file that a note stands for; None if it is whole."""
        path = self.folder / f"{note['sha256']}.parquet"
        if not path.exists():
            return "is missing"
        return None if seal(path.read_bytes()) == note.get("parquet") else "is not what was stored"

    def records(self, entry: Entry) -> tuple[RawTable, dict[str, Any]]:
        """An archived file's records as text, and its note.

        Raises:
            Refused: if the archive's file is missing or damaged.
        """
        try:
            note = read_note(self.folder / f"{entry.sha256}.json")
            data = (self.folder / f"{entry.sha256}.parquet").read_bytes()
        except (OSError, ValueError, KeyError):
            raise Refused(GONE) from None
        if seal(data) != note.get("parquet"):
            raise Refused(GONE)
        return read_records(data, note), note

    def restore(self, entry: Entry, source: Source) -> LoadedFile:
        """An archived file, typed by today's declaration.

        Raises:
            Refused: if it is missing or damaged, or today's declaration requires a column that it lacks.
        """
        raw, note = self.records(entry)
        loaded = LoadedFile(
            entry.file,
            entry.sha256,
            entry.extract_date,
            note["bytes"],
            sender_rows=entry.sender_rows,
            remarks=entry.despite,
            archived=True,
        )
        interpret(loaded, raw, source)
        loaded.raw = None
        return loaded

    def _night(self, as_of: date) -> Path:
        return self.folder / "nights" / f"{as_of}.json"

    def _add_name(self, note: dict[str, Any], loaded: LoadedFile, accepted_at: str) -> bool:
        day = (loaded.extract_date or date.min).isoformat()
        if (loaded.name, day) in {(item["file"], item["extract_date"]) for item in note["files"]}:
            return False
        note["files"].append(
            {
                "file": loaded.name,
                "extract_date": day,
                "senders": loaded.sender_rows,
                "sequence": max((item.sequence for item in self.history()), default=0) + 1,
                "accepted_at": accepted_at,
                "despite": list(loaded.remarks),
            }
        )
        return True


def to_bring_back(
    entries: Sequence[Entry],
    inbox: Sequence[LoadedFile],
    source: Source,
    used_before: Set[tuple[str, str | None]] = frozenset(),
) -> list[Entry]:
    """Which archived files a night uses beside the accepted files of the inbox.

    Append: all that the inbox does not hold. Snapshot: a sender's newest, unless the inbox has an
    accepted file of that sender at least as new, and what earlier nights of the same day used.
    """
    used = [item for item in inbox if item.is_used]
    names = {item.name for item in used}
    hashes = {item.sha256 for item in used}
    absent = [item for item in entries if item.file not in names and item.sha256 not in hashes]
    if source.mode == "append":
        return absent
    newest: dict[str, tuple[date, str]] = {}
    for item in used:
        for sender in item.senders:
            newest[sender] = max(newest.get(sender, (date.min, "")), item.order)
    wanted: dict[str, Entry] = {}
    for entry in absent:
        for sender in entry.sender_rows:
            if (entry.extract_date, entry.file) > newest.get(sender, (date.min, "")):
                wanted[sender] = entry
    chosen = used_before | {(item.file, item.sha256) for item in wanted.values()}
    return [item for item in absent if (item.file, item.sha256) in chosen]


def _new_note(loaded: LoadedFile) -> dict[str, Any]:
    assert loaded.raw is not None and loaded.mapping is not None and loaded.typed is not None
    return {
        "sha256": loaded.sha256,
        "bytes": loaded.size,
        "header": list(loaded.raw.header),
        "titles": list(loaded.raw.titles),
        "header_row": loaded.raw.header_row,
        "encoding": loaded.raw.encoding,
        "delimiter": loaded.raw.delimiter,
        "units": loaded.mapping.units,
        "unknown_columns": list(loaded.mapping.unknown),
        "rows": loaded.typed.rows,
        "accepted": loaded.typed.accepted.num_rows,
        "rejected": loaded.typed.rejected_rows,
        "not_data": loaded.typed.not_data,
        "files": [],
    }


def _entries(note: dict[str, Any]) -> list[Entry]:
    return [
        Entry(
            note["sha256"],
            item["file"],
            date.fromisoformat(item["extract_date"]),
            dict(item["senders"]),
            item["sequence"],
            item["accepted_at"],
            tuple(item["despite"]),
        )
        for item in note["files"]
    ]


def _is_readable(path: Path) -> bool:
    try:
        return bool(_entries(read_note(path)))
    except (OSError, ValueError, KeyError, TypeError):
        return False
