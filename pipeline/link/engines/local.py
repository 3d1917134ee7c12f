"""The local engine: arrays in this process, and more processes to take texts apart."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Self

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.normalising import Crew, crew
from pipeline.link.columns.ordering import Ints, distinct
from pipeline.link.decisions.clustering import cluster
from pipeline.link.decisions.deciding import Candidates, Ranked, rank
from pipeline.link.decisions.engine import Kernel
from pipeline.link.decisions.scoring import by_kept_batch, joined, of_tables
from pipeline.link.model import Model
from pipeline.link.pairs.blocking import BLOCK_CAP, Key, standard_keys, width_of
from pipeline.link.pairs.comparing import Comparator
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import BATCH, MEMBERS, Meetings, by_name, members_at_once, pairs_at_once
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.parts import NOTHING_KEPT, Arrays, Parts

_COMPARED = "compared"
Keys = Callable[[Facets, Facets], Iterable[Key]]


@dataclass(frozen=True)
class Bounds:
    """How much is done at once; what comes of it is the same.

    Attributes:
        members: of the left side, whose keys are joined.
        pairs: that are compared.
    """

    members: int = MEMBERS
    pairs: int = BATCH

    @classmethod
    def under(cls, memory: int) -> Self:
        """What a memory limit in bytes allows."""
        return cls(members_at_once(memory), pairs_at_once(memory))


WIDE = Bounds()


class LocalMet:
    """Pairs that are made and compared in parts, some left members at a time; see `engine.Met`.

    Pairs are counted while they are compared.
    """

    def __init__(
        self,
        left: FacetTable,
        right: FacetTable,
        keys: Keys,
        bounds: Bounds = WIDE,
        parts: Parts = NOTHING_KEPT,
    ) -> None:
        """Takes both sides, and what makes the keys of some left members and all right ones."""
        self._left, self._right, self._keys = left, right, keys
        self._bounds, self._parts = bounds, parts
        self.pairs_by_key: dict[str, int] = {}
        self.hot_by_key: dict[str, int] = {}
        self._hot: list[Ints] = []

    def compare(
        self, kernel: Kernel, comparator: Comparator, names: Sequence[str]
    ) -> tuple[dict[str, Ints], int]:
        """See `engine.Met`."""
        tables = [self._left] if self._right is self._left else [self._left, self._right]
        within = of_tables(self._parts, "-".join(names), comparator.model, *tables)
        right = self._right.columns()
        each: list[list[Ints]] = []
        for start in range(0, len(self._left), self._bounds.members):
            some = self._left.part(start, start + self._bounds.members)
            found = Meetings(self._keys(some.columns(), right), len(some), len(right), self._bounds.pairs)

            def compared(i: Ints, j: Ints, start: int = start) -> Arrays:
                kept = kernel(comparator, self._left, self._right, i + start, j)
                return dict(zip(names, kept, strict=True)) | {_COMPARED: np.array([len(i)])}

            part = within.within(str(start).encode())
            each.append(by_kept_batch(found, compared, [*names, _COMPARED], part))
            self._count(found)
        *columns, count = map(joined, zip(*each, strict=True)) if each else [joined([])] * (len(names) + 1)
        return dict(zip(names, columns, strict=True)), int(count.sum())

    def _count(self, found: Meetings) -> None:
        for name, number in found.pairs_by_key.items():
            self.pairs_by_key[name] = self.pairs_by_key.get(name, 0) + number
        both = zip(self._hot or found.hot, found.hot, strict=True)
        self._hot = [distinct(np.concatenate(values)) for values in both]
        self.hot_by_key = by_name(found.keys, map(len, self._hot))


class LocalEngine:
    """See `engine.Engine`."""

    cluster = staticmethod(cluster)

    def __init__(self, processes: int = 1, bounds: Bounds = WIDE, parts: Parts = NOTHING_KEPT) -> None:
        """Takes how many processes and how much at once may be, and where done parts rest."""
        self._processes, self._bounds, self._parts = processes, bounds, parts

    def hands(self, texts: int) -> AbstractContextManager[Crew]:
        """See `engine.Engine`."""
        return crew(self._processes, texts, self._parts)

    def rank(self, candidates: Candidates, entities: int, model: Model) -> Ranked:
        """See `engine.Engine`; some units at a time."""
        unit = candidates.unit

        def ranked(first: int) -> Ranked:
            at = np.flatnonzero((unit >= first) & (unit < first + self._bounds.members))
            found = rank(candidates.take(at), entities, model)
            return replace(found, pair=at[found.pair])

        firsts = range(0, int(unit.max(initial=0)) + 1, self._bounds.members)
        return reduce(Ranked.followed_by, map(ranked, firsts))

    def meet(self, left: FacetTable, right: FacetTable, pieces: Pieces) -> LocalMet:
        """See `engine.Engine`."""
        width = max(width_of(left.across()), width_of(right.across()))
        keys = partial(standard_keys, pieces=pieces, cap=BLOCK_CAP, width=width)
        return LocalMet(left, right, keys, self._bounds, self._parts)
