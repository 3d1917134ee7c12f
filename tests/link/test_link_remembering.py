"""What is remembered of pairs never changes an answer, however little room there is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.columns.ordering import Ints, rank_of
from pipeline.link.pairs import remembering
from pipeline.link.pairs.remembering import Remembered

NUMBERS = st.lists(st.tuples(st.integers(1, 2**31 - 1), st.integers(1, 40)), max_size=60)


def judge(left: Ints, right: Ints) -> Ints:
    found: Ints = (left * 3 + right) % 7
    return found


@given(st.lists(NUMBERS, max_size=5))
def test_answers_are_the_judges_own_where_slots_are_fought_over(batches: list[list[tuple[int, int]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembering, "_BITS", 2)
        remembered = Remembered(judge)
        for batch in batches:
            left, right = np.array(batch, dtype=np.int64).reshape(-1, 2).T
            assert remembered(left, right).tolist() == judge(left, right).tolist()


def test_a_pair_is_asked_about_once() -> None:
    asked: list[int] = []

    def counting(left: Ints, right: Ints) -> Ints:
        asked.append(len(left))
        return judge(left, right)

    remembered = Remembered(counting)
    left, right = np.array([5, 5, 6]), np.array([7, 7, 8])
    first, again = remembered(left, right), remembered(left, right)
    assert asked == [2]
    assert first.tolist() == again.tolist()


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=30))
def test_ranks_order_rows_as_their_columns_do(rows: list[tuple[int, int, int]]) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    # Bounds so wide that ranks must be made dense on the way.
    rank = rank_of([(column, 2**40) for column in columns], len(rows)).tolist()
    for one, mine in zip(rank, rows, strict=True):
        for other, theirs in zip(rank, rows, strict=True):
            assert (one < other) == (mine < theirs)
            assert (one == other) == (mine == theirs)
