"""Enterprise ids that last: every night's clusters take over the ids that their records had before."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Member:
    """One record of an entity: its id, the extract date it was first seen with, whether it may found."""

    record_id: str
    extract: str
    extract_date: date
    founding_rank: int


@dataclass(frozen=True)
class Known:
    """What the last published night knew of one enterprise id."""

    enterprise_id: str
    founding_record_id: str
    first_as_of: date
    name: str
    site: str
    present: bool


@dataclass(frozen=True)
class Before:
    """The identity state of the last published night; empty on an empty place."""

    known: dict[str, Known] = field(default_factory=dict)
    of_record: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, date]] = field(default_factory=dict)


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


def identify(members: list[list[Member]], before: Before, as_of: date) -> Identities:
    """Gives every entity its id.

    A cluster takes over the oldest id among those that its records won; of several clusters with
    records of one id, the one with its founding record wins it, else the one with most of its records.
    A new id is the hash of the founding record: of the registry's rows first, then the smallest
    (extract date, extract, record_id).

    Args:
        members: the records of each entity, at least one each.
        before: the state of the last published night.
        as_of: the night's day.
    """
    won = _winners(members, before)
    ids: list[str] = [""] * len(members)
    changes: list[Change] = []
    aliases = dict(before.aliases)
    taken = set(before.known) | set(aliases)
    founding = [_founding(group) for group in members]
    since = [as_of] * len(members)
    for entity, claims in won.items():
        oldest = min(claims, key=lambda name: (before.known[name].first_as_of, name))
        ids[entity], since[entity] = oldest, before.known[oldest].first_as_of
        founding[entity] = before.known[oldest].founding_record_id
        for other in sorted(claims - {oldest}):
            aliases[other] = (oldest, as_of)
            changes.append(Change(oldest, "merged", other))
    order = sorted((i for i in range(len(members)) if not ids[i]), key=lambda i: founding[i])
    for entity in order:
        ids[entity] = _new_id(founding[entity], taken)
        taken.add(ids[entity])
        origin = _split_from(members[entity], before) if before.known else None
        changes.append(Change(ids[entity], "split" if origin else "created", origin))
    aliases = {old: _follow(old, aliases) for old in aliases}
    return Identities(ids, founding, since, changes if before.known else [], aliases)


def attribute_changes(
    ids: list[str], names: list[str], sites: list[str], before: Before, aliases: dict[str, tuple[str, date]]
) -> list[Change]:
    """Renamed, moved and closed: what the enterprises themselves say differently from last time."""
    changes: list[Change] = []
    for enterprise_id, name, site in zip(ids, names, sites, strict=True):
        known = before.known.get(enterprise_id)
        if known is None:
            continue
        if known.name and name and known.name != name:
            changes.append(Change(enterprise_id, "renamed", None))
        if known.site and site and known.site != site:
            changes.append(Change(enterprise_id, "moved", None))
    gone = set(before.known) - set(ids) - set(aliases)
    changes += [Change(name, "closed", None) for name in sorted(gone) if before.known[name].present]
    return changes


def _winners(members: list[list[Member]], before: Before) -> dict[int, set[str]]:
    """Entity → the ids that it won."""
    claims: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for entity, group in enumerate(members):
        for member in group:
            held = before.of_record.get(member.record_id)
            if held is not None:
                claims[held][entity].append(member.record_id)
    won: dict[int, set[str]] = defaultdict(set)
    for held in sorted(claims):
        origin = before.known[held].founding_record_id
        claimants = claims[held]
        best = min(
            claimants, key=lambda e: (origin not in claimants[e], -len(claimants[e]), min(claimants[e]))
        )
        won[best].add(held)
    return won


def _founding(group: list[Member]) -> str:
    first = min(group, key=lambda m: (m.founding_rank, m.extract_date, m.extract, m.record_id))
    return first.record_id


def _new_id(founding: str, taken: set[str]) -> str:
    ordinal = 0
    while True:
        text = f"{founding}#{ordinal}" if ordinal else founding
        name = "E" + hashlib.sha256(text.encode()).hexdigest()[:14].upper()
        if name not in taken:
            return name
        ordinal += 1


def _split_from(group: list[Member], before: Before) -> str | None:
    held = sorted({before.of_record[m.record_id] for m in group if m.record_id in before.of_record})
    return held[0] if held else None


def _follow(old: str, aliases: dict[str, tuple[str, date]]) -> tuple[str, date]:
    target, since = aliases[old]
    while target in aliases:
        target = aliases[target][0]
    return target, since
