from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import strictyaml
from pipeline.errors import ConfigError
from pipeline.link.decisions.deciding import (
    CERTAIN_CODE,
    NONE_CODE,
    PROBABLE_CODE,
    REVIEW_CODE,
    Candidates,
    Ranked,
    backed_by_fields,
    decide,
    denied_by_fields,
    rank,
    speaks_against,
)
from pipeline.link.model import FILE, THOUSANDTHS, Model, shipped_model
from pipeline.link.pairs.comparing import Scored

FIRMS = 3000
ENOUGH = 30 * THOUSANDTHS


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def ranking(*pairs: np.ndarray) -> Ranked:
    """What candidates come to, of an origin of the model's own share."""
    model = shipped_model()
    return rank(Candidates(*pairs, np.full(len(pairs[0]), float(model.registered_share))), FIRMS, model)


def decided(*weights: int, backed: bool = True, denied: bool = False) -> tuple[int, float]:
    """Decision and probability of one row's best candidate among candidates of these weights."""
    count = len(weights)
    ranked = ranking(
        ints(*[0] * count),
        np.arange(count),
        ints(*weights),
        np.array([backed] * count),
        np.array([denied] * count),
    )
    first = ranked.first()
    return int(decide(first)[0]), float(first.probability[0])


def test_a_heavy_pair_is_certain_and_a_light_one_is_nothing() -> None:
    assert decided(ENOUGH)[0] == CERTAIN_CODE
    assert decided(2 * THOUSANDTHS)[0] == NONE_CODE


def test_what_fits_two_firms_waits() -> None:
    code, probability = decided(ENOUGH, ENOUGH)
    assert code == REVIEW_CODE
    assert probability == pytest.approx(0.5, abs=0.01)


def test_weight_alone_accepts_nothing() -> None:
    assert decided(ENOUGH, backed=False)[0] == REVIEW_CODE


def test_what_speaks_against_a_sign_leaves_nothing_to_a_clerk() -> None:
    assert decided(ENOUGH, backed=False, denied=True)[0] == NONE_CODE
    assert decided(ENOUGH, backed=True, denied=True)[0] == CERTAIN_CODE


def pairs(**levels: str) -> Scored:
    """One pair at some levels; every other field has nothing to compare."""
    comparisons = shipped_model().comparisons
    codes = {
        field: ints(comparisons[field].code(levels[field]) if field in levels else 0) for field in comparisons
    }
    return Scored(codes, {}, ints(0))


@pytest.mark.parametrize(
    ("levels", "is_sign", "expected"),
    [
        ({"trade_name": "exact", "place": "differs", "person": "differs"}, True, True),
        ({"trade_name": "exact", "place": "differs", "licence": "none_seen"}, True, True),
        ({"trade_name": "exact", "place": "differs", "person": "differs"}, False, False),
        ({"trade_name": "exact", "place": "differs", "person": "differs", "phone": "exact"}, True, False),
        ({"trade_name": "exact", "place": "same_number", "person": "differs"}, True, False),
    ],
)
def test_a_sign_like_a_firms_name_elsewhere_is_denied(
    levels: dict[str, str], is_sign: bool, expected: bool
) -> None:
    found = denied_by_fields(pairs(**levels), shipped_model(), np.array([is_sign]))
    assert found.tolist() == [expected]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"trade_name": "one_edit", "place": "same_room"}, True),
        ({"trade_name": "one_edit", "place": "differs"}, False),
        ({"trade_name": "sign_differs", "place": "same_number", "person": "exact"}, True),
        ({"trade_name": "differs", "place": "same_room"}, False),
        ({"trade_name": "alike", "place": "same_room", "person": "differs", "phone": "differs"}, False),
        ({"trade_name": "exact", "branch": "differs", "place": "same_number", "person": "exact"}, True),
        ({"trade_name": "exact", "branch": "differs", "place": "same_number"}, False),
        ({"place": "differs", "person": "exact", "code": "damaged_equal"}, True),
        ({"place": "same_room", "person": "exact", "code": "valid_differs"}, False),
    ],
)
def test_the_very_place_needs_one_more_agreement(levels: dict[str, str], expected: bool) -> None:
    yes = np.array([True])
    assert backed_by_fields(pairs(**levels), shipped_model(), yes, yes).tolist() == [expected]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"trade_name": "exact", "place": "differs", "person": "differs"}], True),
        ([{"trade_name": "exact", "place": "differs"}], False),
        (
            [
                {"trade_name": "exact", "place": "differs", "person": "differs"},
                {"trade_name": "exact", "place": "differs", "phone": "exact"},
            ],
            False,
        ),
    ],
    ids=["another operator", "nothing known", "the firm's phone"],
)
def test_the_rows_of_a_shop_are_judged_together(rows: list[dict[str, str]], expected: bool) -> None:
    seen = [pairs(**row) for row in rows]
    levels = {field: np.concatenate([one.levels[field] for one in seen]) for field in seen[0].levels}
    claim = np.zeros(len(rows), dtype=np.int64)
    found = speaks_against(Scored(levels, {}, claim), shipped_model(), claim, 1)
    assert found.tolist() == [expected]


def test_a_second_candidate_a_little_behind_makes_it_probable_only() -> None:
    assert decided(ENOUGH, ENOUGH - 4 * THOUSANDTHS)[0] == PROBABLE_CODE


@given(st.lists(st.integers(-20_000, 50_000), min_size=1, max_size=8))
def test_probabilities_of_one_row_never_exceed_one(weights: list[int]) -> None:
    count = len(weights)
    ranked = ranking(
        ints(*[0] * count),
        np.arange(count),
        ints(*weights),
        np.ones(count, dtype=bool),
        np.zeros(count, dtype=bool),
    )
    assert ranked.probability.sum() <= 1 + 1e-5 * count
    assert (np.diff(ranked.weight) <= 0).all()


def test_the_best_pair_of_an_entity_speaks_for_it() -> None:
    ranked = ranking(
        ints(0, 0), ints(7, 7), ints(5000, 9000), np.array([True, True]), np.array([False, False])
    )
    assert ranked.weight.tolist() == [9000]
    assert ranked.pair.tolist() == [1]


def test_rare_values_weigh_more_than_common_ones() -> None:
    weights = shipped_model().weights("trade_name", ints(1, 1, 0), ints(1, 300, 1), FIRMS)
    assert weights[0] > weights[1] > weights[2] == 0
    assert weights[0] - weights[1] == pytest.approx(np.log2(300) * THOUSANDTHS, abs=2)


def test_agreement_always_weighs_more_than_disagreement() -> None:
    for comparison in shipped_model().comparisons.values():
        levels = list(comparison.levels.values())
        assert levels[0].weight > 0 or comparison.title == "地点"
        assert levels[0].weight > levels[-1].weight


def test_a_model_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / "model.yml"
    path.write_text(text + "surprise: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="surprise"):
        strictyaml.load(path, Model, ConfigError)
