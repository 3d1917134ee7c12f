"""`<restricted>/audit.jsonl`: who did what and when, one line an act; lines are only ever added.

Each line bears the hash of the line before it, so that a changed, inserted or missing one is found.
`audit.head` bears number and hash of the last line, so that a cut end is found; the manifest of every
published day bears them too, where nobody changes both. No line holds data of persons: an act may tell
only what `FACTS` allows it, which are names of extracts and views, days, counts, ids and hashes.
"""

import fcntl
import hashlib
import json
import os
import pwd
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import private

NAME, HEAD = "audit.jsonl", "audit.head"
NOTHING = "0" * 64
FACTS: dict[str, frozenset[str]] = {
    action: frozenset(told.split())
    for action, told in {
        "run": "as_of run_id state attention",
        "acceptance": "as_of accepted",
        "corrections": "as_of files sha256",
        "rollback": "as_of run_id",
        "migration": "before now",
        "resumption": "as_of run_id before steps",
        "sql": "views rows format",
        "export": "view rows format sha256",
        "dossier": "enterprises street pages for_firm",
        "review_export": "street lines records sha256",
        "quarterly": "quarter files",
        "archive_restore": "extract sha256",
        "withdrawal": "extract sha256 since",
        "reinstatement": "extract sha256",
        "judgement_import": "sha256 taken known",
        "objection": "objection_id event",
        "catalogue_import": "edition sha256 is_new",
        "forget": "files persons handles",
    }.items()
}


@dataclass(frozen=True)
class Head:
    """The last line: its number, from 1, and its hash; 0 and zeros where there is none."""

    n: int = 0
    sha256: str = NOTHING

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"n": self.n, "sha256": self.sha256}


@dataclass(frozen=True)
class Entry:
    """One act.

    Attributes:
        n: its number, from 1.
        at: when, UTC, ISO 8601.
        who: the account of the operating system.
        action: what, one of `FACTS`.
        facts: what else is told of it.
        before: the hash of the line before.
    """

    n: int
    at: str
    who: str
    action: str
    facts: dict[str, Any]
    before: str


def note(restricted: Path, action: str, at: datetime, **facts: Any) -> None:
    """Adds an act to the log of a place, on the disk before it returns.

    Args:
        restricted: the restricted folder; it exists.
        action: one of `FACTS`.
        at: the present, with its zone.
        facts: what is told; None is left out.

    Raises:
        ValueError: if the action may not tell such a fact.
        OSError: if the log cannot be written.
    """
    told = {name: value for name, value in facts.items() if value is not None}
    if not told.keys() <= FACTS[action]:
        raise ValueError(f"{action} does not tell {', '.join(sorted(told.keys() - FACTS[action]))}")
    opened = os.open(restricted / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(opened, "r+b") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        content = log.read()
        last = _last(restricted, content)
        entry = Entry(
            n=last.n + 1,
            at=at.astimezone(UTC).isoformat(timespec="seconds"),
            who=pwd.getpwuid(os.getuid()).pw_name,
            action=action,
            facts=told,
            before=last.sha256,
        )
        line = json.dumps(vars(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        log.truncate(content.rfind(b"\n") + 1)  # a line that was cut off by a crash is no entry
        log.seek(0, os.SEEK_END)
        log.write(line)
        log.flush()
        os.fsync(log.fileno())
        _put_head(restricted, Head(entry.n, _hash(line)))


def head(restricted: Path) -> Head:
    """Number and hash of the last line."""
    try:
        told = json.loads((restricted / HEAD).read_text(encoding="utf-8"))
        return Head(int(told["n"]), str(told["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Head()


def read(restricted: Path) -> list[Entry]:
    """All acts that can be read, in their order."""
    return [entry for _, entry in _entries(_lines(restricted)) if entry]


def problems(restricted: Path, anchors: Iterable[tuple[str, Head]] = ()) -> list[str]:
    """One sentence for each break of the chain; none where the log is whole.

    Args:
        restricted: the restricted folder.
        anchors: where else number and hash of a line stand, with the place's name.
    """
    lines = _lines(restricted)
    found = list(_breaks(lines))
    known = [(HEAD, head(restricted)), *anchors]
    if len(lines) > 1 and known[0][1] == Head():
        found.append(f"{HEAD} is missing or damaged: whether the end of the log was cut cannot be told")
    for where, anchor in known:
        if anchor.n > len(lines):
            found.append(
                f"{where} knows line {anchor.n}, the log ends with line {len(lines)}: lines were cut off"
            )
        elif anchor.n and _hash(lines[anchor.n - 1]) != anchor.sha256:
            found.append(f"line {anchor.n} is not the one that {where} knows")
    return found


def _breaks(lines: list[bytes]) -> Iterator[str]:
    before = NOTHING
    for number, entry in _entries(lines):
        if entry is None:
            yield f"line {number} cannot be read"
        elif entry.n != number:
            yield f"line {number} says that it is line {entry.n}: lines were taken out or put in before it"
        elif entry.before != before:
            yield f"line {number} does not follow the line before it, which was changed"
        before = _hash(lines[number - 1])


def _entries(lines: list[bytes]) -> Iterator[tuple[int, Entry | None]]:
    for number, line in enumerate(lines, start=1):
        try:
            yield number, Entry(**json.loads(line))
        except (ValueError, TypeError):
            yield number, None


def _lines(restricted: Path) -> list[bytes]:
    path = restricted / NAME
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1].splitlines(keepends=True)


def _last(restricted: Path, content: bytes) -> Head:
    """What the next line follows: what the head knows, so that a cut or changed end stays a break.

    Where a crash came between a line and the head, the log is one line ahead.
    """
    lines = content[: content.rfind(b"\n") + 1].splitlines(keepends=True)
    known = head(restricted)
    if known.n >= len(lines):
        return known
    return Head(len(lines), _hash(lines[-1])) if lines else Head()


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _put_head(restricted: Path, last: Head) -> None:
    private.put(restricted / HEAD, json.dumps(last.to_json()).encode() + b"\n")
