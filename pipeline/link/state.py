"""The identity state that outlives a night: read from the generation in force, written for the next."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.link.identity import Before, Identities, Known
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


def read_before(settings: Settings) -> Before:
    """The state that the journal's last entry names; empty where nothing was published yet.

    Raises:
        RunError: if the journal names a state that is not there.
    """
    entries = [e for e in read_journal(settings.restricted / "journal.jsonl") if e.get("identity")]
    if not entries:
        return Before()
    path = settings.restricted / str(entries[-1]["identity"])
    if not path.is_file():
        raise RunError("the identity state is missing", where=str(path), mend="restore the restricted folder")
    return _parse(path)


def _parse(path: Path) -> Before:
    before = Before()
    for row in pq.read_table(path).to_pylist():
        if row["alias_of"] is not None:
            before.aliases[row["enterprise_id"]] = (row["alias_of"], row["alias_since"])
            continue
        before.known[row["enterprise_id"]] = Known(
            row["enterprise_id"],
            row["founding_record_id"],
            row["first_as_of"],
            row["name"] or "",
            row["site"] or "",
            row["present"],
        )
        if row["record_id"] is not None:
            before.of_record[row["record_id"]] = row["enterprise_id"]
    return before


def new_state(
    of_record: dict[str, int], found: Identities, names: list[str], sites: list[str], before: Before
) -> pa.Table:
    """Rows of `identity_state`: tonight's records, those known before that did not come, and aliases.

    Args:
        of_record: record_id → entity number, for records that have one.
        found: tonight's ids.
        names: name of each entity, for the list of changes.
        sites: place of each entity, for the list of changes.
        before: the state of the last published night.
    """
    rows: list[dict[str, Any]] = []
    for record_id, entity in sorted(of_record.items()):
        rows.append(
            _row(
                record_id,
                found.ids[entity],
                found.founding[entity],
                found.first_as_of[entity],
                names[entity],
                sites[entity],
                True,
            )
        )
    rows += _kept(of_record, found, before)
    for old, (target, since) in sorted(found.aliases.items()):
        rows.append(
            {**_row(None, old, None, since, None, None, False), "alias_of": target, "alias_since": since}
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _kept(of_record: dict[str, int], found: Identities, before: Before) -> list[dict[str, Any]]:
    """Records that did not come tonight keep their enterprise (or what it was merged into)."""
    tonight = {name: i for i, name in enumerate(found.ids)}
    rows = []
    kept_ids = set(found.ids)
    for record_id, held in sorted(before.of_record.items()):
        if record_id in of_record:
            continue
        target = found.aliases[held][0] if held in found.aliases else held
        entity = tonight.get(target)
        known = before.known.get(target) or before.known[held]
        kept_ids.add(target)
        first = found.first_as_of[entity] if entity is not None else known.first_as_of
        origin = found.founding[entity] if entity is not None else known.founding_record_id
        rows.append(_row(record_id, target, origin, first, known.name, known.site, entity is not None))
    for name in sorted(set(before.known) - kept_ids - set(found.aliases)):
        known = before.known[name]
        rows.append(
            _row(None, name, known.founding_record_id, known.first_as_of, known.name, known.site, False)
        )
    return rows


def _row(
    record_id: str | None,
    enterprise_id: str,
    founding: str | None,
    first: date,
    name: str | None,
    site: str | None,
    present: bool,
) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "enterprise_id": enterprise_id,
        "founding_record_id": founding,
        "first_as_of": first,
        "name": name,
        "site": site,
        "present": present,
        "alias_of": None,
        "alias_since": None,
    }
