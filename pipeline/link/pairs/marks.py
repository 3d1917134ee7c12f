"""Marks of texts: which characters a text has, in 64 bits, so that most pairs are told apart unread.

A bit that only one of two texts has stands for a character that only that one has; a bit that both have
may stand for two. So what marks deny is certain, and what they do not deny must be read.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.ordering import Bools, Ints

Bits = npt.NDArray[np.uint64]
# As in `remembering`: the highest bits of the product are spread evenly.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_TOP = np.uint64(58)
_POINTS = 21  # bits of a code point


class Marks:
    """The characters of each text of a vocabulary.

    Attributes:
        sizes: length of each text.
    """

    def __init__(self, words: Sequence[str], *, counted: bool = False) -> None:
        """Reads the texts once.

        Args:
            words: the texts.
            counted: whether a second occurrence is another character; for digits, of which few exist.
        """
        self.sizes: Ints = np.fromiter(map(len, words), np.int64, len(words))
        # A lone surrogate is a character like others here.
        points = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), np.uint32)
        letters: Bits = points.astype(np.uint64)
        if counted:
            letters += _occurrence(letters, self.sizes) << np.uint64(_POINTS)
        bit = np.uint64(1) << ((letters + np.uint64(1)) * _SPREAD >> _TOP)
        self._bits: Bits = np.zeros(len(words), dtype=np.uint64)
        held = np.flatnonzero(self.sizes)
        if len(held):
            start = np.cumsum(self.sizes[held]) - self.sizes[held]
            self._bits[held] = np.bitwise_or.reduceat(bit, start)

    def may_be_edits_apart(self, a: Ints, b: Ints, edits: int) -> Bools:
        """Whether so few insertions, removals, replacements and swaps may turn one text into the other."""
        differing = np.bitwise_count(self._bits[a] ^ self._bits[b])
        return np.asarray(differing <= 2 * edits)

    def may_share(self, a: Ints, b: Ints) -> Bools:
        """Whether the texts of aligned pairs may have any character in common."""
        return np.asarray((self._bits[a] & self._bits[b]) != 0)

    def only_in(self, a: Ints, b: Ints) -> tuple[Ints, Ints]:
        """At least so many characters of each side of aligned pairs are none of the other side's."""
        mine, other = self._bits[a], self._bits[b]
        both = mine & other
        return (
            np.bitwise_count(mine ^ both).astype(np.int8),
            np.bitwise_count(other ^ both).astype(np.int8),
        )


def _occurrence(letters: Bits, sizes: Ints) -> Bits:
    """How often each letter has stood in its text before; which of equal ones is first does not matter."""
    owner = np.repeat(np.arange(len(sizes)), sizes).astype(np.uint64)
    key = (owner << np.uint64(_POINTS)) + letters
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    at = np.arange(len(key))
    first = np.ones(len(key), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    result = np.empty(len(key), dtype=np.uint64)
    result[order] = at - np.maximum.accumulate(np.where(first, at, 0))
    return result
