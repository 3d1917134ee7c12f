"""Distinct texts taken apart, a batch at a time, by as many processes as the night may use.

A batch is a function of its texts alone, and batches are put together in their order: the numbers that
come out do not depend on how many processes worked.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from itertools import islice
from operator import attrgetter
from typing import Protocol, TypeVar

import numpy as np

from pipeline.errors import RunError
from pipeline.link.columns.ordering import Ints, narrow
from pipeline.link.columns.taken import Taken
from pipeline.link.columns.vocabulary import NAME_WORDS, Vocabularies, Vocabulary
from pipeline.link.parts import NOTHING_KEPT, Parts
from pipeline.link.texts.addresses import parse_address, read_community, read_street, road_key
from pipeline.link.texts.folding import fold, pinyin_key
from pipeline.link.texts.identifiers import Codes, is_filler, read_code
from pipeline.link.texts.names import NameParts, is_bare_party, parse_name
from pipeline.link.texts.persons import read_person, read_phones
from pipeline.processes import processes

BATCH = 10_000
AHEAD = 3  # batches under way for each process
WORTH_A_PROCESS = 100_000  # texts; fewer are done sooner here than a process starts elsewhere
CODE_COLUMNS = ("uscc", "org", "registration", "hint", "token")
PLACE_COLUMNS = ("road", "site", "building", "landmark", "block", "floor", "room", "street", "community")


Batch = Callable[[list[str]], Taken]
Work = tuple[Batch, Sequence[str]]
Name = TypeVar("Name", bound=Hashable)


class Taker(Protocol):
    """Takes texts apart."""

    def take(self, work: Mapping[Name, Work]) -> Iterator[tuple[Name, Iterator[Taken]]]:
        """Does all work, and gives each one's batches in their order; they are to be used up in turn.

        Args:
            work: by name, what is to be done, and on which texts.
        """
        ...


Hands = Callable[[int], AbstractContextManager[Taker]]  # whoever takes so many texts apart


class Crew:
    """Takes texts apart, in other processes where there are many.

    A few batches are under way beyond the one that is waited for: all at once would lie in memory twice.
    """

    def __init__(
        self, pool: ProcessPoolExecutor | None = None, count: int = 1, parts: Parts = NOTHING_KEPT
    ) -> None:
        self._pool = pool
        self._parts = parts
        self._ahead = count * AHEAD

    def take(self, work: Mapping[Name, Work]) -> Iterator[tuple[Name, Iterator[Taken]]]:
        """See `Taker`."""
        parts = self._started(work)
        waiting: deque[tuple[Name, Callable[[], Taken]]] = deque(islice(parts, self._ahead))

        def batches(name: Name) -> Iterator[Taken]:
            while waiting and waiting[0][0] == name:
                _, result = waiting.popleft()
                waiting.extend(islice(parts, 1))
                yield result()

        for name in work:
            yield name, batches(name)

    def _started(self, work: Mapping[Name, Work]) -> Iterator[tuple[Name, Callable[[], Taken]]]:
        for name, (take, texts) in work.items():
            for part in in_batches(texts):
                one = partial(_kept, self._parts, str(name), take)
                if self._pool is None:
                    yield name, partial(one, part)
                else:
                    yield name, self._pool.submit(one, part).result


def _kept(parts: Parts, name: str, take: Batch, texts: list[str]) -> Taken:
    """A batch, taken apart now or by a night that died; a name of work has one way of doing it."""
    within = parts.within("\0".join(texts).encode("utf-8", "surrogatepass"), str(len(texts)).encode())
    return Taken.of(within.kept(name, lambda: take(texts).arrays()))


def in_batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts batch by batch; an empty one where there are none."""
    for at in range(0, max(len(texts), 1), BATCH):
        yield list(texts[at : at + BATCH])


@contextmanager
def crew(count: int, texts: int, parts: Parts = NOTHING_KEPT) -> Iterator[Crew]:
    """A crew of so many processes for so many texts; it ends with the block."""
    if count < 2 or texts < WORTH_A_PROCESS:
        yield Crew(parts=parts)
        return
    with processes(count) as pool:
        yield Crew(pool, count, parts)


ALONE: Hands = partial(crew, 1)


def collect(batches: Iterable[Taken], vocabularies: Vocabularies) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """Columns and flags of all batches, numbered in the night's vocabularies.

    Raises:
        RunError: if a process died at its work.
    """
    columns: dict[str, list[Ints]] = {}
    flags: dict[str, list[Ints]] = {}
    for taken in _unbroken(batches):
        number = {
            name: narrow(getattr(vocabularies, name).add_all(words)) for name, words in taken.words.items()
        }
        for name, (vocabulary, numbers) in taken.columns.items():
            columns.setdefault(name, []).append(number[vocabulary][numbers])
        for name, values in taken.flags.items():
            flags.setdefault(name, []).append(narrow(values))
    return (
        {name: np.concatenate(parts) for name, parts in columns.items()},
        {name: np.concatenate(parts) for name, parts in flags.items()},
    )


def _unbroken(batches: Iterable[Taken]) -> Iterator[Taken]:
    try:
        yield from batches
    except BrokenProcessPool:
        raise RunError(
            "a process that takes texts apart died",
            where="link",
            mend="give the machine more memory, or run with --threads 1",
        ) from None


