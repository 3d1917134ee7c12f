"""In which street and community a place lies, told by hand-made rows: who is heard, and in which order."""

from typing import Any

import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.columns.whereabouts import BASES, add_reference, whereabouts
from tests.link.by_hand import facets, ints, parties

GREEN, EAST, LOTUS = "翠竹街道", "东门街道", "莲塘街道"
SHUIBEI, BESIDE = "水贝", "新村"  # communities that the reference knows in 翠竹街道
UNKNOWN = "甲乙"
PLACES = ("site", "building", "landmark", "road", "house_code")
Told = tuple[str, str, str]


def where(*rows: dict[str, Any]) -> list[Told]:
    """Street, how it is known, and community of each row's place.

    `street` and `community` are what the address says, `street_column` and `community_column` columns of
    their own, `office` the street office that sent the row; each row is a firm's of its own.
    """
    words = Vocabularies()
    add_reference(words)
    numbers = {
        name: [int(words.place.add(row.get(name, ""))) for row in rows]
        for name in ("street", "community", *PLACES)
    }
    for name in ("street", "community"):
        told = [row.get(f"{name}_column") for row in rows]
        told = [one and (one.removesuffix("社区") if name == "community" else one) for one in told]
        numbers[name] = [
            int(words.place.add(column)) if column else said
            for column, said in zip(told, numbers[name], strict=True)
        ]
    f: Facets = facets(len(rows), **numbers, shared=[row.get("shared", 0) for row in rows])
    of = parties(
        *(
            {
                "street": row.get("street_column"),
                "community": row.get("community_column"),
                "source": f"grid/{row['office']}" if "office" in row else "tax",
                "file": row.get("file", "f.csv"),
                "extract": "grid" if "office" in row else "tax",
                "profile": row.get("profile", at),
            }
            for at, row in enumerate(rows)
        )
    )
    firm = ints(*(row.get("firm", 100 + at) for at, row in enumerate(rows)))
    premises = ints(*(int(words.place.add(row.get("premises", row.get("site", "")))) for row in rows))
    found = whereabouts(of, f, words, premises, firm)
    place = words.place.words
    return [
        (place[street], ["", *BASES][basis], place[community])
        for street, basis, community in zip(
            found.street.tolist(), found.basis.tolist(), found.community.tolist(), strict=True
        )
    ]


def street(*rows: dict[str, Any]) -> tuple[str, str]:
    """Street of the first row, and how it is known."""
    return where(*rows)[0][:2]


def test_nobody_knows_a_place_of_which_nothing_is_said() -> None:
    assert where({}, {"road": "r"}) == [("", "", ""), ("", "", "")]


def test_an_office_tells_of_its_own_street() -> None:
    row = {"office": GREEN, "street_column": GREEN, "site": "s"}
    other = {"street_column": EAST, "site": "s"}
    assert street(row, other, other) == (GREEN, "office")


def test_what_an_office_says_of_a_place_goes_before_all_others() -> None:
    office = {"office": GREEN, "street_column": GREEN, "site": "s"}
    others = [{"street": EAST, "site": "s"}] * 5
    assert street({"site": "s", "street_column": LOTUS}, office, *others) == (GREEN, "place")


def test_a_column_goes_before_the_firms_other_rows_and_an_address_behind_them() -> None:
    mate = {"street_column": EAST, "landmark": "b", "firm": 7}
    assert street({"street_column": LOTUS, "landmark": "b", "firm": 7}, mate) == (LOTUS, "office")
    assert street({"street": LOTUS, "landmark": "b", "firm": 7}, mate) == (EAST, "place")
    assert street({"street": LOTUS, "landmark": "b", "firm": 8}, mate) == (LOTUS, "word")
    assert street({"landmark": "b", "firm": 0}, mate | {"firm": 0}) == (EAST, "place")


def test_two_firms_teach_a_place_and_one_does_not() -> None:
    said = {"site": "s", "street": GREEN}
    assert street({"site": "s"}, said) == ("", "")
    assert street({"site": "s"}, said | {"firm": 1}, said | {"firm": 1}) == ("", "")
    assert street({"site": "s"}, said, said) == (GREEN, "place")
    assert street({"site": "s"}, said, said, said | {"street": EAST}) == ("", "")


