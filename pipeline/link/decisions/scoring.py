"""Scores candidate pairs in bounded chunks and keeps what may matter."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.decisions.deciding import backed_by_fields, denied_by_fields
from pipeline.link.decisions.engine import Met
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.pairs.comparing import FIELDS, Comparator, Scored
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import Meetings
from pipeline.link.parts import Arrays, Parts

CHUNK = 1 << 14
THREADS = 2
WORTH = 4 * THOUSANDTHS
_KEPT = ("left", "right", "weight", "backed", "denied")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Kept:
    """Pairs that weigh something: positions left and right, weight, whether they are backed, or denied.

    `compared` is how many pairs were compared in all.
    """

    left: Ints
    right: Ints
    weight: Ints
    backed: Bools
    denied: Bools
    compared: int


def by_batch(found: Meetings, work: Callable[[tuple[int, int]], Result]) -> list[Result]:
    """Does some work for each batch of pairs, and gives what came of each in their order.

    Two threads work: most of it is arithmetic on whole arrays, which runs beside other threads.
    """
    with ThreadPoolExecutor(THREADS) as workers:
        return list(workers.map(work, found.batches()))


def by_kept_batch(
    found: Meetings, work: Callable[[Ints, Ints], Arrays], names: Sequence[str], parts: Parts
) -> list[Ints]:
    """As `by_batch`, each batch done now or by a night that died; under each name what came of all."""

    def done(batch: tuple[int, int]) -> Arrays:
        return parts.kept("{}-{}".format(*batch), lambda: work(*found.pairs(*batch)))

    each = by_batch(found, done)
    return [joined([np.asarray(one[name]) for one in each]) for name in names]


def of_tables(parts: Parts, step: str, model: Model, *tables: FacetTable) -> Parts:
    """Parts that depend on a model and on what is compared; hashed only where anything is kept."""
    if parts.folder is None:
        return parts
    return parts.within(step.encode(), model.model_dump_json().encode(), *(t.digest() for t in tables))


def score_pairs(found: Met, comparator: Comparator) -> Kept:
    """Weighs all candidate pairs; pairs below `WORTH` are dropped."""
    kept, compared = found.compare(weighed, comparator, _KEPT)
    left, right, weight, backed, denied = (kept.pop(name) for name in _KEPT)
    return Kept(left, right, weight, backed.astype(bool), denied.astype(bool), compared)


def weighed(
    comparator: Comparator, left: FacetTable, right: FacetTable, i: Ints, j: Ints
) -> tuple[Ints | Bools, ...]:
    """The kernel of `score_pairs`: what is kept of some pairs, column by column as in `Kept`."""
    a, b = left.take(i), right.take(j)
    scored = comparator.score(a, b)
    keep = np.flatnonzero(scored.total >= WORTH)
    scored = scored.take(keep)
    told = (_has_name(a) & _has_name(b))[keep]
    backed = backed_by_fields(scored, comparator.model, told, b.closed[keep] == 0)
    denied = denied_by_fields(scored, comparator.model, a.name.formal[keep] == 0)
    return i[keep], j[keep], scored.total, backed, denied


def explain_pairs(
    left: tuple[Facets | FacetTable, Ints], right: tuple[Facets | FacetTable, Ints], comparator: Comparator
) -> Scored:
    """All comparisons of aligned positions in two sets of facets, a chunk at a time."""
    (mine, i), (other, j) = left, right

    def scored(at: int) -> Scored:
        return comparator.score(mine.take(i[at : at + CHUNK]), other.take(j[at : at + CHUNK]))

    with ThreadPoolExecutor(THREADS) as workers:
        parts = list(workers.map(scored, range(0, max(len(i), 1), CHUNK)))
    return Scored(
        {field: joined([part.levels[field] for part in parts]) for field in FIELDS},
        {field: joined([part.weights[field] for part in parts]) for field in FIELDS},
        joined([part.total for part in parts]),
    )


def _has_name(facets: Facets) -> Bools:
    named = (facets.name.trade > 0) & (facets.name.person == 0)
    return np.asarray(named | (facets.sign.trade > 0))


def joined(parts: Sequence[Ints | Bools]) -> Ints:
    """Arrays one behind the other, in wide numbers."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts], dtype=np.int64)
