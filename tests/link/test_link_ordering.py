"""Numbers in half the room are packed as wide as it takes: what a large district has must not wrap around."""

from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.joining import combine
from pipeline.link.columns.ordering import Ints, distinct_pairs, matches, narrow, numbered, order_of
from pipeline.link.columns.vocabulary import NameFacets, Vocabularies
from pipeline.link.pairs.comparing import frequencies

LARGE = 3_000_000  # texts of one kind
SIZE = 2000


def _numbers(seed: int) -> Ints:
    return np.random.default_rng(seed).integers(LARGE - 400, LARGE, SIZE)


@pytest.mark.parametrize("seed", [1, 2])
def test_narrow_numbers_give_what_wide_ones_give(seed: int) -> None:
    one, other = _numbers(seed), _numbers(seed + 10)
    a, b = narrow(one), narrow(other)
    for wide, small in (
        (order_of(one), order_of(a)),
        (combine(one, other), combine(a, b)),
        (np.stack(distinct_pairs(one, other)), np.stack(distinct_pairs(a, b))),
        (np.stack(matches(one, other)), np.stack(matches(a, b))),
        (numbered(one)[2], numbered(a)[2]),
    ):
        assert np.array_equal(wide, small)
    assert int(combine(a, b).min()) > 0


def test_bearers_of_a_value_are_counted_in_a_large_district() -> None:
    value, entity = narrow(_numbers(3)), np.arange(SIZE) + LARGE
    names = NameFacets(**dict.fromkeys(NameFacets.__dataclass_fields__, value))
    fields = dict.fromkeys(Facets.__dataclass_fields__, value) | {"name": names, "sign": names}
    sized: dict[str, Any] = dict.fromkeys(Vocabularies.__dataclass_fields__, range(LARGE))
    words = Vocabularies(**sized)
    counts = frequencies(Facets(**fields), entity, words, LARGE)
    assert np.array_equal(counts.trade, np.bincount(value, minlength=LARGE))
