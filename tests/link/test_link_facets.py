"""What a row's cells come to: its names, persons, places, codes and marks, as numbers of their texts."""

from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets, former_names, share_a_name
from pipeline.link.columns.shelving import IN_MEMORY
from pipeline.link.columns.vocabulary import NameFacets, Vocabularies
from tests.link.by_hand import facets, ints, names, parties, read

FIRM, PERSON, SHOP = "深圳市鑫泰五金有限公司", "王小明", "恒兴服装店"


def one(**cells: Any) -> dict[str, Any]:
    """What the facets of one row say, in words; flags as numbers."""
    _, f, words = read(cells)
    number = {name: int(getattr(f, name)[0]) for name in vars(f) if name not in ("name", "sign")}
    texts = {
        "person": words.person, "person_other": words.person,
        "phone": words.phone, "phone_other": words.phone,
        "person_sound": words.person_sound, "person_other_sound": words.person_sound,
    }  # fmt: skip
    place = ("street", "community", "road", "site", "building", "landmark", "block", "floor", "room")
    texts |= dict.fromkeys((*place, "house_code"), words.place)
    texts |= dict.fromkeys(("uscc", "org", "registration", "hint", "token", "taxpayer", "social"), words.code)
    said = {name: texts[name].words[value] if name in texts else value for name, value in number.items()}
    return said | {
        "name": words.trade.words[f.name.trade[0]],
        "sign": words.trade.words[f.sign.trade[0]],
        "sound": words.sound.words[f.name.sound[0]],
        "flags": (int(f.name.formal[0]), int(f.name.known[0]), int(f.name.person[0])),
    }


def test_an_empty_row_says_nothing() -> None:
    said = one()
    del said["extract"]
    assert {value for value in said.values() if value != (0, 0, 0)} == {0, ""}


def test_a_firms_name_goes_before_the_party() -> None:
    assert one(name=FIRM)["name"] == one(party=FIRM)["name"] == one(name=FIRM, party=SHOP)["name"] == "鑫泰"
    assert one(party=SHOP)["name"] == "恒兴"
    assert one(name=FIRM)["flags"] == (1, 1, 0)
    assert one(party=PERSON)["flags"] == (0, 0, 1)
    assert one(name=FIRM)["sound"] == "xin'tai'"


def test_a_party_that_is_a_person_is_bare_unless_a_sign_hangs_there() -> None:
    assert one(party=PERSON)["bare"] == 1
    assert one(party=PERSON, sign="阿美发廊")["bare"] == 0
    assert one(party=SHOP)["bare"] == 0
    assert one(name=FIRM, party=PERSON)["bare"] == 0


def test_the_column_of_persons_goes_before_whom_a_name_names_who_is_the_second_person() -> None:
    assert one(person="李四", party=PERSON) | {"person_sound": ""} == one(person="李四", party=PERSON) | {
        "person": "李四", "person_other": PERSON, "person_sound": ""
    }  # fmt: skip
    alone = one(party=PERSON)
    assert (alone["person"], alone["person_other"]) == (PERSON, "")
    same = one(party=PERSON, person=PERSON)
    assert (same["person"], same["person_other"]) == (PERSON, "")
    sounds = one(person="李四", party=PERSON)
    assert (sounds["person_sound"], sounds["person_other_sound"]) == ("li'si'", "wang'xiao'ming'")


def test_a_shop_is_named_after_a_person_where_someone_of_that_name_is_met() -> None:
    def second(*rows: dict[str, Any]) -> str:
        _, f, words = read(*rows)
        return words.person.words[f.person_other[0]]

    met = {"person": PERSON}
    assert second({"name": "王小明小吃店", "person": "李四"}, met) == PERSON
    assert second({"name": "王小明小吃店", "person": "李四"}) == "", "nobody of that name is met"
    assert second({"sign": "王小明小吃店", "person": "李四"}, met) == PERSON
    assert second({"name": "王小明小吃店", "person": PERSON}, met) == ""
    company = {"name": "深圳市王小明贸易有限公司", "person": "李四"}
    assert second(company, met) == "", "a company's trade name is no person"
    assert second({"name": "鑫泰小吃店", "person": "李四"}, {"person": "鑫泰"}) == "", "no surname"


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        ({"extract": "registry"}, {"registered": 1}),
        ({"extract": "registry", "status": "active"}, {"registered": 1}),
        ({"status": "deregistered"}, {"closed": 1}),
        ({"status": "revoked"}, {"closed": 1}),
        ({"status": "voided"}, {"closed": 1}),
        ({"status": "moved_out"}, {"closed": 1}),
        ({"licensing": "licence_missing"}, {"unlicensed": 1}),
        ({"licensing": "none"}, {"unlicensed": 1}),
        ({"licensing": "three_nothings"}, {"unlicensed": 1}),
        ({"offence": "unlicensed"}, {"unlicensed": 1}),
        ({"offence": "noise"}, {}),
        ({"licensing": "licensed"}, {"licensed": 1}),
        ({"licensing": "permit_missing"}, {"licensed": 1}),
        ({"licensing": "other"}, {}),
    ],
    ids=str,
)
def test_marks_of_a_row(cells: dict[str, str], mark: dict[str, int]) -> None:
    said = one(**cells)
    marks = ("registered", "closed", "unlicensed", "licensed")
    assert {name: said[name] for name in marks if said[name]} == mark


