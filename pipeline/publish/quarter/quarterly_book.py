"""The quarterly report as workbooks: one for each street, and the summary of 区发改局."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import ConfigError
from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import Value
from pipeline.publish.forms.xlsx_style import (
    CELL,
    HEADER,
    height,
    landscape,
    workbook,
    write_cell,
    write_notice,
)
from pipeline.publish.quarter.quarterly import (
    Extent,
    Figures,
    Quarter,
    figures,
    is_open,
    is_overdue,
    load_plan,
)
from pipeline.reference import DISTRICT_OFFICE

OFFICE = "区发改局"
DISTRICT = "全区"
_FOOTER = "内部使用，不得公开；数字反映工作进展，不是对企业的评价"
_FIRMS = {
    "序号": 6, "企业编号": 20, "企业名称": 30, "统一社会信用代码": 24, "经营地址": 34, "首次列入": 12,
    "最近列入": 12, "清单类别": 11, "核查结果": 13, "核查日期": 12, "期内核查次数": 8, "进展": 14,
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One figure of the report: its heading, what it counts, and what to know of it."""

    heading: str
    count: Callable[[Figures], int]
    note: str = ""


@dataclass(frozen=True)
class Made:
    """What was written: the folder, how many workbooks, and whether there was anything to count."""

    folder: Path
    books: int
    extent: Extent
    total: Figures

    def __str__(self) -> str:
        whole = self.total
        if self.extent.nights == 0 and not whole.firms:
            said = "no list was published and nothing was answered in this quarter; the workbooks say so"
        else:
            checked, left = whole.count(lambda firm: firm["result"]), whole.count(is_open)
            said = (
                f"{self.extent.nights} nights, {whole.count(lambda firm: firm['is_listed'])} firms listed, "
                f"{checked} checked, {left} open, {whole.count(is_overdue)} of them overdue"
            )
        return f"{self.folder}: {self.books} workbooks; {said}"


def write_quarter(warehouse: Path, asked: Quarter, out: Path, sources: Mapping[str, Source]) -> Made:
    """Writes a workbook for each street, for firms whose street nobody knows, and the district's summary.

    Args:
        warehouse: a published warehouse; opened read-only.
        asked: the quarter.
        out: the folder; made if it is not there.
        sources: the declarations, for the words of the answers.

    Raises:
        ConfigError: if there is no warehouse, or the folder cannot be made.
    """
    with db.open_published(warehouse) as con:
        extent, told = figures(con, asked)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ConfigError(
            "no folder can be made here", where=str(out), mend="name another with --out"
        ) from None
    measures = _measures({name: words[0] for name, words in _answers(sources).items()})
    *places, whole = told
    own = [one for one in places if one.place != DISTRICT_OFFICE or one.firms]
    for one in own:
        _write_street(out / f"{one.place}_{asked}.xlsx", one, asked, extent, measures, sources)
    _write_district(out / f"{OFFICE}_{asked}.xlsx", told, asked, extent, measures)
    return Made(out, len(own) + 1, extent, whole)


def _answers(sources: Mapping[str, Source]) -> Mapping[str, Any]:
    return sources["street_returns"].columns["result"].values


def _measures(words: Mapping[str, str]) -> list[Measure]:
    """The figures in their order; helped stands beside closed."""

    def said(*results: str) -> Callable[[Figures], int]:
        return lambda told: sum(told.results[result] for result in results)

    groups = load_plan().groups
    helped, closed = groups["帮扶"], groups["关停"]
    rest = [name for name in words if name not in {*helped, *closed, "pending"}]
    return [
        Measure("有风险依据", lambda told: told.found, "期内最后一期，有计分依据的企业，含未列入清单的"),
        Measure("列入清单", lambda told: told.count(lambda firm: firm["is_listed"])),
        Measure(
            "其中随机抽查",
            lambda told: told.count(lambda firm: firm["is_listed"] and firm["is_random"]),
            "与排名无关",
        ),
        Measure("已核查", lambda told: told.count(lambda firm: firm["result"]), "期内有说明情况的结果"),
        Measure(
            "清单外核查",
            lambda told: told.count(lambda firm: firm["result"] and not firm["is_listed"]),
            "期内不在清单上，多为上季度的清单",
        ),
        Measure("帮扶合计", said(*helped), "已办照、已整改、已升级"),
        *(Measure(words[name], said(name)) for name in (*helped, *closed)),
        *(Measure(words[name], said(name), "不作任何判断" if name == "not_found" else "") for name in rest),
        Measure(
            "前期已核查",
            lambda told: told.count(
                lambda firm: firm["is_listed"] and not firm["result"] and firm["was_checked"]
            ),
            "列入清单，上季度及以前已有结果，期内没有新的结果",
        ),
        Measure("未核查", lambda told: told.count(is_open)),
        Measure("其中核查中", lambda told: told.count(lambda firm: is_open(firm) and firm["is_pending"])),
        Measure("其中超期", lambda told: told.count(is_overdue), "上季度截止日以前就已列入清单"),
        Measure("企业异议", lambda told: told.objections["received"], "期内收到，件"),
        Measure("异议已办结", lambda told: told.objections["settled"], "件"),
        Measure("异议超时限", lambda told: told.objections["overdue"], "件"),
    ]


