"""The report's tasks: what is due by the plan's cadences, and what became of the firms that were visited."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from pipeline.declaration import Source
from pipeline.publish.by_department.departments import page_of
from pipeline.publish.night_report.report_streets import places, total

WEEK, MONTH = 7, 30
# The plan's V.3: the streets report before the 25th of a quarter's last month.
_REPORT_DAY = 25
OUTCOMES = {
    "legalised": "已办照",
    "rectified": "已整改",
    "upgraded": "已升级",
    "closed_by_order": "责令关停",
    "closed_itself": "自行停业、注销",
    "relocated": "搬迁",
}
HELPED = ("legalised", "rectified", "upgraded")
Rows = list[dict[str, Any]]


def quarter_start(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_report(day: date) -> date:
    """The next day by which streets report on their quarter, `day` itself included."""
    start = quarter_start(day)
    due = date(start.year, start.month + 2, _REPORT_DAY)
    if day <= due:
        return due
    following = quarter_start(due + timedelta(days=15))
    return date(following.year, following.month + 2, _REPORT_DAY)


def with_pages(due: Rows, sources: Mapping[str, Source]) -> Rows:
    """Adds to each duty the page, inside the day's folder, that names the firms; None if none does."""
    return [{**row, "page": page_of(row["department"], sources) if row["overdue"] else None} for row in due]


def by_street(rows: Rows) -> Rows:
    """One row per street and one for the district: duties to firms there, lines answered in the quarter."""
    columns = ("overdue", "within_month", "lines", "answered")
    found = {row["street"]: row for row in rows}
    empty = dict.fromkeys(columns, 0)
    table = [{"street": street, **empty, **found.get(street, {})} for street in places(rows)]
    return [*table, total(table, columns)]


def outcomes(rows: Rows) -> Rows:
    """Firms by outcome of their last answer: the streets that answered, the district, and its quarter so far.

    Empty where no office has answered with one of `OUTCOMES`.
    """
    told = [row for row in rows if row["result"] in OUTCOMES]
    firms = Counter({(row["street"], row["result"]): row["firms"] for row in told})
    answered = {row["street"] for row in told}
    table: Rows = [
        {"street": street, **{result: firms[street, result] for result in OUTCOMES}}
        for street in places(told)
        if street in answered
    ]
    if not table:
        return []
    quarter: Counter[str] = Counter()
    for row in told:
        quarter[row["result"]] += row["in_quarter"]
    now = {"street": "其中本季度", **{result: quarter[result] for result in OUTCOMES}}
    return [*table, total(table, OUTCOMES), now]
