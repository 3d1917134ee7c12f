"""Union–find whose sets carry a label and refuse to join two different labels."""

from array import array

import numpy as np

from pipeline.link.columns.ordering import (
    WIDEST,
    Bools,
    Ints,
    distinct,
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
        self._parent = array("q", range(count))
        self._labels = [array("q", label.astype(np.int64).tobytes()) for label in labels]
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
            label = _numbers(labels)[roots]
            held = np.flatnonzero((key > 0) & (label > 0))
            _, _, group = numbered(key[held])
            torn, _ = _labelled(group, label[held], len(held))
            key[held[torn[group]]] = 0
        left, right = (roots[side] for side in equal_pairs(key))
        rest = self._join_whole(left, right)
        for a, b in zip(left[rest].tolist(), right[rest].tolist(), strict=True):
            self.join(a, b)

    def roots(self) -> Ints:
        """The root of every member."""
        return _ends(_numbers(self._parent))

    def labels(self, kind: int) -> Ints:
        """The label of every member's set."""
        return _numbers(self._labels[kind])[self.roots()]

    def _join_whole(self, left: Ints, right: Ints) -> Ints:
        """Joins the pairs of roots that no label and no parting can forbid; returns where the others are.

        Pairs that hang together are joined or left together: within them the order decides.
        """
        whole = connected(len(self._parent), left, right)
        torn = np.zeros(len(whole), dtype=bool)
        torn[whole[list(self._apart)]] = True
        met, told = distinct(np.concatenate([left, right])), []
        for labels in self._labels:
            label = _numbers(labels)
            twice, most = _labelled(whole[met], label[met], len(whole))
            torn |= twice
            told.append(most)
        free = met[~torn[whole[met]]]
        _numbers(self._parent)[free] = whole[free]
        for labels, most in zip(self._labels, told, strict=True):
            _numbers(labels)[whole[free]] = most[whole[free]]
        return np.flatnonzero(torn[whole[left]])


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


def _labelled(group: Ints, label: Ints, count: int) -> tuple[Bools, Ints]:
    """Of groups from 0 to below `count`, which hold two labels or more, and the highest that each holds."""
    most = np.zeros(count, dtype=np.int64)
    np.maximum.at(most, group, label)
    torn = np.zeros(count, dtype=bool)
    torn[group[(label > 0) & (label != most[group])]] = True
    return torn, most


def equal_pairs(*keys: Ints) -> tuple[Ints, Ints]:
    """Neighbours within each group of members that agree on every key (0 agrees with nothing)."""
    key = combine(*keys)
    order = order_of(key)
    order = order[key[order] > 0]
    same = key[order][1:] == key[order][:-1]
    return order[:-1][same], order[1:][same]


def connected(count: int, left: Ints, right: Ints) -> Ints:
    """The smallest member that each of 0…count-1 hangs together with, through whatever chain of pairs."""
    root = np.arange(count)
    while len(left):
        low, high = np.minimum(left, right), np.maximum(left, right)
        np.minimum.at(root, high, low)
        root = _ends(root)
        left, right = root[low], root[high]
        left, right = left[left != right], right[left != right]
    return root


def _ends(parent: Ints) -> Ints:
    """Where each chain of parents ends."""
    while True:
        further = parent[parent]
        if np.array_equal(further, parent):
            return further
        parent = further


def _numbers(values: "array[int]") -> Ints:
    """The same numbers as an array of numpy's: what is changed in one is changed in both."""
    return np.frombuffer(values, dtype=np.int64)
