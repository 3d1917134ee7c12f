"""What a department reads of its faults and checks: what was expected, and how to put it right."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.declaration import Column, Source

SCOPES = {"row": "整行未接收", "cell": "该格按空值处理"}
_MENDS = {
    "date": "写成 2017-03-20 这样的日期",
    "period": "写成 2017Q1、2017-03 或 2017年度 这样的期别",
    "number": "只写数字，单位写在表头的括号内",
    "bool": "写“是”或“否”",
    "code": "把该列设为文本格式，从原系统重新导出",
    "text": "对照原件补填",
}
_EMPTY = "为空"
_YES_NO = ("是", "否")


def _percent(share: float) -> str:
    """A share as a percentage; never rounded to nothing."""
    if 0 < share < 0.0001:
        return "不足0.01%"
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _rows(number: float) -> str:
    return f"{number:.0f}行"


def _kinds(number: float) -> str:
    return f"{number:.0f}种"


# What is measured, and how its figure is written.
_METRICS: dict[str, tuple[str, Callable[[float], str]]] = {
    "accepted_rows": ("接收的行数", _rows),
    "rejected_share": ("未接收的行占全部数据行的比例", _percent),
    "null_share": ("“{column}”为空的行占接收行的比例", _percent),
    "nulled_share": ("有单元格无法识别的行占全部数据行的比例", _percent),
    "repeated_key_share": ("{key}重复的行占全部数据行的比例", _percent),
    "distinct_values": ("“{column}”有几种不同的内容", _kinds),
    "share_outside": ("“{column}”超出约定范围的比例", _percent),
    "row_change": ("接收的行数与上一份文件之比", _percent),
}


def mend(column: Column | None, scope: str, reason: str = "") -> str:
    """How to put a cell right, by the column's type; what is empty is filled in."""
    if column is None:
        return "对照原件核对后重报"
    if reason.endswith(_EMPTY):
        said = _MENDS["text"]
    elif column.type == "enum":
        said = f"写成约定的取值之一：{'、'.join(vocabulary(column))}"
    else:
        said = _MENDS[column.type]
    return f"{said}，更正后随下一期重报" if scope == "cell" else f"{said}；该列为必填，更正后重报此行"


def vocabulary(column: Column) -> tuple[str, ...]:
    """The usual words that a column takes; none where any text will do."""
    if column.type == "bool":
        return _YES_NO
    return tuple(words[0] for words in column.values.values())


def header(source: Source, column: str | None) -> str:
    """The header under which a department usually sends a column; nothing for a whole row."""
    declared = source.columns.get(column or "")
    return declared.headers[0] if declared else column or ""


def measured(source: Source, check: Mapping[str, Any]) -> str:
    """What a check measures, in words; a metric that has none is named as it is."""
    text = _METRICS[check["metric"]][0] if check["metric"] in _METRICS else "{metric}"
    keys = "、".join(f"“{header(source, name)}”" for name in source.key)
    return text.format(metric=check["metric"], column=header(source, check["column"]), key=keys)


def figure(check: Mapping[str, Any]) -> str:
    """The figure that a check observed, with its unit."""
    observed = check["observed"]
    return "无数据，未能测定" if observed is None else _written(check["metric"])(observed)


def bound(check: Mapping[str, Any]) -> str:
    """What the figure should be."""
    write = _written(check["metric"])
    limits = (("不低于", check["min"]), ("不高于", check["max"]))
    return "，".join(f"{word}{write(limit)}" for word, limit in limits if limit is not None)


def _written(metric: str) -> Callable[[float], str]:
    return _METRICS[metric][1] if metric in _METRICS else "{:g}".format


def sender(source: Source, name: str | None) -> str:
    """Who sent a file, in the department's words; nothing where the extract has one sender."""
    declared = source.columns.get(source.sender or "")
    words = declared.values if declared else {}
    return "、".join(words[part][0] if part in words else part for part in (name or "").split("、"))
