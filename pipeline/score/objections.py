"""Objections of enterprises: by when each must be taken up and answered, and which are overdue.

They come on a returned list (its remark says 异议) or are registered by the office that received them
(`<corrections>/objections.jsonl`, append-only). What it says and who received it stay in the restricted
folder.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import Field

from pipeline import db, strictyaml
from pipeline.declaration import Strict
from pipeline.errors import ConfigError, RuleError
from pipeline.journal import append_journal, read_journal
from pipeline.night import Attention
from pipeline.reference import working_days
from pipeline.score.clauses import POLICY
from pipeline.settings import Settings

FILE = "objections.jsonl"
RECEIVED, ACKNOWLEDGED, ANSWERED, WITHDRAWN = "received", "acknowledged", "answered", "withdrawn"
_SQL = Path(__file__).parent / "sql"
_TEXTS = ("objection_id", "enterprise_id", "origin", "state", "outcome", "overdue", "file")
_DATES = ("received_on", "acknowledge_by", "acknowledged_on", "answer_by", "answered_on")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXTS]
    + [(name, pa.date32()) for name in _DATES]
    + [(name, pa.int64()) for name in ("days_over", "row")]
)


class Clock(Strict):
    """`policy/objections.yml`; days are working days after the one on which an objection was received."""

    acknowledge_within: int = Field(gt=0)
    answer_within: int = Field(gt=0)
    legal_basis: str
    remark: str
    remark_without: str


@dataclass
class Objection:
    """One objection and what was done about it."""

    objection_id: str
    enterprise_id: str
    origin: str
    received_on: date
    file: str | None = None
    row: int | None = None
    done: dict[str, date] = field(default_factory=dict)
    outcome: str | None = None

    def line(self, clock: Clock, as_of: date) -> dict[str, Any]:
        """Its row in `objection`, as it stands on a day."""
        acknowledge_by = working_days.after(self.received_on, clock.acknowledge_within)
        answer_by = working_days.after(self.received_on, clock.answer_within)
        state = next((name for name in (WITHDRAWN, ANSWERED, ACKNOWLEDGED) if name in self.done), RECEIVED)
        missed, due = None, as_of
        if state == RECEIVED and as_of > acknowledge_by:
            missed, due = ACKNOWLEDGED, acknowledge_by
        if state in (RECEIVED, ACKNOWLEDGED) and as_of > answer_by:
            missed, due = ANSWERED, answer_by
        return {
            "objection_id": self.objection_id, "enterprise_id": self.enterprise_id, "origin": self.origin,
            "state": state, "outcome": self.outcome, "overdue": missed, "received_on": self.received_on,
            "acknowledge_by": acknowledge_by, "acknowledged_on": self.done.get(ACKNOWLEDGED),
            "answer_by": answer_by, "answered_on": self.done.get(ANSWERED),
            "days_over": working_days.between(due, as_of) if missed else None,
            "file": self.file, "row": self.row,
        }  # fmt: skip


def load_clock() -> Clock:
    """Reads `objections.yml`.

    Raises:
        RuleError: with file and line.
    """
    return strictyaml.load(POLICY / "objections.yml", Clock, RuleError)


def take(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Attention]:
    """Writes `objection` and tells of those that are overdue.

    Args:
        con: holds `stg_street_returns`, `enterprise_alias`.
        settings: the day, and where the register lies; what was done later than the day is not known yet.

    Raises:
        ConfigError: if the register has a line that cannot be read.
    """
    clock, as_of = load_clock(), settings.as_of
    bound = {"as_of": as_of, "remark": clock.remark, "remark_without": clock.remark_without}
    rows = con.execute((_SQL / "objection_said.sql").read_text(encoding="utf-8"), bound).fetchall()
    said = [
        Objection(objection_id(enterprise_id, day), enterprise_id, "street_return", day, file, row)
        for enterprise_id, day, file, row in rows
    ]
    held = _told(said, settings.corrections / FILE, as_of)
    aliases = dict(con.execute("SELECT old_id, enterprise_id FROM enterprise_alias").fetchall())
    lines = [one.line(clock, as_of) for one in held]
    for line in lines:
        line["enterprise_id"] = aliases.get(line["enterprise_id"], line["enterprise_id"])
    table = pa.Table.from_pylist(lines, schema=SCHEMA)
    db.write_arrow(
        con, "objection", table.sort_by([("received_on", "ascending"), ("objection_id", "ascending")])
    )
    return _attention(lines, clock)


def objection_id(enterprise_id: str, received_on: date) -> str:
    """The name of an objection: the same for the enterprise and the day, however often it is handed in."""
    digest = hashlib.sha256(f"{enterprise_id}|{received_on.isoformat()}".encode()).hexdigest()
    return "Y" + digest[:14].upper()


def note(corrections: Path, event: str, known: Iterable[str], entry: dict[str, Any]) -> str:
    """Appends what was done about an objection to the register; returns the objection's id.

    Args:
        corrections: folder of the register; made if it is not there.
        event: `received`, `acknowledged`, `answered` or `withdrawn`.
        known: objections that the warehouse shows.
        entry: `on`, `who`, and `enterprise_id` of a new one or `objection_id`; `outcome` of an answer; `why`.

    Raises:
        ConfigError: if there is no such objection.
    """
    register = corrections / FILE
    name = entry.get("objection_id") or objection_id(entry["enterprise_id"], date.fromisoformat(entry["on"]))
    registered = {str(line["objection_id"]) for line in _lines(register) if line["event"] == RECEIVED}
    if event != RECEIVED and name not in {*known, *registered}:
        mend = "take its number from `early-warning objection list`"
        raise ConfigError("there is no such objection", where=name, mend=mend)
    corrections.mkdir(mode=0o700, parents=True, exist_ok=True)
    append_journal(register, {**entry, "objection_id": name, "event": event})
    register.chmod(0o600)
    return str(name)


def _told(said: list[Objection], register: Path, as_of: date) -> list[Objection]:
    """Those of returned lists and those registered, each with what was done about it up to a day."""
    held = {one.objection_id: one for one in said}
    for line in _lines(register):
        name, on = str(line["objection_id"]), date.fromisoformat(str(line["on"]))
        if on > as_of:
            continue
        if line["event"] == RECEIVED:
            held.setdefault(name, Objection(name, str(line["enterprise_id"]), "register", on))
        elif name in held:
            held[name].done.setdefault(str(line["event"]), on)
            held[name].outcome = line.get("outcome") or held[name].outcome
    return [held[name] for name in sorted(held)]


def _lines(register: Path) -> list[dict[str, Any]]:
    try:
        lines = read_journal(register)
        for line in lines:
            date.fromisoformat(str(line["on"]))
            _ = line["objection_id"], line["event"], line["event"] != RECEIVED or line["enterprise_id"]
    except (ValueError, KeyError, TypeError) as problem:
        raise ConfigError(
            "a line of the register of objections cannot be read",
            where=str(register),
            mend="each line is a JSON object with objection_id, event, on",
        ) from problem
    return lines


def _attention(lines: Iterable[dict[str, Any]], clock: Clock) -> list[Attention]:
    """One sentence where objections are overdue."""
    late = sorted((line for line in lines if line["overdue"]), key=lambda line: line["received_on"])
    if not late:
        return []
    unanswered = sum(line["overdue"] == ANSWERED for line in late)
    parts = [
        f"{number}件{told}"
        for number, told in (
            (len(late) - unanswered, f"收到{clock.acknowledge_within}个工作日仍未受理"),
            (unanswered, f"收到{clock.answer_within}个工作日仍未答复"),
        )
        if number
    ]
    first = late[0]
    return [
        Attention(
            "objection",
            "objections",
            f"企业异议超过时限：{'，'.join(parts)}；最早一件{first['received_on']}收到（异议编号"
            f"{first['objection_id']}），见数据仓库 objection",
        )
    ]
