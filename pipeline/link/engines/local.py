"""The local engine: arrays in this process, and more processes to take texts apart."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.normalising import Crew, crew
from pipeline.link.columns.ordering import Ints
from pipeline.link.decisions.clustering import cluster
from pipeline.link.decisions.deciding import rank
from pipeline.link.decisions.engine import Kernel
from pipeline.link.decisions.scoring import by_kept_batch, of_tables
from pipeline.link.pairs.blocking import BLOCK_CAP, standard_keys
from pipeline.link.pairs.comparing import Comparator
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import BATCH, Meetings
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.parts import NOTHING_KEPT, Arrays, Parts

_COMPARED = "compared"


class LocalMet:
    """Pairs that are made and compared a batch at a time; see `engine.Met`."""

    def __init__(
        self, found: Meetings, left: FacetTable, right: FacetTable, parts: Parts = NOTHING_KEPT
    ) -> None:
        self._found, self._left, self._right, self._parts = found, left, right, parts
        self.pairs_by_key, self.hot_by_key = found.pairs_by_key, found.hot_by_key

    def compare(
        self, kernel: Kernel, comparator: Comparator, names: Sequence[str]
    ) -> tuple[dict[str, Ints], int]:
        """See `engine.Met`."""

        def compared(i: Ints, j: Ints) -> Arrays:
            kept = kernel(comparator, self._left, self._right, i, j)
            return dict(zip(names, kept, strict=True)) | {_COMPARED: np.array([len(i)])}

        tables = [self._left] if self._right is self._left else [self._left, self._right]
        within = of_tables(self._parts, "-".join(names), comparator.model, *tables)
        *columns, count = by_kept_batch(self._found, compared, [*names, _COMPARED], within)
        return dict(zip(names, columns, strict=True)), int(count.sum())


class LocalEngine:
    """See `engine.Engine`."""

    rank = staticmethod(rank)
    cluster = staticmethod(cluster)

    def __init__(self, processes: int = 1, at_once: int = BATCH, parts: Parts = NOTHING_KEPT) -> None:
        """Takes how many processes and pairs at once may be, and where done parts rest."""
        self._processes, self._at_once, self._parts = processes, at_once, parts

    def hands(self, texts: int) -> AbstractContextManager[Crew]:
        """See `engine.Engine`."""
        return crew(self._processes, texts, self._parts)

    def meet(self, left: Facets, right: Facets, pieces: Pieces) -> LocalMet:
        """See `engine.Engine`."""
        keys = standard_keys(left, right, pieces, BLOCK_CAP)
        found = Meetings(keys, len(left), len(right), self._at_once)
        table = FacetTable(left)
        return LocalMet(found, table, table if right is left else FacetTable(right), self._parts)
