"""The local engine: arrays in this process, and more processes to take texts apart.

What a batch came to rests in a file until linking is done, so that a night that died is not begun anew.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.normalising import Crew, crew
from pipeline.link.columns.ordering import Ints
from pipeline.link.decisions.clustering import cluster
from pipeline.link.decisions.deciding import rank
from pipeline.link.decisions.engine import Kernel
from pipeline.link.decisions.scoring import by_batch, joined
from pipeline.link.pairs.blocking import BLOCK_CAP, standard_keys
from pipeline.link.pairs.comparing import Comparator
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import Meetings, pairs_at_once
from pipeline.link.pairs.pieces import Pieces
from pipeline.link.parts import NOTHING_KEPT, Arrays, Parts
from pipeline.settings import Settings

_MET = "met"  # beside the columns: how many pairs a batch had


class LocalMet:
    """Pairs that are made and compared a batch at a time; see `engine.Met`."""

    def __init__(
        self, left: Facets, right: Facets, pieces: Pieces, at_once: int, parts: Parts = NOTHING_KEPT
    ) -> None:
        keys = standard_keys(left, right, pieces, BLOCK_CAP)
        self._found = Meetings(keys, len(left), len(right), at_once)
        self.pairs_by_key, self.hot_by_key = self._found.pairs_by_key, self._found.hot_by_key
        self._left = FacetTable(left)
        self._right = self._left if right is left else FacetTable(right)
        self._parts = parts

    def compare(
        self, kernel: Kernel, comparator: Comparator, names: Sequence[str]
    ) -> tuple[dict[str, Ints], int]:
        """See `engine.Met`."""

        parts = self._kept_of(kernel, comparator)

        def compared(batch: tuple[int, int]) -> Arrays:
            i, j = self._found.pairs(*batch)
            found = kernel(comparator, self._left, self._right, i, j)
            return {**dict(zip(names, found, strict=True)), _MET: np.array([len(i)])}

        def kept(batch: tuple[int, int]) -> Arrays:
            return parts.kept("{}-{}".format(*batch), lambda: compared(batch))

        all_of = by_batch(self._found, kept)
        columns = {name: joined([np.asarray(one[name]) for one in all_of]) for name in (*names, _MET)}
        return columns, int(columns.pop(_MET).sum())

    def _kept_of(self, kernel: Kernel, comparator: Comparator) -> Parts:
        """Parts that depend on what is done, on the model, and on what is compared."""
        if self._parts.folder is None:
            return self._parts
        done = kernel.__name__.encode(), comparator.model.model_dump_json().encode()
        return self._parts.within(*done, self._left.digest(), self._right.digest())


class LocalEngine:
    """See `engine.Engine`."""

    rank = staticmethod(rank)
    cluster = staticmethod(cluster)

    def __init__(self, settings: Settings, parts: Parts = NOTHING_KEPT) -> None:
        self._parts = parts
        self._processes = settings.threads
        self._at_once = pairs_at_once(settings.memory_bytes)

    def hands(self, texts: int) -> AbstractContextManager[Crew]:
        """See `engine.Engine`."""
        return crew(self._processes, texts, self._parts)

    def meet(self, left: Facets, right: Facets, pieces: Pieces) -> LocalMet:
        """See `engine.Engine`."""
        return LocalMet(left, right, pieces, self._at_once, self._parts)
