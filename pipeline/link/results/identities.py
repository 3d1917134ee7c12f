"""Tonight's enterprise ids: found beside those of earlier nights, and written with what changed."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipeline import db
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.parties import Parties
from pipeline.link.identification import state
from pipeline.link.identification.handles import Handle
from pipeline.link.identification.identity import Before, Change, Identities, attribute_changes, identify
from pipeline.link.identification.looks import Seen
from pipeline.link.identification.state import History
from pipeline.link.judgement.judgements import Given, moving
from pipeline.link.judgement.judging import Judged
from pipeline.link.results.outcome import Linked

SQL = Path(__file__).parent / "sql"


def identify_tonight(
    con: duckdb.DuckDBPyConnection,
    parties: Parties,
    linked: Linked,
    handles: list[Handle],
    history: History,
    judged: Judged,
    given: list[Given],
    registry: str,
    as_of: date,
) -> tuple[Identities, list[Change]]:
    """Ids of tonight's entities, and what changed since the earlier day.

    Leaves `link_member`, a record's entity, in the database.
    """
    held = np.flatnonzero(linked.row_entity >= 0)
    columns = ["record_id", "extract", "source", "extract_date", "superseded"]
    rows = parties.table.select(columns).take(pa.array(held))
    rows = rows.append_column("entity", pa.array(linked.row_entity[held]))
    con.register("link_assigned", rows.append_column("ordinal", pa.array(held)))
    for name in ("link_member", "link_founding"):
        db.materialise(con, SQL / f"{name}.sql", {"registry": registry})
    founding = db.read_arrow(con, "SELECT record_id, is_registered FROM link_founding ORDER BY entity")
    registered = frozenset(np.flatnonzero(founding["is_registered"].to_numpy()).tolist())
    pairs = _held(con, history.given) if history.given.of_record else []
    barred = _barred(parties, history.given, judged)
    founders = founding["record_id"].to_pylist()

    def beside(before: Before) -> Identities:
        return identify(founders, pairs, before, as_of, _judged(given, before), handles, registered, barred)

    found = beside(history.given)
    return found, found.changes if history.earlier is history.given else beside(history.earlier).changes


def _judged(given: list[Given], before: Before) -> frozenset[str]:
    """Ids that judgements are or were about: the enterprise said, and those of the record."""
    told = moving(given)
    said = {name for one in told for name in (one.enterprise_id, before.called(one.enterprise_id))}
    records = {one.record_id for one in told}
    had = {name for name, one in before.former.items() if not records.isdisjoint(one.records)}
    return frozenset(said | had | {before.of_record[record] for record in records & before.of_record.keys()})


def _held(con: duckdb.DuckDBPyConnection, before: Before) -> list[tuple[int, str]]:
    """Entities and those of their records that had an id before."""
    records, entity, _ = _members(con)
    members = zip(entity.tolist(), records.to_pylist(), strict=True)
    return [(number, record) for number, record in members if record in before.of_record]


def _barred(parties: Parties, before: Before, judged: Judged) -> frozenset[str]:
    """Records that claim no id: of an enterprise that they were judged not to be, or were led from."""
    parted = {r for r, name in judged.parted_records(parties) if before.of_record.get(r) == name}
    return frozenset(parted | judged.moved_records(parties, before))


def _members(con: duckdb.DuckDBPyConnection) -> tuple[pa.Array, Ints, pa.Array]:
    """Records that have an entity, each once, their entities, and extract and sender of each."""
    query = "SELECT record_id, entity, source FROM link_member ORDER BY record_id"
    table = db.read_arrow(con, query).combine_chunks()
    return table["record_id"].chunk(0), table["entity"].to_numpy(), table["source"].chunk(0)


def write_identities(
    con: duckdb.DuckDBPyConnection,
    found: Identities,
    changes: list[Change],
    history: History,
    handles: list[Handle],
    came: set[str],
    as_of: date,
) -> None:
    """Writes `identity_state`, `identity_change` and `enterprise_alias`.

    Args:
        con: the night's connection.
        found: tonight's ids.
        changes: those that are known already.
        history: what earlier nights said.
        handles: the handles of tonight's entities.
        came: extracts and senders of which something came.
        as_of: the night's day.
    """
    table = db.read_arrow(con, "SELECT * FROM link_look ORDER BY enterprise_id")
    looks = dict(zip(table["enterprise_id"].to_pylist(), Seen.all_of(table), strict=True))
    seen = [looks.get(name, Seen()) for name in found.ids]
    waiting = _waiting(con)
    awaited = history.earlier.awaited(came, waiting)
    changes = changes + attribute_changes(found.ids, seen, history.earlier, found.aliases, awaited)
    awaited = history.given.awaited(came, waiting)
    tonight = state.Tonight(*_members(con), [one.look for one in seen], handles, awaited)
    db.write_arrow(con, "identity_state", state.new_state(tonight, found, history.given))
    db.write_arrow(con, "identity_change", _change_table(changes, as_of))
    schema = pa.schema([("old_id", pa.string()), ("enterprise_id", pa.string()), ("since", pa.date32())])
    aliases = sorted((old, target, since) for old, (target, since) in found.aliases.items())
    rows = [dict(zip(schema.names, row, strict=True)) for row in aliases]
    db.write_arrow(con, "enterprise_alias", pa.Table.from_pylist(rows, schema=schema))


def _waiting(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Records that wait for a clerk tonight."""
    rows = con.execute("SELECT record_id FROM link_row WHERE decision = 'review' AND NOT superseded")
    return {str(record) for (record,) in rows.fetchall()}


def _change_table(changes: list[Change], as_of: date) -> pa.Table:
    schema = pa.schema(
        [
            ("enterprise_id", pa.string()),
            ("change", pa.string()),
            ("other_enterprise_id", pa.string()),
            ("as_of", pa.date32()),
        ]
    )
    ordered = sorted(changes, key=lambda c: (c.enterprise_id, c.change, c.other_enterprise_id or ""))
    rows = [
        {
            "enterprise_id": c.enterprise_id,
            "change": c.change,
            "other_enterprise_id": c.other_enterprise_id,
            "as_of": as_of,
        }
        for c in ordered
    ]
    return pa.Table.from_pylist(rows, schema=schema)
