from collections.abc import Sequence

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.columns.joining import LabelledSets, combine, connected, equal_pairs
from pipeline.link.decisions.clustering import cluster

MEMBERS = 12
EDGES = st.lists(st.tuples(st.integers(0, MEMBERS - 1), st.integers(0, MEMBERS - 1)), max_size=30)
LABELS = st.lists(st.integers(0, 3), min_size=MEMBERS, max_size=MEMBERS)


def ints(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@given(EDGES)
def test_without_labels_the_sets_are_the_connected_components(edges: list[tuple[int, int]]) -> None:
    sets = LabelledSets(MEMBERS)
    for left, right in edges:
        sets.join(left, right)
    graph = nx.Graph()
    graph.add_nodes_from(range(MEMBERS))
    graph.add_edges_from(edges)
    expected = {member: min(part) for part in nx.connected_components(graph) for member in part}
    assert sets.roots().tolist() == [expected[member] for member in range(MEMBERS)]


@given(EDGES, LABELS, LABELS)
def test_two_labels_of_one_kind_never_meet(
    edges: list[tuple[int, int]], first: list[int], second: list[int]
) -> None:
    sets = LabelledSets(MEMBERS, ints(first), ints(second))
    for left, right in edges:
        sets.join(left, right)
    for labels in (first, second):
        for root in set(sets.roots().tolist()):
            held = {labels[m] for m in range(MEMBERS) if sets.find(m) == root} - {0}
            assert len(held) <= 1


@given(EDGES, LABELS, st.randoms())
def test_clusters_do_not_depend_on_the_order_of_edges(
    edges: list[tuple[int, int]], labels: list[int], random: object
) -> None:
    weighed = [(left, right, (left * 7 + right * 3) % 5) for left, right in sorted(set(edges))]
    shuffled = list(weighed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    results = []
    for order in (weighed, shuffled):
        columns = [ints([edge[i] for edge in order]) for i in range(3)]
        results.append(cluster(MEMBERS, *columns, (ints(labels),))[0].tolist())
    assert results[0] == results[1]


@given(EDGES, EDGES)
def test_parted_members_never_meet_through_whatever_chain(
    edges: list[tuple[int, int]], parted: list[tuple[int, int]]
) -> None:
    apart = [(a, b) for a, b in parted if a != b]
    sets = LabelledSets(MEMBERS)
    sets.part(ints([a for a, _ in apart]), ints([b for _, b in apart]))
    joined = [sets.join(left, right) for left, right in edges]
    assert all(sets.find(a) != sets.find(b) for a, b in apart)
    assert all(sets.find(a) == sets.find(b) for (a, b), one in zip(edges, joined, strict=True) if one)
    assert sets.refused == joined.count(False)


def test_the_heavier_edge_wins_where_labels_conflict() -> None:
    roots, refused = cluster(3, ints([0, 1]), ints([1, 2]), ints([5, 9]), (ints([1, 0, 2]),))
    assert roots.tolist() == [0, 1, 1]
    assert refused == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_combined_keys_are_equal_where_all_keys_are(rows: list[tuple[int, int]]) -> None:
    left, right = ints([row[0] for row in rows]), ints([row[1] for row in rows])
    key = combine(left, right)
    for i, a in enumerate(rows):
        assert (key[i] == 0) == (0 in a)
        for j, b in enumerate(rows):
            if 0 not in a and 0 not in b:
                assert (key[i] == key[j]) == (a == b)


def test_equal_pairs_leave_out_what_is_missing() -> None:
    left, right = equal_pairs(ints([1, 0, 1, 2, 0]))
    assert (left.tolist(), right.tolist()) == ([0], [2])


@given(EDGES)
def test_what_hangs_together_is_told_by_its_smallest_member(edges: list[tuple[int, int]]) -> None:
    sets = LabelledSets(MEMBERS)
    for left, right in edges:
        sets.join(left, right)
    ends = [ints([edge[i] for edge in edges]) for i in range(2)]
    assert connected(MEMBERS, *ends).tolist() == sets.roots().tolist()


@given(EDGES, EDGES, LABELS, LABELS, st.lists(LABELS, min_size=1, max_size=3))
def test_joining_all_that_agree_at_once_is_as_joining_them_pair_by_pair(
    earlier: list[tuple[int, int]],
    parted: list[tuple[int, int]],
    first: list[int],
    second: list[int],
    keys: list[list[int]],
) -> None:
    apart = [ints([pair[i] for pair in parted if pair[0] != pair[1]]) for i in range(2)]
    at_once, by_pair = (LabelledSets(MEMBERS, ints(first), ints(second)) for _ in range(2))
    for sets in (at_once, by_pair):
        sets.part(*apart)
        for left, right in earlier:
            sets.join(left, right)
    for key in keys:
        at_once.join_equal(ints(key))
        roots = by_pair.roots()
        telling = list(key)
        for labels in (by_pair.labels(0).tolist(), by_pair.labels(1).tolist()):
            held = {k: {labels[m] for m in range(MEMBERS) if telling[m] == k} - {0} for k in key if k}
            telling = [
                0 if k and labels[m] and len(held[k]) > 1 else k for m, k in enumerate(telling)
            ]  # fmt: skip
        for left, right in zip(*(side.tolist() for side in equal_pairs(ints(telling))), strict=True):
            by_pair.join(int(roots[left]), int(roots[right]))
    assert at_once.roots().tolist() == by_pair.roots().tolist()
    assert at_once.refused == by_pair.refused
    for kind in (0, 1):
        assert at_once.labels(kind).tolist() == by_pair.labels(kind).tolist()


def joined(keys: list[int], *labels: list[int], earlier: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Roots of members after some were joined, and then those that agree on the key."""
    sets = LabelledSets(len(keys), *map(ints, labels))
    for left, right in earlier:
        sets.join(left, right)
    sets.join_equal(ints(keys))
    return sets.roots().tolist()


def test_members_that_agree_are_joined_and_nothing_agrees_with_nothing() -> None:
    assert joined([7, 0, 7, 0, 8]) == [0, 1, 0, 3, 4]
    assert joined([7, 7, 7], [1, 0, 1]) == [0, 0, 0]


def test_under_a_key_of_two_labels_only_those_without_one_are_joined_whatever_their_order() -> None:
    for labels in ([1, 2, 0, 0], [2, 1, 0, 0]):
        assert joined([7, 7, 7, 7], labels) == [0, 1, 2, 2]
    assert joined([7, 7, 7, 7], [0, 1, 0, 2]) == [0, 1, 0, 3]
    assert joined([7, 7, 7, 7], [0] * 4, [0, 1, 0, 2]) == [0, 1, 0, 3], "labels of any kind"
    assert joined([7, 7, 8, 8], [1, 0, 2, 0]) == [0, 0, 2, 2], "each key by itself"


def test_a_label_is_that_of_the_whole_set() -> None:
    assert joined([0, 7, 7, 7, 0], [1, 0, 0, 0, 2], earlier=[(0, 1), (3, 4)]) == [0, 0, 2, 3, 3]


def test_several_keys_must_all_agree() -> None:
    sets = LabelledSets(4)
    sets.join_equal(ints([1, 1, 1, 0]), ints([5, 5, 6, 5]))
    assert sets.roots().tolist() == [0, 0, 2, 3]


def test_a_set_has_the_label_of_whichever_member_had_one() -> None:
    sets = LabelledSets(4, ints([0, 3, 0, 0]), ints([0, 0, 4, 0]))
    assert sets.join(2, 1) and sets.join(0, 2) and sets.join(0, 1)
    assert sets.labels(0).tolist() == [3, 3, 3, 0]
    assert sets.labels(1).tolist() == [4, 4, 4, 0]
    assert sets.refused == 0


def test_combinations_of_large_numbers_are_told_apart_and_numbered_from_one_where_asked() -> None:
    wide = ints([2**40, 2**40, 2**40 - 1, 0])
    key = combine(wide, wide, ints([1, 2, 1, 1]))
    assert len({*key.tolist()}) == 4 and key[3] == 0 and (key[:3] > 0).all()
    dense = combine(wide, ints([5, 5, 3, 3]), dense=True)
    assert sorted({*dense.tolist()}) == [0, 1, 2] and dense[0] == dense[1]
    assert combine(ints([0, 7]), dense=True).tolist() == [0, 1]
    assert combine(ints([])).tolist() == []
