"""Orders, pairs and matches of numbers, beside what plain Python says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.link.columns.ordering import (
    WIDEST,
    distinct,
    distinct_pairs,
    is_among,
    matches,
    numbered,
    offsets,
    order_of,
    rank_of,
    spread,
)

NUMBERS = st.lists(st.integers(0, 5) | st.sampled_from([WIDEST // 2, WIDEST - 1, WIDEST]), max_size=8)
SMALL = st.integers(0, 3) | st.integers(2**31 - 2, 2**31 - 1)


def ints(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@settings(max_examples=25, deadline=None)
@given(NUMBERS)
def test_equal_numbers_stay_in_their_order(values: list[int]) -> None:
    assert order_of(ints(values)).tolist() == sorted(range(len(values)), key=values.__getitem__)
    assert distinct(ints(values)).tolist() == sorted(set(values))


@settings(max_examples=25, deadline=None)
@given(NUMBERS)
def test_numbered_tells_values_first_places_and_ranks(values: list[int]) -> None:
    found, first, inverse = (part.tolist() for part in numbered(ints(values)))
    assert found == sorted(set(values))
    assert first == [values.index(value) for value in found]
    assert [found[place] for place in inverse] == values


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SMALL, SMALL), max_size=8))
def test_distinct_pairs_are_sorted_by_left_then_right(pairs: list[tuple[int, int]]) -> None:
    left, right = distinct_pairs(ints([a for a, _ in pairs]), ints([b for _, b in pairs]))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(set(pairs))


@settings(max_examples=25, deadline=None)
@given(NUMBERS, NUMBERS)
def test_matches_are_all_pairs_of_equal_numbers(values: list[int], wanted: list[int]) -> None:
    left, right = matches(ints(values), ints(wanted))
    told = set(zip(left.tolist(), right.tolist(), strict=True))
    assert told == {(i, j) for i, a in enumerate(values) for j, b in enumerate(wanted) if a == b}
    assert len(left) == len(told)


@settings(max_examples=25, deadline=None)
@given(NUMBERS, NUMBERS)
def test_among_is_being_one_of_them(values: list[int], wanted: list[int]) -> None:
    among = is_among(ints(values), distinct(ints(wanted))).tolist()
    assert among == [value in wanted for value in values]


@pytest.mark.parametrize("width", [4, 2**31, 2**40])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_ranks_order_rows_by_column_after_column(width: int, rows: list[tuple[int, int, int]]) -> None:
    columns = [(ints([row[at] for row in rows]), width) for at in range(3)]
    rank = rank_of(columns, len(rows)).tolist()
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (rank[i] < rank[j]) == (one < other)


def test_runs_lie_one_behind_the_other() -> None:
    assert spread(ints([2, 0, 1])).tolist() == [0, 0, 2]
    assert offsets(ints([5, 9, 0]), ints([2, 0, 3])).tolist() == [5, 6, 0, 1, 2]
