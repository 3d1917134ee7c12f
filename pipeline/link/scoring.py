"""Scores candidate pairs in bounded chunks and keeps what may matter."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.link.blocking import Candidates
from pipeline.link.comparing import FIELDS, Comparator, Scored
from pipeline.link.deciding import Bools, backed_by_fields, denied_by_fields
from pipeline.link.facets import Facets
from pipeline.link.layout import FacetTable
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.ordering import Ints

CHUNK = 1 << 14
THREADS = 2
WORTH = 4 * THOUSANDTHS


@dataclass(frozen=True)
class Kept:
    """Pairs that weigh something: positions left and right, weight, whether they are backed, or denied."""

    left: Ints
    right: Ints
    weight: Ints
    backed: Bools
    denied: Bools


def score_pairs(
    found: Candidates, left: FacetTable, right: FacetTable, comparator: Comparator, model: Model
) -> Kept:
    """Weighs all candidate pairs, a chunk at a time; pairs below `WORTH` are dropped.

    Two threads work: most of it is arithmetic on whole arrays, which runs beside other threads.
    """

    def weighed(start: int) -> Kept:
        i, j = found.left[start : start + CHUNK], found.right[start : start + CHUNK]
        a, b = left.take(i), right.take(j)
        scored = comparator.score(a, b)
        keep = np.flatnonzero(scored.total >= WORTH)
        scored = scored.take(keep)
        told = (_has_name(a) & _has_name(b))[keep]
        backed = backed_by_fields(scored, model, told, b.closed[keep] == 0)
        denied = denied_by_fields(scored, model, a.name.formal[keep] == 0)
        return Kept(i[keep], j[keep], scored.total, backed, denied)

    with ThreadPoolExecutor(THREADS) as workers:
        parts = list(workers.map(weighed, range(0, len(found.left), CHUNK)))
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return Kept(empty, empty, empty, empty.astype(bool), empty.astype(bool))
    return Kept(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        _joined([p.weight for p in parts]),
        np.concatenate([p.backed for p in parts]),
        np.concatenate([p.denied for p in parts]),
    )


def explain_pairs(
    left: tuple[Facets | FacetTable, Ints], right: tuple[Facets | FacetTable, Ints], comparator: Comparator
) -> Scored:
    """All comparisons of aligned positions in two sets of facets, a chunk at a time."""
    (mine, i), (other, j) = left, right
    parts = [
        comparator.score(mine.take(i[at : at + CHUNK]), other.take(j[at : at + CHUNK]))
        for at in range(0, max(len(i), 1), CHUNK)
    ]
    return Scored(
        {field: _joined([part.levels[field] for part in parts]) for field in FIELDS},
        {field: _joined([part.weights[field] for part in parts]) for field in FIELDS},
        _joined([part.total for part in parts]),
    )


def _has_name(facets: Facets) -> Bools:
    named = (facets.name.trade > 0) & (facets.name.person == 0)
    return np.asarray(named | (facets.sign.trade > 0))


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts, dtype=np.int64)
