"""What is heavy in linking, as operations that may run here or on many machines.

The plan of linking (`room`, `resolving`, `standing`) is written once and asks an engine for these. Both
engines call the same kernels: functions of whole arrays, whose answer for a row needs no other row.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pipeline.link.columns.normalising import Taker
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.decisions.deciding import Candidates, Ranked
from pipeline.link.model import Model
from pipeline.link.pairs.comparing import Comparator
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.pieces import Pieces

# Compares the pairs (i, j) of two tables, and gives a column of numbers for each of some names. The first two
# are i and j of the pairs that are kept, in their order.
Kernel = Callable[[Comparator, FacetTable, FacetTable, Ints, Ints], tuple[Ints | Bools, ...]]
Labels = tuple[Ints, ...]


class Met(Protocol):
    """The distinct pairs of two sides that meet under some key.

    Attributes:
        pairs_by_key: for each key its pairs, doubles counted; told when they are compared.
        hot_by_key: for each key its blocks that were left out for their size; told with them.
    """

    pairs_by_key: dict[str, int]
    hot_by_key: dict[str, int]

    def compare(
        self, kernel: Kernel, comparator: Comparator, names: Sequence[str]
    ) -> tuple[dict[str, Ints], int]:
        """What a kernel keeps of all pairs, by name, sorted by pair; and how many pairs there were."""
        ...


class Engine(Protocol):
    """Does what is heavy; every engine gives the same."""

    def hands(self, texts: int) -> AbstractContextManager[Taker]:
        """Whoever takes so many texts apart."""
        ...

    def meet(self, left: FacetTable, right: FacetTable, pieces: Pieces) -> Met:
        """Joins two sides under the standard keys; positions in them are the members."""
        ...

    def rank(self, candidates: Candidates, entities: int, model: Model) -> Ranked:
        """See `deciding.rank`."""
        ...

    def cluster(
        self,
        members: int,
        left: Ints,
        right: Ints,
        weight: Ints,
        labels: Labels,
        apart: tuple[Ints, Ints],
    ) -> tuple[Ints, int]:
        """See `clustering.cluster`."""
        ...
