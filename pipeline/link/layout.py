"""Facets laid out row by row: all fields of a profile lie together and are fetched at once."""

from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.link.facets import Facets
from pipeline.link.ordering import Ints
from pipeline.link.vocabulary import NameFacets

_NAME = tuple(one.name for one in fields(NameFacets))


class FacetTable:
    """Facets to take many small selections from."""

    def __init__(self, facets: Facets) -> None:
        columns: list[Ints] = []
        for one in fields(Facets):
            value = getattr(facets, one.name)
            columns += [getattr(value, part) for part in _NAME] if isinstance(value, NameFacets) else [value]
        self._rows: npt.NDArray[np.int32] = np.empty((len(facets), len(columns)), dtype=np.int32)
        for at, column in enumerate(columns):
            self._rows[:, at] = column

    def take(self, index: Ints) -> Facets:
        """Some profiles, in the order of the index; narrow numbers, of which twice as many pass at once."""
        columns = iter(np.ascontiguousarray(self._rows.take(index, axis=0).T))
        taken: dict[str, Any] = {}
        for one in fields(Facets):
            if one.name in ("name", "sign"):
                taken[one.name] = NameFacets(**{part: next(columns) for part in _NAME})
            else:
                taken[one.name] = next(columns)
        return Facets(**taken)

    def __len__(self) -> int:
        return len(self._rows)