def test_one_row_marks_its_profile() -> None:
    _, f, _ = read({"profile": 0, "licensing": "none"}, {"profile": 0}, {"profile": 1})
    assert f.unlicensed.tolist() == [1, 0]


def test_columns_of_their_own_go_before_the_addresss_street_and_community() -> None:
    address = "罗湖区东门街道新围社区湖贝路9号"
    assert one(address=address)["street"] == "东门街道"
    assert one(address=address, street="翠竹街道")["street"] == "翠竹街道"
    assert one(address=address, community="水贝社区")["community"] == "水贝"
    assert one(address=address)["community"] == "新围"
    assert one(house_code="440303004")["house_code"] == "house 440303004"
    for filler in ("000000000", "440"):
        assert one(house_code=filler)["house_code"] == ""
    assert one(house_code="4403")["house_code"] == "house 4403"


def test_parts_of_an_address() -> None:
    said = one(address="罗湖区红岭中路1010号国际信托大厦A栋1304室", phone="13612345670/25123456")
    assert said["road"] == "road hong'ling'zhong'lu'"
    assert said["site"] == "site hong'ling'zhong'lu'#1010"
    assert said["building"] == "building guo'ji'xin'tuo'da'sha'"
    assert said["landmark"] == "landmark guo'ji'xin'tuo'da'sha'"
    assert (said["block"], said["floor"], said["room"]) == ("block A", "floor 13", "4")
    assert (said["phone"], said["phone_other"]) == ("13612345670", "25123456")
    assert said["door"] == 1 and said["shared"] == 0


def test_a_door_is_a_room_of_a_block_at_a_number_or_in_a_building() -> None:
    at = "红岭中路1010号国际信托大厦"
    _, f, _ = read(
        {"address": f"{at}1304室"}, {"address": f"{at}1304室"}, {"address": f"{at}A栋1304室"},
        {"address": at}, {"address": "鸿基大厦1304室"}, {"address": "1304室"},
    )  # fmt: skip
    assert f.door[0] == f.door[1] > 0
    assert f.door[3] == f.door[5] == 0
    assert len({*f.door.tolist()}) == 4


CODE, ORG, NUMBER = "91440300MA9XXXX034", "MA9XXXX03", "440303109999994"


def test_codes_are_read_by_their_column() -> None:
    said = one(uscc=CODE, taxpayer="440303MA9XXXX03", social="SB778899")
    assert (said["uscc"], said["org"]) == (CODE, ORG)
    assert (said["taxpayer"], said["social"]) == ("group 440303MA9XXXX03", "group SB778899")
    assert one(registration=NUMBER)["registration"] == NUMBER
    assert one(org=ORG)["org"] == ORG
    assert one(taxpayer="440303MA9XXXX03")["org"] == ORG
    assert one(uscc_partial="91440300MA9****034")["hint"] == "91440300MA9****034"
    for filler in ("000000000", "SB1"):
        assert one(social=filler)["social"] == ""
    assert one(social="SB12")["social"] == "group SB12"


def test_of_several_columns_with_one_kind_of_code_the_first_that_is_filled_counts() -> None:
    other = "440303MA9XXXX11"
    assert one(uscc=CODE, taxpayer=other)["org"] == ORG
    assert one(taxpayer=other)["org"] == "MA9XXXX11"


def test_former_names_stand_with_the_profile_that_had_them() -> None:
    two = "深圳市旺发五金有限公司||深圳市永兴贸易有限公司"
    words = Vocabularies()
    owner, found = former_names(parties({}, {"former": two}, {}, {"former": "恒兴服装店"}), words)
    assert owner.tolist() == [1, 1, 3], "a name without a trade name tells nothing"
    assert words.trade.texts(found.trade) == ["旺发", "永兴", "恒兴"]
    owner, found = former_names(parties({}), words)
    assert (owner.tolist(), found.trade.tolist()) == ([], [])


