"""Facets laid out row by row: all fields of a profile lie together and are fetched at once."""

import hashlib
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.vocabulary import NameFacets

_BLOCK = 1 << 11  # rows that the nearest memory holds while they become columns
_NAME = tuple(one.name for one in fields(NameFacets))


class FacetTable:
    """Facets to take many small selections from."""

    def __init__(self, facets: Facets) -> None:
        columns: list[Ints] = []
        for one in fields(Facets):
            value = getattr(facets, one.name)
            columns += [getattr(value, part) for part in _NAME] if isinstance(value, NameFacets) else [value]
        self._rows: npt.NDArray[np.int32] = np.empty((len(facets), len(columns)), dtype=np.int32)
        for first in range(0, len(facets), _BLOCK):
            for at, column in enumerate(columns):
                self._rows[first : first + _BLOCK, at] = column[first : first + _BLOCK]

    @classmethod
    def of(cls, rows: npt.NDArray[np.int32]) -> "FacetTable":
        """A table of rows that another one gave."""
        table = cls.__new__(cls)
        table._rows = rows
        return table

    @property
    def rows(self) -> npt.NDArray[np.int32]:
        """A row per profile; the fields stand as in `Facets`, a name's as in `NameFacets`."""
        return self._rows

    def take(self, index: Ints) -> Facets:
        """Some profiles, in the order of the index; narrow numbers, of which twice as many pass at once."""
        table = np.empty((self._rows.shape[1], len(index)), dtype=np.int32)
        for first in range(0, len(index), _BLOCK):
            table[:, first : first + _BLOCK] = self._rows.take(index[first : first + _BLOCK], axis=0).T
        columns = iter(table)
        taken: dict[str, Any] = {}
        for one in fields(Facets):
            if one.name in ("name", "sign"):
                taken[one.name] = NameFacets(**{part: next(columns) for part in _NAME})
            else:
                taken[one.name] = next(columns)
        return Facets(**taken)

    def digest(self) -> bytes:
        """A hash of all that is in it."""
        return hashlib.blake2b(self._rows.data, digest_size=16).digest()

    def __len__(self) -> int:
        return len(self._rows)
