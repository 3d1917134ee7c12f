"""Tonight's enterprise ids: found beside those of earlier nights, and written with what changed."""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.link.columns.parties import Parties
from pipeline.link.identification import state
from pipeline.link.identification.before import Before
from pipeline.link.identification.handles import Handles
from pipeline.link.identification.identity import Change, Identities, attribute_changes, identify
from pipeline.link.identification.state import History
from pipeline.link.judgement.judgements import Given, moving
from pipeline.link.judgement.judging import Judged
from pipeline.link.results.members import Founding, Members


def identify_tonight(
    members: Members,
    founding: Founding,
    parties: Parties,
    handles: Handles,
    history: History,
    judged: Judged,
    given: list[Given],
    as_of: date,
) -> tuple[Identities, list[Change]]:
    """Ids of tonight's entities, and what changed since the earlier day."""
    barred = _barred(parties, history.given, judged)

    def since(before: Before) -> Identities:
        told = _judged(given, before)
        return identify(
            founding.records, members.held, before, as_of, told, handles, founding.registered, barred
        )

    found = since(history.given)
    return found, found.changes if history.earlier is history.given else since(history.earlier).changes


def _judged(given: list[Given], before: Before) -> frozenset[str]:
    """Ids that judgements are or were about: the enterprise said, and those of the record."""
    told = moving(given)
    said = {name for one in told for name in (one.enterprise_id, before.called(one.enterprise_id))}
    records = {one.record_id for one in told}
    had = {name for name, one in before.former.items() if not records.isdisjoint(one.records)}
    return frozenset(said | had | set(before.held_by(records).values()))


def _barred(parties: Parties, before: Before, judged: Judged) -> frozenset[str]:
    """Records that claim no id: of an enterprise that they were judged not to be, or were led from."""
    told = judged.parted_records(parties)
    held = before.held_by({record for record, _ in told})
    parted = {record for record, name in told if held.get(record) == name}
    return frozenset(parted | judged.moved_records(parties, before))


def write_identities(
    con: duckdb.DuckDBPyConnection,
    members: Members,
    found: Identities,
    changes: list[Change],
    history: History,
    handles: Handles,
    rows: pa.Table,
    as_of: date,
) -> None:
    """Writes `identity_state`, `identity_change` and `enterprise_alias`.

    Args:
        con: the night's connection; `link_look` stands there.
        members: the records that have an entity.
        found: tonight's ids.
        changes: those that are known already.
        history: what earlier nights said.
        handles: the handles of tonight's entities.
        rows: `link_row`.
        as_of: the night's day.
    """
    looks = _looks(con, len(found.ids))
    came, waiting = set(pc.unique(rows["source"]).to_pylist()), _waiting(rows)
    awaited = history.earlier.awaited(came, waiting)
    changes = changes + attribute_changes(found.ids, looks, history.earlier, found.aliases, awaited)
    awaited = history.given.awaited(came, waiting)
    tonight = state.Tonight(members.held, members.sources, looks, handles, awaited)
    db.write_arrow(con, "identity_state", state.new_state(tonight, found, history.given))
    db.write_arrow(con, "identity_change", _change_table(changes, as_of))
    schema = pa.schema([("old_id", pa.string()), ("enterprise_id", pa.string()), ("since", pa.date32())])
    aliases = sorted((old, target, since) for old, (target, since) in found.aliases.items())
    rows = [dict(zip(schema.names, row, strict=True)) for row in aliases]
    db.write_arrow(con, "enterprise_alias", pa.Table.from_pylist(rows, schema=schema))


def _looks(con: duckdb.DuckDBPyConnection, entities: int) -> pa.Table:
    """`link_look` with a row for every entity, in their order; nothing in it where nothing was seen."""
    table = db.read_arrow(con, "FROM link_look")
    return table.take(pc.index_in(pa.array(range(entities), table["entity"].type), table["entity"]))


def _waiting(rows: pa.Table) -> set[str]:
    """Records that wait for a clerk tonight."""
    at = pc.and_(pc.equal(rows["decision"].cast(pa.string()), "review"), pc.invert(rows["superseded"]))
    return set(rows["record_id"].filter(at).to_pylist())


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
