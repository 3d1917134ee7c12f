"""How two profiles compare: persons, phones, places, licences, and what each agreement weighs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.model import THOUSANDTHS, Model, shipped_model
from pipeline.link.pairs.comparing import FIELDS, LEAST_POPULATION, Comparator, Scored, frequencies
from tests.link.by_hand import facets, ints

pytestmark = pytest.mark.usefixtures("small_tables")

PERSONS = ("陈小明", "陈晓明", "陈大明", "李四", "李五", "陈明")
SOUND = (0, 1, 1, 2, 3, 4, 5)  # of each person
PHONES = ("13612345670", "13612345671", "13999999999")
CHEN, XIAO, DA, LI_4, LI_5, MING = range(1, 7)


def words() -> Vocabularies:
    known = Vocabularies()
    known.person.add_all(PERSONS)
    known.trade.add_all(["鑫泰", "恒兴", "阿美"])
    known.phone.add_all(PHONES)
    return known


def side(row: Mapping[str, int]) -> Any:
    told = dict(row)
    for name in ("person", "person_other"):
        if name in told:
            told[f"{name}_sound"] = SOUND[told[name]]
    names = {part: {"trade": (told.pop(f"{part}_trade", 0),)} for part in ("name", "sign")}
    return facets(1, **names, **{name: (value,) for name, value in told.items()})


def scored(a: Mapping[str, int], b: Mapping[str, int], model: Model | None = None) -> Scored:
    """One pair, where no firm bears any value."""
    nobody = frequencies(facets(0), ints(), words(), 9)
    counts = {name: np.zeros(20, dtype=np.int64) for name in vars(nobody) if name != "count"}
    comparator = Comparator(model or shipped_model(), words(), type(nobody)(count=3000, **counts))
    return comparator.score(side(a), side(b))


def level(field: str, a: Mapping[str, int], b: Mapping[str, int]) -> str:
    """The level of a field, the same from both sides."""
    found = {int(scored(*pair).levels[field][0]) for pair in ((a, b), (b, a))}
    assert len(found) == 1
    code = found.pop()
    return shipped_model().comparisons[field].names[code - 1] if code else ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (CHEN, CHEN, "exact"),
        (CHEN, XIAO, "homophone"),
        (CHEN, DA, "one_character"),
        (LI_4, LI_5, "differs"),  # of two characters one tells nothing
        (CHEN, MING, "differs"),
        (CHEN, LI_4, "differs"),
        (CHEN, 0, ""),
        (0, 0, ""),
    ],
)
def test_persons(one: int, other: int, expected: str) -> None:
    assert level("person", {"person": one}, {"person": other}) == expected


def test_a_second_person_agrees_but_never_differs() -> None:
    assert level("person", {"person_other": CHEN}, {"person": CHEN}) == "exact"
    assert level("person", {"person_other": CHEN}, {"person_other": CHEN}) == "exact"
    assert level("person", {"person_other": CHEN}, {"person": XIAO}) == "homophone"
    assert level("person", {"person_other": CHEN}, {"person": LI_4}) == ""
    assert level("person", {"person": LI_4, "person_other": CHEN}, {"person": CHEN}) == "exact"
    assert level("person", {"person": LI_4, "person_other": CHEN}, {"person": LI_5}) == "differs"
    assert level("person", {"person": XIAO, "person_other": CHEN}, {"person": CHEN}) == "exact"
    assert level("person", {"person": CHEN, "person_other": XIAO}, {"person": CHEN}) == "exact"


def test_whom_a_shop_is_named_after_tells_nothing_more_of_shops_of_that_name() -> None:
    a = {"person_other": CHEN, "name_trade": 1}
    assert level("person", a, {"person": CHEN, "name_trade": 2}) == "exact"
    assert level("person", a, {"person": CHEN, "name_trade": 1}) == ""
    assert level("person", a, {"person": CHEN, "sign_trade": 1}) == ""


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"phone": 1}, {"phone": 1}, "exact"),
        ({"phone": 1}, {"phone": 2}, "one_digit"),
        ({"phone": 1}, {"phone": 3}, "differs"),
        ({"phone": 1, "phone_other": 3}, {"phone": 3}, "exact"),
        ({"phone": 1, "phone_other": 3}, {"phone": 2, "phone_other": 3}, "exact"),
        ({"phone": 1, "phone_other": 3}, {"phone": 2}, "one_digit"),
        ({"phone": 1}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_phones(a: dict[str, int], b: dict[str, int], expected: str) -> None:
    assert level("phone", a, b) == expected


SITE = {"road": 1, "site": 2}
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


ROOM = SITE | {"room": 7}


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


def test_some_of_the_pairs() -> None:
    found = scored({"person": CHEN}, {"person": CHEN})
    assert len(found.take(ints()).total) == 0
    twice = found.take(ints(0, 0))
    assert twice.levels["person"].tolist() == [1, 1]
    assert twice.weights["person"].tolist() == twice.total.tolist() == [found.total[0]] * 2


def test_levels_are_asked_for_by_name() -> None:
    found = scored({"person": CHEN}, {"person": XIAO})
    assert found.at(shipped_model(), "person", "exact", "homophone").tolist() == [True]
    assert found.at(shipped_model(), "person", "exact").tolist() == [False]
    assert found.at(shipped_model(), "phone", "exact", "differs").tolist() == [False]


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
