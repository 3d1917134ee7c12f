"""Enterprise ids that last: every night's clusters take over the ids that their records had before."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pipeline.link.identification.handles import Handle, known_again
from pipeline.link.identification.looks import Look, Seen, is_moved, is_renamed


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
class Former:
    """What is kept of an enterprise id that another took over, so that it can come to life again.

    Attributes:
        records: those that had it when it was taken over.
    """

    founding_record_id: str
    first_as_of: date
    records: frozenset[str]


@dataclass(frozen=True)
class Before:
    """The identity state of the last published night; empty on an empty place.

    Attributes:
        known: what was known of each id.
        of_record: record → its id.
        source_of: record → extract and sender that it stands in.
        aliases: old id → the id that took it over, and since when.
        handles: handle → the ids that had it.
        former: old id → what it was when it was taken over.
    """

    known: dict[str, Known] = field(default_factory=dict)
    of_record: dict[str, str] = field(default_factory=dict)
    source_of: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, date]] = field(default_factory=dict)
    handles: dict[str, set[str]] = field(default_factory=dict)
    former: dict[str, Former] = field(default_factory=dict)

    def called(self, name: str) -> str:
        """An id as it was called then: itself, or the one that had taken it over."""
        return self.aliases[name][0] if name in self.aliases else name

    def told_of(self, name: str) -> Known | Former:
        """What is known of an id that a firm had, in force or taken over."""
        return self.known[name] if name in self.known else self.former[name]

    def had(self, record_id: str, name: str) -> bool:
        """Whether a record has an id, or had it when it was taken over."""
        if name in self.former:
            return record_id in self.former[name].records
        return self.of_record.get(record_id) == name

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
    judged: frozenset[str] = frozenset(),
    handles: Iterable[Handle] = (),
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
        held: (entity, record_id) of the records that had an id before; others may be left out.
        before: the state of the last published night.
        as_of: the night's day.
        judged: ids that judgements, which may hold no longer, may have merged with others.
        handles: the handles of tonight's entities.
        registered: entities that a row of the registry founds.
        barred: records by which nobody claims the id that they had.
    """
    held = list(held)
    claims = _claims((one for one in held if one[1] not in barred), before)
    won = _winners(claims, before)
    claiming = {entity for by in claims.values() for entity in by}
    lost = {name for name, known in before.known.items() if known.present and name not in claims}
    again = known_again(handles, before.handles, set(range(len(founding))) - claiming, lost)
    won |= {entity: {name} for entity, name in again.items()}
    for name, entity in _revived(held, won, judged, before).items():
        won.setdefault(entity, set()).add(name)
    ids, origin, since = [""] * len(founding), list(founding), [as_of] * len(founding)
    changes: list[Change] = []
    aliases = dict(before.aliases)
    for entity, names in won.items():
        registry_row = founding[entity] if entity in registered else None
        stays = _staying(names, registry_row, before)
        known = before.told_of(stays)
        ids[entity], since[entity], origin[entity] = stays, known.first_as_of, known.founding_record_id
        if stays in aliases:
            changes.append(Change(stays, "split", aliases.pop(stays)[0]))
        for other in sorted(names - {stays}):
            is_new = other not in before.aliases
            aliases[other] = (stays, as_of if is_new else before.aliases[other][1])
            changes += [Change(stays, "merged", other)] if is_new else []
    parents = {entity: name for name in sorted(claims, reverse=True) for entity in claims[name]}
    taken = set(before.known) | set(before.aliases)
    for entity in sorted((i for i in range(len(ids)) if not ids[i]), key=lambda i: (founding[i], i)):
        ids[entity] = _new_id(founding[entity], taken)
        taken.add(ids[entity])
        changes.append(Change(ids[entity], "split" if entity in parents else "created", parents.get(entity)))
    aliases = {old: _follow(old, aliases) for old in aliases}
    return Identities(ids, origin, since, changes if before.known else [], aliases)


def attribute_changes(
    ids: list[str],
    seen: Iterable[Seen],
    before: Before,
    aliases: dict[str, tuple[str, date]],
    awaited: set[str],
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
    if not before.known:
        return changes
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
        won[_winner(claims[name], before.told_of(name).founding_record_id)].add(name)
    return won


def _winner(by: dict[int, list[str]], origin: str) -> int:
    """The entity with the founding record, else with most of the records by which an id is claimed."""
    return min(by, key=lambda entity: (origin not in by[entity], -len(by[entity]), min(by[entity])))


def _revived(
    held: Iterable[tuple[int, str]], won: dict[int, set[str]], judged: frozenset[str], before: Before
) -> dict[str, int]:
    """Ids that another had taken over and that stand apart from it again → the entity of their records."""
    open_to = {
        name: target
        for name, (target, _) in before.aliases.items()
        if name in before.former and not judged.isdisjoint((name, target))
    }
    had: dict[str, list[str]] = defaultdict(list)
    for name, target in open_to.items():
        for record_id in before.former[name].records:
            if before.of_record.get(record_id) == target:
                had[record_id].append(name)
    claims: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entity, record_id in held if had else ():
        for name in had.get(record_id, ()):
            claims[name][entity].append(record_id)
    best = {name: _winner(by, before.former[name].founding_record_id) for name, by in claims.items()}
    return {name: at for name, at in sorted(best.items()) if open_to[name] not in won.get(at, ())}


def _staying(names: set[str], registry_row: str | None, before: Before) -> str:
    """Which of an entity's ids stays: the oldest; of equally old ones that of its registry row, or in use."""

    def rank(name: str) -> tuple[date, bool, bool, str]:
        is_registered = registry_row is not None and before.had(registry_row, name)
        return before.told_of(name).first_as_of, not is_registered, name in before.aliases, name

    return min(names, key=rank)


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
