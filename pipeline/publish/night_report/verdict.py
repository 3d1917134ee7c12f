"""The report's first screen: was the night good, in one sentence, and the five figures that matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.publish.forms.wording import change

GOOD, WANTS_A_PERSON, LACKS_DATA = "正常", "有事项需人工处理", "数据不全"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """How the night went.

    Attributes:
        state: the word for it.
        kind: the class of its mark: `good`, `person` or `lacking`.
        sentence: what stands behind the word.
    """

    state: str
    kind: str
    sentence: str


def judge(lines: int, gaps: Sequence[Row], gap_rules: Sequence[Row], attention: Sequence[Row]) -> Verdict:
    """The verdict on a published night.

    Args:
        lines: lines of the list handed out.
        gaps: extracts that are stale, missing or refused; `is_whole` where no file of one can be used.
        gap_rules: rules that could not be evaluated for want of them.
        attention: what wants a person.
    """
    absent = {row["extract"] for row in gaps if row["is_whole"]}
    rules = {row["rule_id"] for row in gap_rules if row["extract"] in absent}
    said = [f"本期运行完成并已发布，清单共{lines}行"]
    if absent:
        unread = f"，{len(rules)}条规则因此未评估（未评估不等于没有问题）" if rules else ""
        said.append(f"{len(absent)}类数据没有可用的文件{unread}")
    said.append(f"有{len(attention)}项需要人工处理" if attention else "没有需要人工处理的事项")
    sentence = "；".join(said) + "。"
    if absent:
        return Verdict(LACKS_DATA, "lacking", sentence)
    return Verdict(WANTS_A_PERSON, "person", sentence) if attention else Verdict(GOOD, "good", sentence)


@dataclass(frozen=True)
class Figure:
    """A figure of the first screen: the number, what it counts, a note beside it, and where more stands."""

    number: str
    word: str
    note: str
    anchor: str


def figures(
    supply: Sequence[Row],
    optional: frozenset[str],
    line: Row,
    streets: Sequence[Row],
    review: Row,
    due: Sequence[Row],
    is_first: bool,
) -> tuple[Figure, ...]:
    """The five figures.

    Args:
        supply: extracts with their states.
        optional: extracts that nobody waits for; without a file they do not count.
        line: lines handed out, and the random checks among them.
        streets: firms by tier and the change since the last night, the district last.
        review: records and pairs that wait for a clerk.
        due: duties by department.
        is_first: whether there is no earlier night.
    """
    awaited = [row for row in supply if row["files"] or row["extract"] not in optional]
    fresh = sum(row["states"] == ["fresh"] for row in awaited)
    others = "全部及时" if fresh == len(awaited) else "其余过期、缺报或退回"
    district = streets[-1]
    compared = "首期，尚无可比" if is_first else f"较上期{change(district['change'])}"
    tiers = f"D {district['D']}、C {district['C']}，{compared}"
    overdue = sum(row["overdue"] for row in due)
    longest = max((row["longest"] or 0 for row in due), default=0)
    return (
        Figure(f"{fresh}/{len(awaited)}", "类数据及时", others, "supply"),
        Figure(str(district["D"] + district["C"]), "家 D、C 级企业", tiers, "tiers"),
        Figure(str(line["lines"]), "行清单", f"其中随机抽查{line['random_lines']}行", "due"),
        Figure(str(review["records"]), "条记录待人工核对", "关联未定，暂不计分", "matching"),
        Figure(str(overdue), "件部门事项已过期", f"最长已过{longest}天" if overdue else "没有过期的", "due"),
    )
