"""Units that stand in headers, in cells and in declarations, and what they are in the normal unit."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit: its family, and how many normal units it is (money: 元, energy: 吨标准煤)."""

    family: str
    factor: float


_FAMILIES: dict[str, dict[str, float]] = {
    "money": {
        "元": 1, "圆": 1, "人民币元": 1, "元人民币": 1, "rmb": 1, "百元": 100, "千元": 1000, "仟元": 1000,
        "千": 1000, "万元": 10000, "万": 10000, "万元人民币": 10000, "人民币万元": 10000, "万人民币": 10000,
        "百万元": 1000000, "亿元": 100000000, "亿": 100000000,
    },
    "energy": {
        "吨标准煤": 1, "吨标煤": 1, "tce": 1, "吨": 1, "万吨标准煤": 10000, "万吨标煤": 10000,
        "千克标准煤": 0.001, "公斤标准煤": 0.001, "kgce": 0.001,
    },
    "area": {"平方米": 1, "平米": 1, "平": 1, "m2": 1, "m^2": 1, "㎡": 1, "平方": 1},
    "count": {
        "人": 1, "名": 1, "个": 1, "户": 1, "家": 1, "人次": 1, "次": 1, "月": 1, "个月": 1, "万人": 10000,
        "岗位": 1, "个岗位": 1,
    },
}  # fmt: skip
UNITS = {word: Unit(family, factor) for family, words in _FAMILIES.items() for word, factor in words.items()}
# 万 and 千 multiply whatever the column counts.
MULTIPLES = {"千": 1000.0, "万": 10000.0, "亿": 100000000.0}
FOREIGN = ("美元", "港元", "港币", "欧元", "日元", "usd", "hkd", "美金")


def find_unit(word: str) -> Unit | None:
    """The unit that a word names, whatever its width and case."""
    return UNITS.get(unicodedata.normalize("NFKC", word).replace(" ", "").lower())


def names_unit(cell: str) -> bool:
    """Whether a cell is a unit in brackets and nothing else: `（万元）`."""
    text = unicodedata.normalize("NFKC", cell).replace(" ", "")
    return text[:1] in "([" and text[-1:] in ")]" and find_unit(text[1:-1].removeprefix("单位:")) is not None


def is_foreign(word: str) -> bool:
    """Whether a word names a currency that has no fixed worth in yuan."""
    return unicodedata.normalize("NFKC", word).replace(" ", "").lower().endswith(FOREIGN)
