"""Connected components of a graph on Spark, by large stars and small stars in turn.

R. Kiveris et al., Connected Components in MapReduce and Beyond, SoCC 2014: each round hangs every member's
neighbours on the smallest one; after O(log²) rounds nothing moves, and every member hangs on the smallest of
its component.
"""

from typing import Any

from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F


def components(edges: DataFrame) -> DataFrame:
    """The component of every member of some edge: (member, component), its smallest member's number.

    Args:
        edges: (low, high), low < high.
    """
    found, mark = _held(edges.select("low", "high").distinct())
    before: tuple[Any, ...] = ()
    while mark != before:
        before = mark
        found, mark = _held(_small_stars(_large_stars(found)))
    own = found.select(F.col("low").alias("member"), F.col("low").alias("component")).distinct()
    return found.select(F.col("high").alias("member"), F.col("low").alias("component")).unionByName(own)


def _held(edges: DataFrame) -> tuple[DataFrame, tuple[Any, ...]]:
    """The edges, computed, and a mark that is another one as long as something moves.

    No step makes edges more; where it makes them no fewer, each low end that changes becomes smaller.
    """
    seen = Observation()
    marks = F.count("*").alias("edges"), F.sum(F.col("low").cast("decimal(20, 0)")).alias("low")
    held = edges.observe(seen, *marks).localCheckpoint()
    return held, tuple(seen.get.values())


def _large_stars(edges: DataFrame) -> DataFrame:
    """Hangs every larger neighbour of a member on the smallest of its neighbours and itself."""
    both = edges.select(F.col("high").alias("at"), F.col("low").alias("beside")).union(
        edges.select(F.col("low"), F.col("high"))
    )
    least = both.groupBy("at").agg(F.min("beside").alias("least"))
    least = least.select("at", F.least("at", "least").alias("least"))
    moved = both.where("beside > at").join(least, "at")
    return moved.select(F.col("least").alias("low"), F.col("beside").alias("high")).distinct()


def _small_stars(edges: DataFrame) -> DataFrame:
    """Hangs every smaller neighbour of a member, and itself, on the smallest of them."""
    least = edges.groupBy("high").agg(F.min("low").alias("least"))
    beside = edges.join(least, "high").where("low > least").select(F.col("least"), F.col("low"))
    itself = least.select(F.col("least"), F.col("high"))
    return beside.union(itself).toDF("low", "high").distinct()
