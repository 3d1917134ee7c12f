"""Answers about pairs of numbers, kept as long as there is room: the same two texts meet in many pairs."""

from collections.abc import Callable
from threading import Lock

import numpy as np

from pipeline.link.columns.ordering import Ints, numbered

_BITS = 20
_HALF = 31
# Multiplying by this odd number and keeping the highest bits spreads keys evenly (Fibonacci hashing).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Remembered:
    """A judge of pairs of numbers from 1 to 2³¹ that is asked anew only about what was forgotten.

    The judge must answer for each pair by itself: then what is remembered changes no answer, whichever
    thread asks first.
    """

    def __init__(self, judge: Callable[[Ints, Ints], Ints]) -> None:
        self._judge = judge
        self._keys: Ints = np.zeros(1 << _BITS, dtype=np.int64)
        self._said = np.zeros(1 << _BITS, dtype=np.int8)
        self._lock = Lock()

    def __call__(self, left: Ints, right: Ints) -> Ints:
        """What the judge says of aligned pairs."""
        key = (left.astype(np.int64) << _HALF) + right
        slot = ((key.astype(np.uint64) * _SPREAD) >> np.uint64(64 - _BITS)).astype(np.int64)
        with self._lock:
            known, said = self._keys[slot] == key, self._said[slot]
        rest = np.flatnonzero(~known)
        if len(rest):
            fresh, first, inverse = numbered(key[rest])
            at = rest[first]
            answers = self._judge(left[at], right[at]).astype(np.int64)
            said[rest] = answers[inverse]
            self._keep(slot[at], fresh, answers)
        return said

    def _keep(self, slot: Ints, key: Ints, said: Ints) -> None:
        with self._lock:
            self._keys[slot] = key
            mine = self._keys[slot] == key  # of two that want one slot, one has it
            self._said[slot[mine]] = said[mine]
