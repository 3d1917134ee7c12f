"""Enterprise ids that last: every night's clusters take over the ids that their records had before."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.held_texts import are_among
from pipeline.link.columns.ordering import Bools, Ints, distinct_pairs
from pipeline.link.identification.before import LOOK, Before, Told
from pipeline.link.identification.handles import NO_HANDLES, Handles, known_again
from pipeline.link.identification.looks import Look, Seen, is_moved, is_renamed


@dataclass(frozen=True)
class Change:
    """One line of `identity_change`."""

    enterprise_id: str
    change: str
    other_enterprise_id: str | None


@dataclass(frozen=True)
class Held:
    """Tonight's records, each once, and the entity that each has."""

    records: pa.StringArray
    entity: Ints


@dataclass(frozen=True)
class Identities:
    """Ids of this night's entities, what changed, and the aliases in force."""

    ids: pa.StringArray
    founding: pa.StringArray
    first_as_of: pa.Date32Array
    changes: list[Change]
    aliases: dict[str, tuple[str, date]]


# Entity → the ids that it won.
Won = dict[int, set[str]]
# Old id → entity → the records by which the entity claims it.
Claims = dict[str, dict[int, list[str]]]


def identify(
    founding: pa.StringArray,
    held: Held,
    before: Before,
    as_of: date,
    judged: frozenset[str] = frozenset(),
    handles: Handles = NO_HANDLES,
    registered: frozenset[int] = frozenset(),
    barred: frozenset[str] = frozenset(),
) -> Identities:
    """Gives every entity its id.

    A cluster takes over the oldest id among those that its records won, of equally old ones the one that
    its registry row had. Of several clusters with records of one id, the one with its founding record wins
    it, else the one with most of its records. A cluster of new records alone is known again by its handles.
    A new id is the hash of the founding record. Where judgements may have merged two, and the records of
    the merged id stand elsewhere than the id that took it over, it comes to life again.

    Args:
        founding: the founding record of each entity, were it new.
        held: tonight's records.
        before: the state of the last published night.
        as_of: the night's day.
        judged: ids that judgements, which may hold no longer, may have merged with others.
        handles: the handles of tonight's entities.
        registered: entities that a row of the registry founds.
        barred: records by which nobody claims the id that they had.
    """
    row = before.holders_of(held.records)
    counts = (row >= 0) & ~are_among(held.records, barred)
    claimed, claiming = distinct_pairs(row[counts], held.entity[counts])
    free, lost = np.ones(len(founding), dtype=bool), before.present.copy()
    free[claiming], lost[claimed] = False, False
    back = _coming_back(held, judged, before)
    # Nearly every id is claimed by one entity, which claims no other: it stays, and nothing changes.
    alone = _is_alone(claimed, claiming, back.values())
    place = np.full(len(founding), -1, dtype=np.int64)
    place[claiming[alone]] = claimed[alone]
    torn = counts & np.isin(row, claimed[~alone])
    claims = _claims(held, row, np.flatnonzero(torn), before)
    won = _winners(claims, before)
    again = known_again(handles, before.handles, free, lost)
    won |= {entity: {before.ids[number].as_py()} for entity, number in again.items()}
    for name, entity in sorted(back.items()):
        if before.aliases[name][0] not in won.get(entity, ()):
            won.setdefault(entity, set()).add(name)
    changes: list[Change] = []
    aliases = dict(before.aliases)
    staying = _staying(won, founding, registered, before)
    for entity, names in won.items():
        stays = staying[entity]
        if stays in aliases:
            changes.append(Change(stays, "split", aliases.pop(stays)[0]))
        for other in sorted(names - {stays}):
            is_new = other not in before.aliases
            aliases[other] = (stays, as_of if is_new else before.aliases[other][1])
            changes += [Change(stays, "merged", other)] if is_new else []
    fresh = np.flatnonzero((place < 0) & ~np.isin(np.arange(len(place)), list(staying)))
    fresh = fresh[pc.sort_indices(founding.take(pa.array(fresh))).to_numpy()]
    new = _new_ids(founding.take(pa.array(fresh)).to_pylist(), before)
    if not before.is_empty:
        parents = {entity: name for name in sorted(claims, reverse=True) for entity in claims[name]}
        for at, name in zip(fresh.tolist(), new, strict=True):
            changes.append(Change(name, "split" if at in parents else "created", parents.get(at)))
    return Identities(
        *_columns(founding, place, staying, fresh, new, before, as_of),
        changes,
        {old: _follow(old, aliases) for old in aliases},
    )


