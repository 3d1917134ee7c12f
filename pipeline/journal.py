"""Journals: one JSON line an entry, appended and flushed; a line that was cut off is no entry."""

import errno
import json
import os
from pathlib import Path

from pipeline import db

JOURNAL = "journal.jsonl"


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
