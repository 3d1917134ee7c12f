"""Identifiers have the check digits of their standards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.district import codes
from pipeline.district.draw import Dice
from pipeline.district.files import Line, numbering

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_check(code: str) -> bool:
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return ALPHABET[(31 - total % 31) % 31] == code[17]


@pytest.mark.parametrize(
    ("prefix", "stem", "code"),
    [
        ("91440300", "MA9XXXX0", "91440300MA9XXXX034"),
        ("92440300", "MA9XXXX1", "92440300MA9XXXX11U"),
        ("91440303", "MA9XXXX5", "91440303MA9XXXX54P"),
        ("91440303", "99990023", "914403039999002300"),
    ],
)
def test_published_credit_codes(prefix: str, stem: str, code: str) -> None:
    organisation = code[8:17]
    made = codes.credit_codes(np.array([prefix]), np.array([organisation]))
    assert made.tolist() == [code]
    if stem.startswith("MA9"):
        assert codes.organisation_codes(np.array([stem])).tolist() == [organisation]


@pytest.mark.parametrize(
    ("stem", "code"), [("99990002", "99990002X"), ("99990007", "999900070"), ("D2143569", "D2143569X")]
)
def test_published_organisation_codes(stem: str, code: str) -> None:
    assert codes.organisation_codes(np.array([stem])).tolist() == [code]


@pytest.mark.parametrize(
    "number", ["440303109999994", "440303609999992", "440303999999993", "310230001716146"]
)
def test_published_registration_numbers(number: str) -> None:
    assert codes.registration_numbers(np.array([number[:14]])).tolist() == [number]


def test_all_codes_of_a_district_are_right_and_different(made) -> None:
    found = [row[0] for row in made.con.execute("SELECT uscc FROM entities WHERE registered").fetchall()]
    assert all(credit_check(code) for code in found)
    assert len(found) == len(set(found))


@given(st.integers(0, 2**32 - 1))
def test_person_numbers_are_nobodys(seed: int) -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for number in codes.person_numbers(Dice(seed, "test"), 5):
        assert number.startswith("440399")
        assert (
            "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11] == number[17]
        )


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["blank", "not_data"])), max_size=8),
)
def test_numbering_counts_all_but_blank_lines(count: int, extra: list[tuple[int, str]]) -> None:
    lines = [Line(min(after, count), kind, ("合计",)) for after, kind in sorted(extra)]
    data, rest = numbering(lines, count)
    assert len(data) == count
    assert sorted([*data, *rest]) == list(range(1, len(data) + len(rest) + 1))
    assert data == sorted(data)