def take_names(texts: list[str], parties: bool = False, signs: bool = False) -> Taken:
    """Names, parties or signs; `owner` is the person that a name names, `bare` a party that is a person."""
    bare = [parties and bool(text) and is_bare_party(text) for text in texts]
    parts = [parse_name(text, signs) for text in texts]
    if parties:
        parts = [p._replace(person=p.person or person) for p, person in zip(parts, bare, strict=True)]
    words = {name: Vocabulary() for name in (*NAME_WORDS.values(), "person")}
    columns = {
        column: (vocabulary, words[vocabulary].add_all(map(attrgetter(column), parts)))
        for column, vocabulary in NAME_WORDS.items()
    }
    owners = [_owner(p, text, person) for p, text, person in zip(parts, texts, bare, strict=True)]
    columns["owner"] = ("person", words["person"].add_all(owners))
    flags = {
        "formal": np.array([p.formal for p in parts], dtype=np.int64),
        "known": np.array([p.has_trade for p in parts], dtype=np.int64),
        "person": np.array([p.person for p in parts], dtype=np.int64),
        "bare": np.array(bare, dtype=np.int64),
    }
    return _taken(columns, flags, words)


def _owner(parts: NameParts, text: str, is_person: bool) -> str | None:
    return read_person((parts.full if parts.person else parts.owner) or (text if is_person else ""))


def take_persons(texts: list[str]) -> Taken:
    """Persons' names."""
    words = Vocabulary()
    return _taken({"person": ("person", words.add_all(map(read_person, texts)))}, {}, {"person": words})


def take_phones(texts: list[str]) -> Taken:
    """The first two numbers of each cell."""
    words = Vocabulary()
    pairs = [(*read_phones(text), "", "")[:2] for text in texts]
    columns = {
        name: ("phone", words.add_all(pair[i] for pair in pairs))
        for i, name in enumerate(("phone", "phone_other"))
    }
    return _taken(columns, {}, {"phone": words})


def take_addresses(texts: list[str]) -> Taken:
    """Addresses; places of all kinds share one vocabulary, each word beginning with its kind."""
    words = Vocabulary()
    parsed = [parse_address(text) for text in texts]
    found = {
        "road": [p.road and f"road {road_key(p.road)}" for p in parsed],
        "site": [p.number and f"site {road_key(p.road or p.building)}#{p.number}" for p in parsed],
        "building": [p.building and f"building {road_key(p.building)}" for p in parsed],
        "landmark": [_landmark_word(p.landmark) for p in parsed],
        "block": [p.block and f"block {p.block}" for p in parsed],
        "floor": [p.floor and f"floor {p.floor}" for p in parsed],
        "room": [p.rooms[0] if p.rooms else "" for p in parsed],
        "street": [p.street for p in parsed],
        "community": [p.community for p in parsed],
    }
    columns = {name: ("place", words.add_all(found[name])) for name in PLACE_COLUMNS}
    shared = {"shared": np.array([p.shared for p in parsed], dtype=np.int64)}
    return _taken(columns, shared, {"place": words})


@lru_cache(maxsize=1 << 16)
def _landmark_word(landmark: str) -> str:
    return landmark and f"landmark {pinyin_key(landmark)}"


def take_streets(texts: list[str]) -> Taken:
    """Streets as a column names them."""
    words = Vocabulary()
    return _taken({"street": ("place", words.add_all(map(read_street, texts)))}, {}, {"place": words})


def take_communities(texts: list[str]) -> Taken:
    """Communities as a column names them."""
    words = Vocabulary()
    return _taken({"community": ("place", words.add_all(map(read_community, texts)))}, {}, {"place": words})


def take_house_codes(texts: list[str]) -> Taken:
    """House codes of the grid."""
    words = Vocabulary()
    return _taken({"house_code": ("place", words.add_all(map(_house_code, texts)))}, {}, {"place": words})


def _house_code(text: str) -> str:
    code = fold(text)
    return "" if len(code) < 4 or is_filler(code) else f"house {code}"


def take_groups(texts: list[str]) -> Taken:
    """Codes that one department gives a firm, whole as they stand: equal ones are of one firm."""
    words = Vocabulary()
    return _taken({"group": ("code", words.add_all(map(_group_code, texts)))}, {}, {"code": words})


def _group_code(text: str) -> str:
    code = fold(text)
    return "" if len(code) < 4 or is_filler(code[-9:]) else f"group {code}"


def code_taker(role: str, is_partial: bool) -> Batch:
    """The batch that reads codes of one role; what is left of masked ones where `is_partial`."""
    return partial(_take_codes, role=role, is_partial=is_partial)


def _take_codes(texts: list[str], role: str, is_partial: bool) -> Taken:
    words = Vocabulary()
    read: list[Codes] = [
        read_code(None, text, role) if is_partial else read_code(text, None, role) for text in texts
    ]
    columns = {name: ("code", words.add_all(map(attrgetter(name), read))) for name in CODE_COLUMNS}
    return _taken(columns, {}, {"code": words})


def _taken(
    columns: dict[str, tuple[str, Ints]], flags: dict[str, Ints], words: Mapping[str, Vocabulary]
) -> Taken:
    return Taken(columns, flags, {name: list(vocabulary.words) for name, vocabulary in words.items()})
