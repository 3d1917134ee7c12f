"""Many texts held together: as texts of Python they would fill three times as much."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.ordering import Bools, Ints

AT_ONCE = 1 << 16  # texts


class Texts(Sequence[str]):
    """Texts that are not changed any more; each becomes a text of Python when it is asked for.

    Attributes:
        held: the same for Arrow.
    """

    def __init__(self, held: pa.StringArray) -> None:
        self.held = held

    def at(self, numbers: Ints) -> list[str]:
        """Some of the texts, in the order of the numbers."""
        found: list[str] = self.held.take(pa.array(numbers)).to_pylist()
        return found

    def numbers(self, texts: Iterable[str]) -> Ints:
        """Where some texts stand; 0 for those that do not."""
        return np.maximum(places_of(pa.array(list(texts), pa.string()), self.held), 0)

    def __len__(self) -> int:
        return len(self.held)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            found: list[str] = self.held[at].to_pylist()
            return found
        return str(self.held[at])

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), AT_ONCE):
            yield from self[first : first + AT_ONCE]


def places_of(texts: pa.Array | pa.ChunkedArray, among: pa.StringArray) -> Ints:
    """Where each text first stands among others; -1 where it does not."""
    found: Ints = pc.index_in(texts, among).fill_null(-1).to_numpy().astype(np.int64)
    return found


def are_among(texts: pa.Array | pa.ChunkedArray, wanted: Iterable[str] | pa.Array) -> Bools:
    """Whether each text is one of some others."""
    others = wanted if isinstance(wanted, pa.Array) else pa.array(list(wanted), pa.string())
    return np.asarray(pc.is_in(texts, others).to_numpy(zero_copy_only=False)).astype(bool)
