"""The words that officials read: tiers, states, routes, categories, and what a list is and is not."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.reference import DISTRICT_OFFICE, streets

TIERS = {"D": "D（高）", "C": "C（较高）", "B": "B（一般）", "A": "A（低）"}
RANDOM_CHECK = "随机抽查"
REGISTRATION = {
    "registered": "已登记",
    "valid_code_not_held": "证号未在本库",
    "not_found": "未匹配到登记（待核实）",
}
DECISIONS = {"certain": "确定", "probable": "很可能", "review": "待人工核对", "none": "未关联"}
STATES = {"fresh": "及时", "stale": "过期", "missing": "缺报", "refused": "退回"}
ROUTES = {
    "verify": "先核实",
    "legalise": "引导办照办证",
    "inspect": "检查监察",
    "rectify": "责令整改",
    "upgrade": "限期升级",
    "close_part": "关停增设部分",
    "close": "依法停业、关停",
}
RANDOM_REASON = "随机抽查：与排名无关，用于检验清单是否可靠"
RANDOM_MEASURE = "实地了解情况，如实填写核查结果"
MEANING = "分数的含义"
NEW, UP, DOWN, SAME, FIRST = "新上", "升级", "降级", "不变", "首期"


def word(words: dict[str, str], key: str | None) -> str:
    """The Chinese word of a known value; an unknown one as it is, nothing for null."""
    return "" if key is None else words.get(key, key)


def change(number: int) -> str:
    """A change of a count in words: `+3`, `-2`, or that it stands still."""
    return f"{number:+d}" if number else "持平"


def issue_no(as_of: str, street: str | None) -> str:
    """清单期号: day and street in one code; the same for every run of that day.

    Args:
        as_of: `YYYYMMDD`.
        street: official name, `街道不明`, or None for the whole district.
    """
    places = {name: f"4403030{number:02d}" for number, name in enumerate(streets(), start=1)}
    places[DISTRICT_OFFICE] = "440303000"
    return f"LH{as_of}-{'440303' if street is None else places[street]}"


@dataclass(frozen=True)
class NoticeLine:
    """One line of a list's first sheet."""

    heading: str
    sentence: str


def notice(as_of: str, place: str) -> tuple[NoticeLine, ...]:
    """A list's first sheet: what it is, what it is not, how it can be wrong, whom to ask."""
    return sentences("notice.csv", {"as_of": as_of, "place": place})


def sentences(name: str, told: Mapping[str, str]) -> tuple[NoticeLine, ...]:
    """The lines of a file of headings and sentences, with what they tell put in."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as handle:
        return tuple(
            NoticeLine(row["heading"], row["sentence"].format(**told)) for row in csv.DictReader(handle)
        )
