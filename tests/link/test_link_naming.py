"""How two names compare, part by part, and how codes do; the parts are given, not parsed."""

import random
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.vocabulary import NAME_WORDS, TradeFacets, Vocabularies
from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import Comparator, frequencies
from pipeline.link.pairs.comparing_names import NameComparer
from pipeline.link.texts.folding import pinyin_key
from tests.link.by_hand import facets, ints

pytestmark = pytest.mark.usefixtures("small_tables")

Name = Mapping[str, Any]
NOTHING: Name = {}
FIELDS = ("trade_name", "industry", "form", "region", "branch")


def firm(trade: str, **parts: Any) -> dict[str, Any]:
    """A registered name: formal, its trade name a word of its own."""
    return {"trade": trade, "full": trade + parts.get("industry", ""), "known": 1, "formal": 1} | parts


def sign(trade: str, **parts: Any) -> dict[str, Any]:
    return firm(trade, **parts) | {"formal": 0}


def person(trade: str, **parts: Any) -> dict[str, Any]:
    """What may be a person's name as well as a trade name."""
    return sign(trade, **parts) | {"known": 0, "person": 1}


def side(words: Vocabularies, name: Name, shop_sign: Name) -> Facets:
    def numbers(parts: Name) -> dict[str, tuple[int]]:
        texts = {part: text for part, text in parts.items() if part in NAME_WORDS}
        told = {part: (getattr(words, NAME_WORDS[part]).add(text),) for part, text in texts.items()}
        flags = {flag: (parts[flag],) for flag in ("formal", "known", "person") if flag in parts}
        return told | flags | {"sound": (words.sound.add(pinyin_key(parts.get("trade", ""))),)}

    return facets(1, name=numbers(name), sign=numbers(shop_sign))


def levels(a: Name, b: Name, sign_a: Name = NOTHING, sign_b: Name = NOTHING) -> dict[str, str]:
    """The levels of the name fields that have something to compare."""
    words = Vocabularies()
    left, right = side(words, a, sign_a), side(words, b, sign_b)
    counts = frequencies(facets(0), ints(), words, 1)
    scored = Comparator(shipped_model(), words, counts).score(left, right)
    found = {}
    for field in FIELDS:
        code = int(scored.levels[field][0])
        if code:
            found[field] = shipped_model().comparisons[field].names[code - 1]
    return found


def trade(a: Name, b: Name) -> str:
    """Level of two trade names, the same from both sides."""
    one, other = levels(a, b), levels(b, a)
    assert one.get("trade_name") == other.get("trade_name")
    return one.get("trade_name", "")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("鑫泰", "鑫泰", "exact"),
        ("鑫泰", "新太", "homophone"),
        ("鑫泰", "鑫发", "one_edit_short"),
        ("鑫泰发", "鑫泰达", "one_edit"),
        ("鑫泰", "鑫泰达", "contained"),
        ("泰达", "鑫泰达", "contained"),
        ("鑫达", "鑫泰达", "one_edit_short"),
        ("鑫", "鑫泰", "one_edit_short"),  # one character tells nothing
        ("鑫泰达发", "鑫泰达", "contained"),
        ("鑫泰达发", "鑫达发", "one_edit"),
        ("鑫泰达发", "鑫泰达永兴", "differs"),
        ("鑫泰达发永兴", "鑫泰达发永", "contained"),
        ("鑫泰达发永兴", "鑫泰达发旺盛", "alike"),
        ("鑫泰", "永兴", "differs"),
        ("鑫泰一", "鑫泰二", "differs"),  # two numbers are two firms
        ("鑫泰1", "鑫泰", "differs"),
        ("鑫泰一发", "鑫泰一达", "one_edit"),
        ("鑫泰12", "鑫泰34", "differs"),
        ("未来", "末来", "look_alike"),
        ("银行", "银航", "homophone"),  # of several readings one is the same
    ],
)
def test_trade_names(one: str, other: str, level: str) -> None:
    assert trade(firm(one), firm(other)) == level