def attribute_changes(
    ids: pa.StringArray,
    looks: pa.Table,
    before: Before,
    aliases: Mapping[str, tuple[str, date]],
    awaited: Bools,
) -> list[Change]:
    """Renamed, moved and closed: what the enterprises themselves say differently from last time.

    Args:
        ids: tonight's ids.
        looks: rows like those of `link_look`, one for each of them.
        before: the state of the night before.
        aliases: old ids that others took over.
        awaited: rows of what was known of which something did not come tonight; they are not taken for
            closed.
    """
    changes: list[Change] = []
    row = before.rows_of(ids)
    at = np.flatnonzero(row >= 0)
    at = at[_looks_otherwise(looks.take(pa.array(at)), before.known.take(pa.array(row[at])))]
    then = Look.all_of(before.known.take(pa.array(row[at])))
    seen = Seen.all_of(looks.take(pa.array(at)))
    for enterprise_id, had, tonight in zip(ids.take(pa.array(at)).to_pylist(), then, seen, strict=True):
        if is_renamed(had, tonight):
            changes.append(Change(enterprise_id, "renamed", None))
        if is_moved(had, tonight):
            changes.append(Change(enterprise_id, "moved", None))
    gone = before.present & ~awaited & ~are_among(before.ids, ids) & ~are_among(before.ids, aliases)
    changes += [Change(name, "closed", None) for name in before.ids.filter(pa.array(gone)).to_pylist()]
    return changes


def _looks_otherwise(tonight: pa.Table, before: pa.Table) -> Bools:
    """Whether anything of a look is written otherwise; where nothing is, nothing was renamed or moved."""
    differs = np.zeros(tonight.num_rows, dtype=bool)
    for name in LOOK:
        differs |= pc.not_equal(tonight[name].fill_null(""), before[name]).to_numpy()
    return differs


def _is_alone(claimed: Ints, claiming: Ints, back: Iterable[int]) -> Bools:
    """Which pairs of an id and an entity are all that there is of both."""
    by, of = np.bincount(claimed), np.bincount(claiming)
    return np.asarray((by[claimed] == 1) & (of[claiming] == 1) & ~np.isin(claiming, list(back)))


def _claims(held: Held, row: Ints, at: Ints, before: Before) -> Claims:
    claims: Claims = defaultdict(lambda: defaultdict(list))
    names = before.ids.take(pa.array(row[at])).to_pylist()
    records = held.records.take(pa.array(at)).to_pylist()
    for name, entity, record_id in zip(names, held.entity[at].tolist(), records, strict=True):
        claims[name][entity].append(record_id)
    return claims


def _winners(claims: Claims, before: Before) -> Won:
    won: Won = defaultdict(set)
    for name in sorted(claims):
        won[_winner(claims[name], before.told_of(name))].add(name)
    return won


def _winner(by: dict[int, list[str]], told: Told) -> int:
    """The entity with the founding record, else with most of the records by which an id is claimed."""
    origin = told.founding_record_id
    return min(by, key=lambda entity: (origin not in by[entity], -len(by[entity]), min(by[entity])))


