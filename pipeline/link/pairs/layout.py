"""Facets laid out row by row: all fields of a profile lie together and are fetched at once."""

import hashlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.facets import WIDTH, Facets
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.shelving import IN_MEMORY, Shelf

_AT_ONCE = 1 << 16  # profiles that are taken before they are laid out
_BLOCK = 1 << 11  # rows that the nearest memory holds while they become columns
Rows = npt.NDArray[np.int32]


class FacetTable:
    """Facets to take many small selections from.

    Attributes:
        rows: a row per profile; the fields stand as in `Facets`, a name's as in `NameFacets`.
    """

    def __init__(self, rows: Rows, shelf: Shelf = IN_MEMORY) -> None:
        self.rows = rows
        self._shelf = shelf

    @classmethod
    def of(cls, facets: Facets) -> "FacetTable":
        """The same facets row by row."""
        return cls.made(len(facets), lambda at: Facets.of(column[at] for column in facets.columns()))

    @classmethod
    def made(cls, count: int, part: Callable[[slice], Facets], shelf: Shelf = IN_MEMORY) -> "FacetTable":
        """A table of so many profiles on a shelf, which are made some at a time."""
        rows: Rows = shelf.empty((count, WIDTH), np.int32)
        for start in range(0, count, _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            columns = part(slice(start, start + _AT_ONCE)).columns()
            for first in range(0, len(some), _BLOCK):
                for at, column in enumerate(columns):
                    some[first : first + _BLOCK, at] = column[first : first + _BLOCK]
        return cls(rows, shelf)

    def take(self, index: Ints) -> Facets:
        """Some profiles, in the order of the index; narrow numbers, of which twice as many pass at once."""
        table = np.empty((WIDTH, len(index)), dtype=np.int32)
        for first in range(0, len(index), _BLOCK):
            table[:, first : first + _BLOCK] = self.rows.take(index[first : first + _BLOCK], axis=0).T
        return Facets.of(table)

    def part(self, first: int, last: int) -> "FacetTable":
        """The profiles from `first` to before `last`; nothing is copied."""
        return FacetTable(self.rows[first:last], self._shelf)

    def columns(self) -> Facets:
        """All profiles, field by field, on the table's shelf."""
        room = self._shelf.empty((WIDTH, len(self)), np.int32)
        for first in range(0, len(self), _BLOCK):
            room[:, first : first + _BLOCK] = self.rows[first : first + _BLOCK].T
        return Facets.of(room)

    def across(self) -> Facets:
        """All profiles, field by field, as they stand: nothing is copied, and each field lies scattered."""
        return Facets.of(self.rows.T)

    def digest(self) -> bytes:
        """A hash of all that is in it."""
        return hashlib.blake2b(np.ascontiguousarray(self.rows).data, digest_size=16).digest()

    def __len__(self) -> int:
        return len(self.rows)
