"""How two profiles compare: persons and phones, and what levels are called."""

import pytest

from pipeline.link.model import shipped_model
from tests.link.by_hand import ints
from tests.link.compared import CHEN, DA, LI_4, LI_5, MING, XIAO, level, scored

pytestmark = pytest.mark.usefixtures("small_tables")


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