def _coming_back(held: Held, judged: frozenset[str], before: Before) -> dict[str, int]:
    """Ids that another had taken over and that judgements may part from it → the entity of their records."""
    open_to = {
        name: target
        for name, (target, _) in before.aliases.items()
        if name in before.former and not judged.isdisjoint((name, target))
    }
    now = before.held_by({record for name in open_to for record in before.former[name].records})
    had: dict[str, list[str]] = defaultdict(list)
    for name, target in open_to.items():
        for record_id in before.former[name].records:
            if now.get(record_id) == target:
                had[record_id].append(name)
    claims: Claims = defaultdict(lambda: defaultdict(list))
    at = np.flatnonzero(are_among(held.records, had)) if had else np.zeros(0, dtype=np.int64)
    records = held.records.take(pa.array(at)).to_pylist()
    for entity, record_id in zip(held.entity[at].tolist(), records, strict=True):
        for name in had[record_id]:
            claims[name][entity].append(record_id)
    return {name: _winner(by, before.former[name]) for name, by in claims.items()}


def _staying(
    won: Won, founding: pa.StringArray, registered: frozenset[int], before: Before
) -> dict[int, str]:
    """Which of its ids each entity keeps.

    The oldest; of equally old ones that of its registry row, then one in use.
    """
    rows = {entity: founding[entity].as_py() for entity in won if entity in registered}
    had = before.held_by(rows.values())

    def rank(name: str, entity: int) -> tuple[date, bool, bool, str]:
        record = rows.get(entity)
        former = before.former.get(name)
        is_registered = record is not None and (
            record in former.records if former is not None else had.get(record) == name
        )
        return before.told_of(name).first_as_of, not is_registered, name in before.aliases, name

    return {entity: min(names, key=lambda name: rank(name, entity)) for entity, names in won.items()}


def _new_ids(founding: list[str], before: Before) -> list[str]:
    """Ids that nobody has or had, in the order of the records that found them."""
    plain = [_id_of(text) for text in founding]
    names = pa.array(plain, pa.string())
    taken = {*before.aliases, *names.filter(pa.array(before.rows_of(names) >= 0)).to_pylist()}
    given = []
    for text, first in zip(founding, plain, strict=True):
        name, ordinal = first, 0
        while name in taken or (ordinal and before.row_of(name) >= 0):
            ordinal += 1
            name = _id_of(f"{text}#{ordinal}")
        taken.add(name)
        given.append(name)
    return given


def _columns(
    founding: pa.StringArray,
    place: Ints,
    staying: Mapping[int, str],
    fresh: Ints,
    new: list[str],
    before: Before,
    as_of: date,
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Id, founding record and first day of each entity: as known, as an id that stays tells, or new."""
    told = [before.told_of(name) for name in staying.values()]
    columns = (
        [before.ids, pa.array(staying.values(), pa.string()), pa.array(new, pa.string())],
        [
            before.known["founding_record_id"],
            pa.array([one.founding_record_id for one in told], pa.string()),
            founding.take(pa.array(fresh)),
        ],
        [
            before.known["first_as_of"],
            pa.array([one.first_as_of for one in told], pa.date32()),
            pa.repeat(pa.scalar(as_of, pa.date32()), len(fresh)),
        ],
    )
    at = place.copy()
    at[np.fromiter(staying, np.int64, len(staying))] = len(before.ids) + np.arange(len(staying))
    at[fresh] = len(before.ids) + len(staying) + np.arange(len(fresh))
    first, second, third = (_joined(parts).take(pa.array(at)) for parts in columns)
    return first, second, third


def _joined(parts: Iterable[pa.Array | pa.ChunkedArray]) -> pa.Array:
    return pa.concat_arrays([chunk for part in parts for chunk in getattr(part, "chunks", [part])])


def _id_of(text: str) -> str:
    return "E" + hashlib.sha256(text.encode()).hexdigest()[:14].upper()


def _follow(old: str, aliases: dict[str, tuple[str, date]]) -> tuple[str, date]:
    target, since = aliases[old]
    while target in aliases:
        target = aliases[target][0]
    return target, since
