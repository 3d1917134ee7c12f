"""On which agreements a link may rest, whatever it weighs."""

import numpy as np
import pytest

from pipeline.link.decisions.deciding import backed_by_fields
from pipeline.link.model import shipped_model
from tests.link.by_hand import CODES, NEAR, PERSONS, compared

YES, NO = np.array([True]), np.array([False])


def backed(names_tell: bool = True, alive: bool = True, **levels: str) -> bool:
    found = backed_by_fields(
        compared(levels), shipped_model(), YES if names_tell else NO, YES if alive else NO
    )
    return bool(found[0])


STRONG = ("exact", "homophone", "look_alike")
WEAK = ("full_one_edit", "one_edit", "contained", "alike")
ELSEWHERE = ("differs", "same_area", "shared")


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
