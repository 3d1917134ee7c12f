"""What runs on Spark's workers: Arrow batches in, the kernels of linking, Arrow batches out."""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import SparkFiles

from pipeline.link.columns.normalising import Batch
from pipeline.link.columns.ordering import Ints, distinct
from pipeline.link.decisions.clustering import cluster
from pipeline.link.decisions.deciding import Candidates, rank
from pipeline.link.decisions.engine import Kernel
from pipeline.link.model import Model
from pipeline.link.pairs.blocking import BLOCK_CAP, Key, standard_keys
from pipeline.link.pairs.layout import FacetTable

Batches = Iterator[pa.RecordBatch]
RANKED = ("unit", "entity", "pair", "weight", "probability", "backed", "denied")
_ROWS = 1 << 14  # whose terms are made at once


def _path(name: str) -> Path:
    path = Path(name)
    return path if path.exists() else Path(SparkFiles.get(path.name))


@lru_cache(maxsize=2)
def _thing(name: str) -> Any:
    """What the night lent, read once by each worker."""
    with _path(name).open("rb") as stream:
        return pickle.load(stream)


def _table(name: str) -> FacetTable:
    """Rows that the night lent; workers of one machine share the memory."""
    return FacetTable(np.load(_path(name), mmap_mode="r"))


@dataclass(frozen=True)
class Taking:
    """Takes batches of texts apart: (number, kind, texts) → (number, what came of it)."""

    takes: tuple[Batch, ...]

    def __call__(self, batches: Batches) -> Batches:
        """Each row is a batch of texts."""
        for batch in batches:
            numbers, kinds, texts = batch.columns
            rows = zip(kinds.to_pylist(), texts.to_pylist(), strict=True)
            done = [pickle.dumps(self.takes[kind](row)) for kind, row in rows]
            yield pa.record_batch([numbers, pa.array(done, pa.binary())], names=["number", "taken"])


@dataclass(frozen=True)
class Terming:
    """Makes one side's terms: ranges of members → (key, value, member).

    Attributes:
        rows: the side's rows, as lent.
        pieces: parts of texts, as lent.
        width: see `blocking.width_of`.
        is_left: which side it is.
    """

    rows: str
    pieces: str
    width: int
    is_left: bool

    def __call__(self, batches: Batches) -> Batches:
        """Each row is the first member of a range."""
        table = _table(self.rows)
        for batch in batches:
            for first in batch.column(0).to_pylist():
                for number, terms in enumerate(self._terms(table, first)):
                    yield _columns(
                        key=np.full(len(terms.value), number, dtype=np.int32),
                        value=terms.value.astype(np.int64),
                        member=(first + terms.at).astype(np.int64),
                    )

    def _terms(self, table: FacetTable, first: int) -> Iterator[Any]:
        some = table.take(np.arange(first, min(first + _ROWS, len(table))))
        sides = (some, some.first(0)) if self.is_left else (some.first(0), some)
        for key in standard_keys(*sides, _thing(self.pieces), BLOCK_CAP, self.width):
            yield key.left if self.is_left else key.right

    @staticmethod
    def ranges(members: int) -> Ints:
        """The first members of all ranges."""
        return np.arange(0, members, _ROWS)


@dataclass(frozen=True)
class Comparing:
    """Compares pairs: (left, right) → what the kernel keeps."""

    kernel: Kernel
    comparator: str
    left: str
    right: str
    names: Sequence[str]

    def __call__(self, batches: Batches) -> Batches:
        """Each row is a pair."""
        comparator, tables = _thing(self.comparator), (_table(self.left), _table(self.right))
        for batch in batches:
            pairs = np.sort(batch.column(0).to_numpy())  # neighbours' rows are fetched together
            kept = self.kernel(comparator, *tables, pairs >> 32, pairs & 0xFFFFFFFF)
            yield _columns(
                **{name: part.astype(np.int64) for name, part in zip(self.names, kept, strict=True)}
            )


@dataclass(frozen=True)
class Ranking:
    """Ranks the entities of whole units; see `deciding.rank`."""

    entities: int
    model: Model

    def __call__(self, batches: Batches) -> Batches:
        """A partition holds all pairs of its units."""
        pair, unit, entity, weight, backed, denied, share = _whole(batches, 7, by=0)
        if not len(pair):
            return
        told = Candidates(unit, entity, weight, backed.astype(bool), denied.astype(bool), share)
        ranked = rank(told, self.entities, self.model)
        columns = {name: getattr(ranked, name) for name in RANKED} | {"pair": pair[ranked.pair]}
        flags = {name: columns[name].astype(np.int64) for name in ("backed", "denied")}
        yield _columns(**columns | flags, place=np.arange(len(unit[ranked.pair])))


@dataclass(frozen=True)
class Clustering:
    """Clusters whole components: edges with the labels of their ends → (member, root, refused)."""

    kinds: int
    apart: tuple[Ints, Ints]

    def __call__(self, batches: Batches) -> Batches:
        """A partition holds all edges of its components."""
        low, high, weight, *labels = _whole(batches, 3 + 2 * self.kinds)
        if not len(low):
            return
        members = distinct(np.concatenate([low, high]))
        ends = np.searchsorted(members, low), np.searchsorted(members, high)
        own = []
        for kind in range(self.kinds):
            label = np.zeros(len(members), dtype=np.int64)
            label[ends[0]], label[ends[1]] = labels[2 * kind], labels[2 * kind + 1]
            own.append(label)
        here = np.isin(self.apart[0], members) & np.isin(self.apart[1], members)
        apart = tuple(np.searchsorted(members, side[here]) for side in self.apart)
        roots, refused = cluster(len(members), *ends, weight, tuple(own), (apart[0], apart[1]))
        told = np.zeros(len(members), dtype=np.int64)
        told[0] = refused
        yield _columns(member=members, root=members[roots], refused=told)


def keys_of(nothing: Any, pieces: Any) -> list[Key]:
    """The standard keys, without any terms: their names and caps."""
    return list(standard_keys(nothing, nothing, pieces, BLOCK_CAP, 0))


def _columns(**columns: Any) -> pa.RecordBatch:
    return pa.record_batch([pa.array(column) for column in columns.values()], names=list(columns))


def _whole(batches: Batches, width: int, by: int | None = None) -> list[Any]:
    """All rows of a partition, column by column; sorted by one of them."""
    parts = [[column.to_numpy() for column in batch.columns] for batch in batches]
    if not parts:
        return [np.zeros(0, dtype=np.int64)] * width
    columns = [np.concatenate([part[at] for part in parts]) for at in range(width)]
    if by is None:
        return columns
    order = np.argsort(columns[by], kind="stable")
    return [column[order] for column in columns]
