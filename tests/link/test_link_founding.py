"""Which registry rows are one firm, whose a code is, and which other rows are one party by their codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms, Units, found_firms, group_units, pointed_firm
from tests.link.by_hand import facets, ints

CODES = 9  # size of the vocabulary


def founded(record: Sequence[int] = (), **codes: Sequence[int]) -> Firms:
    """Firms of registry rows, each a profile of its own."""
    count = len(next(iter(codes.values()), record))
    rows = np.arange(count) + 10
    own = ints(*record) if record else np.arange(count)
    return found_firms(rows, np.arange(count), own, facets(count, **codes), CODES)


@pytest.mark.parametrize("code", ["uscc", "org", "registration"])
def test_rows_with_one_code_are_one_firm(code: str) -> None:
    firms = founded(**{code: (5, 0, 5, 6)})
    assert firms.of_row.tolist() == [0, 1, 0, 2]
    assert firms.count == 3
    assert firms.rows.tolist() == [10, 11, 12, 13]
    assert getattr(firms, code)[[5, 6, 7]].tolist() == [0, 2, -1]


def test_rows_with_one_record_id_are_one_firm() -> None:
    assert founded(record=(3, 4, 3), uscc=(5, 0, 0)).of_row.tolist() == [0, 1, 0]


@pytest.mark.parametrize("code", ["uscc", "org"])
def test_two_valid_codes_are_two_firms_whatever_else_they_share(code: str) -> None:
    firms = founded(record=(3, 3), registration=(7, 7), **{code: (5, 6)})
    assert firms.of_row.tolist() == [0, 1]
    assert firms.registration[7] == -1, "a number of two firms is nobody's"


def test_rows_of_one_profile_without_a_code_are_one_firm_and_with_different_codes_are_not() -> None:
    f = facets(2, name={"full": (4, 4)})
    assert found_firms(ints(0, 1, 2), ints(0, 0, 1), ints(0, 1, 2), f, CODES).of_row.tolist() == [0, 0, 1]
    for code in ("uscc", "org", "registration"):
        assert founded(**{code: (5, 6)}).of_row.tolist() == [0, 1]


def test_each_firm_has_its_own_codes() -> None:
    firms = founded(uscc=(0, 5, 0), org=(0, 0, 6))
    assert firms.own_uscc.tolist() == [0, 5, 0]
    assert firms.own_org.tolist() == [0, 0, 6]
    assert firms.uscc[0] == firms.org[0] == firms.registration[0] == -1, "no code is nobody's"


def test_a_district_without_registered_firms_has_none() -> None:
    firms = founded(uscc=())
    assert firms.count == 0
    best, clash = pointed_firm(facets(2, uscc=(5, 0)), firms)
    assert best.tolist() == [-1, -1]
    assert clash.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("codes", "firm", "clash"),
    [
        ({}, -1, 0),
        ({"uscc": 1}, 0, 0),
        ({"org": 2}, 0, 0),
        ({"registration": 3}, 0, 0),
        ({"uscc": 1, "org": 2, "registration": 3}, 0, 0),
        ({"uscc": 1, "org": 5}, 0, 1),
        ({"uscc": 1, "registration": 6}, 0, 1),
        ({"org": 2, "registration": 6}, 0, 1),
        ({"uscc": 8}, -1, 0),
        ({"uscc": 8, "registration": 3}, 0, 1),
        ({"uscc": 8, "registration": 7}, 2, 0),
        ({"org": 8, "registration": 3}, 0, 0),
    ],
    ids=str,
)
def test_codes_point_to_their_firm_the_unified_one_first(
    codes: dict[str, int], firm: int, clash: int
) -> None:
    """Firm 0 has codes of all kinds, firm 1 too, firm 2 a registration number alone; 8 nobody has."""
    firms = founded(uscc=(1, 4, 0), org=(2, 5, 0), registration=(3, 6, 7))
    found = pointed_firm(facets(1, **{name: (code,) for name, code in codes.items()}), firms)
    assert [column.tolist() for column in found] == [[firm], [clash]]


def grouped(count: int, profiles: Sequence[int] = (), **given: Any) -> Units:
    """Units of profiles outside the registry: all, where none are named."""
    options = {name: given.pop(name) for name in ("label", "distrusted", "doubtful") if name in given}
    led, apart = ints(*given.pop("led", ())), given.pop("apart", ((), ()))
    f: Facets = facets(count, **given)
    return group_units(
        f,
        ints(*(profiles or range(count))),
        ints(*options.get("label", [-1] * count)),
        ints(*options.get("distrusted", [0] * count)),
        ints(*options.get("doubtful", [-1] * count)),
        led,
        (ints(*apart[0]), ints(*apart[1])),
    )


@pytest.mark.parametrize("code", ["uscc", "org", "registration"])
def test_equal_codes_group_rows_of_all_extracts(code: str) -> None:
    units = grouped(4, extract=(1, 2, 1, 1), **{code: (5, 5, 6, 0)})
    assert units.unit.tolist() == [0, 0, 1, 2]
    assert units.count == 3
    if code != "registration":
        assert getattr(units, code).tolist() == [5, 6, 0]


@pytest.mark.parametrize("code", ["uscc", "org", "registration", "taxpayer"])
def test_a_distrusted_code_groups_nothing(code: str) -> None:
    units = grouped(3, distrusted=(0, 0, 1), **{code: (5, 5, 5)}, name={"sound": (1, 1, 1)})
    assert units.unit.tolist() == [0, 0, 1]
    assert units.uscc[1] == units.org[1] == 0


@pytest.mark.parametrize("code", ["taxpayer", "social"])
def test_numbers_of_one_department_group_its_own_rows(code: str) -> None:
    units = grouped(4, extract=(1, 1, 2, 0), name={"sound": (1, 1, 1, 1)}, **{code: (5, 5, 5, 5)})
    assert units.unit.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize(("trades", "units"), [(6, 1), (7, 7)])
def test_a_number_under_more_than_six_trade_names_is_a_filler(trades: int, units: int) -> None:
    sounds = tuple(range(1, trades + 1))
    found = grouped(trades, extract=[1] * trades, social=[5] * trades, name={"sound": sounds})
    assert found.count == units


def test_an_owners_token_groups_one_trade_name_or_else_one_person() -> None:
    units = grouped(
        6,
        extract=(1, 1, 1, 1, 1, 2),
        token=(5, 5, 5, 5, 5, 5),
        name={"sound": (1, 1, 2, 0, 0, 1)},
        person_sound=(9, 8, 9, 7, 7, 9),
    )
    assert units.unit.tolist() == [0, 0, 1, 2, 2, 3]


def test_profiles_of_one_label_carry_it_and_two_labels_stay_apart() -> None:
    units = grouped(4, label=(3, -1, 4, -1), registration=(5, 5, 6, 7), org=(0, 0, 0, 8))
    assert units.unit.tolist() == [0, 0, 1, 2]
    assert units.firm.tolist() == [3, 4, -1]
    torn = grouped(2, label=(3, 4), registration=(5, 5))
    assert torn.firm.tolist() == [3, 4]


@pytest.mark.parametrize("other", ["uscc", "org"])
def test_two_valid_codes_are_two_units_whatever_else_is_equal(other: str) -> None:
    assert grouped(2, registration=(7, 7), **{other: (5, 6)}).unit.tolist() == [0, 1]


def test_parted_and_led_profiles_are_not_grouped() -> None:
    parted = grouped(3, registration=(5, 5, 5), apart=((0,), (1,))).unit
    assert parted[0] != parted[1] and parted[2] in parted[:2]
    same = {"extract": (1, 1, 1), "social": (5, 5, 5), "name": {"sound": (1, 1, 1)}}
    assert grouped(3, led=(1,), **same).unit.tolist() == [0, 1, 0]
    token = {"extract": (1, 1, 1), "token": (5, 5, 5), "name": {"sound": (1, 1, 1)}}
    assert grouped(3, led=(1,), **token).unit.tolist() == [0, 1, 0]


def test_units_are_of_the_profiles_outside_the_registry_alone() -> None:
    units = grouped(
        5,
        profiles=(1, 3, 4),
        registration=(5, 5, 6, 7, 5),
        label=(9, 2, 9, -1, -1),
        doubtful=(-1, -1, -1, 0, 4),
        apart=((3,), (4,)),
    )
    assert units.profiles.tolist() == [1, 3, 4]
    assert units.unit.tolist() == [0, 1, 0]
    assert units.firm.tolist() == [2, -1]
    assert units.suspect.tolist() == [0, 1, 1], "firm 0 is a firm as any other"
    assert units.pointed.tolist() == [-1, 0, 4]
