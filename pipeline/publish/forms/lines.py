"""The lines of a list: one firm's facts in the words and the columns that a street office reads."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from pipeline.declaration import Source
from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.wording import word

Kind = Literal["code", "text", "number", "answer"]
Value = str | int | Decimal
LIST_OWN = 2  # 清单期号 and 序号 are the list's, not the firm's
_MARKS = "①②③④⑤"
_PART = {"I": "一", "II": "二", "III": "三", "IV": "四", "V": "五"}
_SECTION = "一二三四五六七八九十"
_BRACKETS = re.compile(r"（.*$")


@dataclass(frozen=True)
class ListColumn:
    """One column of a list.

    Attributes:
        header: as the street office sees it, and as it is read when the list comes back.
        kind: how a spreadsheet must treat it.
        width: characters, for XLSX.
        value: from a detail row; several items are told apart by line breaks.
    """

    header: str
    kind: Kind
    width: int
    value: Callable[["Line"], Value]


@dataclass(frozen=True)
class Names:
    """Chinese names: the department of each extract, the title of each category of the plan."""

    departments: Mapping[str, str]
    categories: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One firm as listed: a row of `queries/list_detail.sql`, and the words for what is in it."""

    row: Mapping[str, Any]
    names: Names

    @property
    def is_random(self) -> bool:
        """A random check: outside the ranking, no score and no reasons."""
        return bool(self.row["kind"] == "random")

    @property
    def reasons(self) -> list[Mapping[str, Any]]:
        """The findings, weightiest first; none for a random check."""
        found: list[Mapping[str, Any]] = self.row["reasons"]
        return [] if self.is_random else found


@cache
def columns() -> tuple[ListColumn, ...]:
    """The columns of a list, in order."""
    return (
        ListColumn("清单期号", "code", 11, _blank),
        ListColumn("序号", "number", 5, _blank),
        ListColumn("企业编号", "code", 20, _text("enterprise_id")),
        ListColumn("统一社会信用代码", "code", 24, _text("uscc")),
        ListColumn("企业名称", "text", 19, _text("name")),
        ListColumn("招牌名称", "text", 11, _text("sign_name")),
        ListColumn(
            "登记情况", "text", 12, lambda line: word(wording.REGISTRATION, line.row["registration_state"])
        ),
        ListColumn("街道", "text", 9, _text("list_street")),
        ListColumn("社区", "text", 8, _text("community")),
        ListColumn("网格编号", "code", 19, _text("grid_no")),
        ListColumn("经营地址", "text", 21, _text("address")),
        ListColumn("行业", "text", 10, _text("industry")),
        ListColumn("风险等级", "text", 10, _tier),
        ListColumn("风险分", "number", 7, lambda line: "" if line.is_random else line.row["score"]),
        ListColumn("上期等级", "text", 8, lambda line: word(wording.TIERS, line.row["tier_before"])),
        ListColumn("本期变化", "text", 6, _change),
        ListColumn("涉及类别", "text", 11, _categories),
        ListColumn("主要依据", "text", 48, _reasons),
        ListColumn("主要依据日期", "text", 14, _reason_dates),
        ListColumn("有利情况", "text", 17, lambda line: _items(line.row["favourable"])),
        ListColumn("未结文书及期限", "text", 20, _documents),
        ListColumn("最近检查日期", "text", 12, lambda line: _day(line.row["last_checked_on"])),
        ListColumn(
            "政策条款", "text", 16, lambda line: _items(clause_title(r["clause"]) for r in line.reasons)
        ),
        ListColumn("法律依据", "text", 24, lambda line: _items(r["legal_basis"] for r in line.reasons)),
        ListColumn("建议措施", "text", 28, _measures),
        ListColumn("牵头单位", "text", 12, _lead),
        ListColumn("配合单位", "text", 13, _others),
        ListColumn(
            "须先核实主体", "text", 7, lambda line: "是" if line.row["verify_identity_first"] else "否"
        ),
        ListColumn(
            "数据来源部门",
            "text",
            13,
            lambda line: _items(line.names.departments.get(r["extract"]) for r in line.reasons),
        ),
        ListColumn("核查结果", "answer", 10, _blank),
        ListColumn("核查日期", "answer", 11, _blank),
        ListColumn("核查人", "answer", 8, _blank),
        ListColumn("备注", "answer", 14, _blank),
    )


