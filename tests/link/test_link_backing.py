"""On which agreements a link may rest, whatever it weighs; and how probabilities become decisions."""

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
    Ranked,
    backed_by_fields,
    decide,
    denied_by_fields,
    leans_on_name,
    posterior,
    rank,
    speaks_against,
)
from pipeline.link.decisions.scoring import _has_name
from pipeline.link.model import THOUSANDTHS, Calibration, shipped_model
from pipeline.link.pairs.comparing import LEAST_POPULATION
from tests.link.by_hand import compared, facets, ints

YES, NO = np.array([True]), np.array([False])
STRONG = ("exact", "homophone", "look_alike")
WEAK = ("full_one_edit", "one_edit", "contained", "alike")
NEAR = ("same_room", "same_house", "same_number")
PERSONS = ("exact", "homophone")
CODES = ("valid_equal", "damaged_equal")
ELSEWHERE = ("differs", "same_area", "shared")


def backed(names_tell: bool = True, alive: bool = True, **levels: str) -> bool:
    found = backed_by_fields(
        compared(levels), shipped_model(), YES if names_tell else NO, YES if alive else NO
    )
    return bool(found[0])


def test_nothing_agreed_is_nothing_to_rest_on() -> None:
    assert not backed()
    assert not backed(trade_name="exact")
    assert not backed(industry="exact", form="exact", region="whole", branch="exact")
    assert not any(backed(person=person) for person in PERSONS)
    assert not backed(phone="exact")
    assert not any(backed(code=code) for code in CODES)
    assert not any(backed(place=place, names_tell=False) for place in NEAR)


def test_a_whole_name_is_enough() -> None:
    assert backed(trade_name="exact", industry="exact")
    assert backed(trade_name="exact", region="whole")
    assert backed(trade_name="exact", industry="exact", form="same_class")
    assert not backed(trade_name="exact", industry="contained")
    assert not backed(trade_name="exact", region="same")
    assert not backed(trade_name="exact", industry="exact", form="differs")
    assert not backed(trade_name="homophone", industry="exact")


def test_a_whole_name_is_not_enough_where_person_and_place_deny_it() -> None:
    whole = {"trade_name": "exact", "industry": "exact"}
    assert backed(**whole, person="differs")
    assert backed(**whole, place="differs")
    assert not backed(**whole, person="differs", place="differs")
    # Another room of its house needs one agreement more, and the name is one.
    assert backed(**whole, person="differs", place="other_room")
    assert not backed(**whole, person="differs", phone="differs", place="other_room")


def test_a_whole_name_is_not_enough_where_no_licence_was_seen_and_nothing_else_agrees() -> None:
    whole = {"trade_name": "exact", "industry": "exact", "licence": "none_seen"}
    assert not backed(**whole)
    assert not backed(**whole, place="same_area")
    assert backed(**whole, place="same_number")
    assert backed(**whole, person="exact")
    assert backed(**whole, phone="exact")
    assert backed(**whole, code="damaged_equal")


@pytest.mark.parametrize("trade_name", STRONG)
def test_a_name_with_one_agreement_more_is_enough(trade_name: str) -> None:
    assert all(backed(trade_name=trade_name, person=person) for person in PERSONS)
    assert backed(trade_name=trade_name, phone="exact")
    assert all(backed(trade_name=trade_name, code=code) for code in CODES)
    assert all(backed(trade_name=trade_name, place=place) for place in NEAR)
    assert not any(backed(trade_name=trade_name, place=place) for place in ELSEWHERE)
    assert not backed(trade_name=trade_name, person="one_character")
    assert not backed(trade_name=trade_name, code="damaged_differs")


def test_an_owners_other_shop_elsewhere_in_another_trade_is_another() -> None:
    there = {"trade_name": "exact", "person": "exact", "place": "differs"}
    assert backed(**there)
    assert not backed(**there, industry="differs")
    assert backed(**there, industry="shares")
    assert backed(**there | {"place": "same_area"}, industry="differs")
    assert backed(**there, industry="differs", phone="exact")
    unseen = there | {"industry": "differs", "phone": "exact", "licence": "none_seen"}
    assert not backed(**unseen)
    assert backed(**unseen, code="damaged_equal")
    assert backed(**there, phone="exact", licence="none_seen")


def test_the_place_in_another_trade_is_not_enough_unless_it_is_the_very_room_of_the_name() -> None:
    apart = {"person": "differs", "phone": "differs", "industry": "differs"}
    for place in NEAR:
        assert not backed(trade_name="exact", place=place, **apart)
        assert backed(trade_name="exact", place=place, **apart | {"industry": "shares"})
    nobody = {"phone": "differs", "industry": "differs", "person": "one_character"}
    assert backed(trade_name="exact", place="same_room", **nobody)


