"""The Spark engine: what is heavy as DataFrames, around the kernels that the local engine calls."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from pipeline.link.columns.normalising import Name, Work, in_batches
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.taken import Taken
from pipeline.link.decisions.deciding import Candidates, Ranked, rank
from pipeline.link.decisions.engine import Kernel, Labels
from pipeline.link.engines.on_spark.components import components
from pipeline.link.engines.on_spark.kernels import (
    RANKED,
    Clustering,
    Comparing,
    Ranking,
    Taking,
    Terming,
    keys_of,
)
from pipeline.link.engines.on_spark.session import Session
from pipeline.link.model import Model
from pipeline.link.pairs.blocking import width_of
from pipeline.link.pairs.comparing import Comparator
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.pieces import Pieces

MEMBERS_A_PART = 25_000  # of both sides, whose terms are joined by one task
EDGES_A_PART = 200_000
_TERMS = "key int, value bigint, member bigint"
_BLOCK = ["key", "value"]


class SparkEngine:
    """See `engine.Engine`."""

    def __init__(self, spark: Session) -> None:
        self._spark = spark

    @contextmanager
    def hands(self, texts: int) -> Iterator["SparkEngine"]:
        """See `engine.Engine`."""
        yield self

    def take(self, work: Mapping[Name, Work]) -> Iterator[tuple[Name, Iterator[Taken]]]:
        """See `normalising.Taker`."""
        cut = [(at, part) for at, (_, texts) in enumerate(work.values()) for part in in_batches(texts)]
        kinds, batches = zip(*cut, strict=True)
        table = pa.table({"number": np.arange(len(cut)), "kind": kinds, "texts": batches})
        parts = min(len(cut), 4 * self._spark.cores)
        frame = self._spark.sql.createDataFrame(table).repartition(parts, "number")
        taking = Taking(tuple(take for take, _ in work.values()))
        done = frame.mapInArrow(taking, "number bigint, taken binary").toArrow().sort_by("number")
        for at, name in enumerate(work):
            yield name, map(pickle.loads, done["taken"].filter(np.array(kinds) == at).to_pylist())

    def meet(self, left: FacetTable, right: FacetTable, pieces: Pieces) -> "SparkMet":
        """See `engine.Engine`."""
        return SparkMet(self._spark, left, right, pieces)

    def rank(self, candidates: Candidates, entities: int, model: Model) -> Ranked:
        """See `engine.Engine`."""
        count = len(candidates.unit)
        if not count:
            return rank(candidates, entities, model)
        numbers = ("unit", "entity", "weight", "backed", "denied")
        columns = {name: getattr(candidates, name).astype(np.int64) for name in numbers}
        frame = self._spark.sql.createDataFrame(
            pa.table({"pair": np.arange(count), **columns, "share": candidates.share})
        )
        parts = _parts(count, EDGES_A_PART, self._spark)
        kinds = ["double" if name == "probability" else "bigint" for name in RANKED]
        schema = ", ".join(f"{name} {kind}" for name, kind in zip(RANKED, kinds, strict=True))
        ranked = frame.repartition(parts, "unit").mapInArrow(
            Ranking(entities, model), f"{schema}, place bigint"
        )
        found = _sorted(ranked, "unit", "place")
        flags = {name: found[name].astype(bool) for name in ("backed", "denied")}
        return Ranked(**{name: found[name] for name in RANKED} | flags)

    def cluster(
        self,
        members: int,
        left: Ints,
        right: Ints,
        weight: Ints,
        labels: Labels,
        apart: tuple[Ints, Ints],
    ) -> tuple[Ints, int]:
        """See `engine.Engine`."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        at = np.flatnonzero(low < high)  # an edge from a member to itself joins nothing
        roots = np.arange(members)
        if not len(at):
            return roots, 0
        low, high, weight = low[at], high[at], weight[at]
        columns = {"low": low, "high": high, "weight": weight.astype(np.int64)}
        for kind, label in enumerate(labels):
            columns |= {f"low_{kind}": label[low], f"high_{kind}": label[high]}
        edges = self._spark.sql.createDataFrame(pa.table(columns))
        parts = _parts(len(low), EDGES_A_PART, self._spark)
        self._spark.sql.conf.set("spark.sql.shuffle.partitions", parts)
        whole = components(edges).withColumnRenamed("member", "low")
        laid = edges.join(whole, "low").repartition(parts, "component").select(*columns)
        found = _sorted(
            laid.mapInArrow(Clustering(len(labels), apart), "member bigint, root bigint, refused bigint"),
            "member",
        )
        roots[found["member"]] = found["root"]
        return roots, int(found["refused"].sum())


