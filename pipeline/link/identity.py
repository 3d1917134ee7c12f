"""Enterprise ids that last: every night's clusters take over the ids that their records had before."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pipeline.link.handles import Handle, known_again
from pipeline.link.looks import Look, Seen, is_moved, is_renamed


@dataclass(frozen=True)
class Known:
    """What the last published night knew of one enterprise id.

    Attributes:
        present: it was there, or what would tell of it had not come.
    """

    enterprise_id: str
    founding_record_id: str
    first_as_of: date
    look: Look
    present: bool


@dataclass(frozen=True)
class Before:
    """The identity state of the last published night; empty on an empty place.

    Attributes:
        known: what was known of each id.
        of_record: record → its id.
        source_of: record → extract and sender that it stands in.
        aliases: old id → the id that took it over, and since when.
        handles: handle → the ids that had it.
    """

    known: dict[str, Known] = field(default_factory=dict)
    of_record: dict[str, str] = field(default_factory=dict)
    source_of: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, date]] = field(default_factory=dict)
    handles: dict[str, set[str]] = field(default_factory=dict)

    def awaited(self, sources: set[str], waiting: set[str]) -> set[str]:
        """Ids that may still be there: a record of theirs waits for a clerk, or stands in what did not come.

        Args:
            sources: extract and sender of everything that came.
            waiting: records that wait for a clerk tonight.
        """
        return {
            name
            for record, name in self.of_record.items()
            if record in waiting or self.source_of[record] not in sources
        }


@dataclass(frozen=True)
class Change:
    """One line of `identity_change`."""

    enterprise_id: str
    change: str
    other_enterprise_id: str | None


@dataclass(frozen=True)
class Identities:
    """Ids of this night's entities, what changed, and the aliases in force."""

    ids: list[str]
    founding: list[str]
    first_as_of: list[date]
    changes: list[Change]
    aliases: dict[str, tuple[str, date]]


def identify(
    founding: list[str],
    held: Iterable[tuple[int, str]],
    before: Before,
    as_of: date,
    released: frozenset[str] = frozenset(),
    handles: Iterable[Handle] = (),
) -> Identities:
    """Gives every entity its id.

    A cluster takes over the oldest id among those that its records won; of several clusters with
    records of one id, the one with its founding record wins it, else the one with most of its records.
    A cluster of new records alone is known again by its handles. A new id is the hash of the founding
    record. Where a judgement that had merged two was taken back, the merged id comes to life again.

    Args:
        founding: the founding record of each entity, were it new.
        held: (entity, record_id) of the records that had an id before; others may be left out.
        before: the state of the last published night.
        as_of: the night's day.
        released: enterprises that a judgement had merged with others and no longer does.
        handles: the handles of tonight's entities.
    """
    claims = _claims(held, before)
    won = _winners(claims, before)
    claiming = {entity for by in claims.values() for entity in by}
    lost = {name for name, known in before.known.items() if known.present and name not in claims}
    again = known_again(handles, before.handles, set(range(len(founding))) - claiming, lost)
    won |= {entity: {name} for entity, name in again.items()}
    ids, origin, since = [""] * len(founding), list(founding), [as_of] * len(founding)
    changes: list[Change] = []
    aliases = dict(before.aliases)
    for entity, names in won.items():
        oldest = min(names, key=lambda name: (before.known[name].first_as_of, name))
        ids[entity], since[entity] = oldest, before.known[oldest].first_as_of
        origin[entity] = before.known[oldest].founding_record_id
        for other in sorted(names - {oldest}):
            aliases[other] = (oldest, as_of)
            changes.append(Change(oldest, "merged", other))
    parents = {entity: name for name in sorted(claims, reverse=True) for entity in claims[name]}
    taken = set(before.known) | set(aliases)
    for entity in sorted((i for i in range(len(ids)) if not ids[i]), key=lambda i: (founding[i], i)):
        own = _id_of(founding[entity])
        target = before.aliases.get(own, ("",))[0]
        if target in released and parents.get(entity) == target:
            taken.discard(own)
            del aliases[own]
        ids[entity] = _new_id(founding[entity], taken)
        taken.add(ids[entity])
        changes.append(Change(ids[entity], "split" if entity in parents else "created", parents.get(entity)))
    aliases = {old: _follow(old, aliases) for old in aliases}
    return Identities(ids, origin, since, changes if before.known else [], aliases)


def attribute_changes(
    ids: list[str], seen: list[Seen], before: Before, aliases: dict[str, tuple[str, date]], awaited: set[str]
) -> list[Change]:
    """Renamed, moved and closed: what the enterprises themselves say differently from last time.

    Args:
        ids: tonight's ids.
        seen: what was seen of each.
        before: the state of the night before.
        aliases: old ids that others took over.
        awaited: ids of which something did not come tonight; they are not taken for closed.
    """
    changes: list[Change] = []
    for enterprise_id, tonight in zip(ids, seen, strict=True):
        known = before.known.get(enterprise_id)
        if known is not None and is_renamed(known.look, tonight):
            changes.append(Change(enterprise_id, "renamed", None))
        if known is not None and is_moved(known.look, tonight):
            changes.append(Change(enterprise_id, "moved", None))
    gone = set(before.known) - set(ids) - set(aliases) - awaited
    changes += [Change(name, "closed", None) for name in sorted(gone) if before.known[name].present]
    return changes


def _claims(held: Iterable[tuple[int, str]], before: Before) -> dict[str, dict[int, list[str]]]:
    """Old id → entity → the records by which the entity claims it."""
    claims: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entity, record_id in held:
        name = before.of_record.get(record_id)
        if name is not None:
            claims[name][entity].append(record_id)
    return claims


def _winners(claims: dict[str, dict[int, list[str]]], before: Before) -> dict[int, set[str]]:
    """Entity → the ids that it won."""
    won: dict[int, set[str]] = defaultdict(set)
    for name in sorted(claims):
        origin, by = before.known[name].founding_record_id, claims[name]
        best = min(by, key=lambda e: (origin not in by[e], -len(by[e]), min(by[e])))
        won[best].add(name)
    return won


def _new_id(founding: str, taken: set[str]) -> str:
    ordinal = 0
    while True:
        text = f"{founding}#{ordinal}" if ordinal else founding
        name = _id_of(text)
        if name not in taken:
            return name
        ordinal += 1


def _id_of(text: str) -> str:
    return "E" + hashlib.sha256(text.encode()).hexdigest()[:14].upper()


def _follow(old: str, aliases: dict[str, tuple[str, date]]) -> tuple[str, date]:
    target, since = aliases[old]
    while target in aliases:
        target = aliases[target][0]
    return target, since
