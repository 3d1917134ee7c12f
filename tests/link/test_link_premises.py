"""Which profiles stand at one building or house."""

from collections.abc import Sequence

import pytest

from pipeline.link.columns.premises import premises_of
from pipeline.link.columns.vocabulary import Vocabularies
from tests.link.by_hand import facets

WORDS = ("site spring#9", "building tower", "block 2", "cui zhu", "house 77", "house 88", "site rock#3")
SPRING, TOWER, BLOCK, COMMUNITY, HOUSE, OTHER_HOUSE, ROCK = range(1, 8)


def premises(count: int, **said: Sequence[int]) -> tuple[list[int], list[str]]:
    words = Vocabularies()
    words.place.add_all(WORDS)
    found, ids = premises_of(facets(count, **said), words)
    return found.tolist(), ids


def test_who_says_no_place_has_no_premises() -> None:
    found, ids = premises(3, block=(0, BLOCK, 0), community=(COMMUNITY, 0, 0))
    assert found == [0, 0, 0]
    assert ids == [""]
    assert premises(0) == ([], [""])


def test_one_road_and_number_is_one_premises_block_by_block() -> None:
    found, ids = premises(4, site=(SPRING, SPRING, SPRING, ROCK), block=(0, 0, BLOCK, 0))
    assert found[0] == found[1] > 0
    assert len({*found}) == 3
    assert len(ids) == 4 and len({*ids}) == 4
    assert ids[0] == "" and all(one[0] == "P" and len(one) == 15 for one in ids[1:])


def test_an_id_tells_the_place_and_not_the_night() -> None:
    alone, all_ids = premises(1, site=(ROCK,))
    beside, both = premises(2, site=(SPRING, ROCK))
    assert all_ids[alone[0]] == both[beside[1]]


def test_road_and_number_go_before_the_building_and_leave_the_community_out() -> None:
    found, _ = premises(
        3, site=(SPRING, SPRING, 0), building=(TOWER, 0, TOWER), community=(COMMUNITY, 0, COMMUNITY)
    )
    assert found[0] == found[1] != found[2]


def test_a_building_without_a_road_is_one_in_each_community() -> None:
    found, _ = premises(4, building=(TOWER,) * 4, community=(0, 0, COMMUNITY, COMMUNITY))
    assert found[0] == found[1] != found[2] == found[3]


@pytest.mark.parametrize("spot", ["site", "building"])
def test_a_house_code_is_its_place_and_teaches_those_that_name_none(spot: str) -> None:
    said = {spot: (SPRING, SPRING, 0, ROCK), "house_code": (HOUSE, 0, HOUSE, 0)}
    found, ids = premises(4, **said)
    assert found[0] == found[1] == found[2] != found[3] > 0
    assert len(ids) == 3


def test_only_the_same_block_and_community_learn_of_a_house() -> None:
    found, _ = premises(3, site=(SPRING,) * 3, block=(BLOCK, BLOCK, 0), house_code=(HOUSE, 0, 0))
    assert found[0] == found[1] != found[2]
    found, _ = premises(
        3, building=(TOWER,) * 3, community=(COMMUNITY, COMMUNITY, 0), house_code=(HOUSE, 0, 0)
    )
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("codes", [(HOUSE, OTHER_HOUSE, 0), (OTHER_HOUSE, HOUSE, 0)])
def test_a_place_with_two_houses_teaches_nothing(codes: tuple[int, ...]) -> None:
    found, _ = premises(3, site=(SPRING,) * 3, house_code=codes)
    assert len({*found}) == 3 and found[2] > 0


def test_who_says_no_place_learns_no_house() -> None:
    found, _ = premises(2, house_code=(HOUSE, 0))
    assert found[0] > 0 == found[1]


def test_the_first_house_of_all_is_a_house() -> None:
    words = Vocabularies()
    words.place.add_all(["house 1", "site spring#9"])
    found, _ = premises_of(facets(3, site=(2, 2, 0), house_code=(1, 0, 0)), words)
    assert found.tolist() == [1, 1, 0]
