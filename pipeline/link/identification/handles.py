"""Handles: what tells a small enterprise when every one of its records got another key.

A shop's only row is keyed by its own words (sign, address), and a firm's registry row by its number: a
corrected address or a unified code makes a new record of it. Such an enterprise is known again by a code,
or by two things that agree (operator, phone, door, name), a nameless place by its door. Handles are hashes
under the key of the restricted store, and lie there alone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.keys import keyed_handle
from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Ints, distinct_pairs, is_first
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.vocabulary import Vocabularies, Vocabulary

CODES = ("uscc", "org", "registration")
# An enterprise of more records is carried by those that stay.
MOST_RECORDS = 2
_PAIRS = tuple(combinations(("operator", "phone", "door", "name"), 2))

Handle = tuple[int, str]
AT_ONCE = 1 << 15  # enterprises whose words are texts of Python


@dataclass(frozen=True)
class Handles:
    """Handles by enterprise: the entity and `kind:hash` of each, sorted."""

    entity: Ints
    texts: pa.StringArray

    def __iter__(self) -> Iterator[Handle]:
        return zip(self.entity.tolist(), self.texts.to_pylist(), strict=True)

    def __len__(self) -> int:
        return len(self.entity)


NO_HANDLES = Handles(np.zeros(0, dtype=np.int64), pa.array([], pa.string()))


def handles_of(
    parties: Parties, facets: Facets, words: Vocabularies, row_entity: Ints, key: bytes
) -> Handles:
    """The handles of enterprises of few records.

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
    entity, profile = distinct_pairs(row_entity[few], parties.profile[few])
    begins = np.flatnonzero(is_first(entity))[::AT_ONCE].tolist()
    found = [NO_HANDLES]
    for first, last in pairwise([*begins, len(entity)]):
        said = _said(facets.take(profile[first:last]), words)
        told = list(_told(zip(entity[first:last].tolist(), said, strict=True), key))
        owners = np.array([owner for owner, _ in told], dtype=np.int64)
        found.append(Handles(owners, pa.array([text for _, text in told], pa.string())))
    texts = pa.concat_arrays([one.texts for one in found])
    return Handles(np.concatenate([one.entity for one in found]), texts)


def _told(said: Iterable[tuple[int, "_Said"]], key: bytes) -> Iterator[Handle]:
    """The handles of entities whose words stand one behind the other."""
    for entity, mine in groupby(said, key=itemgetter(0)):
        plain = {handle for _, one in mine for handle in (*_codes(one), *_pairs(one))}
        yield from ((entity, handle) for handle in sorted({keyed_handle(key, handle) for handle in plain}))


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


class _Said(NamedTuple):
    """What one profile says, as texts; empty where it says nothing."""

    uscc: str
    org: str
    registration: str
    operator: str
    phone: str
    door: str
    name: str


def _said(f: Facets, words: Vocabularies) -> Iterator[_Said]:
    """What each profile says, in their order."""
    sounds = np.where(f.sign.sound != 0, f.sign.sound, f.name.sound)
    codes = [_texts(words.code, getattr(f, kind)) for kind in CODES]
    operators, phones = _texts(words.person_sound, f.person_sound), _texts(words.phone, f.phone)
    yield from map(_Said, *codes, operators, phones, _doors(f, words), _texts(words.sound, sounds))


def _texts(vocabulary: Vocabulary, numbers: Ints) -> Iterator[str]:
    return iter(vocabulary.texts(numbers))


def _doors(f: Facets, words: Vocabularies) -> Iterator[str]:
    """Road and number, else building, with block and room; empty for a shared registration address."""
    spots = np.where(f.shared != 0, 0, np.where(f.site != 0, f.site, f.building))
    texts = map(words.place.texts, (spots, f.block, f.room))
    for spot, block, room in zip(*texts, strict=True):
        yield f"{spot}|{block}|{room}" if spot else ""


def _codes(said: _Said) -> Iterator[str]:
    for kind in CODES:
        code = getattr(said, kind)
        if code:
            yield _handle(kind, code)


def _pairs(said: _Said) -> Iterator[str]:
    """Two of operator, phone, door and name; of a place without a name and an operator the door alone."""
    if said.door and not said.operator and not said.name:
        yield _handle("door", said.door)
    for one, other in _PAIRS:
        first, second = getattr(said, one), getattr(said, other)
        if first and second:
            yield _handle(f"{one}+{other}", first, second)


def _handle(kind: str, *texts: str) -> str:
    return f"{kind}:{hashlib.sha256(chr(31).join((kind, *texts)).encode()).hexdigest()[:16]}"