def test_no_level_hangs_on_which_texts_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are compared only where they may be alike: compared everywhere they come to the same."""
    draw = random.Random(5)
    words = Vocabularies()
    texts = sorted({"".join(draw.choices("鑫泰达新太一二发", k=draw.randint(1, 6))) for _ in range(170)})
    numbers = [words.trade.add(text) for text in texts]
    left, right = (ints(*side) for side in zip(*product(numbers, numbers), strict=True))
    sound = dict(zip(numbers, (words.sound.add(pinyin_key(text)) for text in texts), strict=True))
    a, b = (
        TradeFacets.of(
            facets(len(side), name={"trade": side.tolist(), "sound": [sound[n] for n in side.tolist()]}).name,
            np.arange(len(side)),
        )
        for side in (left, right)
    )
    compared = NameComparer(shipped_model(), words)
    passed_over = ~compared._may_be_alike(left, right)
    quick = compared._trade_words(a, b)
    everywhere = NameComparer(shipped_model(), words)
    monkeypatch.setattr(everywhere, "_may_be_alike", lambda one, other: np.ones(len(one), dtype=bool))
    assert (quick == everywhere._trade_words(a, b)).all()
    assert passed_over.mean() > 0.4, "most names have little in common"


def test_names_that_are_not_both_registered_only_differ_as_signs_do() -> None:
    assert trade(firm("鑫泰"), firm("永兴")) == "differs"
    assert trade(sign("鑫泰"), firm("永兴")) == "sign_differs"
    assert trade(sign("鑫泰"), sign("永兴")) == "sign_differs"
    assert levels({}, firm("永兴"), sign_a=sign("鑫泰"))["trade_name"] == "sign_differs"
    assert levels(firm("鑫泰"), firm("永兴"), sign_a=sign("旺发"))["trade_name"] == "differs"
    assert levels(firm("鑫泰"), {}, sign_b=firm("永兴"))["trade_name"] == "sign_differs"
    assert levels(firm("鑫泰"), {}) == levels({}, {}) == {}


def test_a_sign_that_is_the_others_name_counts_and_one_that_differs_says_nothing_more() -> None:
    assert levels(firm("鑫泰"), firm("永兴"), sign_a=sign("永兴"))["trade_name"] == "exact"
    assert levels(firm("鑫泰"), firm("永兴"), sign_b=sign("鑫泰"))["trade_name"] == "exact"
    assert levels(firm("鑫泰"), firm("永兴"), sign("旺发"), sign("旺发"))["trade_name"] == "exact"
    assert levels(firm("鑫泰"), firm("鑫发"), sign("旺发"), sign("永兴"))["trade_name"] == "one_edit_short"
    assert levels(firm("鑫泰"), firm("鑫发"), sign("新发"))["trade_name"] == "homophone"
    one, other = {"industry": "五金"}, {"industry": "发廊"}
    own = levels(firm("鑫泰", **one), firm("永兴", **other), sign_a=sign("永兴", **other))
    assert own["industry"] == "exact", "the name that agreed best is compared"
    theirs = levels(firm("鑫泰", **one), firm("永兴", **other), sign_b=sign("鑫泰", **one))
    assert theirs["industry"] == "exact"


def test_long_full_names_may_have_one_slip() -> None:
    def full(one: str, other: str) -> str:
        return trade(sign(one[:2], full=one), sign(other[:3], full=other))

    assert full("鑫泰五金制品", "鑫泰武金制品") == "full_one_edit"
    assert full("鑫泰五金制品", "鑫五泰金制品") == "full_one_edit", "two characters are swapped"
    assert full("鑫泰五金制品", "鑫泰发金制品") != "full_one_edit", "another character that sounds otherwise"
    assert full("鑫泰五金店", "鑫泰武金店") != "full_one_edit", "five characters are too few"
    assert full("鑫泰五金制品", "鑫泰武金制品厂") != "full_one_edit"
    assert full("鑫泰五金制品", "鑫太武金制品") != "full_one_edit", "two slips"
    found = levels(
        sign("鑫泰", full="鑫泰五金制品", industry="五金"),
        sign("鑫泰武", full="鑫泰武金制品", industry="金制品"),
    )
    assert (found["trade_name"], found["industry"]) == ("full_one_edit", "exact")
    best = levels(sign("鑫泰", full="鑫泰五金制品"), sign("鑫泰", full="鑫泰武金制品"))
    assert best["trade_name"] == "exact"


def test_a_name_that_only_says_its_trade_hardly_tells_shops_apart() -> None:
    generic = {"known": 0}
    assert trade(sign("快餐") | generic, sign("快餐") | generic) == "alike"
    assert trade(sign("快餐") | generic, sign("快餐店")) == "alike"
    assert trade(sign("快餐") | generic, sign("永兴")) == ""
    assert trade(firm("快餐") | generic, firm("快餐") | generic) == "exact", "registered full names tell"
    assert trade(firm("快餐") | generic, firm("快餐", full="快餐管理") | generic) == "alike"
    assert trade(firm("快餐") | generic, sign("快餐") | generic) == "alike"


def test_what_may_be_a_persons_name_agrees_whole_or_inside_another() -> None:
    assert trade(person("王小明"), sign("王小明")) == "alike"
    assert trade(person("王小明"), sign("王晓明")) == "alike"
    assert trade(person("王小明"), sign("老王小明")) == "alike"
    assert trade(person("王明"), sign("王明达")) == "", "two characters stand inside many names"
    assert trade(person("王小明"), sign("小明")) == "", "the other way round it is not inside"
    assert trade(person("王小明"), sign("王大明")) == ""
    assert trade(person("王小明"), person("王小明")) == "", "two persons are no names"
    assert trade(person("王小明"), sign("永兴")) == ""


def test_other_parts_are_compared_only_where_the_trade_name_agrees() -> None:
    parts = {
        "industry": "五金",
        "form": "有限公司",
        "form_class": "company",
        "branch": "罗湖",
        "city": "深圳",
    }
    same = levels(firm("鑫泰", **parts), firm("鑫泰", **parts))
    assert same == dict.fromkeys(FIELDS, "exact") | {"region": "whole"}
    other = levels(firm("鑫泰", **parts), firm("永兴", **parts))
    assert other == {"trade_name": "differs", "industry": "exact"}
    alike = levels(firm("鑫泰达发永兴", **parts), firm("鑫泰达发旺盛", **parts))
    assert set(alike) == set(FIELDS)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("五金", "五金", "exact"),
        ("五金", "五金制品", "contained"),
        ("电子五金", "五金", "contained"),
        ("五金制品", "金属制品", "shares"),
        ("服装店", "发廊店", "differs"),  # a character that many trades share
        ("餐饮业", "美容业", "differs"),
        ("五金", "发廊", "differs"),
        ("五金", "", "one_missing"),
        ("", "", ""),
    ],
)
def test_trades(one: str, other: str, level: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert levels(firm("鑫泰", industry=a), firm("鑫泰", industry=b)).get("industry", "") == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (("有限公司", "company"), ("有限公司", "company"), "exact"),
        (("有限公司", "company"), ("有限责任公司", "company"), "same_class"),
        (("股份", "stock"), ("有限公司", "company"), "same_class"),
        (("店", "shop"), ("有限公司", "company"), "differs"),
        (("店", "shop"), ("", ""), ""),
        (("", ""), ("", ""), ""),
    ],
)
def test_forms(one: tuple[str, str], other: tuple[str, str], level: str) -> None:
    a, b = (firm("鑫泰", form=form, form_class=kind) for form, kind in (one, other))
    assert levels(a, b).get("form", "") == levels(b, a).get("form", "") == level


def region(a: dict[str, Any], b: dict[str, Any], **names: Any) -> str:
    one, other = firm("鑫泰", **a), firm("鑫泰", **b | names)
    assert levels(one, other).get("region") == levels(other, one).get("region")
    return levels(one, other).get("region", "")


def test_places_in_names() -> None:
    city, luohu = {"city": "深圳"}, {"city": "深圳", "district": "罗湖"}
    assert region(city, city) == region(luohu, luohu) == region(city, luohu) == "whole"
    assert region(city, {"city": "佛山"}) == "differs"
    assert region(luohu, {"city": "深圳", "district": "福田"}) == "differs"
    assert region(city, {}) == region({}, {}) == ""
    assert region(city, city, full="鑫泰五金") == "same"
    assert region(city, city, formal=0) == "same"
    assert region(city, city, branch="罗湖") == "same"
    assert region(luohu, luohu, branch="罗湖") == "same"


def branch(one: str, other: str, formal: tuple[int, int] = (1, 1)) -> str:
    a, b = (firm("鑫泰", branch=of, formal=f) for of, f in zip((one, other), formal, strict=True))
    return levels(a, b).get("branch", "")


def test_branches() -> None:
    assert branch("", "") == ""
    assert branch("罗湖", "罗湖") == "exact"
    assert branch("罗湖", "罗胡") == "alike"
    assert branch("罗湖", "福田") == "differs"
    assert branch("罗湖", "") == "parent"
    assert branch("", "罗湖") == "shortened"
    for formal in ((0, 1), (1, 0), (0, 0)):
        assert branch("罗湖", "", formal) == branch("", "罗湖", formal) == "one_missing"


CODES = (
    *("91440300MA9XXXX034", "91440300MA9YYYY119", "91440300MA9XXXX03", "91440300****XXX034"),
    *("91440300MA9XXXX0**", "71440300MB9XXZX034", "9144030****4"),
)
WHOLE, OTHER, DAMAGED, MASKED, OPEN, ASTRAY, SHORT = range(1, 8)


def code(a: Mapping[str, int], b: Mapping[str, int]) -> str:
    words = Vocabularies()
    words.code.add_all(CODES)
    left, right = (facets(1, **{name: (value,) for name, value in row.items()}) for row in (a, b))
    comparator = Comparator(shipped_model(), words, frequencies(facets(0), ints(), words, 1))
    found = int(comparator.score(left, right).levels["code"][0])
    return shipped_model().comparisons["code"].names[found - 1] if found else ""


@pytest.mark.parametrize("kind", ["uscc", "org", "registration"])
def test_valid_codes_are_equal_or_differ(kind: str) -> None:
    assert code({kind: WHOLE}, {kind: WHOLE}) == "valid_equal"
    assert code({kind: WHOLE}, {kind: OTHER}) == ("" if kind == "registration" else "valid_differs")
    assert code({kind: WHOLE}, {}) == code({}, {kind: WHOLE}) == code({}, {}) == ""


def test_one_equal_code_is_enough_though_another_differs() -> None:
    assert (
        code({"uscc": WHOLE, "registration": OTHER}, {"uscc": OTHER, "registration": OTHER}) == "valid_equal"
    )


@pytest.mark.parametrize("kind", ["uscc", "registration", "hint", "org"])
def test_damaged_and_masked_codes_fit_what_they_may_be_left_of(kind: str) -> None:
    assert code({"hint": DAMAGED}, {kind: WHOLE}) == "damaged_equal"
    assert code({"hint": MASKED}, {kind: WHOLE}) == "damaged_equal"
    assert code({"hint": OPEN}, {kind: WHOLE}) == "damaged_equal"
    assert code({"hint": MASKED}, {kind: OTHER}) == ("damaged_differs" if kind == "uscc" else "")
    assert code({"hint": SHORT}, {kind: WHOLE}) == "", "too little is left"
    assert code({"hint": OPEN}, {kind: OTHER}) == "", "of a code whose end is masked nothing is denied"


def test_a_whole_code_with_many_wrong_characters_denies_its_firm() -> None:
    assert code({"hint": ASTRAY}, {"uscc": WHOLE}) == "damaged_differs"
    assert code({"hint": ASTRAY}, {"org": WHOLE}) == ""
    assert code({"hint": DAMAGED}, {"uscc": OTHER}) == "", "one that lacks a character does not"


def test_valid_codes_go_before_damaged_ones() -> None:
    assert code({"uscc": WHOLE, "hint": MASKED}, {"uscc": WHOLE}) == "valid_equal"
    assert code({"uscc": OTHER, "hint": MASKED}, {"uscc": WHOLE}) == "valid_differs"