def test_a_house_code_tells_the_place_before_the_number_on_the_road() -> None:
    house = {"house_code": "h", "premises": "p", "street": GREEN}
    number = {"site": "s", "premises": "q", "street": EAST}
    asked = {"house_code": "h", "premises": "p", "site": "s"}
    assert street(asked, house, house, number, number) == (GREEN, "place")
    assert street({"site": "s", "premises": "z"}, house, house, number, number) == (EAST, "place")
    assert street({"premises": "p"}, house, house) == ("", ""), "a building alone is no house"


def test_a_number_goes_before_the_building_in_its_community_or_on_its_road() -> None:
    number = {"site": "s", "street": GREEN}
    for beside in ("community", "road"):
        building = {"landmark": "b", beside: UNKNOWN, "street": EAST}
        asked = {"site": "s", "landmark": "b", "building": "b", beside: UNKNOWN}
        assert street(asked, *[number] * 10, building, building) == (GREEN, "place")
        asked = {"landmark": "b", "building": "b", beside: UNKNOWN}
        assert street(asked, number, number, building, building) == (EAST, "place")


def test_a_building_in_its_community_goes_before_the_same_on_its_road() -> None:
    there = {"landmark": "b", "building": "b", "community": UNKNOWN, "street": GREEN}
    on_road = {"landmark": "b", "building": "b", "road": "r", "street": EAST}
    asked = {"landmark": "b", "building": "b", "community": UNKNOWN, "road": "r"}
    assert street(asked, there, there, on_road, on_road) == (GREEN, "place")


def test_a_village_is_known_by_its_name_and_a_building_only_where_nothing_else_is_said() -> None:
    village = {"landmark": "v", "street": GREEN}
    assert street({"landmark": "v", "street": EAST}, *[village] * 20) == (GREEN, "place")
    building = {"landmark": "b", "building": "b", "street": GREEN}
    asked = {"landmark": "b", "building": "b"}
    assert street(asked, building, building) == (GREEN, "name")
    assert street(asked | {"street": EAST}, *[building] * 20) == (EAST, "word")
    assert street(asked | {"road": "r"}, building, building) == ("", "")


def test_a_community_tells_its_street_by_the_nights_rows_before_the_reference() -> None:
    assert street({"community": SHUIBEI}) == (GREEN, "community")
    says = {"community": SHUIBEI, "street": EAST}
    assert street({"community": SHUIBEI}, says, says) == (EAST, "community")
    assert street({"community": SHUIBEI}, says) == (GREEN, "community")
    office = {"community": SHUIBEI, "street_column": LOTUS, "office": LOTUS}
    assert street({"community": SHUIBEI}, says, says, office) == (LOTUS, "community")
    assert street({"community": UNKNOWN}) == ("", "")


def test_a_community_goes_before_the_word_for_the_street() -> None:
    assert street({"community": SHUIBEI, "street": EAST}) == (GREEN, "community")
    assert street({"community": SHUIBEI, "street_column": EAST}) == (EAST, "office")
    assert street({"street": EAST}) == (EAST, "word")


def test_who_is_torn_between_word_and_community_teaches_nobody() -> None:
    torn = {"site": "s", "community": SHUIBEI, "street": EAST}
    assert street({"site": "s"}, torn, torn | {"community": BESIDE}) == ("", "")
    unknown = torn | {"community": UNKNOWN}
    assert street({"site": "s"}, unknown, torn | {"community": ""}) == (EAST, "place")
    column = {"site": "s", "community": SHUIBEI, "street_column": EAST}
    assert street({"site": "s"}, column, column) == (EAST, "place")
    fits = {"site": "s", "community": SHUIBEI, "street": GREEN}
    assert street({"site": "s"}, fits, fits) == (GREEN, "place")
    alone = {"site": "s", "community": SHUIBEI}
    assert street({"site": "s"}, alone, alone) == (GREEN, "place"), "a community tells its street"


