"""Weak bridges: a single edge that holds two shops together which say otherwise of one another.

Rows of shops are joined edge by edge, so a chain may join two shops through a row that resembles both. An
edge whose removal splits a cluster is cut where it is light and its two sides contradict one another in
two of operator, sign and premises. Rows that say little contradict nothing and stay together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Bools, Ints, order_of
from pipeline.link.model import THOUSANDTHS

FEWEST_MEMBERS = 4
WEAK = 24 * THOUSANDTHS
CONTRADICTIONS = 2
# In the order in which a clerk reads why.
FIELDS = {"operator": "经营者不同", "sign": "招牌或字号不同", "premises": "地点不同"}

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("other_record_id", pa.string()),
        ("weight", pa.int64()),
        ("reason", pa.string()),
    ]
)


class Said(Protocol):
    """What each member says, by its number."""

    def __getitem__(self, member: int, /) -> frozenset[int]:
        """All that one member says."""


Words = Mapping[str, Said]


@dataclass(frozen=True)
class Cut:
    """An edge that was cut.

    Attributes:
        edge: its position among the edges.
        why: the fields in which its two sides contradict one another.
    """

    edge: int
    why: tuple[str, ...]

    def between(self, left: Ints, right: Ints, weight: Ints) -> "Bridge":
        """The bridge between two profiles, given those at the ends of every edge and the edges' weights."""
        return Bridge(int(left[self.edge]), int(right[self.edge]), int(weight[self.edge]), self.why)


@dataclass(frozen=True)
class Bridge:
    """A weak bridge that was cut: the profiles at its ends, thousandths of a bit, and why."""

    left: int
    right: int
    weight: int
    why: tuple[str, ...]


def bridge_table(bridges: Iterable[Bridge], record_of: Mapping[int, str]) -> pa.Table:
    """Rows of `link_bridge`: the records at both ends, the weight, and why it was cut.

    Args:
        bridges: the bridges that were cut.
        record_of: the record that stands for each profile.
    """
    rows = sorted(
        (
            *sorted((record_of[one.left], record_of[one.right])),
            one.weight,
            "；".join(FIELDS[name] for name in one.why),
        )
        for one in bridges
    )
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


def without(cuts: Sequence[Cut], left: Ints, right: Ints) -> Bools:
    """Which edges stay; with a cut one go all others between the same two members."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    pair = low * (int(high.max(initial=0)) + 1) + high
    return np.isin(pair, pair[np.array([cut.edge for cut in cuts], dtype=np.int64)], invert=True)


def words_of(side: Facets, member: Ints, count: int) -> Words:
    """What the rows of each member say: operators, signs or names, road and number or building."""
    said = {
        "operator": side.person_sound,
        "sign": np.where(side.sign.sound > 0, side.sign.sound, side.name.sound),
        "premises": np.where(side.site > 0, side.site, side.building),
    }
    return {name: _Said(values, member, count) for name, values in said.items()}


def weak_bridges(left: Ints, right: Ints, weight: Ints, roots: Ints, words: Words) -> list[Cut]:
    """The light bridges whose two sides contradict one another, in the order of the edges.

    Args:
        left, right, weight: edges between members; edges between two clusters are passed over.
        roots: cluster of each member.
        words: per field, what each member says.
    """
    sizes = np.bincount(roots, minlength=len(roots))
    inside = (roots[left] == roots[right]) & (sizes[roots[left]] >= FEWEST_MEMBERS) & (left != right)
    at = np.flatnonzero(inside)
    # Of several edges between two members the heaviest stands for all.
    low, high = np.minimum(left[at], right[at]), np.maximum(left[at], right[at])
    order = at[np.lexsort((at, -weight[at], high, low))]
    pair = np.stack([np.minimum(left[order], right[order]), np.maximum(left[order], right[order])])
    first = np.any(np.diff(pair, axis=1, prepend=-1) != 0, axis=0)
    edges = order[first]
    cuts = []
    for edge, below, cluster in bridges(left[edges], right[edges]):
        if weight[edges[edge]] < WEAK:
            why = _contradictions(below, cluster, words)
            if len(why) >= CONTRADICTIONS:
                cuts.append(Cut(int(edges[edge]), why))
    return sorted(cuts, key=lambda cut: cut.edge)


def bridges(left: Ints, right: Ints) -> list[tuple[int, list[int], list[int]]]:
    """Edges whose removal splits their component, found in one walk.

    Args:
        left, right: edges, no two between the same members and none from a member to itself.

    Returns:
        Position of the edge, the members on the far side of it, and all members of the component.
    """
    beside: dict[int, list[tuple[int, int]]] = {}
    for edge, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        beside.setdefault(one, []).append((other, edge))
        beside.setdefault(other, []).append((one, edge))
    place: dict[int, int] = {}
    found = []
    for start in sorted(beside):
        if start not in place:
            walk, ends = _walk(start, beside, place)
            found += [(edge, walk[first:last], walk) for edge, first, last in ends]
    return found


def _walk(
    start: int, beside: Mapping[int, list[tuple[int, int]]], place: dict[int, int]
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Walks a component depth first; its members in order, and (edge, first, last) of what hangs on it."""
    walk, ends = [start], []
    place[start] = 0
    reach = {start: 0}
    stack = [(start, -1, iter(beside[start]))]
    while stack:
        member, came_by, rest = stack[-1]
        other, edge = next(rest, (-1, -1))
        if other < 0:
            stack.pop()
            if stack:
                above = stack[-1][0]
                reach[above] = min(reach[above], reach[member])
                if reach[member] == place[member]:
                    ends.append((came_by, place[member], len(walk)))
        elif edge != came_by and other in place:
            reach[member] = min(reach[member], place[other])
        elif edge != came_by:
            place[other] = reach[other] = len(walk)
            walk.append(other)
            stack.append((other, edge, iter(beside[other])))
    return walk, ends


def _contradictions(below: Sequence[int], cluster: Sequence[int], words: Words) -> tuple[str, ...]:
    far = set(below)
    above = [member for member in cluster if member not in far]
    found = []
    for name in FIELDS:
        one, other = (frozenset().union(*(words[name][m] for m in side)) for side in (below, above))
        if one and other and not one & other:
            found.append(name)
    return tuple(found)


class _Said:
    """What members say, put together only for those that are asked for: few clusters hang on a bridge."""

    def __init__(self, values: Ints, member: Ints, count: int) -> None:
        order = order_of(member)
        self._values = values[order]
        self._start = np.searchsorted(member[order], np.arange(count + 1))

    def __getitem__(self, member: int, /) -> frozenset[int]:
        said = self._values[self._start[member] : self._start[member + 1]]
        return frozenset(said[said > 0].tolist())