@pytest.mark.parametrize("trade_name", WEAK)
def test_a_name_like_it_is_bridged_by_person_phone_or_code(trade_name: str) -> None:
    assert all(backed(trade_name=trade_name, person=person) for person in PERSONS)
    assert backed(trade_name=trade_name, phone="exact")
    assert all(backed(trade_name=trade_name, code=code) for code in CODES)
    assert not backed(trade_name=trade_name)
    assert not backed(trade_name=trade_name, industry="exact")
    assert not backed(trade_name=trade_name, person="exact", industry="differs")


def test_at_its_room_a_longer_name_is_bridged_by_the_trade() -> None:
    there = {"place": "same_room", "person": "differs", "phone": "differs"}
    for trade_name in ("full_one_edit", "contained"):
        assert backed(trade_name=trade_name, industry="exact", **there)
        assert backed(trade_name=trade_name, industry="one_missing", **there)
        assert not backed(trade_name=trade_name, industry="shares", **there)
        assert not backed(trade_name=trade_name, industry="exact", **there | {"place": "same_number"})
    for trade_name in ("one_edit", "alike"):
        assert not backed(trade_name=trade_name, industry="exact", **there)


def test_two_characters_of_which_one_differs_need_the_trade_and_code_or_operator_at_the_place() -> None:
    short = {"trade_name": "one_edit_short", "industry": "exact"}
    assert backed(**short, code="damaged_equal")
    assert not backed(**short | {"industry": "contained"}, code="damaged_equal")
    assert not backed(**short, person="exact")
    assert not backed(**short, phone="exact")
    assert backed(**short, person="exact", place="same_number")


def test_rows_without_a_name_rest_on_two_of_person_phone_and_place() -> None:
    assert backed(names_tell=False, person="exact", phone="exact")
    assert not backed(person="exact", phone="exact")
    assert not backed(names_tell=False, person="exact", phone="exact", place="same_area")
    assert not backed(names_tell=False, person="exact", phone="exact", place="shared")
    for place in NEAR:
        assert backed(names_tell=False, person="exact", place=place)
        assert backed(names_tell=False, phone="exact", place=place)


def test_another_name_is_bridged_by_the_trade_and_what_no_successor_shares() -> None:
    for trade_name in ("sign_differs", "differs"):
        renamed = {"trade_name": trade_name, "industry": "exact"}
        assert backed(**renamed, person="exact", code="damaged_equal")
        assert backed(**renamed, code="damaged_equal")
        assert not backed(**renamed, code="damaged_equal", person="differs")
        assert not backed(**renamed, person="exact")
        assert not backed(**renamed, person="exact", phone="exact")
        assert not backed(**renamed | {"industry": "contained"}, code="damaged_equal")
        assert not backed(**renamed, code="damaged_equal", form="differs")


def test_code_and_operator_or_phone_prove_a_firm() -> None:
    for code in CODES:
        assert backed(code=code, person="exact", trade_name="differs")
        assert backed(code=code, phone="exact", trade_name="differs")
        assert not backed(code=code, trade_name="differs")


def test_one_agreement_by_the_place_is_enough_unless_operator_and_phone_differ() -> None:
    for place in (*NEAR, "other_room", "same_road"):
        for told in (
            *({"person": "exact"}, {"phone": "exact"}, {"code": "damaged_equal"}, {"licence": "shown"}),
            *({"trade_name": "alike"}, {"trade_name": "exact"}, {"trade_name": "one_edit_short"}),
        ):
            assert backed(place=place, **told), (place, told)
        assert not backed(place=place)
        assert not backed(place=place, trade_name="differs")
        assert backed(place=place, trade_name="alike", person="differs")
        assert backed(place=place, trade_name="alike", phone="differs")
        assert not backed(place=place, trade_name="alike", person="differs", phone="differs")


def test_whoever_shows_a_licence_behind_a_firms_door_is_that_firm() -> None:
    assert backed(licence="shown")
    assert backed(licence="shown", trade_name="alike") and backed(licence="shown", trade_name="contained")
    assert not backed(licence="shown", trade_name="differs")
    assert not backed(licence="shown", trade_name="one_edit")
    assert not backed(licence="shown", person="differs")
    assert not backed(licence="shown", phone="differs")
    assert not backed(licence="shown", alive=False)
    assert not backed(licence="none_seen")


def test_different_codes_deny_whatever_else_agrees() -> None:
    whole = {"trade_name": "exact", "industry": "exact", "person": "exact", "place": "same_room"}
    assert backed(**whole, code="damaged_differs")
    assert not backed(**whole, code="valid_differs")


