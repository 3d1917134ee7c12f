"""Who meets whom: keys are joined once, and their pairs are made a batch of left members at a time.

All pairs of a night would fill the memory several times over. A batch's pairs are few enough to be sorted,
freed of doubles and compared at once; what comes of a batch depends on nothing but the batch.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.link.columns.ordering import Ints, distinct, is_first, offsets, order_of
from pipeline.link.pairs.blocking import Key, Terms

THREADS = 2
BATCH = 1 << 17  # pairs of all keys, before doubles go
LEAST_BATCH = 1 << 13
BYTES_A_PAIR = 1 << 14  # of the memory limit, for each of the pairs at once
MEMBERS = 1 << 19  # of the left side, whose keys are joined at once
LEAST_MEMBERS = 1 << 15
BYTES_A_MEMBER = 1 << 13  # of the memory limit, for each of them
_SLOT_BITS = 22
# As in `remembering`: the highest bits of the product are spread evenly.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class _Joined:
    """One key's blocks: for left members in their order, the run of right members that each meets."""

    left: Ints
    start: Ints
    size: Ints
    right: Ints


def pairs_at_once(memory: int) -> int:
    """How many pairs may be made at once under a memory limit in bytes; what comes of them is the same."""
    return max(LEAST_BATCH, min(BATCH, memory // BYTES_A_PAIR))


def members_at_once(memory: int) -> int:
    """How many left members may be joined at once under a memory limit in bytes."""
    return max(LEAST_MEMBERS, min(MEMBERS, memory // BYTES_A_MEMBER))


class Meetings:
    """Distinct pairs (left, right) under some keys.

    Attributes:
        keys: the names of the keys.
        counts: the pairs of each.
        hot: the values of each whose blocks were left out for their size.
    """

    def __init__(self, keys: Iterable[Key], left_count: int, right_count: int, at_once: int = BATCH) -> None:
        """Joins all keys, one at a time."""
        self.keys: list[str] = []
        self.counts: list[int] = []
        self.hot: list[Ints] = []
        self._joined: list[_Joined] = []
        self._count = left_count
        self._bits = right_count.bit_length()
        many = np.zeros(left_count)
        for key, (joined, heated) in _joined(keys):
            self.keys.append(key.name)
            self.counts.append(int(joined.size.sum()))
            self.hot.append(heated)
            many += np.bincount(joined.left, joined.size, left_count)
            self._joined.append(joined)
        self._batch = (np.cumsum(many) / at_once).astype(np.int64)

    @property
    def pairs_by_key(self) -> dict[str, int]:
        """For each key its pairs, doubles counted."""
        return by_name(self.keys, self.counts)

    @property
    def hot_by_key(self) -> dict[str, int]:
        """For each key its blocks that were left out for their size."""
        return by_name(self.keys, map(len, self.hot))

    def batches(self) -> list[tuple[int, int]]:
        """Runs of left members, each with about `at_once` pairs, doubles counted; all left members in all."""
        start = np.flatnonzero(is_first(self._batch)).tolist()
        return list(zip(start, [*start[1:], self._count], strict=False))

    def pairs(self, first: int, last: int) -> tuple[Ints, Ints]:
        """The distinct pairs of the left members from `first` to before `last`, sorted."""
        parts = [_pairs(joined, first, last, self._bits) for joined in self._joined]
        found = distinct(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
        return (found >> self._bits) + first, found & ((1 << self._bits) - 1)


def by_name(names: Sequence[str], counts: Iterable[int]) -> dict[str, int]:
    """Counts of keys; a key that comes again under its name is counted with the first."""
    found = dict.fromkeys(names, 0)
    for name, number in zip(names, counts, strict=True):
        found[name] += number
    return found


def _joined(keys: Iterable[Key]) -> Iterator[tuple[Key, tuple[_Joined, Ints]]]:
    """Each key with what it joins, in their order: sorting in threads, while the next key is made."""
    begun: deque[tuple[Key, Future[tuple[_Joined, Ints]]]] = deque()
    with ThreadPoolExecutor(THREADS) as sorters:
        for key in keys:
            if len(begun) == THREADS:
                done, joined = begun.popleft()
                yield done, joined.result()
            begun.append((key, sorters.submit(_join, key)))
        for done, joined in begun:
            yield done, joined.result()


def _pairs(joined: _Joined, first: int, last: int, bits: int) -> Ints:
    start, stop = np.searchsorted(joined.left, np.array([first, last], dtype=joined.left.dtype)).tolist()
    size = joined.size[start:stop]
    left = (joined.left[start:stop] - first).astype(np.int64) << bits
    found: Ints = np.repeat(left, size) + joined.right[offsets(joined.start[start:stop], size)]
    return found


def _join(key: Key) -> tuple[_Joined, Ints]:
    left, right = _with_partner(key.left, key.right)
    order = order_of(right.value)
    ordered, members = right.value[order], right.at[order]
    run = np.flatnonzero(is_first(ordered))
    size = np.diff(run, append=len(ordered))
    value = ordered[run]
    mine = order_of(left.value)
    left_value, left_at = left.value[mine], left.at[mine]
    place = np.minimum(np.searchsorted(value, left_value), max(len(value) - 1, 0))
    met = np.flatnonzero(value[place] == left_value) if len(value) else place[:0]
    hot = size[place[met]] > key.cap
    heated = distinct(left_value[met[hot]])
    met = met[~hot]
    met = met[order_of(left_at[met])]
    narrow = [
        column.astype(np.int32) for column in (left_at[met], run[place[met]], size[place[met]], members)
    ]
    return _Joined(*narrow), heated


def _with_partner(left: Terms, right: Terms) -> tuple[Terms, Terms]:
    """Each side's terms without most of those that the other side lacks: sorting them would be dear."""
    for _ in range(2):
        held = np.zeros(1 << _SLOT_BITS, dtype=bool)
        held[_slot(left.value)] = True
        kept = np.flatnonzero(held[_slot(right.value)])
        left, right = Terms(right.value[kept], right.at[kept]), left
    return left, right


def _slot(values: Ints) -> Ints:
    return (values.astype(np.uint64) * _SPREAD >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
