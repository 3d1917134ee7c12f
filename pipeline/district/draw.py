"""Seeded chance: one independent stream per purpose, so that changing one view moves no other."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Objects = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

NO_DAY = np.datetime64("NaT", "D")


class Dice:
    """A stream of chance for one purpose.

    Args:
        seed: the district's seed.
        purpose: what is drawn; the same seed and purpose give the same stream on every machine.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self.rng = np.random.default_rng([seed, crc32(purpose.encode())])

    def chance(self, share: float | Floats, n: int) -> Flags:
        """True for about `share` of n."""
        return np.asarray(self.rng.random(n) < share)

    def pick(self, words: Sequence[Any], n: int, weights: Sequence[float] | None = None) -> Objects:
        """n of the words, with replacement."""
        return objects(words)[self.index(len(words), n, weights)]

    def index(self, size: int, n: int, weights: Sequence[float] | Floats | None = None) -> Ints:
        """n places out of `size`, with replacement."""
        if weights is None:
            return self.rng.integers(0, size, n)
        shares = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(shares / shares[-1], self.rng.random(n), side="right").clip(0, size - 1)

    def whole(self, low: int, high: int, n: int) -> Ints:
        """n whole numbers, both ends included."""
        return self.rng.integers(low, high + 1, n)

    def days(self, first: Any, last: Any) -> Days:
        """One day for each pair, both ends included; a pair the wrong way round gives the first."""
        start, end = np.broadcast_arrays(
            np.asarray(first, dtype="datetime64[D]"), np.asarray(last, dtype="datetime64[D]")
        )
        span = np.maximum((end - start).astype(np.int64), 0)
        return np.asarray(start + (self.rng.random(start.shape) * (span + 1)).astype(np.int64))

    def some(self, flags: Flags, share: float) -> Flags:
        """About `share` of the places that are flagged."""
        return flags & self.chance(share, len(flags))


def objects(values: Sequence[Any]) -> Objects:
    """A one-dimensional object array of the values, whatever they are."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def nothing(n: int) -> Objects:
    """n nulls."""
    return np.full(n, None, dtype=object)


def blank(n: int) -> Objects:
    """n empty texts."""
    return np.full(n, "", dtype=object)


def present(values: Any) -> Flags:
    """True where a value is not null."""
    return np.array([value is not None for value in values], dtype=bool)


def glue(*parts: Any) -> Objects:
    """Texts put together, entry by entry."""
    out = parts[0]
    for part in parts[1:]:
        out = out + part
    return np.asarray(out, dtype=object)


def choose(flags: Flags, yes: Any, no: Any) -> Objects:
    """`yes` where flagged, else `no`; always an object array."""
    out = np.empty(len(flags), dtype=object)
    out[:] = no
    out[flags] = yes[flags] if isinstance(yes, np.ndarray) else yes
    return out


def no_days(n: int) -> Days:
    """n days that are null."""
    return np.full(n, NO_DAY, dtype="datetime64[D]")