FIRM = {"trade_name": "exact", "industry": "exact", "person": "exact"}


def test_a_branch_is_not_its_parent_nor_another_branch_nor_of_another_region() -> None:
    for branch in ("exact", "alike", "one_missing"):
        assert backed(**FIRM, branch=branch)
    for branch in ("parent", "shortened", "differs"):
        assert not backed(**FIRM, branch=branch)
        assert not backed(**FIRM, branch=branch, place="differs")
    assert not backed(**FIRM, region="differs")
    assert backed(**FIRM, region="same")


def test_at_the_place_of_a_branch_an_agreement_more_tells_that_it_is_meant() -> None:
    for branch in ("parent", "shortened", "differs"):
        for told in ({"person": "exact"}, {"phone": "exact"}, {"code": "damaged_equal"}):
            for place in (*NEAR, "other_room", "same_road"):
                assert backed(branch=branch, place=place, **told)
        assert backed(trade_name="exact", branch=branch, place="same_room")
        assert not backed(trade_name="exact", branch=branch, place="same_number")


def test_behind_its_door_a_shortened_name_may_be_the_branchs_though_operator_and_phone_differ() -> None:
    room = {"branch": "shortened", "place": "same_room", "person": "differs", "phone": "differs"}
    assert backed(trade_name="exact", industry="exact", **room)
    assert not backed(trade_name="exact", industry="contained", **room)
    assert not backed(trade_name="exact", industry="exact", **room | {"place": "same_number"})
    assert not backed(trade_name="exact", industry="exact", **room | {"branch": "differs"})


def denied(is_sign: bool = True, **levels: str) -> bool:
    return bool(denied_by_fields(compared(levels), shipped_model(), YES if is_sign else NO)[0])


def test_a_sign_elsewhere_with_another_operator_or_no_licence_is_another_shops() -> None:
    for more in ({"person": "differs"}, {"licence": "none_seen"}):
        assert denied(place="differs", **more)
        assert not denied(is_sign=False, place="differs", **more)
        assert not denied(**more)
        assert not denied(place="same_area", **more)
        assert not denied(place="differs", phone="exact", **more)
        assert not any(denied(place="differs", code=code, **more) for code in CODES)
    assert not denied(place="differs")
    assert not any(denied(place="differs", licence="none_seen", person=person) for person in PERSONS)


def leans(**levels: str) -> bool:
    return bool(leans_on_name(compared(levels), shipped_model())[0])


def test_a_pair_leans_on_its_name_where_nothing_else_tells_a_firm() -> None:
    assert leans(trade_name="exact") and leans(trade_name="differs")
    assert not leans()
    assert leans(trade_name="exact", industry="exact", place="differs", person="differs", phone="differs")
    assert not any(leans(trade_name="exact", person=person) for person in PERSONS)
    assert not leans(trade_name="exact", phone="exact")
    assert not any(leans(trade_name="exact", code=code) for code in CODES)
    assert not any(leans(trade_name="exact", place=place) for place in (*NEAR, "other_room"))
    assert leans(trade_name="exact", place="same_road") and leans(trade_name="exact", code="damaged_differs")


@pytest.mark.parametrize(
    ("levels", "against"),
    [
        ({"trade_name": "exact", "person": "differs"}, True),
        ({"trade_name": "exact", "licence": "none_seen"}, True),
        ({"licence": "none_seen"}, True),
        ({"trade_name": "exact"}, False),
        ({"trade_name": "exact", "person": "differs", "place": "same_number"}, False),
        ({"person": "differs", "place": "same_number"}, True),
        ({"licence": "none_seen", "person": "exact"}, False),
        ({"licence": "none_seen", "person": "homophone"}, False),
        ({"licence": "none_seen", "phone": "exact"}, True),
    ],
    ids=str,
)
def test_what_speaks_against_a_claim(levels: dict[str, str], against: bool) -> None:
    assert speaks_against(compared(levels), shipped_model(), ints(0), 1).tolist() == [against]


def test_each_claim_is_judged_by_its_own_rows() -> None:
    other = {"trade_name": "exact", "person": "differs"}
    found = speaks_against(
        compared(other, other, {"phone": "exact", "trade_name": "exact"}), shipped_model(), ints(2, 0, 0), 3
    )
    assert found.tolist() == [False, False, True]


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
    return rank(unit, entity, weight, backs, denies, 3000, shipped_model(), **options)


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
    found = rank(ints(), ints(), ints(), none, none, 3000, shipped_model())
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
