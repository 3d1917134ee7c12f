"""What each agreement weighs: rare values more than common ones, and none twice."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pipeline.link.model import THOUSANDTHS, shipped_model
from pipeline.link.pairs.comparing import FIELDS, LEAST_POPULATION, Comparator, frequencies
from tests.link.by_hand import facets, ints
from tests.link.compared import CHEN, DA, LI_4, ROOM, XIAO, scored, words

pytestmark = pytest.mark.usefixtures("small_tables")


def weight(field: str, a: Mapping[str, int], b: Mapping[str, int]) -> int:
    return int(scored(a, b).weights[field][0])


def test_the_sum_is_that_of_all_fields() -> None:
    found = scored(ROOM | {"person": CHEN, "phone": 3}, ROOM | {"person": CHEN, "phone": 1})
    assert set(found.weights) == set(FIELDS)
    assert found.total.tolist() == [sum(int(found.weights[field][0]) for field in FIELDS)]
    assert found.weights["person"][0] > 0 > found.weights["phone"][0]
    assert scored({}, {}).total.tolist() == [0]


def test_beside_the_person_a_phone_proves_little_more() -> None:
    alone = weight("phone", {"phone": 1}, {"phone": 1})
    assert alone > 3 * THOUSANDTHS
    for person in (CHEN, XIAO):
        assert (
            weight("phone", {"phone": 1, "person": CHEN}, {"phone": 1, "person": person}) == 3 * THOUSANDTHS
        )
    for person in (DA, LI_4):
        assert weight("phone", {"phone": 1, "person": CHEN}, {"phone": 1, "person": person}) == alone
    assert weight("phone", {"phone": 1, "person": CHEN}, {"phone": 3, "person": CHEN}) < 0
    without = shipped_model().comparisons["phone"].model_copy(update={"most_beside_person": None})
    model = shipped_model().model_copy(
        update={"comparisons": shipped_model().comparisons | {"phone": without}}
    )
    both = {"phone": 1, "person": CHEN}
    assert int(scored(both, both, model).weights["phone"][0]) == alone


VIEWS: dict[str, Any] = {
    "name": {"trade": (1, 1, 2), "sound": (1, 1, 1), "industry": (3, 3, 0)},
    "person": (1, 1, 1), "person_sound": (1, 1, 2), "phone": (2, 0, 2),
    "site": (2, 2, 3), "building": (6, 0, 6),
    "road": (1, 1, 1), "house_code": (0, 8, 0), "door": (4, 4, 5),
}  # fmt: skip


def test_frequencies_count_each_firm_once_for_a_value() -> None:
    known = words()
    known.place.add_all("abcdefgh")
    found = frequencies(facets(3, **VIEWS), ints(0, 0, 1), known, 6)
    assert found.count == LEAST_POPULATION
    assert found.trade.tolist() == [0, 1, 1, 0]
    assert found.sound[1] == 2 and found.industry[3] == 1
    assert found.person[[0, 1]].tolist() == [0, 2] and found.person_sound[[1, 2]].tolist() == [1, 1]
    assert found.phone.tolist() == [0, 0, 2, 0]
    assert found.site[[2, 3]].tolist() == [1, 1] and found.building[6] == 2 and found.road[1] == 2
    assert found.house_code[8] == 1 and found.door.tolist() == [0, 0, 0, 0, 1, 1]
    assert found.most == 2
    many = frequencies(facets(3001), np.arange(3001), known, 1)
    assert many.count == 3001 and many.most == 0


def bits(field: str, firms: int, **value: int) -> float:
    """What an agreement weighs that so many of 3000 firms bear, in bits."""
    views = facets(firms, **{name: [number] * firms for name, number in value.items()})
    known = words()
    known.place.add_all("abcdefgh")
    counts = frequencies(views, np.arange(firms), known, 9)
    one = facets(1, **{name: (number,) for name, number in value.items()})
    found = Comparator(shipped_model(), known, counts).score(one, one)
    return float(found.weights[field][0]) / THOUSANDTHS


@pytest.mark.parametrize("name", ["site", "building", "house_code", "road", "phone"])
def test_what_many_firms_bear_weighs_less(name: str) -> None:
    field = name if name == "phone" else "place"
    assert bits(field, 40, **{name: 1}) > bits(field, 400, **{name: 1})


def test_a_room_is_its_doors_firms_or_else_an_eighth_of_the_houses() -> None:
    room = {"site": 1, "room": 7}
    assert bits("place", 600, **room, door=4) == pytest.approx(np.log2(0.45 / (600 / 3000)), abs=0.01)
    assert bits("place", 600, **room) == pytest.approx(np.log2(0.45 / (76 / 3000)), abs=0.01)
    house = {"house_code": 1, "room": 7}
    assert bits("place", 600, **house) == pytest.approx(np.log2(0.45 / (76 / 3000)), abs=0.01)


def test_a_number_goes_before_its_building_and_a_house_code_stands_alone() -> None:
    def of(firms: int, **value: int) -> float:
        return bits("place", firms, **value)

    assert of(300, site=1) == pytest.approx(np.log2(0.30 / (300 / 3000)), abs=0.01)
    assert of(300, building=1) == pytest.approx(np.log2(0.30 / (300 / 3000)), abs=0.01)
    assert of(300, house_code=1) == pytest.approx(np.log2(0.40 / (300 / 3000)), abs=0.01)
    assert of(300, road=1) == pytest.approx(np.log2(0.08 / (300 / 3000)), abs=0.01)
    views = facets(
        300, site=[1] * 3 + [0] * 297, building=[2] * 30 + [0] * 270, house_code=[3] * 300, road=[4] * 300
    )
    known = words()
    known.place.add_all("abcdefgh")
    comparator = Comparator(shipped_model(), known, frequencies(views, np.arange(300), known, 9))

    def mixed(**value: int) -> float:
        one = facets(1, **{name: (number,) for name, number in value.items()})
        return float(comparator.score(one, one).weights["place"][0]) / THOUSANDTHS

    all_three = mixed(site=1, building=2, house_code=3, road=4)
    assert all_three == pytest.approx(np.log2(0.40 / (3 / 3000)), abs=0.01)
    assert mixed(building=2, road=4) == pytest.approx(np.log2(0.30 / (30 / 3000)), abs=0.01)
    assert mixed(building=2, house_code=3) == pytest.approx(np.log2(0.40 / (30 / 3000)), abs=0.01)
    assert mixed(house_code=3) == pytest.approx(np.log2(0.40 / (300 / 3000)), abs=0.01)


def test_a_sign_that_names_another_shop_names_its_trade_too() -> None:
    known = words()
    known.industry.add_all(["五金", "发廊"])
    known.full.add_all(["鑫泰五金", "阿美发廊"])
    counts = frequencies(facets(0), ints(), known, 1)
    comparator = Comparator(shipped_model(), known, counts)
    told = {"trade": (1,), "full": (1,), "sound": (1,), "known": (1,), "industry": (1,)}
    other = {"trade": (3,), "full": (2,), "sound": (3,), "known": (1,), "industry": (2,)}
    found = comparator.score(facets(1, sign=other), facets(1, name=told | {"formal": (1,)}))
    assert found.at(shipped_model(), "trade_name", "sign_differs").tolist() == [True]
    assert found.at(shipped_model(), "industry", "differs").tolist() == [True]
    assert found.weights["industry"].tolist() == [0]
    firms = comparator.score(
        facets(1, name=other | {"formal": (1,)}), facets(1, name=told | {"formal": (1,)})
    )
    assert firms.at(shipped_model(), "trade_name", "differs").tolist() == [True]
    assert firms.weights["industry"][0] < 0
