import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.texts.persons import read_person, read_phones, surname_length


@pytest.mark.parametrize(
    "text",
    ["陈小明", " 陈 小明", "陈小明（经营者）", "陈小明等3人", "陳小明", "负责人：陈小明", "陈小明先生"],
)
def test_one_person_in_many_dresses(text: str) -> None:
    assert read_person(text) == "陈小明"


@pytest.mark.parametrize("text", [None, "", "陈**", "陈某", "-", "12345"])
def test_masked_and_missing_persons_are_nobody(text: str | None) -> None:
    assert read_person(text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("13612345670", ("13612345670",)),
        ("+86 136 1234 5670", ("13612345670",)),
        ("0755-25123456", ("25123456",)),
        ("(0755)25123456", ("25123456",)),
        ("13612345670/0755-25123456", ("13612345670", "25123456")),
        ("１３６１２３４５６７０", ("13612345670",)),
        ("00000000", ()),
        ("13800138000", ()),
        ("无", ()),
        (None, ()),
    ],
)
def test_phones(text: str | None, numbers: tuple[str, ...]) -> None:
    assert read_phones(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("123456", ()),
        ("2512345", ("2512345",)),
        ("136123456701", ("136123456701",)),
        ("1361234567012", ()),
        ("8613612345670", ("13612345670",)),
        ("008613612345670", ("13612345670",)),
        ("86251234", ("86251234",)),  # too short for a country's number before it
        ("013612345670", ("13612345670",)),
        ("13712345670,13612345670,13812345670", ("13612345670", "13712345670")),
        ("13612345670;13612345670", ("13612345670",)),
    ],
)
def test_numbers_at_the_edge_of_what_a_number_is(text: str, numbers: tuple[str, ...]) -> None:
    assert read_phones(text) == numbers


@pytest.mark.parametrize(
    ("text", "person"), [("李", None), ("李四", "李四"), ("Li", None), ("Tom", "tom"), ("陈某明", None)]
)
def test_a_name_has_two_characters_or_three_letters(text: str, person: str | None) -> None:
    told = read_person(text)
    assert (told.lower() if told else told) == person


@pytest.mark.parametrize(("name", "length"), [("欧阳锋", 2), ("陈小明", 1), ("Ω明", 0)])
def test_how_long_a_surname_is(name: str, length: int) -> None:
    assert surname_length(name) == length


@given(st.text(max_size=30))
def test_reading_never_fails(text: str) -> None:
    assert len(read_phones(text)) <= 2
    read_person(text)