def _write_street(
    path: Path,
    told: Figures,
    asked: Quarter,
    extent: Extent,
    measures: Sequence[Measure],
    sources: Mapping[str, Source],
) -> None:
    title = f"{told.place}{_name(asked)}清理整治进展"
    rows: list[Sequence[Value]] = [[one.heading, one.count(told), one.note] for one in measures]
    with workbook(path, title, asked.last) as book:
        _notice(book, title, told.place, asked, extent)
        _sheet(book, "汇总", title, {"项目": 24, "数量": 10, "说明": 60}, rows)
        _target_sheet(book, title, asked, [told])
        _sheet(book, "明细", title, _FIRMS, _firm_rows(told, sources))


def _write_district(
    path: Path, told: Sequence[Figures], asked: Quarter, extent: Extent, measures: Sequence[Measure]
) -> None:
    title = f"{OFFICE}{_name(asked)}清理整治进展汇总"
    shape = {"街道": 12, **{one.heading: max(7, 2 + 2 * len(one.heading) // 2) for one in measures}}
    rows: list[Sequence[Value]] = [[one.place, *(each.count(one) for each in measures)] for one in told]
    with workbook(path, title, asked.last) as book:
        _notice(book, title, DISTRICT, asked, extent)
        _sheet(book, "汇总", title, shape, rows)
        _target_sheet(book, title, asked, told)


def _notice(book: Any, title: str, place: str, asked: Quarter, extent: Extent) -> None:
    told = {
        "place": place, "quarter": _name(asked), "clause": load_plan().report_clause,
        "first": asked.first.isoformat(), "last": asked.last.isoformat(), "extent": _extent(asked, extent),
        "target": _target(asked),
    }  # fmt: skip
    write_notice(book, title, wording.sentences("quarterly_notice.csv", told))


def _extent(asked: Quarter, extent: Extent) -> str:
    if extent.nights == 0:
        return "本季度没有发出过清单，下列数字为零是因为没有数据，不表示没有问题。"
    text = f"期内共有{extent.nights}期清单（{extent.first_night}至{extent.last_night}）。"
    early = f"数据只到{extent.known}，季度尚未结束，数字还会变化。" if extent.known < asked.last else ""
    return text + early


def _target_sheet(book: Any, title: str, asked: Quarter, told: Sequence[Figures]) -> None:
    """The plan's yearly target, in the years for which there is one."""
    if told[0].year is None:
        return
    plan = load_plan().target
    shape = {"街道": 14, "年度任务（家）": 16, **dict.fromkeys(plan.outcomes, 10), "本年累计": 10}
    _sheet(book, "年度任务", title, shape, [_target_row(one, plan.per_street, len(told) - 2) for one in told])


def _target_row(told: Figures, per_street: int, places: int) -> list[Value]:
    year = told.year or {}
    tasks: dict[str, Value] = {DISTRICT_OFFICE: "", DISTRICT: per_street * places}
    task = tasks.get(told.place, per_street)
    return [told.place, task, *year.values(), sum(year.values())]


def _target(asked: Quarter) -> str:
    plan = load_plan().target
    if not plan.holds_in(asked.year):
        return f"计划的年度任务只适用于{plan.first_year}—{plan.last_year}年，{asked.year}年没有。"
    return (
        f"计划{plan.clause}：{plan.first_year}—{plan.last_year}年每个街道每年{plan.per_street}家。“年度任务”表自"
        f"{Quarter(asked.year, 1).first}起累计：淘汰指责令关停、自行停业或注销，转移指已搬迁，升级指已升级；"
        "已办照、已整改属帮扶，另列。计划没有写明怎样认定，由区发展和改革局认定。任务只在本报告中列出，不是清单排名的指标，不影响任何企业的分数和等级。"
    )


def _firm_rows(told: Figures, sources: Mapping[str, Source]) -> list[Sequence[Value]]:
    words = {name: own[0] for name, own in _answers(sources).items()}
    return [
        [
            number, firm["enterprise_id"], plain(firm["name"]), plain(firm["uscc"]), plain(firm["address"]),
            _day(firm["first_listed_on"]), _day(firm["last_listed_on"]), _kind(firm),
            words.get(firm["result"], ""), _day(firm["checked_on"]), firm["visits"] or "", _progress(firm),
        ]
        for number, firm in enumerate(told.firms, start=1)
    ]  # fmt: skip


def _kind(firm: Mapping[str, Any]) -> str:
    if not firm["is_listed"]:
        return "清单外"
    return wording.RANDOM_CHECK if firm["is_random"] else "按等级列入"


def _progress(firm: Mapping[str, Any]) -> str:
    if firm["result"]:
        return "已核查"
    if not is_open(firm):
        return "前期已核查" if firm["was_checked"] else "核查中"
    told = "核查中" if firm["is_pending"] else "未核查"
    return f"{told}（超期）" if is_overdue(firm) else told


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _name(asked: Quarter) -> str:
    return f"{asked.year}年第{'一二三四'[asked.number - 1]}季度"


def _sheet(
    book: Any, name: str, title: str, shape: Mapping[str, int], rows: Sequence[Sequence[Value]]
) -> None:
    page = book.add_worksheet(name)
    head, text = book.add_format(HEADER), book.add_format({**CELL, "num_format": "@"})
    number = book.add_format({**CELL, "align": "center"})
    widths = list(shape.values())
    page.set_row(0, height(list(shape), widths))
    for position, heading in enumerate(shape):
        page.set_column(position, position, widths[position])
        page.write_string(0, position, heading, head)
    for line, row in enumerate(rows, start=1):
        page.set_row(line, height(row, widths))
        for position, value in enumerate(row):
            write_cell(page, line, position, value, text if isinstance(value, str) else number)
    landscape(page, title, _FOOTER, pages_wide=1)
    page.freeze_panes(1, 1)
