import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.columns.joining import LabelledSets, combine, equal_pairs
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
    assert list(equal_pairs(ints([1, 0, 1, 2, 0]))) == [(0, 2)]
