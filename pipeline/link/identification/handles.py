"""Handles: what tells a small enterprise when every one of its records got another key.

A shop's only row is keyed by its own words (sign, address), and a firm's registry row by its number: a
corrected address or a unified code makes a new record of it. Such an enterprise is known again by a code,
or by two things that agree (operator, phone, door, name), a nameless place by its door. Handles are hashes
under the key of the restricted store, and lie there alone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from pipeline.keys import keyed_handle
from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Ints, distinct_pairs
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.vocabulary import Vocabularies

CODES = ("uscc", "org", "registration")
# An enterprise of more records is carried by those that stay.
MOST_RECORDS = 2

Handle = tuple[int, str]


def handles_of(
    parties: Parties, facets: Facets, words: Vocabularies, row_entity: Ints, key: bytes
) -> list[Handle]:
    """The handles of enterprises of few records, as (entity, `kind:hash`), sorted.

    Args:
        parties: tonight's rows.
        facets: their profiles, the first `parties.count` of them.
        words: the texts behind the facets.
        row_entity: entity of each row, -1 for none.
        key: of the hashes.
    """
    superseded = np.asarray(parties.table["superseded"].to_numpy(zero_copy_only=False)).astype(bool)
    rows = np.flatnonzero((row_entity >= 0) & ~superseded)
    sizes = np.bincount(row_entity[rows], minlength=int(row_entity.max(initial=-1)) + 1)
    few = rows[sizes[row_entity[rows]] <= MOST_RECORDS]
    pairs = distinct_pairs(row_entity[few], parties.profile[few])
    f = facets.take(pairs[1])
    return sorted(
        {
            (int(entity), keyed_handle(key, handle))
            for at, entity in enumerate(pairs[0].tolist())
            for handle in (*_codes(f, words, at), *_pairs(f, words, at))
        }
    )


def known_again(
    tonight: Iterable[Handle], before: Mapping[str, set[str]], free: set[int], lost: set[str]
) -> dict[int, str]:
    """Entities that are an enterprise of before by their handles: entity → its id.

    A handle counts where one entity tonight and one enterprise before have it; codes go before pairs.
    Two different codes of one kind are two firms.

    Args:
        tonight: the handles of tonight's entities.
        before: handle → the ids that had it.
        free: entities none of whose records was known.
        lost: ids none of whose records came.
    """
    if not before or not lost:
        return {}
    entities: dict[str, set[int]] = defaultdict(set)
    for entity, handle in tonight:
        entities[handle].add(entity)
    codes = (_codes_by(before, lost), _codes_by(entities, free))
    found: dict[int, str] = {}
    sole = [h for h in entities.keys() & before.keys() if len(entities[h]) == len(before[h]) == 1]
    told = [(h.split(":")[0], min(before[h]), min(entities[h])) for h in sole]
    # Never in the order of the hashes: another place has another key, and must come to the same.
    for _, name, entity in sorted(told, key=lambda one: (one[0] not in CODES, one)):
        is_open = entity in free and name in lost and entity not in found and name not in found.values()
        if is_open and not _disagree(codes[0][name], codes[1][entity]):
            found[entity] = name
    return found


def _codes_by(owners: Mapping[str, set[Any]], wanted: set[Any]) -> dict[Any, dict[str, set[str]]]:
    """Owner → kind of code → its codes."""
    held: dict[Any, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for handle, names in owners.items():
        kind = handle.split(":")[0]
        if kind in CODES:
            for name in names & wanted:
                held[name][kind].add(handle)
    return held


def _disagree(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    return any(not one[kind] & other[kind] for kind in one.keys() & other.keys())


def _codes(f: Facets, words: Vocabularies, at: int) -> Iterator[str]:
    for kind in CODES:
        code = int(getattr(f, kind)[at])
        if code:
            yield _handle(kind, words.code.words[code])


def _pairs(f: Facets, words: Vocabularies, at: int) -> Iterator[str]:
    """Two of operator, phone, door and name; of a place without a name and an operator the door alone."""
    said = {
        "operator": words.person_sound.words[f.person_sound[at]],
        "phone": words.phone.words[f.phone[at]],
        "door": _door(f, words, at),
        "name": words.sound.words[f.sign.sound[at] or f.name.sound[at]],
    }
    if said["door"] and not said["operator"] and not said["name"]:
        yield _handle("door", said["door"])
    for one, other in combinations(said, 2):
        if said[one] and said[other]:
            yield _handle(f"{one}+{other}", said[one], said[other])


def _door(f: Facets, words: Vocabularies, at: int) -> str:
    """Road and number, else building, with block and room; empty for a shared registration address."""
    spot = f.site[at] or f.building[at]
    if not spot or f.shared[at]:
        return ""
    return "|".join(words.place.words[part] for part in (spot, f.block[at], f.room[at]))


def _handle(kind: str, *texts: str) -> str:
    return f"{kind}:{hashlib.sha256(chr(31).join((kind, *texts)).encode()).hexdigest()[:16]}"
