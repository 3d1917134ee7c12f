"""The identity state that outlives a night: read from the generation in force, written for the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.link.identity import Before, Identities, Known
from pipeline.link.ordering import Ints
from pipeline.night import read_journal
from pipeline.settings import Settings

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("enterprise_id", pa.string()),
        ("founding_record_id", pa.string()),
        ("first_as_of", pa.date32()),
        ("name", pa.string()),
        ("site", pa.string()),
        ("present", pa.bool_()),
        ("alias_of", pa.string()),
        ("alias_since", pa.date32()),
    ]
)


@dataclass(frozen=True)
class History:
    """What earlier nights said of identities.

    Attributes:
        given: the ids that firms have, by the newest state up to this day; where there is none, by the
            newest of all. So a past night that is built again gives the ids that it gave.
        earlier: the state of the last earlier day, which tonight's changes are told against.
    """

    given: Before
    earlier: Before


def read_history(settings: Settings) -> History:
    """The states that the journal names; empty ones where nothing was published yet.

    Raises:
        RunError: if the journal names a state that is not there.
    """
    entries = [
        entry for entry in read_journal(settings.restricted / "journal.jsonl") if entry.get("identity")
    ]
    newest = sorted(enumerate(entries), key=lambda item: (str(item[1]["as_of"]), item[0]))
    today = settings.as_of.isoformat()
    upto = [entry for _, entry in newest if str(entry["as_of"]) <= today]
    before = [entry for entry in upto if str(entry["as_of"]) < today]
    given = _read(settings, (upto or [entry for _, entry in newest])[-1:])
    return History(given, given if before[-1:] == upto[-1:] and upto else _read(settings, before[-1:]))


def _read(settings: Settings, entries: Sequence[Mapping[str, object]]) -> Before:
    if not entries:
        return Before()
    path = settings.restricted / str(entries[0]["identity"])
    if not path.is_file():
        raise RunError("the identity state is missing", where=str(path), mend="restore the restricted folder")
    return _parse(path)


def _parse(path: Path) -> Before:
    before = Before()
    table = pq.read_table(path)
    for record, name, origin, first, said, site, present, alias, since in zip(
        *(table[column].to_pylist() for column in SCHEMA.names), strict=True
    ):
        if alias is not None:
            before.aliases[name] = (alias, since)
            continue
        if name not in before.known:
            before.known[name] = Known(name, origin, first, said or "", site or "", present)
        if record is not None:
            before.of_record[record] = name
    return before


def new_state(
    records: list[str], entity: Ints, found: Identities, names: list[str], sites: list[str], before: Before
) -> pa.Table:
    """Rows of `identity_state`: tonight's records, those known before that did not come, and aliases.

    Args:
        records: records that have an entity, each once.
        entity: their entities.
        found: tonight's ids.
        names: name of each entity, for the list of changes.
        sites: place of each entity, for the list of changes.
        before: the state of the last published night.
    """
    index = pa.array(entity)
    nothing = pa.nulls(len(records))
    columns = [
        pa.array(records, pa.string()),
        pa.array(found.ids, pa.string()).take(index),
        pa.array(found.founding, pa.string()).take(index),
        pa.array(found.first_as_of, pa.date32()).take(index),
        pa.array(names, pa.string()).take(index),
        pa.array(sites, pa.string()).take(index),
        pa.array([True] * len(records), pa.bool_()),
        nothing.cast(pa.string()),
        nothing.cast(pa.date32()),
    ]
    tonight = pa.Table.from_arrays(columns, schema=SCHEMA)
    aliases = [
        _row(None, Known(old, "", since, "", "", False)) | {"alias_of": target, "alias_since": since}
        for old, (target, since) in sorted(found.aliases.items())
    ]
    others = _kept(set(records), found, before) + aliases
    return pa.concat_tables([tonight, pa.Table.from_pylist(others, schema=SCHEMA)])


def _kept(records: set[str], found: Identities, before: Before) -> list[dict[str, Any]]:
    """Records that did not come tonight keep their enterprise, or what it was merged into."""
    tonight = {name: i for i, name in enumerate(found.ids)}
    kept: set[str] = set()
    rows = []
    for record_id, held in sorted(before.of_record.items()):
        if record_id not in records:
            target = found.aliases[held][0] if held in found.aliases else held
            kept.add(target)
            rows.append(_row(record_id, _known(target, held, tonight, found, before)))
    gone = set(before.known) - kept - set(tonight) - set(found.aliases)
    return rows + [_row(None, replace(before.known[name], present=False)) for name in sorted(gone)]


def _known(target: str, held: str, tonight: dict[str, int], found: Identities, before: Before) -> Known:
    known = before.known.get(target) or before.known[held]
    if target not in tonight:
        return replace(known, enterprise_id=target, present=False)
    at = tonight[target]
    return Known(target, found.founding[at], found.first_as_of[at], known.name, known.site, True)


def _row(record_id: str | None, known: Known) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "enterprise_id": known.enterprise_id,
        "founding_record_id": known.founding_record_id,
        "first_as_of": known.first_as_of,
        "name": known.name,
        "site": known.site,
        "present": known.present,
        "alias_of": None,
        "alias_since": None,
    }
