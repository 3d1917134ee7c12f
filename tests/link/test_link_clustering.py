"""Which rows without a registered firm are of one shop, and how shops are put together edge by edge."""

from typing import Any

import pytest

from pipeline.link.decisions.bridges import Bridge, Cut, bridge_table, weak_bridges, without, words_of
from pipeline.link.decisions.clustering import STRONG_EDGE, cluster, edges, is_edge
from pipeline.link.engines.local import LocalMet
from pipeline.link.model import shipped_model
from pipeline.link.pairs.blocking import Key, Terms
from pipeline.link.pairs.comparing import Comparator, frequencies
from pipeline.link.pairs.layout import FacetTable
from tests.link.by_hand import compared, facets, ints, read

pytestmark = pytest.mark.usefixtures("small_tables")

SIGN = facets(1)
FIRM = facets(1, name={"formal": (1,)})
STRONG = ("exact", "homophone", "look_alike")
ALIKE = ("full_one_edit", "one_edit", "one_edit_short", "contained", "alike")
NEAR = ("same_room", "same_house", "same_number")
BY = ("same_road", "other_room", "same_area")


def joined(total: int = STRONG_EDGE, sides: tuple[Any, Any] = (SIGN, SIGN), **levels: str) -> bool:
    return bool(is_edge(compared(levels, total=total), shipped_model(), *sides)[0])


@pytest.mark.parametrize("trade_name", STRONG)
def test_a_name_at_its_place_or_with_its_operator_or_phone_is_one_shop(trade_name: str) -> None:
    assert all(joined(trade_name=trade_name, place=place) for place in NEAR)
    assert all(joined(trade_name=trade_name, person=person) for person in ("exact", "homophone"))
    assert joined(trade_name=trade_name, phone="exact")
    assert not any(joined(trade_name=trade_name, place=place) for place in (*BY, "differs", "shared"))
    assert not joined(trade_name=trade_name, person="one_character")
    assert not joined(trade_name=trade_name, phone="one_digit")
    assert not joined(trade_name=trade_name)


def test_a_name_in_another_trade_is_another_shop_unless_person_or_phone_are_by_it() -> None:
    assert not joined(trade_name="exact", industry="differs", phone="exact")
    assert joined(trade_name="exact", industry="differs", phone="exact", place="same_road")
    assert joined(trade_name="exact", industry="shares", phone="exact")


def test_another_operator_elsewhere_is_another_shop_of_the_name() -> None:
    assert joined(trade_name="exact", phone="exact", place="differs")
    assert joined(trade_name="exact", phone="exact", person="differs")
    assert not joined(trade_name="exact", phone="exact", person="differs", place="differs")
    assert joined(trade_name="exact", phone="exact", person="exact", place="differs")


@pytest.mark.parametrize("trade_name", ALIKE)
def test_a_name_like_it_needs_operator_phone_or_house_and_the_place_by_it(trade_name: str) -> None:
    for place in (*NEAR, *BY):
        assert joined(trade_name=trade_name, person="exact", place=place)
        assert joined(trade_name=trade_name, phone="exact", place=place)
        assert joined(trade_name=trade_name, place=place) == (place in ("same_room", "same_house"))
        assert not joined(trade_name=trade_name, place=place, person="differs")
    assert not joined(trade_name=trade_name, person="exact", place="differs")
    assert not joined(trade_name=trade_name, person="exact", phone="exact")


def test_of_rows_without_a_name_two_of_operator_phone_and_place_tell() -> None:
    for place in NEAR:
        assert joined(person="exact", place=place)
        assert joined(phone="exact", place=place)
        assert not joined(place=place)
    assert joined(person="homophone", phone="exact")
    assert not joined(person="exact", place="same_road")
    assert not joined(phone="exact", place="same_road")
    assert not joined(person="exact")
    assert not joined(phone="exact")


