"""Under which keys two profiles meet, and which blocks are too large."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.pairs.blocking import BLOCK_CAP, Key, Terms, standard_keys
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import BATCH, LEAST_BATCH, Meetings, pairs_at_once
from pipeline.link.pairs.pieces import Pieces
from tests.link.by_hand import facets, ints

pytestmark = pytest.mark.usefixtures("small_tables")

TRADES = ("鑫泰", "鑫泰达", "旺鑫泰", "鑫达", "大鑫泰发")
XINTAI, XINTAIDA, WANGXINTAI, XINDA, DAXINTAIFA = range(1, 6)


def words(codes: tuple[str, ...] = ()) -> Vocabularies:
    known = Vocabularies()
    known.trade.add_all(TRADES)
    known.code.add_all(codes)
    return known


def side(*rows: Mapping[str, Any]) -> Facets:
    """Profiles; `name` and `sign` are mappings of their own."""
    told = {name for row in rows for name in row if name not in ("name", "sign")}
    parts = {
        which: {
            part: [row.get(which, {}).get(part, 0) for row in rows]
            for part in {part for row in rows for part in row.get(which, {})}
        }
        for which in ("name", "sign")
    }
    return facets(len(rows), **parts, **{name: [row.get(name, 0) for row in rows] for name in told})


def keys(left: Facets, right: Facets, known: Vocabularies | None = None, cap: int = BLOCK_CAP) -> list[Key]:
    return list(standard_keys(left, right, Pieces(known or words()), cap))


def met(a: Mapping[str, Any], b: Mapping[str, Any], known: Vocabularies | None = None) -> set[str]:
    """The keys under which two profiles meet, beside others that they must not meet."""
    left, right = side(a), side({}, b)
    found = Meetings(keys(left, right, known), len(left), len(right))
    pairs = {one: count for one, count in found.pairs_by_key.items() if count}
    if pairs:
        i, j = found.pairs(0, 1)
        assert (i.tolist(), j.tolist()) == ([0], [1]), "each pair once, under however many keys"
    return set(pairs)


def both(**cells: Any) -> set[str]:
    return met(cells, cells)


def test_who_says_nothing_meets_nobody() -> None:
    assert both() == set()
    assert both(road=1) == both(community=1) == both(street=1) == both(floor=1) == set()
    assert both(name={"industry": 3}) == both(room=1) == both(block=1) == set()


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"name": {"full": 1}}, "全称"),
        ({"person": 1}, "负责人"),
        ({"person_other": 1}, "负责人"),
        ({"phone": 1}, "电话"),
        ({"phone_other": 1}, "电话"),
        ({"site": 1}, "门牌"),
        ({"building": 1}, "门牌"),
        ({"house_code": 1}, "门牌"),
    ],
    ids=str,
)
def test_what_tells_by_itself(cells: dict[str, Any], key: str) -> None:
    assert both(**cells) == {key}


def test_persons_and_phones_meet_across() -> None:
    assert met({"person": 1}, {"person_other": 1}) == {"负责人"}
    assert met({"phone_other": 1}, {"phone": 1}) == {"电话"}
    assert met({"person": 1}, {"person": 2}) == set()


def test_the_sound_of_a_name_or_sign_meets_alone_with_its_industry_and_in_its_areas() -> None:
    one = {"name": {"sound": 5}}
    assert met(one, one) == {"字号读音"}
    assert met(one, {"sign": {"sound": 5}}) == {"字号读音"}
    assert met({"sign": {"sound": 5}}, {"sign": {"sound": 5}}) == {"字号读音"}
    trade = {"name": {"sound": 5, "industry": 3}}
    assert met(trade, trade) == {"字号读音", "字号读音+行业"}
    for area in ("road", "community", "street"):
        assert met(one | {area: 7}, one | {area: 7}) == {"字号读音", "字号读音+地点"}
        assert met(one | {area: 7}, one | {area: 8}) == {"字号读音"}
    assert met({"name": {"sound": 5, "industry": 3}}, {"name": {"sound": 3, "industry": 5}}) == set()


def name(trade: int, industry: int = 0, **more: Any) -> dict[str, Any]:
    return {"name": {"trade": trade, "industry": industry}} | more


def test_two_first_or_last_characters_of_a_name_meet_with_industry_or_area() -> None:
    assert "字号首两字+行业" in met(name(XINTAI, 3), name(XINTAIDA, 3))
    assert "字号末两字+行业" in met(name(XINTAI, 3), name(WANGXINTAI, 3))
    assert "字号首两字+行业" not in met(name(XINTAI, 3), name(WANGXINTAI, 3))
    assert met(name(XINTAIDA, 0), name(DAXINTAIFA, 0)) == set()
    for area in ("road", "building", "house_code", "community"):
        assert "字号首两字+地点" in met(name(XINTAI, **{area: 7}), name(XINTAIDA, **{area: 7}))
        assert "字号末两字+地点" in met(name(XINTAI, **{area: 7}), name(WANGXINTAI, **{area: 7}))
    assert met(name(XINTAI, street=7), name(XINTAIDA, street=7)) == set(), "a street is too wide"


def test_one_character_at_either_end_meets_at_a_spot() -> None:
    for spot in ("site", "building", "house_code"):
        assert "字号首字+地点" in met(name(XINTAI, **{spot: 7}), name(XINDA, **{spot: 7}))
        assert "字号末字+地点" in met(name(XINTAIDA, **{spot: 7}), name(XINDA, **{spot: 7}))
    assert met(name(XINTAI, road=7), name(XINDA, road=7)) == set()


def test_names_less_one_character_meet_within_an_industry_and_none_is_one_too() -> None:
    key = "字号缺一字+行业"
    assert key in met(name(XINTAIDA, 3), name(WANGXINTAI, 3)), "both less one are 鑫泰"
    assert key in met(name(XINTAIDA), name(WANGXINTAI))
    assert key not in met(name(XINTAIDA, 3), name(WANGXINTAI, 4))
    assert key not in met(name(XINTAI, 3), name(XINTAIDA, 3)), "two characters are too few to lack one"
    assert key in met(name(WANGXINTAI, 3), {"sign": {"trade": XINTAIDA, "industry": 3}})


def test_a_person_meets_by_sound_with_first_character_industry_or_area() -> None:
    for mine in ("person_sound", "person_other_sound"):
        for other in ("person_sound", "person_other_sound"):
            assert met(name(XINTAI, **{mine: 6}), name(XINDA, **{other: 6})) == {"负责人读音+字号首字"}
            a, b = ({"name": {"industry": 3}, which: 6} for which in (mine, other))
            assert met(a, b) == {"负责人读音+行业"}
            for area in ("road", "community"):
                assert met({mine: 6, area: 7}, {other: 6, area: 7}) == {"负责人读音+地点"}
    assert met({"person_sound": 6, "street": 7}, {"person_sound": 6, "street": 7}) == set()


def test_a_room_or_an_industry_meets_at_a_spot() -> None:
    assert both(site=7, room=2) == {"门牌", "门牌+房号"}
    assert both(building=7, name={"industry": 3}) == {"门牌", "门牌+行业"}
    assert met({"site": 7, "room": 2}, {"site": 7, "room": 3}) == {"门牌"}


WHOLE = "91440300MA9XXXX034"


@pytest.mark.parametrize("field", ["uscc", "registration", "hint", "org"])
@pytest.mark.parametrize("masked", ["91440300MA9XX**034", "91440300*******034", "9144030****XXXX034"])
def test_what_is_left_of_a_code_meets_whole_ones(field: str, masked: str) -> None:
    known = words((WHOLE, masked, "91440300MA9YYYY119"))
    assert ("残缺证号" in met({"hint": 2}, {field: 1}, known)) == (masked != "91440300*******034")
    assert met({"hint": 2}, {field: 3}, known) == set()


def test_pieces_of_a_code_tell_only_whole_unmasked_and_various() -> None:
    codes = (
        WHOLE,
        "12345678",
        "123456789",
        "group 123456789",
        "111111111111111111",
        "12345****",
        "112211221",
    )
    pieces = Pieces(words(codes))
    tail, middle, front = (table[1:].tolist() for table in pieces.of_code)
    assert [bool(one) for one in tail] == [True, False, True, False, False, False, False]
    assert middle[0] and front[0]
    assert all(table[0] == 0 for table in pieces.of_code)
    assert len({one for one in tail if one}) == 2


def test_characters_at_the_ends_of_names_are_numbered_alike() -> None:
    known = words()
    known.trade.add_all(["泰"])
    pieces = Pieces(known)
    assert pieces.first[XINTAI] == pieces.first[XINTAIDA] != pieces.first[WANGXINTAI]
    assert pieces.last[XINTAI] == pieces.last[WANGXINTAI] == pieces.last[6] != pieces.last[XINDA]
    assert pieces.start[XINTAI] == pieces.start[XINTAIDA] > 0 == pieces.start[6] == pieces.end[6]
    assert pieces.end[XINTAI] == pieces.end[WANGXINTAI] != pieces.end[XINTAIDA]
    assert pieces.first[0] == pieces.last[0] == pieces.start[0] == pieces.end[0] == 0


def shortened(*texts: str) -> list[set[int]]:
    known = Vocabularies()
    known.trade.add_all(texts)
    numbers, owner = Pieces(known).shortened(ints(*range(1, len(texts) + 1)))
    return [set(numbers[owner == at].tolist()) for at in range(len(texts))]


def test_a_name_of_three_to_six_characters_may_lack_one() -> None:
    two, three, six, seven = shortened("甲乙", "甲乙丙", "甲乙丙丁戊己", "甲乙丙丁戊己庚")
    assert (len(two), len(three), len(six), len(seven)) == (0, 4, 7, 0)
    one, other, far = shortened("甲乙丙", "甲丁丙", "甲丁戊")
    assert len(one & other) == 1 and not one & far and len(other & far) == 1
    twice, alike = shortened("甲甲乙", "甲乙丙")
    assert len(twice) == 3, "of two equal characters it is one whichever is missing"
    assert len(twice & alike) == 1


def test_a_block_with_more_than_its_cap_is_left_out() -> None:
    left = side({"phone": 1}, {"phone": 2})
    right = side(*[{"phone": 1}] * 3, *[{"phone": 2}] * 4)
    by_phone = [key for key in keys(left, right, cap=3) if key.name == "电话"]
    found = Meetings(by_phone, 2, 7)
    assert found.pairs_by_key == {"电话": 3}
    assert found.hot_by_key == {"电话": 1}
    i, j = found.pairs(0, 2)
    assert (i.tolist(), j.tolist()) == ([0, 0, 0], [0, 1, 2])


def test_keys_that_say_little_have_small_blocks() -> None:
    caps = {key.name: key.cap for key in keys(side({}), side({}), cap=60)}
    assert caps["全称"] == caps["电话"] == caps["残缺证号"] == caps["字号首两字+行业"] == 60
    assert (caps["字号读音"], caps["负责人"], caps["门牌+房号"], caps["门牌+行业"]) == (20, 20, 30, 30)
    assert caps["门牌"] == 5
    assert {key.name: key.cap for key in keys(side({}), side({}), cap=6)}["门牌"] == 1


def test_batches_hold_all_left_members_and_their_pairs_whatever_their_size() -> None:
    value = np.arange(7) % 3 + 1
    key = Key("k", Terms(value, np.arange(7)), Terms(value, np.arange(7)), 9)
    whole = Meetings([key], 8, 7)
    assert whole.batches() == [(0, 8)]
    pairs = [(i, j) for i in range(7) for j in range(7) if i % 3 == j % 3]
    assert list(zip(*(side.tolist() for side in whole.pairs(0, 8)), strict=True)) == pairs
    small = Meetings([key], 8, 7, at_once=4)
    batches = small.batches()
    assert len(batches) > 2 and batches[0][0] == 0 and batches[-1][1] == 8
    assert all(one[1] == other[0] for one, other in pairwise(batches))
    parts = [
        pair for batch in batches for pair in zip(*(s.tolist() for s in small.pairs(*batch)), strict=True)
    ]
    assert parts == pairs
    assert all(len(small.pairs(*batch)[0]) <= 6 for batch in batches)
    assert Meetings([], 0, 0).batches() == []


def test_a_key_that_comes_again_is_counted_with_the_first() -> None:
    one = Key("k", Terms(ints(1), ints(0)), Terms(ints(1), ints(0)), 1)
    hot = Key("k", Terms(ints(1, 2), ints(0, 1)), Terms(ints(1, 1, 2, 2), ints(0, 1, 0, 1)), 1)
    found = Meetings([one, hot, one], 2, 2)
    assert found.pairs_by_key == {"k": 2}
    assert found.hot_by_key == {"k": 2}
    assert [side.tolist() for side in found.pairs(0, 2)] == [[0], [0]]


def test_memory_bounds_how_many_pairs_are_made_at_once() -> None:
    assert pairs_at_once(0) == LEAST_BATCH
    assert pairs_at_once(1 << 28) == 1 << 14
    assert pairs_at_once(1 << 40) == BATCH


def test_a_table_of_facets_gives_back_what_was_laid_into_it() -> None:
    count = 5000
    many = facets(count, name={"trade": range(count)}, sign={"full": range(1, count + 1)}, uscc=range(count),
                  extract=range(count), social=range(count))  # fmt: skip
    index = np.arange(count)[::-1].copy()
    taken, wanted = FacetTable.of(many).take(index), many.take(index)
    for field in ("extract", "uscc", "social", "person"):
        assert getattr(taken, field).tolist() == getattr(wanted, field).tolist()
    assert taken.name.trade.tolist() == wanted.name.trade.tolist()
    assert taken.sign.full.tolist() == wanted.sign.full.tolist()
    assert len(FacetTable.of(many)) == count
    assert len(FacetTable.of(many).take(ints())) == 0
