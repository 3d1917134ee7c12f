"""Members meet under every key they share, once, whatever the batches; large blocks are counted instead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.pairs import meetings
from pipeline.link.pairs.blocking import Key, Terms
from pipeline.link.pairs.meetings import Meetings

CAP, LEFT, RIGHT = 2, 5, 7
SIDE = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4)), max_size=12)
KEYS = st.lists(st.tuples(SIDE, SIDE), max_size=3)
Side = list[tuple[int, int]]


def terms(side: Side) -> Terms:
    value, at = np.array(side, dtype=np.int64).reshape(-1, 2).T
    return Terms(value << 40, at)  # beyond what is packed with a position


def met(sides: list[tuple[Side, Side]]) -> set[tuple[int, int]]:
    return {
        (i, j)
        for left, right in sides
        for value, i in left
        for other, j in right
        if value == other and sum(value == one for one, _ in right) <= CAP
    }


@given(KEYS, st.integers(1, 9))
def test_every_pair_under_a_key_is_met_once(sides: list[tuple[Side, Side]], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meetings, "BATCH", most)
        patch.setattr(meetings, "_SLOT_BITS", 1)
        keys = [Key("键", terms(left), terms(right), CAP) for left, right in sides]
        found = Meetings(keys, LEFT, RIGHT)
        batches = found.batches()
        assert [row for first, last in batches for row in range(first, last)] == list(range(LEFT))
        pairs = [
            pair
            for batch in batches
            for pair in zip(*map(np.ndarray.tolist, found.pairs(*batch)), strict=True)
        ]
    assert pairs == sorted(met(sides))


def test_blocks_that_are_too_large_are_counted_by_key() -> None:
    full, narrow = [(1, 0), (1, 1), (1, 2), (2, 3)], [(1, 0), (2, 1), (3, 2)]
    found = Meetings([Key("宽", terms(narrow), terms(full), CAP)] * 2, LEFT, RIGHT)
    assert (found.hot_by_key, found.pairs_by_key) == ({"宽": 2}, {"宽": 2})
    assert Meetings([], 0, 0).batches() == []