@pytest.mark.parametrize("trade_name", ["differs", "sign_differs"])
def test_under_another_name_the_operators_room_or_phone_and_house_tell(trade_name: str) -> None:
    assert joined(trade_name=trade_name, person="exact", place="same_room")
    assert joined(trade_name=trade_name, person="exact", phone="exact", place="same_number")
    assert not joined(trade_name=trade_name, person="exact", place="same_number")
    assert not joined(trade_name=trade_name, person="exact", phone="exact")
    assert not joined(trade_name=trade_name, phone="exact", place="same_room")
    assert not joined(trade_name=trade_name, place="same_room")


def test_full_names_of_companies_are_enough_where_both_sides_are_companies() -> None:
    whole = {"trade_name": "exact", "industry": "exact", "form": "exact"}
    assert joined(sides=(FIRM, FIRM), **whole)
    assert not joined(sides=(FIRM, SIGN), **whole)
    assert not joined(sides=(SIGN, FIRM), **whole)
    for field in ("trade_name", "industry", "form"):
        assert not joined(sides=(FIRM, FIRM), **whole | {field: "differs"})
        assert not joined(
            sides=(FIRM, FIRM), **{name: level for name, level in whole.items() if name != field}
        )


def test_branches_and_different_codes_are_never_joined() -> None:
    fit = {"trade_name": "exact", "person": "exact", "place": "same_room"}
    assert joined(**fit, branch="exact") and joined(**fit, branch="one_missing")
    assert not joined(**fit, branch="parent")
    assert not joined(**fit, branch="differs")
    assert joined(**fit, code="damaged_differs")
    assert not joined(**fit, code="valid_differs")


def test_a_light_pair_is_no_edge() -> None:
    fit = {"trade_name": "exact", "person": "exact", "place": "same_room"}
    assert joined(STRONG_EDGE, **fit)
    assert not joined(STRONG_EDGE - 1, **fit)


SHOP = {"sign": "阿美发廊", "person": "吴阿美", "address": "罗湖区田贝四路63号2栋", "phone": "13612345670"}
OTHER = {"sign": "小胖烧烤", "person": "马小胖", "address": "罗湖区爱国路9号", "phone": "13912345678"}


def test_edges_are_told_once_the_smaller_position_first() -> None:
    _, side, words = read(SHOP, OTHER, SHOP | {"phone": None})
    counts = frequencies(side.take(ints()), ints(), words, int(side.door.max()) + 1)
    everyone = Terms(ints(1, 1, 1), ints(0, 1, 2))
    table = FacetTable.of(side)
    found = LocalMet(table, table, lambda *_: [Key("all", everyone, everyone, 9)])
    comparator = Comparator(shipped_model(), words, counts)
    i, j, weight, met = edges(found, comparator)
    assert (i.tolist(), j.tolist(), met) == ([0], [2], 9)
    assert weight.tolist() == comparator.score(side.take(i), side.take(j)).total.tolist()
    assert weight[0] >= STRONG_EDGE


def roots(*edge: tuple[int, int, int], members: int = 4, **options: Any) -> tuple[list[int], int]:
    left, right, weight = (ints(*column) for column in zip(*edge, strict=True))
    labels = tuple(ints(*one) for one in options.get("labels", ()))
    apart = options.get("apart")
    found, refused = cluster(
        members, left, right, weight, labels, apart and (ints(*apart[0]), ints(*apart[1]))
    )
    return found.tolist(), refused


def test_members_are_joined_along_edges() -> None:
    assert roots((1, 0, 5), (2, 1, 5)) == ([0, 0, 0, 3], 0)


def test_the_heaviest_edge_goes_first_and_of_equal_ones_that_of_the_smallest_members() -> None:
    labels = [(1, 0, 2, 0)]
    assert roots((0, 1, 5), (1, 2, 6), labels=labels) == ([0, 1, 1, 3], 1)
    assert roots((0, 1, 6), (1, 2, 5), labels=labels) == ([0, 0, 2, 3], 1)
    assert roots((1, 2, 5), (1, 0, 5), labels=labels) == ([0, 0, 2, 3], 1)
    assert roots((3, 2, 5), (3, 0, 5), labels=[(1, 0, 2, 0)]) == ([0, 1, 2, 0], 1)