def test_a_shared_registration_address_teaches_nobody() -> None:
    shared = {"site": "s", "street": GREEN, "shared": 1}
    assert street({"site": "s"}, shared, shared) == ("", "")
    office = shared | {"office": GREEN, "street_column": GREEN}
    assert street({"site": "s"}, office) == ("", "")
    says = {"community": UNKNOWN, "street": GREEN, "shared": 1}
    assert street({"community": UNKNOWN}, says, says) == ("", "")
    mate = {"landmark": "b", "building": "b", "street_column": GREEN, "firm": 7, "shared": 1}
    assert street({"landmark": "b", "building": "b", "firm": 7, "road": "r"}, mate) == ("", "")


def community(*rows: dict[str, Any]) -> str:
    return where(*rows)[0][2]


def test_a_column_tells_the_community_then_the_house_then_the_address_then_what_is_by_it() -> None:
    office = {"site": "s", "community_column": "水贝社区", "office": GREEN, "street_column": GREEN}
    assert community({"site": "s", "community_column": "甲乙社区"}, office) == UNKNOWN
    assert community({"site": "s", "community": UNKNOWN}, office) == SHUIBEI
    assert community({"site": "s"}, office) == SHUIBEI
    near = {"landmark": "b", "road": "r", "community": UNKNOWN}
    asked = {"landmark": "b", "road": "r", "building": "b"}
    assert community(asked, near, near) == UNKNOWN
    assert community(asked | {"community": SHUIBEI}, *[near] * 20) == SHUIBEI
    assert community(asked, near) == ""
    assert community({"landmark": "b", "building": "b"}, near, near) == "", (
        "a building's name alone is not enough"
    )


def test_only_an_offices_column_tells_a_community_by_itself() -> None:
    column = {"site": "s", "community_column": "水贝社区"}
    assert community({"site": "s"}, column) == ""
    assert community({"site": "s"}, column | {"office": GREEN, "street_column": GREEN}) == SHUIBEI
    word = {"site": "s", "community": SHUIBEI, "office": GREEN, "street_column": GREEN}
    assert community({"site": "s"}, word) == ""
    others = [{"site": "s", "community": UNKNOWN}] * 2
    assert community({"site": "s"}, column | {"office": GREEN, "street_column": GREEN}, *others) == SHUIBEI


def file_of(*columns: str, file: str = "f.csv") -> list[dict[str, Any]]:
    """Rows of a grid's file; the column of streets tells who sent them."""
    return [{"office": name, "street_column": name, "file": file} for name in columns]


@pytest.mark.parametrize(("rows", "slip"), [(50, True), (49, False)])
def test_one_row_of_fifty_that_names_another_street_is_a_slip(rows: int, slip: bool) -> None:
    found = where(*file_of(LOTUS, *[GREEN] * (rows - 1)))
    assert found[0] == (GREEN if slip else LOTUS, "office", "")
    assert found[1] == (GREEN, "office", "")


def test_slips_are_told_file_by_file_beside_what_most_of_its_rows_say() -> None:
    two = file_of(LOTUS, *[GREEN] * 25) + file_of(*[GREEN] * 30, file="g.csv")
    assert where(*two)[0][0] == LOTUS, "one of 26 rows of its file is none"
    few = file_of(LOTUS, *[GREEN] * 50, *[EAST] * 51)
    assert where(*few)[0][0] == LOTUS, "a file of which no street has more than half has no street"
    half = file_of(LOTUS, *[GREEN] * 50, *[EAST] * 49)
    assert where(*half)[0][0] == LOTUS
    more = file_of(LOTUS, *[GREEN] * 51, *[EAST] * 48)
    assert where(*more)[0][0] == GREEN


def test_a_row_of_another_sender_is_no_offices() -> None:
    row = {"street_column": GREEN, "site": "s"}
    assert street({"site": "s"}, row) == ("", "")
    assert street({"site": "s"}, row | {"office": "罗湖区消防大队"}) == ("", "")
    assert street({"site": "s"}, row | {"office": GREEN}) == (GREEN, "place")
