"""What marks deny of two texts is never true of them, and readings are compared as one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Levenshtein

from pipeline.link.pairs.marks import Marks
from pipeline.link.texts.folding import pinyin_key, read_alike

TEXTS = st.lists(st.text("01234甲乙丙丁鑫\ud800", max_size=9), min_size=2, max_size=8)


@given(TEXTS, st.booleans())
def test_texts_within_few_edits_are_never_told_apart(texts: list[str], counted: bool) -> None:
    marks = Marks(texts, counted=counted)
    for i, one in enumerate(texts):
        for j, other in enumerate(texts):
            a, b = np.array([i]), np.array([j])
            edits = min(OSA.distance(one, other), Levenshtein.distance(one, other))
            assert marks.may_be_edits_apart(a, b, edits)[0]
            mine, others = marks.only_in(a, b)
            assert mine[0] <= len(set(one) - set(other)) or counted
            assert mine[0] <= len(one) and others[0] <= len(other)
            assert marks.may_share(a, b)[0] or not set(one) & set(other)


def test_counted_marks_tell_how_often_a_digit_stands_in_a_number() -> None:
    words = ["13111111111", "13333333333"]
    a, b = np.array([0]), np.array([1])
    assert Marks(words).may_be_edits_apart(a, b, 1)[0]
    assert not Marks(words, counted=True).may_be_edits_apart(a, b, 1)[0]


@pytest.mark.parametrize(
    ("one", "other", "differing", "alike"),
    [
        ("鑫盛", "鑫盛", 0, True),
        ("鑫盛", "新盛", 1, True),
        ("鑫盛", "鑫发", 1, False),
        ("鑫盛", "鑫盛发", 3, False),
    ],
)
def test_texts_read_alike_where_every_character_can_be(
    one: str, other: str, differing: int, alike: bool
) -> None:
    found = read_alike(["金", one], ["金", other])
    assert [column.tolist() for column in found] == [[0, differing], [True, alike]]


@given(st.text("鑫新心盛胜", max_size=4), st.text("鑫新心盛胜", max_size=4))
def test_homophones_read_alike(one: str, other: str) -> None:
    alike = read_alike([one], [other])[1][0]
    assert alike == (pinyin_key(one) == pinyin_key(other))
