"""Accepted files, kept content-addressed in the restricted store so that any night can be rebuilt.

`<restricted>/archive/<extract>/<sha256>.parquet` holds a file's records as text, identity numbers
masked; `<sha256>.json` beside it says what the file was, under which names it came and when, and by
which hash the Parquet file is known to be whole. `nights/<as-of>.json` names the files that the nights
of a day used, replaced ones included, so that such a night can be built again without its inbox.
"""

import json
from collections.abc import Container, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.declaration import Source
from pipeline.ingest.archived import put_file, read_note, read_records, seal, write_note
from pipeline.ingest.entries import Entry, Forgotten, Withdrawal, entries_of, withdrawal_said
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused
from pipeline.private import put

GONE = "存档中的文件已不可用，请重新报送"


class Archive:
    """The archive of one extract.

    Args:
        restricted: the restricted folder.
        extract: the extract's name.
    """

    def __init__(self, restricted: Path, extract: str) -> None:
        self.folder = restricted / "archive" / extract
        self._read: dict[Path, tuple[tuple[int, int, int], list[Entry]]] = {}

    def history(self, as_of: date = date.max) -> list[Entry]:
        """Every name under which a file up to as-of was accepted, in the order of acceptance."""
        found = []
        for path in self.notes():
            try:
                found += self._entries(path)
            except (OSError, ValueError, KeyError, TypeError):
                continue  # told by `damaged_notes`
        seen = (item for item in found if item.extract_date <= as_of)
        return sorted(seen, key=lambda item: item.sequence)

    def withdrawn(self, as_of: date) -> dict[tuple[str, str | None], Withdrawal]:
        """Name and hash of the files that nights of a day leave out because they were taken back."""
        return {
            (item.file, item.sha256): item.withdrawn
            for item in self.history(as_of)
            if item.withdrawn and item.withdrawn.since <= as_of
        }

    def forgotten(self) -> dict[str, Forgotten]:
        """Hashes of the contents that were removed at the end of their term, with when and why."""
        return {item.sha256: item.forgotten for item in self.history() if item.forgotten}

    def entries(self, as_of: date) -> list[Entry]:
        """What the archive holds for a day; of two files of one name the later.

        A day whose nights are known sees what they used, not what came after them, and also what was
        forgotten since; another day misses nothing that was forgotten.
        """
        gone, used = self.withdrawn(as_of), self.used_by(as_of)
        standing = (
            item
            for item in self.history(as_of)
            if (item.file, item.sha256) not in gone
            and ((item.file, item.sha256) in used if used else not item.forgotten)
        )
        latest = {item.file: item for item in standing}
        return sorted(latest.values(), key=lambda item: (item.extract_date, item.file))

    def used_by(self, as_of: date) -> dict[tuple[str, str | None], bool]:
        """Name and hash of the files that the nights of a day used → whether they lay in the inbox then.

        Empty if that is not known.
        """
        try:
            found = json.loads(self._night(as_of).read_text(encoding="utf-8"))
            return {(item["file"], item["sha256"]): item["from_inbox"] for item in found}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def note_night(self, as_of: date, files: Sequence[LoadedFile]) -> None:
        """Adds the used files to those that the nights of a day are known to have used."""
        before = self.used_by(as_of)
        used = {(item.name, item.sha256): not item.archived for item in files if item.is_used}
        known = before | {key: lay or before.get(key, False) for key, lay in used.items()}
        if known == before:
            return
        path = self._night(as_of)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = [{"file": name, "sha256": sha, "from_inbox": lay} for (name, sha), lay in known.items()]
        put(path, json.dumps(sorted(found, key=str), ensure_ascii=False, indent=1).encode())

    def notes(self) -> list[Path]:
        """The notes, one per archived content."""
        return sorted(path for path in self.folder.glob("*.json") if not path.name.startswith("."))

    def damaged_notes(self) -> list[Path]:
        """Notes that cannot be read any more."""
        return [path for path in self.notes() if not self._is_readable(path)]

    def store(self, loaded: LoadedFile, accepted_at: str) -> None:
        """Keeps an accepted file; storing it again changes nothing, unless the archive's copy was damaged.

        Args:
            loaded: the file, with its records.
            accepted_at: when the accepting night began.
        """
        assert loaded.kept and loaded.sha256 and loaded.extract_date
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{loaded.sha256}.json"
        note = read_note(path) if path.exists() and self._is_readable(path) else _new_note(loaded)
        if note.get("forgotten"):  # it came anew, under a day within its term
            note = {**_new_note(loaded), "files": note["files"], "forgotten_before": note["forgotten"]}
        is_whole = self.problem(note) is None
        if not is_whole:
            note["parquet"] = seal(loaded.kept)
            put_file(path.with_suffix(".parquet"), loaded.kept)
        if self._add_name(note, loaded, accepted_at) or not is_whole:
            write_note(path, note)

    def problem(self, note: dict[str, Any]) -> str | None:
        """What is wrong with the Parquet file that a note stands for; None if it is whole."""
        path = self.folder / f"{note['sha256']}.parquet"
        if note.get("forgotten"):
            return "was forgotten, but is still there" if path.exists() else None
        if not path.exists():
            return "is missing"
        return None if seal(path) == note.get("parquet") else "is not what was stored"

    def records(self, entry: Entry) -> tuple[Iterator[RawTable], dict[str, Any]]:
        """An archived file's records as text, batch by batch, and its note.

        Raises:
            Refused: if the archive's file is missing, damaged or forgotten.
        """
        if entry.forgotten:
            raise Refused(entry.forgotten.sentence)
        path = self.folder / f"{entry.sha256}.parquet"
        try:
            note = read_note(path.with_suffix(".json"))
            is_whole = seal(path) == note.get("parquet")
        except (OSError, ValueError, KeyError):
            raise Refused(GONE) from None
        if not is_whole:
            raise Refused(GONE)
        return read_records(path, note), note

    def withdraw(self, entry: Entry, withdrawal: Withdrawal | None) -> None:
        """Notes that a file was taken back; None: that it stands again. What was noted before is kept.

        Raises:
            ValueError: if the note cannot be read.
        """
        path = self.folder / f"{entry.sha256}.json"
        note = read_note(path)
        for item in note["files"]:
            if item["file"] == entry.file:
                said = withdrawal_said(withdrawal)
                item["withdrawals"] = [*item.get("withdrawals", []), said]
        write_note(path, note)

    def _entries(self, path: Path) -> list[Entry]:
        """The names in a note; it is read again only where the file is another one than before."""
        now = path.stat()
        stamp = (now.st_ino, now.st_mtime_ns, now.st_size)
        if path not in self._read or self._read[path][0] != stamp:
            self._read[path] = stamp, entries_of(read_note(path))
        return self._read[path][1]

    def _is_readable(self, path: Path) -> bool:
        try:
            return bool(self._entries(path))
        except (OSError, ValueError, KeyError, TypeError):
            return False

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
    used_before: Container[tuple[str, str | None]] = frozenset(),
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
    chosen = {(item.file, item.sha256) for item in wanted.values()}
    return [item for item in absent if (key := (item.file, item.sha256)) in chosen or key in used_before]


def _new_note(loaded: LoadedFile) -> dict[str, Any]:
    assert loaded.mapping is not None
    return {
        "sha256": loaded.sha256,
        "bytes": loaded.size,
        "header": list(loaded.header),
        "titles": list(loaded.titles),
        **{name: loaded.facts[name] for name in ("header_row", "encoding", "delimiter")},
        "units": loaded.mapping.units,
        "unknown_columns": list(loaded.mapping.unknown),
        **{name: getattr(loaded, name) for name in ("rows", "accepted", "rejected", "not_data")},
        "files": [],
    }
