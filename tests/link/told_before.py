"""States of earlier nights, and the ids that a night gives, told enterprise by enterprise."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.link.columns.ordering import Ints
from pipeline.link.identification import identity
from pipeline.link.identification.before import KNOWN, LOOK, Before, Former
from pipeline.link.identification.handles import Handle, Handles
from pipeline.link.identification.identity import Held, Identities
from pipeline.link.identification.looks import Look


@dataclass(frozen=True)
class Known:
    """One row of what was known."""

    enterprise_id: str
    founding_record_id: str
    first_as_of: date
    look: Look
    present: bool


def before_of(
    known: Mapping[str, Known] = {},
    of_record: Mapping[str, str] = {},
    source_of: Mapping[str, str] = {},
    aliases: Mapping[str, tuple[str, date]] = {},
    handles: Mapping[str, set[str]] = {},
    former: Mapping[str, Former] = {},
) -> Before:
    """A state by enterprises (id → what was known), records (→ id, → source) and handles (→ ids)."""
    row = {name: at for at, name in enumerate(sorted(known))}
    rows = [asdict(known[name]) for name in row]
    return Before(
        pa.Table.from_pylist([one | one.pop("look") for one in rows], schema=KNOWN),
        pa.array(of_record, pa.string()),
        np.array([row[name] for name in of_record.values()], dtype=np.int64),
        pa.array([source_of.get(record, "") for record in of_record], pa.string()),
        handles_of((row[name], handle) for handle, names in handles.items() for name in sorted(names)),
        dict(aliases),
        dict(former),
    )


def handles_of(told: Iterable[Handle]) -> Handles:
    """Handles by number of their owner."""
    return Handles(*_columns(told))


def known_of(before: Before) -> dict[str, Known]:
    """What was known of each id."""
    told = {}
    for row in before.known.to_pylist():
        look = Look(*(row.pop(name) for name in LOOK))
        told[row["enterprise_id"]] = Known(**row, look=look)
    return told


def handled_by(before: Before) -> dict[str, set[str]]:
    """Handle → the ids that had it."""
    ids, found = before.ids.to_pylist(), dict[str, set[str]]()
    for at, handle in before.handles:
        found.setdefault(handle, set()).add(ids[at])
    return found


def names_at(before: Before, mask: Any) -> set[str]:
    """The ids of some rows of what was known."""
    return set(before.ids.filter(pa.array(mask)).to_pylist())


def identify(
    founding: list[str],
    held: Iterable[tuple[int, str]],
    before: Before,
    as_of: date,
    judged: frozenset[str] = frozenset(),
    handles: Iterable[Handle] = (),
    **more: Any,
) -> Identities:
    """`identity.identify` of a founding record for each entity, and of records with their entities."""
    entity, records = _columns(held)
    told = pa.array(founding, pa.string())
    return identity.identify(told, Held(records, entity), before, as_of, judged, handles_of(handles), **more)


def _columns(told: Iterable[tuple[int, str]]) -> tuple[Ints, pa.StringArray]:
    each = list(told)
    numbers = np.array([number for number, _ in each], dtype=np.int64)
    return numbers, pa.array([text for _, text in each], pa.string())