def alike(a: dict[str, Any], b: dict[str, Any]) -> bool:
    sides = [
        facets(1, name={"trade": (x.get("name", 0),)}, sign={"trade": (x.get("sign", 0),)}) for x in (a, b)
    ]
    return bool(share_a_name(sides[0], sides[1], ints(0))[0])


def test_two_share_a_name_where_any_name_or_sign_is_one_of_the_others() -> None:
    for mine in ("name", "sign"):
        for other in ("name", "sign"):
            assert alike({mine: 3}, {other: 3})
            assert not alike({mine: 3}, {other: 4})
    assert not alike({}, {})


def small() -> Facets:
    return facets(3, name={"trade": (1, 2, 3)}, sign={"full": (4, 5, 6)}, uscc=(7, 8, 9), org=(1, 1, 1),
                  registration=(2, 2, 2), hint=(3, 3, 3), person=(4, 5, 6))  # fmt: skip


def test_some_profiles_are_taken_in_the_order_asked_for_or_from_the_front() -> None:
    taken = small().take(ints(2, 0))
    assert (taken.name.trade.tolist(), taken.sign.full.tolist(), taken.uscc.tolist()) == (
        [3, 1],
        [6, 4],
        [9, 7],
    )
    first = small().first(2)
    assert (first.name.trade.tolist(), first.sign.full.tolist(), first.uscc.tolist()) == (
        [1, 2],
        [4, 5],
        [7, 8],
    )
    assert (len(small()), len(taken), len(first)) == (3, 2, 2)
    narrow = small().laid(IN_MEMORY)
    assert narrow.uscc.dtype == narrow.name.trade.dtype == np.int32
    assert narrow.uscc.tolist() == [7, 8, 9]


def test_codes_are_taken_from_some_profiles_and_nothing_else_is() -> None:
    without = small().without_codes(np.array([True, False, True]))
    assert without.uscc.tolist() == [0, 8, 0]
    assert without.org.tolist() == [0, 1, 0]
    assert without.registration.tolist() == [0, 2, 0]
    assert without.hint.tolist() == [3, 3, 3]


def test_former_names_stand_behind_the_profiles() -> None:
    longer = small().with_former(ints(1, 1), names(2, trade=(8, 9)))
    assert longer.name.trade.tolist() == [1, 2, 3, 8, 9]
    assert longer.sign.full.tolist() == [4, 5, 6, 5, 5]
    assert longer.uscc.tolist() == [7, 8, 9, 8, 8]


def spoken(**own: int) -> dict[str, int]:
    """A short name 3 of branch 4 in no city, beside the registered name of its firm."""
    told = {"trade": 3, "branch": 4, "formal": 0, "city": 0, "district": 6} | own
    short = names(1, **{part: (value,) for part, value in told.items()})
    registered = names(1, trade=(9,), branch=(5,), formal=(1,), city=(7,), district=(8,))
    found: NameFacets = short.speaking_for(registered)
    return {part: int(getattr(found, part)[0]) for part in told}


def test_what_a_short_name_leaves_out_is_its_firms_own() -> None:
    assert spoken() == {"trade": 3, "branch": 5, "formal": 1, "city": 7, "district": 8}
    assert spoken(city=2) == {"trade": 3, "branch": 5, "formal": 1, "city": 2, "district": 6}
    assert spoken(formal=1) == {"trade": 3, "branch": 4, "formal": 1, "city": 7, "district": 8}
    assert spoken(trade=0) == {"trade": 0, "branch": 4, "formal": 0, "city": 0, "district": 6}
    nothing = names(1, trade=(3,), branch=(4,)).speaking_for(names(1, branch=(5,)))
    assert nothing.branch.tolist() == [4]
    assert names(1, trade=(3,)).followed_by_nothing().trade.tolist() == [3, 0]


def test_a_vocabulary_numbers_texts_in_the_order_of_their_first_use() -> None:
    words = Vocabularies().trade
    assert words.add_all(["甲", "", None, "乙", "甲"]).tolist() == [1, 0, 0, 2, 1]
    assert (words.add("丙"), words.add("甲"), words.add(None)) == (3, 1, 0)
    assert words.texts(ints(2, 0, 3)) == ["乙", "", "丙"]
    assert words.known(["丁", "丙", ""]).tolist() == [0, 3, 0]
    words.rest(IN_MEMORY)
    assert words.texts(ints(2, 0, 3)) == ["乙", "", "丙"] == words.held().take([2, 0, 3]).to_pylist()
    assert words.known(["丁", "丙", ""]).tolist() == [0, 3, 0]
    assert words.add("丁") == 4 and words.add("甲") == 1
    assert words.texts(ints(4)) == ["丁"] and len(words) == 5
