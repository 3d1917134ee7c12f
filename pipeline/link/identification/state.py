"""The identity state that outlives a night: read from the generation in force, written for the next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.journal import read_generations
from pipeline.link.columns.held_texts import are_among, places_of
from pipeline.link.columns.ordering import Bools, Ints, numbered
from pipeline.link.columns.parties import encoded
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.identification.before import KNOWN, LOOK, Before, Former
from pipeline.link.identification.handles import Handles
from pipeline.link.identification.identity import Held, Identities
from pipeline.settings import Settings

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        *KNOWN,
        ("source", pa.string()),
        ("handle", pa.string()),
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


def read_history(settings: Settings, shelf: Shelf = IN_MEMORY) -> History:
    """The states that the journal names; empty ones where nothing was published yet.

    Args:
        settings: where the journal and the states lie, and the day.
        shelf: where the states are to lie while linking asks for them.

    Raises:
        RunError: if the journal names a state that is not there, or one that another version wrote.
    """
    entries = [entry for entry in read_generations(settings.restricted) if entry.get("identity")]
    newest = sorted(enumerate(entries), key=lambda item: (str(item[1]["as_of"]), item[0]))
    today = settings.as_of.isoformat()
    upto = [entry for _, entry in newest if str(entry["as_of"]) <= today]
    before = [entry for entry in upto if str(entry["as_of"]) < today]
    last = (upto or [entry for _, entry in newest])[-1:]
    given = _read(settings, last, shelf)
    return History(given, given if before[-1:] == last else _read(settings, before[-1:], shelf))


def _read(settings: Settings, entries: Sequence[Mapping[str, object]], shelf: Shelf) -> Before:
    if not entries:
        return Before()
    path = settings.restricted / str(entries[0]["identity"])
    if not path.is_file():
        raise RunError("the identity state is missing", where=str(path), mend="restore the restricted folder")
    _refuse_other_columns(path)
    return _parse(path, shelf)


def _refuse_other_columns(path: Path) -> None:
    """A column that is not there would be read as empty, and every firm would lose what it says."""
    missing = [name for name in SCHEMA.names if name not in pq.read_schema(path).names]
    if missing:
        raise RunError(
            f"the identity state was written by another version: it has no column {', '.join(missing)}",
            where=str(path),
            mend="run with the version that wrote it; or tell the archive again, day by day, in a new place",
        )


def _parse(path: Path, shelf: Shelf) -> Before:
    # Texts that stand in many rows are read once each.
    coded = [name for name in SCHEMA.names if name not in ("record_id", "handle")]
    table = pq.ParquetFile(path, read_dictionary=coded).read()
    of_alias = table.filter(pc.is_valid(table["alias_of"]))
    table = table.filter(pc.is_null(table["alias_of"]))
    number, _ = encoded(table["enterprise_id"])
    _, first, row = numbered(number)
    known = table.select(KNOWN.names).take(pa.array(first)).cast(KNOWN)
    for name in LOOK:
        at = KNOWN.get_field_index(name)
        known = known.set_column(at, KNOWN.field(at), known[name].fill_null(""))
    has_record, has_handle = (
        table[name].is_valid().to_numpy(zero_copy_only=False) for name in ("record_id", "handle")
    )
    aliases = _lists(of_alias, ("enterprise_id", "alias_of", "alias_since"))
    return Before(
        shelf.table(known.combine_chunks()),
        shelf.texts(_those(table["record_id"], has_record)),
        shelf.array(row[has_record]),
        _those(table["source"], has_record),
        Handles(shelf.array(row[has_handle]), shelf.texts(_those(table["handle"], has_handle))),
        {name: (to, since) for name, to, since in zip(*aliases, strict=True)},
        _former(of_alias),
    )


def _those(column: pa.ChunkedArray, mask: Bools) -> pa.Array:
    return column.filter(pa.array(mask)).unify_dictionaries().combine_chunks()


def _former(table: pa.Table) -> dict[str, Former]:
    """What the rows of ids that others took over say of them: one row for each record that had one."""
    columns = ("enterprise_id", "founding_record_id", "first_as_of", "record_id")
    told: dict[str, tuple[str, date]] = {}
    records: dict[str, set[str]] = defaultdict(set)
    for name, founding, since, record in zip(*_lists(table, columns), strict=True):
        told[name] = founding, since
        records[name] |= {record} - {None}
    return {name: Former(*told[name], frozenset(records[name])) for name in told}


def _lists(table: pa.Table, columns: Sequence[str]) -> list[list[Any]]:
    return [table[name].to_pylist() for name in columns]


@dataclass(frozen=True)
class Tonight:
    """What tonight knows of its entities.

    Attributes:
        held: records that have an entity, each once.
        sources: extract and sender of each record.
        looks: a row for each entity, in their order, with the columns of `Look`; null where nothing was seen.
        handles: handles of the entities.
        awaited: rows of what was known before of which something did not come.
    """

    held: Held
    sources: pa.Array
    looks: pa.Table
    handles: Handles
    awaited: Bools


def new_state(tonight: Tonight, found: Identities, before: Before) -> pa.Table:
    """Rows of `identity_state`, in no order: tonight's records and handles, what did not come, and aliases.

    Records that did not come tonight keep their enterprise, or what it was merged into. An enterprise of
    which something did not come stays present, with its handles.

    Args:
        tonight: what tonight knows.
        found: tonight's ids.
        before: the state of the last published night.
    """
    gone = ~are_among(before.ids, found.ids) & ~are_among(before.ids, found.aliases)
    absent = np.flatnonzero(gone)
    stays = before.present & tonight.awaited & gone
    every = pa.concat_tables([_known_tonight(tonight.looks, found, before), _absent(before, absent, stays)])
    left = np.flatnonzero(~are_among(before.records, tonight.held.records))
    home = _homes(before, found, every["enterprise_id"].combine_chunks())
    of_left = home[before.holder[left]]
    alone = absent[~np.isin(home[absent], of_left)]
    handled = before.handles.where(stays[before.handles.entity])
    rows = [
        _Rows(tonight.held.entity, tonight.held.records, tonight.sources),
        _Rows(tonight.handles.entity, handles=tonight.handles.texts),
        _Rows(of_left, before.records.take(pa.array(left)), before.sources.take(pa.array(left))),
        _Rows(home[alone]),
        _Rows(home[handled.entity], handles=handled.texts),
    ]
    index = pa.array(np.concatenate([some.of for some in rows]).astype(np.int32))
    columns = {name: _spread(every[name].combine_chunks(), index) for name in KNOWN.names}
    columns |= {
        "record_id": pa.chunked_array([_or_null(some.records, some) for some in rows]),
        "source": pa.chunked_array([_or_null(some.sources, some) for some in rows]),
        "alias_of": pa.nulls(len(index), pa.string()),
        "alias_since": pa.nulls(len(index), pa.date32()),
        "handle": pa.chunked_array([_or_null(some.handles, some) for some in rows]),
    }
    table = pa.table({name: columns[name] for name in SCHEMA.names})
    others = pa.Table.from_pylist(_taken_over(found, before), schema=SCHEMA)
    return pa.concat_tables([table, _coded_as(others, table.schema)])


@dataclass(frozen=True)
class _Rows:
    """Some rows of the state: the enterprise of each, and its record or its handle."""

    of: Ints
    records: pa.Array | None = None
    sources: pa.Array | None = None
    handles: pa.Array | None = None


def _or_null(texts: pa.Array | None, rows: _Rows) -> pa.Array:
    return pa.nulls(len(rows.of), pa.string()) if texts is None else texts.cast(pa.string())


def _known_tonight(looks: pa.Table, found: Identities, before: Before) -> pa.Table:
    """Tonight's enterprises, with the columns of KNOWN; what tonight does not know of a look is as before."""
    row = before.rows_of(found.ids)
    earlier = before.known.select(LOOK).take(pa.array(row, mask=row < 0))
    columns = {
        "enterprise_id": found.ids,
        "founding_record_id": found.founding,
        "first_as_of": found.first_as_of,
        "present": pa.repeat(True, len(found.ids)),
    }
    for name in LOOK:
        seen = looks[name].fill_null("")
        columns[name] = pc.if_else(pc.equal(seen, ""), earlier[name].fill_null(""), seen)
    return pa.table({name: columns[name] for name in KNOWN.names}, schema=KNOWN)