def test_parted_members_are_never_joined() -> None:
    assert roots((0, 1, 9), (1, 2, 5), apart=((0,), (2,))) == ([0, 0, 2, 3], 1)


def test_cut_edges_go_with_all_between_the_same_members() -> None:
    left, right = ints(0, 1, 2, 1, 0), ints(1, 2, 1, 3, 3)
    assert without([Cut(1, ())], left, right).tolist() == [True, False, False, True, True]
    assert without([], left, right).tolist() == [True] * 5
    assert without([], ints(), ints()).tolist() == []
    # 0–3 and 1–0 must not be taken for one another, whatever the numbers are packed into.
    assert without([Cut(0, ())], ints(0, 1), ints(1, 0)).tolist() == [False, False]
    assert without([Cut(0, ())], ints(0, 1, 2), ints(4, 0, 3)).tolist() == [False, True, True]


def test_a_member_says_what_its_rows_say() -> None:
    side = facets(
        5,
        name={"sound": (0, 3, 4, 0, 7)},
        sign={"sound": (1, 0, 5, 0, 0)},
        person_sound=(2, 0, 6, 0, 9),
        site=(0, 1, 0, 0, 2),
        building=(8, 8, 0, 0, 0),
    )
    said = words_of(side, ints(1, 0, 1, 2, 0), 4)
    assert [said["operator"][member] for member in range(4)] == [{9}, {2, 6}, set(), set()]
    assert [said["sign"][member] for member in range(4)] == [{3, 7}, {1, 5}, set(), set()]
    assert [said["premises"][member] for member in range(4)] == [{1, 2}, {8}, set(), set()]


CHAIN = (ints(0, 1, 2), ints(1, 2, 3))
TORN: dict[str, list[frozenset[int]]] = {
    name: [frozenset({1}), frozenset({1}), frozenset({2}), frozenset({2})]
    for name in ("operator", "sign", "premises")
}


def test_only_edges_inside_a_cluster_of_four_are_cut() -> None:
    weight = ints(1, 1, 1)
    cuts = weak_bridges(*CHAIN, weight, ints(0, 0, 0, 0), TORN)
    assert [(cut.edge, cut.why) for cut in cuts] == [(1, ("operator", "sign", "premises"))]
    assert weak_bridges(*CHAIN, weight, ints(0, 0, 2, 2), TORN) == []
    assert weak_bridges(ints(), ints(), ints(), ints(0, 1, 2, 3), TORN) == []


def test_of_several_edges_between_two_members_the_heaviest_stands_for_all() -> None:
    left, right = ints(0, 1, 2, 2), ints(1, 2, 3, 1)
    light = weak_bridges(left, right, ints(1, 1, 1, 2), ints(0, 0, 0, 0), TORN)
    assert [cut.edge for cut in light] == [3]
    assert [c.edge for c in weak_bridges(left, right, ints(1, 2, 1, 2), ints(0, 0, 0, 0), TORN)] == [1]
    heavy = weak_bridges(left, right, ints(1, 1, 1, 99_000), ints(0, 0, 0, 0), TORN)
    assert heavy == [], "the pair is held by a heavy edge too"
    self_edge = weak_bridges(ints(0, 1, 2, 1), ints(1, 2, 3, 1), ints(1, 1, 1, 9), ints(0, 0, 0, 0), TORN)
    assert [cut.edge for cut in self_edge] == [1]


def test_cuts_are_told_by_the_records_at_their_ends() -> None:
    cut = Cut(1, ("operator", "premises")).between(ints(4, 7), ints(5, 3), ints(10, 20))
    assert cut == Bridge(7, 3, 20, ("operator", "premises"))
    other = Bridge(1, 2, 30, ("sign",))
    table = bridge_table([cut, other], {7: "b", 3: "a", 1: "a", 2: "c"}).to_pylist()
    assert [tuple(row.values()) for row in table] == [
        ("a", "b", 20, "经营者不同；地点不同"),
        ("a", "c", 30, "招牌或字号不同"),
    ]
    assert bridge_table([], {}).num_rows == 0
