"""What the archive's notes say of a content: its names, its withdrawals, and that it was forgotten."""

from dataclasses import dataclass
from datetime import date
from typing import Any

EXPIRED = "保存期满"


@dataclass(frozen=True)
class Withdrawal:
    """A file taken back: nights of `since` and later leave it out, earlier ones stay as they were.

    Attributes:
        since: the first day whose nights leave it out.
        why: the reason, for the department and the report.
        by: who said so.
    """

    since: date
    why: str
    by: str


@dataclass(frozen=True)
class Forgotten:
    """A content that was removed at the end of its term; its note stays as a proof.

    Attributes:
        on: the day of removing.
        term: the years that its source declares.
        why: the legal reason that its source declares.
        upto: the newest day under which the content had come.
    """

    on: date
    term: int
    why: str
    upto: date

    @property
    def sentence(self) -> str:
        """What a department and the report read of it."""
        return f"{EXPIRED}，内容已于{self.on}删除，只留凭证（保存{self.term}年：{self.why}）"

    def said(self) -> dict[str, Any]:
        """As JSON values."""
        return {"on": str(self.on), "term": self.term, "why": self.why, "upto": str(self.upto)}


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
        withdrawn: when and why it was taken back, if it was.
        forgotten: when and why its content was removed, if it was.
    """

    sha256: str
    file: str
    extract_date: date
    sender_rows: dict[str, int]
    sequence: int
    accepted_at: str
    despite: tuple[str, ...]
    withdrawn: Withdrawal | None
    forgotten: Forgotten | None = None


def withdrawal_said(withdrawal: Withdrawal | None) -> dict[str, str] | None:
    """A withdrawal as JSON values."""
    if withdrawal is None:
        return None
    return {"since": withdrawal.since.isoformat(), "why": withdrawal.why, "by": withdrawal.by}


def _withdrawal(item: dict[str, Any]) -> Withdrawal | None:
    said = (item.get("withdrawals") or [None])[-1]
    return Withdrawal(date.fromisoformat(said["since"]), said["why"], said["by"]) if said else None


def forgotten(note: dict[str, Any]) -> Forgotten | None:
    """When and why the content of a note was removed, also if it came anew since; None if it was not."""
    said = note.get("forgotten") or note.get("forgotten_before")
    if not said:
        return None
    return Forgotten(
        date.fromisoformat(said["on"]), said["term"], said["why"], date.fromisoformat(said["upto"])
    )


def entries_of(note: dict[str, Any]) -> list[Entry]:
    """The names under which the content of a note came; those of forgotten days stay forgotten."""
    gone = forgotten(note)
    days = [date.fromisoformat(item["extract_date"]) for item in note["files"]]
    return [
        Entry(
            note["sha256"],
            item["file"],
            day,
            dict(item["senders"]),
            item["sequence"],
            item["accepted_at"],
            tuple(item["despite"]),
            _withdrawal(item),
            gone if gone and day <= gone.upto else None,
        )
        for item, day in zip(note["files"], days, strict=True)
    ]
