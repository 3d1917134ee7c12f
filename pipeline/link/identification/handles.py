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
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

from pipeline.keys import keyed_handle
from pipeline.link.columns.facets import Facets
from pipeline.link.columns.held_texts import are_among
from pipeline.link.columns.ordering import Bools, Ints, distinct, distinct_pairs, is_among, is_first
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
    """Handles by enterprise: the entity and `kind:hash` of each."""

    entity: Ints
    texts: pa.StringArray

    def __iter__(self) -> Iterator[Handle]:
        return zip(self.entity.tolist(), self.texts.to_pylist(), strict=True)

    def __len__(self) -> int:
        return len(self.entity)

    def where(self, mask: Bools) -> Self:
        """Some of them."""
        return type(self)(self.entity[mask], self.texts.filter(pa.array(mask)))


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


def known_again(tonight: Handles, before: Handles, free: Bools, lost: Bools) -> dict[int, int]:
    """Entities that are an enterprise of before by their handles: entity → its number there.

    A handle counts where one entity tonight and one enterprise before have it; codes go before pairs.
    Two different codes of one kind are two firms.

    Args:
        tonight: the handles of tonight's entities.
        before: the handles of the enterprises of before.
        free: entities none of whose records was known.
        lost: enterprises none of whose records came.
    """
    missing = before.where(lost[before.entity])
    if not len(missing):
        return {}
    met = tonight.where(are_among(tonight.texts, missing.texts))
    had = _owners(before.where(are_among(before.texts, met.texts)))
    have = _owners(met)
    may_be = distinct(met.entity[free[met.entity]])
    codes = (_codes_by(missing), _codes_by(tonight.where(is_among(tonight.entity, may_be))))
    sole = [h for h in have.keys() & had.keys() if len(have[h]) == len(had[h]) == 1]
    told = [(h.split(":")[0], min(had[h]), min(have[h])) for h in sole]
    found: dict[int, int] = {}
    taken: set[int] = set()
    # Never in the order of the hashes: another place has another key, and must come to the same.
    for _, number, entity in sorted(told, key=lambda one: (one[0] not in CODES, one)):
        is_open = free[entity] and lost[number] and entity not in found and number not in taken
        if is_open and not _disagree(codes[0][number], codes[1][entity]):
            found[entity] = number
            taken.add(number)
    return found


def _owners(handles: Handles) -> dict[str, set[int]]:
    owners: dict[str, set[int]] = defaultdict(set)
    for owner, handle in handles:
        owners[handle].add(owner)
    return owners


def _codes_by(handles: Handles) -> dict[int, dict[str, set[str]]]:
    """Owner → kind of code → its codes."""
    held: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for owner, handle in handles:
        kind = handle.split(":")[0]
        if kind in CODES:
            held[owner][kind].add(handle)
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
