"""Links that a street office doubted: it answered that a line of its list names the wrong firm.

An answer is of the whole line and names no record, so it decides nothing: the links of the line that were
less than certain wait for a clerk, and a certain one stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import db
from pipeline.journal import read_generations
from pipeline.link.columns.founding import Firms
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.parties import Parties
from pipeline.link.decisions.deciding import PROBABLE_CODE, REVIEW_CODE
from pipeline.link.decisions.enforcing import home
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining import wording
from pipeline.link.identification.before import Before
from pipeline.link.judgement.judgements import Judgement
from pipeline.link.judgement.judging import judge
from pipeline.link.results.outcome import Linked
from pipeline.settings import Settings

EXTRACT = "street_returns"
_SQL = Path(__file__).parent / "sql"
_LINES = pa.schema(
    [
        ("as_of", pa.date32()),
        ("enterprise_id", pa.string()),
        ("fuzzy_records", pa.list_(pa.string())),
    ]
)
_EFFECT = pa.schema([("file", pa.string()), ("row", pa.int64()), ("links", pa.int64())])


@dataclass(frozen=True)
class Doubt:
    """One link that an answer doubts: the record, the firm as the list bore it, and the answer."""

    record_id: str
    enterprise_id: str
    checked_on: date
    file: str
    row: int


@dataclass(frozen=True)
class Doubted:
    """The doubts, and what became of them tonight.

    Attributes:
        doubts: all of them, by day.
        sent: profile → the day of the answer, of those whose link now waits for a clerk.
    """

    doubts: Sequence[Doubt]
    sent: dict[int, date]


def read_doubts(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Doubt]:
    """The links of lines that were answered with `wrong_firm`, by the lists that were handed out before.

    Args:
        con: the night's database; it holds `stg_street_returns` where any came.
        settings: where the journal lies, and the day.
    """
    if f"stg_{EXTRACT}" not in db.table_names(con):
        return []
    entries = [e for e in read_generations(settings.restricted) if e.get("history")]
    path = (settings.restricted / str(entries[-1]["history"])).with_name("lines.parquet") if entries else None
    if path is None or not path.is_file():
        return []
    lines = _lines(con, path, settings.as_of)
    con.register("line_kept", lines)
    query = (_SQL / "doubted_record.sql").read_text(encoding="utf-8")
    rows = con.execute(query, {"as_of": settings.as_of}).fetchall()
    con.unregister("line_kept")
    return [Doubt(*row) for row in rows]


def _lines(con: duckdb.DuckDBPyConnection, path: Path, as_of: date) -> pa.Table:
    """The lines of earlier nights; those of nights that kept no records of them have none."""
    if "fuzzy_records" not in pq.read_schema(path).names:
        return _LINES.empty_table()
    query = "SELECT as_of, enterprise_id, fuzzy_records FROM read_parquet($path) WHERE as_of < $as_of"
    return db.read_arrow(con, query, {"path": str(path), "as_of": as_of}).cast(_LINES)


def doubt(
    doubts: Sequence[Doubt], found: Resolution, parties: Parties, firms: Firms, before: Before, registry: str
) -> tuple[Resolution, Doubted]:
    """Leaves doubted links to a clerk where they are less than certain tonight; nothing else changes.

    A clerk who says that the record is the firm makes the link certain, so no doubt touches it again.
    """
    said = [
        Judgement(one.record_id, one.enterprise_id, "different", EXTRACT, one.checked_on.isoformat(), EXTRACT)
        for one in doubts
    ]
    judged = judge(said, parties, firms, before, registry)
    units = found.units
    waiting: dict[int, date] = {}
    for (profile, at), day in sorted(judged.other.items()):
        unit = int(units.unit[np.searchsorted(units.profiles, profile)])
        if found.decision[unit] == PROBABLE_CODE and found.entity[unit] == home(found, judged, at):
            waiting[unit] = max(day, waiting.get(unit, day))
    sent = {
        int(profile): waiting[unit]
        for profile, unit in zip(units.profiles.tolist(), units.unit.tolist(), strict=True)
        if unit in waiting
    }
    return _left_open(found, np.array(sorted(waiting), dtype=np.int64)), Doubted(doubts, sent)


def _left_open(found: Resolution, unit: Ints) -> Resolution:
    """The outcome with some linked units left to a clerk, beside the firm that each was linked to."""
    entity, decision = found.entity.copy(), found.decision.copy()
    partner, member = found.partner.copy(), found.member.copy()
    entity[unit] = partner[unit] = member[unit] = -1
    decision[unit] = REVIEW_CODE
    return replace(
        found,
        entity=entity,
        decision=decision,
        partner=partner,
        member=member,
        open_unit=np.concatenate([found.open_unit, unit]),
        open_entity=np.concatenate([found.open_entity, found.entity[unit]]),
        open_probability=np.concatenate([found.open_probability, found.probability[unit]]),
        open_left=np.concatenate([found.open_left, found.member[unit]]),
        open_right=np.concatenate([found.open_right, found.partner[unit]]),
    )


def tell(linked: Linked, parties: Parties, doubted: Doubted) -> Linked:
    """Gives every row whose link was left to a clerk its reason."""
    if not doubted.sent:
        return linked
    days = sorted(set(doubted.sent.values()))
    bases = [*linked.bases, *(wording.doubted(day) for day in days)]
    number = np.full(parties.count, -1, dtype=np.int64)
    for profile, day in doubted.sent.items():
        number[profile] = len(linked.bases) + days.index(day)
    of_row = number[parties.profile]
    return replace(linked, bases=bases, basis=np.where(of_row >= 0, of_row, linked.basis))


def write(con: duckdb.DuckDBPyConnection, parties: Parties, doubted: Doubted) -> None:
    """Writes `doubted_link`, grain answer: how many of its line's records wait for a clerk because of it."""
    at = np.flatnonzero(np.isin(parties.profile, list(doubted.sent)))
    waiting = set(parties.table["record_id"].take(pa.array(at)).to_pylist())
    links: dict[tuple[str, int], int] = {}
    for one in doubted.doubts:
        key = (one.file, one.row)
        links[key] = links.get(key, 0) + (one.record_id in waiting)
    rows = [{"file": file, "row": row, "links": count} for (file, row), count in sorted(links.items())]
    db.write_arrow(con, "doubted_link", pa.Table.from_pylist(rows, schema=_EFFECT))
