"""The identity state that outlives a night: read from the generation in force, written for the next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.journal import read_generations
from pipeline.link.columns.ordering import Ints, numbered
from pipeline.link.columns.parties import encode
from pipeline.link.identification.handles import Handles
from pipeline.link.identification.identity import Before, Former, Identities, Known
from pipeline.link.identification.looks import Look
from pipeline.settings import Settings

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("enterprise_id", pa.string()),
        ("founding_record_id", pa.string()),
        ("first_as_of", pa.date32()),
        ("registered_name", pa.string()),
        ("sign", pa.string()),
        ("registered_address", pa.string()),
        ("trading_address", pa.string()),
        ("present", pa.bool_()),
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


def read_history(settings: Settings) -> History:
    """The states that the journal names; empty ones where nothing was published yet.

    Raises:
        RunError: if the journal names a state that is not there, or one that another version wrote.
    """
    entries = [entry for entry in read_generations(settings.restricted) if entry.get("identity")]
    newest = sorted(enumerate(entries), key=lambda item: (str(item[1]["as_of"]), item[0]))
    today = settings.as_of.isoformat()
    upto = [entry for _, entry in newest if str(entry["as_of"]) <= today]
    before = [entry for entry in upto if str(entry["as_of"]) < today]
    last = (upto or [entry for _, entry in newest])[-1:]
    given = _read(settings, last)
    return History(given, given if before[-1:] == last else _read(settings, before[-1:]))


def _read(settings: Settings, entries: Sequence[Mapping[str, object]]) -> Before:
    if not entries:
        return Before()
    path = settings.restricted / str(entries[0]["identity"])
    if not path.is_file():
        raise RunError("the identity state is missing", where=str(path), mend="restore the restricted folder")
    _refuse_other_columns(path)
    return _parse(path)


def _refuse_other_columns(path: Path) -> None:
    """A column that is not there would be read as empty, and every firm would lose what it says."""
    missing = [name for name in SCHEMA.names if name not in pq.read_schema(path).names]
    if missing:
        raise RunError(
            f"the identity state was written by another version: it has no column {', '.join(missing)}",
            where=str(path),
            mend="run with the version that wrote it; or tell the archive again, day by day, in a new place",
        )


def _parse(path: Path) -> Before:
    table = pq.read_table(path, schema=SCHEMA)
    of_alias = table.filter(pc.is_valid(table["alias_of"]))
    table = table.filter(pc.is_null(table["alias_of"]))
    columns = ("enterprise_id", "alias_of", "alias_since")
    aliases = {name: (to, since) for name, to, since in zip(*_lists(of_alias, columns), strict=True)}
    former = _former(of_alias)
    number, names = encode(table["enterprise_id"])
    _, first, _ = numbered(number)
    sources, source_names = encode(table["source"])
    of_record, source_of = {}, {}
    for record, name, source in zip(
        table["record_id"].to_pylist(), number.tolist(), sources.tolist(), strict=True
    ):
        if record is not None:
            of_record[record], source_of[record] = names[name], source_names[source]
    handles: dict[str, set[str]] = {}
    with_handle = table.select(["handle", "enterprise_id"]).filter(pc.is_valid(table["handle"]))
    for handle, name in zip(*_lists(with_handle, ("handle", "enterprise_id")), strict=True):
        handles.setdefault(handle, set()).add(name)
    return Before(_known(table.take(pa.array(first))), of_record, source_of, aliases, handles, former)


def _former(table: pa.Table) -> dict[str, Former]:
    """What the rows of ids that others took over say of them: one row for each record that had one."""
    columns = ("enterprise_id", "founding_record_id", "first_as_of", "record_id")
    told: dict[str, tuple[str, date]] = {}
    records: dict[str, set[str]] = defaultdict(set)
    for name, founding, since, record in zip(*_lists(table, columns), strict=True):
        told[name] = founding, since
        records[name] |= {record} - {None}
    return {name: Former(*told[name], frozenset(records[name])) for name in told}


def _known(table: pa.Table) -> dict[str, Known]:
    """What one row of each enterprise says of it."""
    told = ("enterprise_id", "founding_record_id", "first_as_of", "present")
    looks = zip(*_lists(table, [field.name for field in fields(Look)]), strict=True)
    return {
        name: Known(name, founding, since, Look(*(word or "" for word in look)), present)
        for (name, founding, since, present), look in zip(
            zip(*_lists(table, told), strict=True), looks, strict=True
        )
    }


def _lists(table: pa.Table, columns: Sequence[str]) -> list[list[Any]]:
    return [table[name].to_pylist() for name in columns]


@dataclass(frozen=True)
class Tonight:
    """What tonight knows of its entities.

    Attributes:
        records: records that have an entity, each once.
        entity: their entities.
        sources: extract and sender of each record.
        looks: a row for each entity, in their order, with the columns of `Look`; null where nothing was seen.
        handles: handles of the entities.
        awaited: ids of which something did not come.
    """

    records: pa.Array
    entity: Ints
    sources: pa.Array
    looks: pa.Table
    handles: Handles
    awaited: set[str]


def new_state(tonight: Tonight, found: Identities, before: Before) -> pa.Table:
    """Rows of `identity_state`: tonight's records and handles, what did not come tonight, and aliases.

    Args:
        tonight: what tonight knows.
        found: tonight's ids.
        before: the state of the last published night.
    """
    looks = _looks(tonight.looks, found, before)
    own = looks | {
        "enterprise_id": pa.array(found.ids, pa.string()),
        "founding_record_id": pa.array(found.founding, pa.string()),
        "first_as_of": pa.array(found.first_as_of, pa.date32()),
        "present": pa.repeat(True, len(found.ids)),
    }
    records, handles = len(tonight.records), len(tonight.handles)
    index = pa.array(np.concatenate([tonight.entity, tonight.handles.entity]).astype(np.int32))
    columns = {name: _spread(of, index) for name, of in own.items()}
    columns |= {
        "record_id": pa.chunked_array([tonight.records, pa.nulls(handles, pa.string())]),
        "source": pa.chunked_array([tonight.sources, pa.nulls(handles, pa.string())]),
        "alias_of": pa.nulls(records + handles, pa.string()),
        "alias_since": pa.nulls(records + handles, pa.date32()),
        "handle": pa.chunked_array([pa.nulls(records, pa.string()), tonight.handles.texts]),
    }
    rows = pa.table({name: columns[name] for name in SCHEMA.names})
    others = _kept(tonight, looks, found, before)
    others += _taken_over(found, before)
    return pa.concat_tables([rows, _coded_as(pa.Table.from_pylist(others, schema=SCHEMA), rows.schema)])


def _looks(tonight: pa.Table, found: Identities, before: Before) -> dict[str, pa.StringArray]:
    """The look of each entity; what tonight does not know of it is taken from before."""
    seen = {field.name: tonight[field.name].fill_null("").combine_chunks() for field in fields(Look)}
    if not before.known:
        return seen
    nothing = Known("", "", date.min, Look(), False)

    def earlier(field: str) -> pa.StringArray:
        looks = (before.known.get(name, nothing).look for name in found.ids)
        return pa.array((getattr(look, field) for look in looks), pa.string())

    return {field: pc.if_else(pc.equal(own, ""), earlier(field), own) for field, own in seen.items()}


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


def _standing(wanted: set[str], looks: Mapping[str, pa.StringArray], found: Identities) -> dict[str, Known]:
    """Some of tonight's enterprises by their ids."""
    each = enumerate(zip(found.ids, found.founding, found.first_as_of, strict=True))
    return {
        told[0]: Known(*told, Look(**{field: column[at].as_py() for field, column in looks.items()}), True)
        for at, told in each
        if told[0] in wanted
    }


