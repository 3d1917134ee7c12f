"""Which items of the industry catalogue a text names, and what takes that back."""

from typing import Any

import pyarrow as pa
import pytest

from pipeline.score.catalogue.model import Item
from pipeline.score.catalogue.words import plain, verdicts


def said(text: str, **words: Any) -> list[tuple[str, str]]:
    """Words and verdicts of one item, plating unless told."""
    told = {"process": ("电镀", "酸洗"), "product": (), "equipment": ()} | words.pop("words", {})
    item = Item(2, "prohibited", "P1", "x", told, words.pop("exclusions", ()), {}, None)
    (made,) = plain(pa.array([text])).to_pylist()
    return [(word, verdict) for _, word, verdict in verdicts(made, "process", [item])]


@pytest.mark.parametrize(
    "text",
    [
        "除油、酸洗、电镀", "电 镀", "不锈钢电镀", "无铅焊接、电镀", "无氧铜电镀", "非标件电镀",
        "电镀(不含喷漆)", "不涉及喷漆，电镀后包装", "不含喷漆但有电镀", "电镀废水委托处理",
        "除锈后电镀，废气外排", "原电镀线停用；新电镀线", "淘汰喷漆\n电镀", "喷漆除外，以电镀为主",
    ],
)  # fmt: skip
def test_a_whole_keyword_names_the_item(text: str) -> None:
    assert "hit" in [verdict for _, verdict in said(text)]


@pytest.mark.parametrize(
    "text",
    [
        "不含电镀", "不含电镀、酸洗工序", "无电镀", "无酸洗、电镀", "无电镀工序", "电镀除外",
        "注塑（电镀除外）", "（不含电镀）注塑", "除电镀外的机加工", "除酸洗、电镀以外",
        "从事电镀以外的加工", "电镀外协", "电镀（外协）", "酸洗、电镀均外协", "外发电镀", "非电镀",
        "不涉及电镀", "不得从事电镀", "严禁电镀", "未设电镀", "电镀（不涉及）", "电镀：无",
        "电镀委托有资质单位加工",
    ],
)  # fmt: skip
def test_what_is_denied_or_done_elsewhere_names_nothing(text: str) -> None:
    assert [verdict for _, verdict in said(text)] == ["denied"]


@pytest.mark.parametrize(
    "text",
    ["取消电镀", "电镀线已拆除", "淘汰电镀工序", "不再电镀", "以真空镀膜替代电镀", "电镀、酸洗均已停用"],
)
def test_what_is_given_up_is_known_as_such(text: str) -> None:
    assert [verdict for _, verdict in said(text)] == ["removed"]


def test_a_longer_excluded_word_only_hides_its_own_place() -> None:
    assert said("无氰电镀", exclusions=("无氰电镀",)) == []
    assert said("无氰电镀、电镀", exclusions=("无氰电镀",)) == [("电镀", "hit")]


def test_another_excluded_word_lifts_the_item_unless_it_says_the_contrary() -> None:
    assert ("可降解", "excluded") in said("可降解件电镀", exclusions=("可降解",))
    assert said("不可降解件电镀", exclusions=("可降解",)) == [("电镀", "hit")]


def test_latin_words_count_only_as_a_whole_and_in_any_width() -> None:
    pvc = {"process": ("pvc",)}
    assert said("UPVC管", words=pvc) == []
    assert said("ＰＶＣ管", words=pvc) == [("pvc", "hit")]
