"""Recall of blocking: how many rows without a usable code meet their firm among the candidates."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.declaration import load_sources
from pipeline.link.columns.facets import build_facets
from pipeline.link.columns.parties import parties_of, read_rows
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.pairs.blocking import BLOCK_CAP, standard_keys
from pipeline.link.pairs.meetings import Meetings
from pipeline.link.pairs.pieces import Pieces
from pipeline.settings import PROJECT_ROOT
from tests.bench.linking_columns import registry_views
from tests.bench.linking_sql import query


@dataclass(frozen=True)
class Blocking:
    """What blocking came to, over rows without a usable code whose firm the registry holds.

    Attributes:
        rows: how many there are.
        met: of those, with a look of their own firm among the candidates.
        mean, p99, most: candidates per row.
        pairs: pairs by key, before a pair that several keys find is counted once.
        hot: blocks left out for their size, by key.
    """

    rows: int
    met: int
    mean: float
    p99: float
    most: int
    pairs: dict[str, int]
    hot: dict[str, int]


def measure_blocking(night: Path, truth: Path) -> Blocking:
    """Blocks the rows of a night whose code cannot be used against all looks of registered firms."""
    with duckdb.connect(str(night), read_only=True) as con:
        parties = parties_of(read_rows(con, load_sources(PROJECT_ROOT / "sources")))
    words = Vocabularies()
    facets = build_facets(parties, words)
    views, behind = registry_views(parties, facets, words)
    with duckdb.connect() as con:
        row = parties.table.select(["extract", "file", "row"]).append_column(
            "profile", pa.array(parties.profile)
        )
        con.register("party", row)
        con.execute(f"CREATE TABLE wanted AS {query('wanted')}", _paths(truth))
        con.execute(f"CREATE TABLE owned AS {query('owned')}", _paths(truth))
        asking = con.execute("SELECT DISTINCT profile FROM wanted ORDER BY profile").fetchnumpy()["profile"]
        asking = np.asarray(asking, dtype=np.int64)
        keys = standard_keys(facets.take(asking), views, Pieces(words), BLOCK_CAP)
        found = Meetings(keys, len(asking), len(views))
        left, right = found.pairs(0, len(asking))
        con.register("pair", pa.table({"profile": asking[left], "behind": behind[right]}))
        rows, met, mean, p99, most = con.execute(query("blocking_recall")).fetchall()[0]
    return Blocking(rows, met, mean, p99, most, found.pairs_by_key, found.hot_by_key)


def _paths(truth: Path) -> dict[str, str]:
    return {"records": str(truth / "records.parquet")}