class SparkMet:
    """Blocks that Spark joins; see `engine.Met`.

    Terms are made by workers from the rows that they share, are spread by the hash of (key, value), and
    rest on disk: the counts and the pairs come from one spreading.
    """

    def __init__(self, spark: Session, left: FacetTable, right: FacetTable, pieces: Pieces) -> None:
        self._spark = spark
        parts = _parts(len(left) + len(right), MEMBERS_A_PART, spark)
        spark.sql.conf.set("spark.sql.shuffle.partitions", parts)
        width = max(width_of(left.across()), width_of(right.across()))
        keys = keys_of(left.part(0, 0).across(), pieces)
        self._left = spark.lend_rows(left.rows)
        self._right = self._left if right is left else spark.lend_rows(right.rows)
        lent = spark.lend(pieces)
        self._terms = [
            self._made(Terming(rows, lent, width, is_left), count, parts)
            for rows, count, is_left in ((self._left, len(left), True), (self._right, len(right), False))
        ]
        mine, other = self._terms
        caps = F.array(*(F.lit(key.cap) for key in keys))
        sizes = other.groupBy(*_BLOCK).agg(F.count("*").alias("size"))
        self._sizes = sizes.withColumn("cap", F.element_at(caps, F.col("key") + 1))
        met = mine.groupBy(*_BLOCK).agg(F.count("*").alias("looking")).join(self._sizes, _BLOCK)
        cold = F.col("size") <= F.col("cap")
        counts = met.groupBy("key").agg(
            F.sum(F.when(cold, F.col("looking") * F.col("size")).otherwise(0)).alias("pairs"),
            F.sum(F.when(cold, 0).otherwise(1)).alias("hot"),
        )
        self.pairs_by_key = dict.fromkeys((key.name for key in keys), 0)
        self.hot_by_key = dict(self.pairs_by_key)
        for row in counts.toArrow().to_pylist():
            name = keys[row["key"]].name
            self.pairs_by_key[name] += row["pairs"]
            self.hot_by_key[name] += row["hot"]

    def _made(self, terms: Terming, members: int, parts: int) -> DataFrame:
        ranges = pa.table({"first": terms.ranges(members)})
        firsts = self._spark.sql.createDataFrame(ranges, "first bigint")
        spread = firsts.repartition(min(max(ranges.num_rows, 1), 4 * self._spark.cores), "first")
        made = spread.mapInArrow(terms, _TERMS).repartition(parts, *_BLOCK)
        return made.persist(StorageLevel.DISK_ONLY)

    def compare(
        self, kernel: Kernel, comparator: Comparator, names: Sequence[str]
    ) -> tuple[dict[str, Ints], int]:
        """See `engine.Met`."""
        mine, other = self._terms
        cold = self._sizes.where("size <= cap").select(*_BLOCK)
        right = other.join(cold, _BLOCK, "left_semi").withColumnRenamed("member", "right")
        joined = mine.withColumnRenamed("member", "left").join(right, _BLOCK)
        pair = F.shiftleft(F.col("left"), 32).bitwiseOR(F.col("right")).alias("pair")
        counted = Observation()
        pairs = joined.select(pair).distinct().observe(counted, F.count("*").alias("pairs"))
        lent = self._spark.lend(comparator)
        comparing = Comparing(kernel, lent, self._left, self._right, tuple(names))
        schema = ", ".join(f"{name} bigint" for name in names)
        kept = _sorted(pairs.mapInArrow(comparing, schema), *names[:2])
        for terms in self._terms:
            terms.unpersist()
        self._spark.take_back(self._left, self._right)
        return kept, int(counted.get["pairs"])


def _parts(rows: int, a_part: int, spark: Session) -> int:
    """Into how many parts so many rows are spread."""
    return max(spark.cores, -(-rows // a_part))


def _sorted(frame: DataFrame, *by: str) -> dict[str, Any]:
    """A frame's columns, in an order that does not depend on who was ready first."""
    table = frame.toArrow()
    columns = {name: table[name].to_numpy() for name in table.column_names}
    order = np.lexsort([columns[name] for name in reversed(by)])
    return {name: column[order] for name, column in columns.items()}
