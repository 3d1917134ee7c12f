"""How weights become probabilities beside other candidates, and probabilities decisions."""

from typing import Any

import numpy as np
import pytest

from pipeline.link.decisions.deciding import (
    CERTAIN,
    CERTAIN_CODE,
    NONE_CODE,
    PROBABLE,
    PROBABLE_CODE,
    REVIEW,
    REVIEW_CODE,
    Candidates,
    Ranked,
    decide,
    posterior,
    rank,
)
from pipeline.link.decisions.scoring import _has_name
from pipeline.link.model import THOUSANDTHS, Calibration, shipped_model
from pipeline.link.pairs.comparing import LEAST_POPULATION
from tests.link.by_hand import facets, ints


@pytest.mark.parametrize(
    ("probability", "backs", "denies", "code"),
    [
        (CERTAIN, True, False, CERTAIN_CODE),
        (CERTAIN - 1e-6, True, False, PROBABLE_CODE),
        (PROBABLE, True, False, PROBABLE_CODE),
        (PROBABLE, True, True, PROBABLE_CODE),
        (PROBABLE - 1e-6, True, False, REVIEW_CODE),
        (PROBABLE - 1e-6, True, True, NONE_CODE),
        (1.0, False, False, REVIEW_CODE),
        (1.0, False, True, NONE_CODE),
        (REVIEW, False, False, REVIEW_CODE),
        (REVIEW - 1e-6, True, False, NONE_CODE),
    ],
)
def test_bounds_of_the_decisions(probability: float, backs: bool, denies: bool, code: int) -> None:
    one = Ranked(
        ints(0), ints(0), ints(0), ints(0), np.array([probability]), np.array([backs]), np.array([denies])
    )
    assert decide(one).tolist() == [code]


def ranked(*pairs: tuple[int, int, int], **options: Any) -> Ranked:
    unit, entity, weight = (ints(*column) for column in zip(*pairs, strict=True))
    backs = np.array(options.pop("backed", [True] * len(pairs)))
    denies = np.array(options.pop("denied", [False] * len(pairs)))
    share = options.pop("share", np.full(len(pairs), float(shipped_model().registered_share)))
    return rank(Candidates(unit, entity, weight, backs, denies, share), 3000, shipped_model())


def test_of_one_entity_a_backed_pair_goes_first_then_the_heavier_then_the_earlier() -> None:
    found = ranked((0, 7, 9), (0, 7, 5), (0, 7, 8), backed=[False, True, True], denied=[False, False, True])
    assert (found.pair.tolist(), found.weight.tolist()) == ([2], [8])
    assert (found.backed.tolist(), found.denied.tolist()) == ([True], [True])
    assert ranked((0, 7, 9), (0, 7, 9)).pair.tolist() == [0]


def test_candidates_are_sorted_by_unit_then_weight_then_entity() -> None:
    found = ranked((1, 3, 5), (0, 8, 5), (0, 2, 5), (0, 9, 6), (1, 0, 4))
    assert found.unit.tolist() == [0, 0, 0, 1, 1]
    assert found.entity.tolist() == [9, 2, 8, 3, 0]
    assert found.pair.tolist() == [3, 2, 1, 0, 4]
    first = found.first()
    assert (first.unit.tolist(), first.entity.tolist()) == ([0, 1], [9, 3])
    both = first.followed_by(found.take(ints(2)))
    assert (both.unit.tolist(), both.pair.tolist()) == ([0, 1, 0], [3, 0, 1])


def test_no_pair_ranks_nothing() -> None:
    none = np.zeros(0, dtype=bool)
    found = rank(Candidates(ints(), ints(), ints(), none, none, np.zeros(0)), 3000, shipped_model())
    assert len(found.unit) == len(found.first().unit) == 0


def test_a_probability_has_six_digits_and_grows_with_the_share_of_its_origin() -> None:
    weight = 14 * THOUSANDTHS
    (plain,) = ranked((0, 0, weight)).probability
    assert plain == round(plain, 6)
    assert plain == pytest.approx(
        shipped_model().calibrated(posterior(ints(0), np.array([14.0]), 3000, np.array([0.8])))[0], abs=1e-9
    )
    more, less = (ranked((0, 0, weight), share=np.array([one])).probability[0] for one in (0.95, 0.3))
    assert more > plain > less
    two = ranked((0, 0, weight), (1, 0, weight), share=np.array([0.95, 0.3])).probability
    assert two.tolist() == [more, less], "a pair has the share of its own unit"


def test_odds_are_those_of_one_firm_among_all_and_of_none() -> None:
    def chance(bits: float, entities: int = 3000, share: float = 0.5, *others: float) -> float:
        weights = np.array([bits, *others])
        return float(posterior(ints(*[0] * len(weights)), weights, entities, np.full(len(weights), share))[0])

    even = float(np.log2(LEAST_POPULATION))
    assert chance(even) == pytest.approx(1 / 2)
    assert chance(even, 5) == pytest.approx(1 / 2), "a small place does not make firms likely"
    assert chance(even, 2 * LEAST_POPULATION) == pytest.approx(1 / 3)
    assert chance(even, 3000, 0.8) == pytest.approx(4 / 5)
    assert chance(even, 3000, 0.5, even) == pytest.approx(1 / 3)
    assert chance(even + 1) == pytest.approx(2 / 3)
    assert chance(-1e6) > 0 and chance(1e6) <= 1
    apart = posterior(ints(4, 9), np.array([even, even]), 3000, np.array([0.5, 0.5]))
    assert apart == pytest.approx([1 / 2, 1 / 2]), "another unit's candidates take nothing away"


def test_a_calibration_counts_bits_beyond_its_knee_by_its_slope() -> None:
    model = Calibration(knee="2", slope="0.25")
    bits = np.array([-5.0, 0.0, 2.0, 6.0])
    assert model.applied(bits).tolist() == [-5.0, 0.0, 2.0, 3.0]
    assert model.applied(bits, 0.5).tolist() == [-5.0, 0.0, 2.0, 4.0]
    assert model.applied(bits, 0.0).tolist() == [-5.0, 0.0, 2.0, 2.0]


def test_a_persons_name_is_no_name_but_a_sign_is() -> None:
    told = facets(
        5, name={"trade": [0, 1, 1, 0, 1], "person": [0, 0, 1, 0, 1]}, sign={"trade": [0, 0, 0, 1, 1]}
    )
    assert _has_name(told).tolist() == [False, True, False, True, True]
