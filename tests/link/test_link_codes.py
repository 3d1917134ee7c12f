"""What the ends of a masked code deny at a glance the code itself denies; weights are the model's own."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import FIELDS, RARE
from pipeline.link.pairs.comparing_codes import _are_whole, _damaged, _Ends, both_differ
from pipeline.link.pairs.weighing import WeightTable

CODES = st.text("1A码", min_size=1, max_size=18)


@given(CODES, st.integers(0, 12), st.integers(1, 6), CODES)
def test_a_code_that_a_mask_fits_is_never_passed_over(code: str, at: int, masked: int, other: str) -> None:
    hint = f"{code[:at]}{'*' * masked}{code[at + masked :]}"
    ends = _Ends(pa.array(["", hint, code, other], pa.string()))
    fits = ends.may_fit(np.array([1, 1]), np.array([2, 3]))
    assert fits[0]
    assert fits[1] or not _damaged(hint, other, 99)


@pytest.mark.parametrize(
    ("hint", "code", "edits", "fits"),
    [
        ("1234567890123", "1234567890124", 2, True),
        ("1234567890123", "1234567890124", 3, False),
        ("123456789012", "123456789013", 1, False),  # too short to be told from others
        ("12345***67890", "123450006789067890", 9, True),
        ("1234***67890", "12340006789067890", 9, False),  # shows nine characters
        ("12345***67890", "023450006789067890", 9, False),
        ("12345***67890", "123450006789067891", 9, False),
    ],
)
def test_what_can_be_left_of_a_code(hint: str, code: str, edits: int, fits: bool) -> None:
    assert _damaged(hint, code, edits) is fits


def test_a_whole_code_is_one_of_which_two_thirds_are_left() -> None:
    codes = ["914403001234515X27", "914403******515X27", "91440*******515X27", "91440300123451****", "91"]
    assert _are_whole(pa.array(codes)).tolist() == [True, True, False, False, False]


def test_two_codes_differ_where_both_are_there() -> None:
    assert both_differ(np.array([1, 1, 1, 0]), np.array([2, 1, 0, 2])).tolist() == [True] + [False] * 3


def test_a_code_with_another_end_is_passed_over() -> None:
    ends = _Ends(pa.array(["91440300****15X2", "914403001234515X2", "914403001234515X7", "51"], pa.string()))
    assert ends.may_fit(np.zeros(3, dtype=np.int64), np.array([1, 2, 3])).tolist() == [True, False, False]


def test_weights_are_those_of_the_model() -> None:
    model, most, count = shipped_model(), 50, 4000
    table = WeightTable(model, RARE, most, count)
    for field in FIELDS:
        size = len(model.comparisons[field].levels) + 1
        level, bearers = np.repeat(np.arange(size), most + 1), np.tile(np.arange(most + 1), size)
        share = bearers if field in RARE else None
        said = model.weights(field, level, share, count)
        assert table.of(field, level.astype(np.int8), share).tolist() == said.tolist()
