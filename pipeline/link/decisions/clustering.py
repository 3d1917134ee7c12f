"""Enterprises of rows that fit no registered firm: premises, sign, operator, phone tell one shop."""

from functools import partial

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.joining import LabelledSets
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.decisions.engine import Met
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.pairs.comparing import Comparator, Scored
from pipeline.link.pairs.layout import FacetTable

STRONG_EDGE = 12 * THOUSANDTHS
_EDGE = ("left", "right", "weight")


def is_edge(scored: Scored, model: Model, left: Facets, right: Facets) -> Bools:
    """Whether two rows without a registered firm are of one shop.

    The same premises with nothing else is not enough, nor is a trade name alone; rows whose names or
    signs differ are joined only where the operator has the same room, or the same phone at the same house.
    """
    at = partial(scored.at, model)
    strong = at("trade_name", "exact", "homophone", "look_alike")
    alike = strong | at("trade_name", "full_one_edit", "one_edit", "one_edit_short", "contained", "alike")
    silent = np.asarray(scored.levels["trade_name"] == 0)
    person = at("person", "exact", "homophone")
    phone = at("phone", "exact")
    room = at("place", "same_room")
    house = at("place", "same_house")
    near = room | house | at("place", "same_number")
    road = near | at("place", "same_road", "other_room", "same_area")
    person_differs = at("person", "differs")
    same_kind = ~at("industry", "differs")
    named = strong & same_kind & (near | person | phone) & ~(person_differs & at("place", "differs"))
    nearly = alike & (person | phone | ((room | house) & ~person_differs)) & road
    unnamed = silent & ((person & near) | (person & phone) | (phone & near))
    renamed = person & ((phone & near) | room)
    fits = ~at("branch", "parent", "differs") & ~at("code", "valid_differs")
    whole = (
        strong
        & at("industry", "exact")
        & at("form", "exact")
        & (left.name.formal > 0)
        & (right.name.formal > 0)
    )
    heavy = scored.total >= STRONG_EDGE
    return np.asarray(fits & heavy & (named | nearly | unnamed | renamed | whole))


def edges(found: Met, comparator: Comparator) -> tuple[Ints, Ints, Ints, int]:
    """Rows of one shop, pair by pair: positions of both, the smaller first, and the pair's weight.

    The last of what comes back is how many pairs were met; each is met from both sides, and compared once.
    """
    kept, met = found.compare(joining, comparator, _EDGE)
    i, j, weight = (kept[name] for name in _EDGE)
    return i, j, weight, met


def joining(
    comparator: Comparator, left: FacetTable, right: FacetTable, i: Ints, j: Ints
) -> tuple[Ints, ...]:
    """The kernel of `edges`: which of some pairs are of one shop."""
    half = i < j
    i, j = i[half], j[half]
    a, b = left.take(i), right.take(j)
    scored = comparator.score(a, b)
    edge = is_edge(scored, comparator.model, a, b)
    return i[edge], j[edge], scored.total[edge]


def cluster(
    members: int,
    left: Ints,
    right: Ints,
    weight: Ints,
    labels: tuple[Ints, ...],
    apart: tuple[Ints, Ints] | None = None,
) -> tuple[Ints, int]:
    """Joins members along edges, the heaviest first; never two labels of one kind, nor parted members.

    Args:
        members: how many there are.
        left, right, weight: the edges.
        labels: per kind, a label per member; 0 is none.
        apart: pairs of members that must not meet.

    Returns:
        The root of each member, and how many edges were refused.
    """
    sets = LabelledSets(members, *labels)
    if apart:
        sets.part(*apart)
    low, high = np.minimum(left, right), np.maximum(left, right)
    for at in np.lexsort((high, low, -weight)):
        sets.join(int(low[at]), int(high[at]))
    return sets.roots(), sets.refused
