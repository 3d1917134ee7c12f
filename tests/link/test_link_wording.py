"""How a link is told in words; the weights given here are made up, the titles are the model's own."""

import pytest

from pipeline.link.explaining.wording import TOLD, basis, level_name, level_title
from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import FIELDS

MODEL = shipped_model()
FIRST, SECOND, THIRD = sorted(FIELDS)[:3]


def told(**given: int) -> str:
    """The basis of fields with these weights, each at its first level."""
    weights = dict.fromkeys(FIELDS, 0) | given
    return basis(MODEL, dict.fromkeys(FIELDS, 1), weights)


def word(field: str) -> str:
    return f"{MODEL.comparisons[field].title}{level_title(MODEL, field, 1)}"


def test_the_heaviest_goes_first_and_what_speaks_against_stands_behind() -> None:
    said = told(**{FIRST: TOLD + 1, SECOND: TOLD + 2, THIRD: -TOLD - 1})
    assert said == f"{word(SECOND)}、{word(FIRST)}（但{word(THIRD)}）"


def test_from_half_a_bit_on_a_field_is_told() -> None:
    assert told(**{FIRST: 500}) == word(FIRST)
    assert told(**{FIRST: 499}) == "各项均弱"


def test_equal_weights_stand_by_name() -> None:
    assert told(**{SECOND: TOLD, FIRST: TOLD}) == f"{word(FIRST)}、{word(SECOND)}"


def test_what_weighs_little_is_not_told() -> None:
    assert told(**{FIRST: TOLD - 1, SECOND: 1 - TOLD}) == "各项均弱"
    assert told(**{FIRST: -TOLD}) == f"各项均弱（但{word(FIRST)}）"


@pytest.mark.parametrize("field", FIELDS)
def test_every_level_has_its_key_and_title(field: str) -> None:
    levels = MODEL.comparisons[field].levels
    names = [level_name(MODEL, field, code) for code in range(1, len(levels) + 1)]
    assert sorted(names) == sorted(levels)
    assert [level_title(MODEL, field, names.index(name) + 1) for name in names] == [
        levels[name].title for name in names
    ]
    assert level_title(MODEL, field, 0) == "无可比内容"
    assert level_name(MODEL, field, 0) not in levels