def _taken_over(found: Identities, before: Before) -> list[dict[str, Any]]:
    """Ids that others took over: a row for each record that had one then, at least one for each."""
    fresh = {old for old in found.aliases if old not in before.aliases}
    records: dict[str, list[str]] = defaultdict(list)
    for record_id, held in before.of_record.items() if fresh else ():
        if held in fresh:
            records[held].append(record_id)
    rows = []
    for old, (target, since) in sorted(found.aliases.items()):
        told = before.told_of(old)
        known = Known(old, told.founding_record_id, told.first_as_of, Look(), False)
        had: list[str | None] = [*sorted(records[old] if old in fresh else before.former[old].records)]
        rows += [
            _row(known, record_id) | {"alias_of": target, "alias_since": since}
            for record_id in (had or [None])
        ]
    return rows


def _kept(
    tonight: Tonight, looks: Mapping[str, pa.StringArray], found: Identities, before: Before
) -> list[dict[str, Any]]:
    """Records that did not come tonight keep their enterprise, or what it was merged into.

    An enterprise of which something did not come stays present, with its handles.
    """
    came, ids = set(tonight.records.to_pylist()) if before.of_record else set(), set(found.ids)
    absent = {
        name: replace(known, present=known.present and name in tonight.awaited)
        for name, known in before.known.items()
        if name not in ids and name not in found.aliases
    }
    left = {
        record_id: found.aliases[held][0] if held in found.aliases else held
        for record_id, held in sorted(before.of_record.items())
        if record_id not in came
    }
    kept = set(left.values())
    every = absent | _standing(kept - absent.keys(), looks, found)
    rows = [_row(every[name], record_id, before.source_of[record_id]) for record_id, name in left.items()]
    rows += [_row(absent[name]) for name in sorted(absent.keys() - kept)]
    rows += [
        _row(absent[name], handle=handle)
        for handle, names in sorted(before.handles.items())
        for name in sorted(names)
        if name in absent and absent[name].present
    ]
    return rows


def _row(
    known: Known, record_id: str | None = None, source: str | None = None, handle: str | None = None
) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "enterprise_id": known.enterprise_id,
        "founding_record_id": known.founding_record_id,
        "first_as_of": known.first_as_of,
        **{field.name: getattr(known.look, field.name) for field in fields(Look)},
        "present": known.present,
        "source": source,
        "handle": handle,
        "alias_of": None,
        "alias_since": None,
    }
