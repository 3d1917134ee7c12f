"""Union–find whose sets carry a label and refuse to join two different labels."""

from collections.abc import Iterable

import numpy as np

from pipeline.link.columns.ordering import (
    WIDEST,
    Ints,
    distinct,
    distinct_pairs,
    is_among,
    numbered,
    order_of,
)


class LabelledSets:
    """Disjoint sets over 0…n-1; each may carry labels of several kinds (0: none).

    Two sets whose labels of one kind are both set and differ are never joined, nor are two that hold
    members that were parted. The smaller member is always the root, so that the result does not depend
    on which side is named first.
    """

    def __init__(self, count: int, *labels: Ints) -> None:
        self._parent = list(range(count))
        self._labels = [label.tolist() for label in labels]
        self.refused = 0
        self._apart: dict[int, set[int]] = {}

    def find(self, member: int) -> int:
        """The root of a member's set."""
        parent = self._parent
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def part(self, left: Ints, right: Ints) -> None:
        """Parts members pair by pair: their sets are never joined. To be called before any are."""
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def join(self, left: int, right: int) -> bool:
        """Joins two sets unless a label forbids it; whether they are one set now."""
        a, b = self.find(left), self.find(right)
        if a == b:
            return True
        if a > b:
            a, b = b, a
        if any(label[a] and label[b] and label[a] != label[b] for label in self._labels):
            self.refused += 1
            return False
        if self._apart and b in self._apart.get(a, ()):
            self.refused += 1
            return False
        self._parent[b] = a
        for enemy in self._apart.pop(b, ()):
            self._apart[enemy].discard(b)
            self._apart[enemy].add(a)
            self._apart.setdefault(a, set()).add(enemy)
        for label in self._labels:
            label[a] = label[a] or label[b]
        return True

    def join_equal(self, *keys: Ints) -> None:
        """Joins members that agree on every key; 0 agrees with nothing.

        Keys under which two labels of one kind stand tell nothing of whose the others are: members
        without a label join one another alone, whatever their order.
        """
        key, roots = combine(*keys), self.roots()
        for labels in self._labels:
            label = np.array(labels, dtype=np.int64)[roots]
            held = np.flatnonzero((key > 0) & (label > 0))
            group, _ = distinct_pairs(*_narrow(key[held], label[held]))
            torn = distinct(key[held])[np.bincount(group) > 1]
            key = np.where((label > 0) & is_among(key, torn), 0, key)
        for left, right in equal_pairs(key):
            self.join(left, right)

    def roots(self) -> Ints:
        """The root of every member."""
        root = np.array(self._parent, dtype=np.int64)
        while True:
            further = root[root]
            if np.array_equal(further, root):
                return root
            root = further

    def labels(self, kind: int) -> Ints:
        """The label of every member's set."""
        return np.array(self._labels[kind], dtype=np.int64)[self.roots()]


def combine(*keys: Ints, dense: bool = False) -> Ints:
    """One integer per distinct combination; 0 where any key is 0.

    Args:
        keys: arrays of one length, at least one; 0 is "nothing there".
        dense: number the combinations from 1 without gaps.
    """
    present = np.logical_and.reduce([key > 0 for key in keys])
    result = np.zeros(len(keys[0]), dtype=np.int64)
    combined, width = keys[0][present].astype(np.int64), int(keys[0].max(initial=0)) + 1
    for key in keys[1:]:
        part, size = key[present], int(key.max(initial=0)) + 1
        if width > WIDEST // size:
            combined = numbered(combined)[2]
            width = int(combined.max(initial=0)) + 1
        combined, width = combined * size + part, width * size
    if dense:
        combined = numbered(combined)[2] + 1
    result[present] = combined
    return result


def _narrow(key: Ints, label: Ints) -> tuple[Ints, Ints]:
    """The same keys and labels, numbered from 0 without gaps."""
    return numbered(key)[2], numbered(label)[2]


def equal_pairs(*keys: Ints) -> Iterable[tuple[int, int]]:
    """Neighbours within each group of members that agree on every key (0 agrees with nothing)."""
    key = combine(*keys)
    order = order_of(key)
    order = order[key[order] > 0]
    same = key[order][1:] == key[order][:-1]
    return zip(order[:-1][same].tolist(), order[1:][same].tolist(), strict=True)
