"""`<restricted>/duty.jsonl`: every run that began, and how it ended; lines are only ever added.

The journal of generations names what was published. This one also remembers what failed, and what
began and never came to an end.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline import audit
from pipeline.errors import sentence_of
from pipeline.journal import append_journal, read_journal

logger = logging.getLogger("early_warning")
NAME = "duty.jsonl"
State = Literal["open", "published", "failed", "died"]


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        as_of: the day that it speaks of.
        started_at: its start, UTC.
        pid: its process.
        state: `open` while it runs, or after it died unseen.
        ended_at: its end, UTC.
        run_id: the night's, once it had one.
        sentence: why it failed, without personal data.
        attention: how many things want a person.
    """

    as_of: date
    started_at: datetime
    pid: int
    state: State = "open"
    ended_at: datetime | None = None
    run_id: str | None = None
    sentence: str | None = None
    attention: int = 0


def read(restricted: Path) -> list[Run]:
    """All runs, in the order in which they began."""
    runs: dict[tuple[str, int], Run] = {}
    for entry in read_journal(restricted / NAME):
        key = str(entry["started_at"]), int(str(entry["pid"]))
        if key in runs:
            runs[key] = _ended(runs[key], entry)
        elif "as_of" in entry:  # an end without a beginning was written on a disk that was full before
            runs[key] = _begun(entry)
    return list(runs.values())


def begin(restricted: Path, run: Run) -> None:
    """Notes that a run began; the caller holds the lock of the place."""
    _append(restricted, {**_key(run), "as_of": str(run.as_of)})
    _audit(restricted, run, "begun", run.started_at)


def end(restricted: Path, run: Run) -> None:
    """Notes how a run ended."""
    assert run.ended_at
    told = {
        "state": run.state,
        "ended_at": run.ended_at.isoformat(),
        "run_id": run.run_id,
        "sentence": run.sentence,
        "attention": run.attention,
    }
    _append(restricted, {**_key(run), **told})
    _audit(restricted, run, run.state, run.ended_at)


def _key(run: Run) -> dict[str, object]:
    return {"started_at": run.started_at.isoformat(), "pid": run.pid}


def _append(restricted: Path, entry: dict[str, object]) -> None:
    append_journal(restricted / NAME, entry)
    (restricted / NAME).chmod(0o600)


def _audit(restricted: Path, run: Run, state: str, at: datetime) -> None:
    """The same in the audit log; a night does not fail for want of that line."""
    try:
        audit.note(
            restricted,
            "run",
            at,
            as_of=str(run.as_of),
            run_id=run.run_id,
            state=state,
            attention=run.attention or None,
        )
    except OSError as problem:
        logger.warning("could not note the run in the audit log: %s", sentence_of(problem))


def _begun(entry: Mapping[str, Any]) -> Run:
    started_at = datetime.fromisoformat(entry["started_at"])
    return Run(date.fromisoformat(entry["as_of"]), started_at, entry["pid"])


def _ended(run: Run, entry: Mapping[str, Any]) -> Run:
    told = {name: entry[name] for name in ("state", "run_id", "sentence", "attention")}
    return replace(run, **told, ended_at=datetime.fromisoformat(entry["ended_at"]))