def cells(line: Line) -> list[Value]:
    """The cells of a line from the third column on; issue and number are the list's own."""
    return [column.value(line) for column in columns()[LIST_OWN:]]


def clause_title(clause: str | None) -> str:
    """`III.3.2` as officials cite it: 第三部分（三）第2项; the letters of sentences are ours."""
    part, *rest = (clause or "").split(".")
    if part not in _PART:
        return clause or ""
    title = f"第{_PART[part]}部分"
    if rest and rest[0].isdigit() and 1 <= int(rest[0]) <= len(_SECTION):
        title += f"（{_SECTION[int(rest[0]) - 1]}）"
    return title + (f"第{rest[1]}项" if len(rest) > 1 else "")


def department_names(sources: Mapping[str, Source]) -> dict[str, str]:
    """The department of each extract, without explanations in brackets."""
    return {name: _BRACKETS.sub("", source.department) for name, source in sources.items()}


def short_title(source: Source) -> str:
    """The title of an extract, without explanations in brackets."""
    return _BRACKETS.sub("", source.title)


def _text(name: str) -> Callable[[Line], Value]:
    return lambda line: plain(line.row[name])


def _tier(line: Line) -> str:
    return wording.RANDOM_CHECK if line.is_random else word(wording.TIERS, line.row["tier"])


def _change(line: Line) -> str:
    """What changed since the last list of this street, by tier; a random check has none that counts.

    Before the first list there was nothing to be held against.
    """
    row = line.row
    if not row["has_last"]:
        return wording.FIRST
    if row["street_then"] != row["list_street"]:
        return wording.NEW
    if line.is_random:
        return wording.SAME if row["kind_then"] == "random" else wording.DOWN
    # D is the highest letter and the highest tier.
    if row["tier"] == row["tier_then"]:
        return wording.SAME
    return wording.UP if row["tier"] > row["tier_then"] else wording.DOWN


def _categories(line: Line) -> str:
    found = [] if line.is_random else line.row["categories"] or []
    return "、".join(line.names.categories.get(category, category) for category in found)


def _reasons(line: Line) -> str:
    if line.is_random:
        return wording.RANDOM_REASON
    shown = [
        f"{mark}{plain(reason['text'])}（{reason['points']:.2f}分）"
        for mark, reason in zip(_MARKS, line.reasons, strict=False)
    ]
    more = len(line.reasons) - len(shown)
    rest = sum((reason["points"] for reason in line.reasons[len(shown) :]), Decimal(0))
    return "\n".join([*shown, *([f"另有{more}项（共{rest:.2f}分），见企业档案"] if more else [])])


def _reason_dates(line: Line) -> str:
    days = (_day(reason["occurred_on"]) or "日期不详" for reason in line.reasons)
    return "\n".join(mark + day for mark, day in zip(_MARKS, days, strict=False))


def _documents(line: Line) -> str:
    return _items(
        f"{plain(item['document'])}（{_day(item['deadline']) or '未载明期限'}）"
        for item in line.row["documents"]
    )


def _measures(line: Line) -> str:
    if line.is_random:
        return wording.RANDOM_MEASURE
    told = _items(line.row["measures"]).split("\n")
    return "\n".join(f"{number}. {text}" for number, text in enumerate(told, start=1) if text)


def _lead(line: Line) -> str:
    return line.row["list_street"] + "办事处" if line.is_random else plain(line.row["lead_department"])


def _others(line: Line) -> str:
    return "" if line.is_random else _items(line.row["other_departments"])


def _blank(_: Line) -> str:
    return ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _items(items: Iterable[str | None] | None) -> str:
    """Distinct items in order, a line each."""
    return "\n".join(dict.fromkeys(text for text in map(plain, items or ()) if text))