def _absent(before: Before, at: Ints, stays: Bools) -> pa.Table:
    """What was known of enterprises that are not there tonight."""
    known = before.known.take(pa.array(at))
    return known.set_column(KNOWN.get_field_index("present"), KNOWN.field("present"), pa.array(stays[at]))


def _homes(before: Before, found: Identities, every: pa.StringArray) -> Ints:
    """For each row of what was known, where its enterprise, or the one that took it over, stands tonight."""
    names = before.ids
    moved = are_among(names, found.aliases)
    targets = [found.aliases[name][0] for name in names.filter(pa.array(moved)).to_pylist()]
    return places_of(pc.replace_with_mask(names, pa.array(moved), pa.array(targets, pa.string())), every)


def _spread(values: pa.Array, index: pa.Array) -> pa.Array:
    """What an enterprise says, for each of its rows; every text is held once an enterprise."""
    return (
        pa.DictionaryArray.from_arrays(index, values)
        if pa.types.is_string(values.type)
        else values.take(index)
    )


def _coded_as(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return pa.table(
        [
            table[field.name].dictionary_encode() if pa.types.is_dictionary(field.type) else table[field.name]
            for field in schema
        ],
        schema=schema,
    )


def _taken_over(found: Identities, before: Before) -> list[dict[str, Any]]:
    """Ids that others took over: a row for each record that had one then, at least one for each."""
    fresh = {old for old in found.aliases if old not in before.aliases}
    records = before.records_of(fresh)
    rows = []
    for old, (target, since) in sorted(found.aliases.items()):
        told = before.told_of(old)
        had: list[str | None] = [*sorted(records[old] if old in fresh else before.former[old].records)]
        row = {
            **dict.fromkeys(SCHEMA.names),
            **dict.fromkeys(LOOK, ""),
            "enterprise_id": old,
            "founding_record_id": told.founding_record_id,
            "first_as_of": told.first_as_of,
            "present": False,
            "alias_of": target,
            "alias_since": since,
        }
        rows += [row | {"record_id": record_id} for record_id in (had or [None])]
    return rows
