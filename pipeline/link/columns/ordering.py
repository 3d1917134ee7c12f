"""Orders and distinct values of whole arrays, by sorting: the same on every machine, and never quadratic."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

# Whole numbers of any width: what a night keeps is int64, what passes through comparisons is narrower.
Ints = npt.NDArray[np.signedinteger[Any]]
Bools = npt.NDArray[np.bool_]
WIDEST = 2**62
_HALF = 31


def order_of(values: Ints) -> Ints:
    """The stable order of numbers that are not negative, as positions."""
    count = len(values)
    if count and int(values.max()) < WIDEST // count:
        packed = values.astype(np.int64) * count + np.arange(count)
        packed.sort()
        order: Ints = packed % count
        return order
    return np.argsort(values, kind="stable")


def distinct(values: Ints) -> Ints:
    """The distinct values, sorted."""
    ordered = np.sort(values)
    return ordered[is_first(ordered)]


def distinct_pairs(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The distinct pairs of numbers from 0 to 2³¹, sorted."""
    packed = distinct((left.astype(np.int64) << _HALF) + right)
    return packed >> _HALF, packed & ((1 << _HALF) - 1)


def numbered(values: Ints) -> tuple[Ints, Ints, Ints]:
    """The distinct values sorted, where each stands first, and for every value its place among them.

    The values are not negative.
    """
    order = order_of(values)
    ordered = values[order]
    begins = is_first(ordered)
    inverse = np.empty(len(values), dtype=np.int64)
    inverse[order] = np.cumsum(begins) - 1
    return ordered[begins], order[begins], inverse


def rank_of(columns: Iterable[tuple[Ints, int]], count: int) -> Ints:
    """Numbers that order rows by some columns, the first before the others; equal where all are.

    Args:
        columns: numbers from 0, and a bound above them.
        count: how many rows.
    """
    rank, width = np.zeros(count, dtype=np.int64), 1
    for codes, size in columns:
        if width > WIDEST // max(size, 1):
            rank = numbered(rank)[2]
            width = int(rank.max(initial=0)) + 1
        rank, width = rank * size + codes, width * size
    return rank


def is_among(values: Ints, wanted: Ints) -> Bools:
    """Whether each value is one of some others, which are sorted."""
    if not len(wanted):
        return np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
    return np.asarray(wanted[at] == values)


def matches(values: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """All (position in `values`, position in `wanted`) of equal numbers."""
    order = order_of(wanted)
    ordered = wanted[order]
    start = np.searchsorted(ordered, values, side="left")
    size = np.searchsorted(ordered, values, side="right") - start
    return spread(size), order[offsets(start, size)]


def spread(size: Ints) -> Ints:
    """Each position as often as its size says."""
    return np.repeat(np.arange(len(size)), size)


def offsets(start: Ints, size: Ints) -> Ints:
    """The runs that begin at `start` and are `size` long, one behind the other."""
    run: Ints = np.arange(int(size.sum())) + np.repeat(start - (np.cumsum(size) - size), size)
    return run


def narrow(values: Ints) -> Ints:
    """The same numbers in half the room; they are below 2³¹."""
    result: Ints = values.astype(np.int32)
    return result


def is_first(ordered: Ints) -> Bools:
    """Where, in numbers of which equal ones stand together, a new one begins."""
    result = np.ones(len(ordered), dtype=bool)
    result[1:] = ordered[1:] != ordered[:-1]
    return result
