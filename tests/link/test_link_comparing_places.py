"""How the places of two profiles compare, and what was seen there of a licence."""

import pytest

from pipeline.link.model import shipped_model
from tests.link.compared import ROOM, SITE, level, scored

pytestmark = pytest.mark.usefixtures("small_tables")

NEXT = {"road": 1, "site": 3}
AWAY = {"road": 4, "site": 5}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({}, SITE, ""),
        ({"room": 7}, {"room": 7}, ""),
        (SITE, SITE, "same_number"),
        (SITE, NEXT, "differs"),
        (SITE, AWAY, "differs"),
        ({"road": 1}, SITE, "same_road"),
        ({"road": 1}, {"road": 4}, "differs"),
        (SITE | {"room": 7}, SITE | {"room": 7}, "same_room"),
        (SITE | {"room": 7}, SITE | {"room": 8}, "other_room"),
        (SITE | {"room": 7}, SITE, "same_number"),
        (SITE | {"room": 7, "floor": 1}, SITE | {"room": 7}, "same_room"),
        (SITE | {"room": 7, "floor": 1}, SITE | {"room": 7, "floor": 2}, "other_room"),
        (SITE | {"floor": 1}, SITE | {"floor": 2}, "other_room"),
        (SITE | {"floor": 1}, SITE | {"floor": 1}, "same_number"),
        (SITE | {"block": 1}, SITE | {"block": 2}, "other_room"),
        (SITE | {"block": 1}, SITE | {"block": 1}, "same_number"),
        (SITE | {"room": 7, "block": 1}, SITE | {"room": 7, "block": 2}, "other_room"),
        ({"road": 1, "room": 7}, SITE | {"room": 7}, "same_number"),
        ({"road": 1, "room": 7}, SITE | {"room": 8}, "same_road"),
        ({"road": 1, "room": 7}, NEXT | {"room": 7, "block": 2}, "same_number"),
        ({"road": 1, "room": 7, "block": 1}, NEXT | {"room": 7, "block": 2}, "same_road"),
        (SITE | {"room": 7}, NEXT | {"room": 7}, "differs"),
    ],
)
def test_numbers_on_a_road_and_their_rooms(a: dict[str, int], b: dict[str, int], expected: str) -> None:
    assert level("place", a, b) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"building": 6}, {"building": 6}, "same_number"),
        ({"building": 6}, {"building": 7}, "differs"),
        (SITE | {"building": 6}, SITE | {"building": 7}, "same_number"),
        (SITE | {"building": 6}, {"building": 6}, "same_number"),
        (SITE | {"building": 6}, NEXT | {"building": 6}, "same_number"),
        (SITE | {"building": 6}, AWAY | {"building": 6}, "differs"),
        (SITE | {"building": 6, "room": 7}, AWAY | {"building": 6, "room": 7}, "differs"),
        ({"road": 1, "building": 6, "room": 7}, {"road": 4, "building": 6, "room": 7}, ""),
        ({"road": 1, "building": 6}, {"road": 4, "building": 6}, "differs"),
        ({"site": 2, "building": 6}, {"site": 3, "building": 6}, "differs"),
        ({"site": 2, "building": 6}, NEXT | {"building": 6}, "same_number"),
        ({"building": 6, "room": 7}, {"building": 6, "room": 7}, "same_room"),
        ({"building": 6, "street": 8}, {"building": 6, "street": 9}, "same_number"),
    ],
)
def test_buildings(a: dict[str, int], b: dict[str, int], expected: str) -> None:
    assert level("place", a, b) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"house_code": 3}, {"house_code": 3}, "same_house"),
        ({"house_code": 3}, {"house_code": 4}, ""),
        ({"house_code": 3, "room": 7}, {"house_code": 3, "room": 7}, "same_room"),
        ({"house_code": 3, "room": 7}, {"house_code": 3, "room": 8}, ""),
        (SITE | {"house_code": 3, "room": 7}, SITE | {"house_code": 3, "room": 8}, "other_room"),
        (SITE | {"house_code": 3}, NEXT | {"house_code": 3}, "same_house"),
        ({"community": 5}, {"community": 5}, "same_area"),
        ({"community": 5}, {"community": 6}, ""),
        (SITE | {"community": 5}, AWAY | {"community": 5}, "differs"),
        (SITE | {"community": 5}, {"road": 1, "community": 5}, "same_road"),
        ({"street": 8}, {"street": 9}, "differs"),
        ({"street": 8}, {"street": 8}, ""),
        ({"street": 8, "community": 5}, {"street": 9, "community": 5}, "differs"),
        (SITE | {"street": 8}, SITE | {"street": 9}, "same_number"),
        ({"shared": 1}, {}, "shared"),
        (SITE | {"room": 7, "shared": 1}, SITE | {"room": 7}, "shared"),
    ],
)
def test_houses_areas_and_shared_addresses(a: dict[str, int], b: dict[str, int], expected: str) -> None:
    assert level("place", a, b) == expected


def licence(a: dict[str, int], b: dict[str, int]) -> str:
    code = int(scored(a, b).levels["licence"][0])
    return shipped_model().comparisons["licence"].names[code - 1] if code else ""


def test_what_was_seen_on_the_spot_tells_of_registered_firms_that_stand() -> None:
    firm = ROOM | {"registered": 1}
    assert licence({"unlicensed": 1}, {"registered": 1}) == "none_seen"
    assert licence({"unlicensed": 1}, {}) == ""
    assert licence({"unlicensed": 1}, {"registered": 1, "closed": 1}) == ""
    assert licence({}, firm) == ""
    assert licence(ROOM | {"licensed": 1}, firm) == "shown"
    assert licence(ROOM | {"licensed": 1}, firm | {"closed": 1}) == ""
    assert licence(ROOM | {"licensed": 1}, ROOM) == ""
    assert licence(SITE | {"licensed": 1}, firm) == "", "the door is not the firm's"
    assert licence(ROOM | {"licensed": 1, "unlicensed": 1}, firm) == "none_seen"
