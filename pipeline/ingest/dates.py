"""Dates and periods in the forms in which departments write them."""

import calendar
import re
import unicodedata
from datetime import date, timedelta

import pyarrow as pa

from pipeline.ingest.parsed import Parsed, by_value, plain

OPEN_END = date(9999, 12, 31)
_EARLIEST = date(1949, 1, 1)
_EXCEL_ZERO = date(1899, 12, 30)
_YEARS_AHEAD = 10
_TIME = r"(?:T?\d{1,2}[::时]\d{1,2}(?:[::分]\d{1,2}(?:\.\d+)?秒?)?Z?)?"
_SEPARATED = re.compile(rf"(\d{{4}})([-/.年])(\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{_TIME}")
# White space goes: `2017-3-2 0:00` becomes `2017-3-20:00`; this tells the day from the hour before.
_BEFORE_TIME = re.compile(
    r"(?P<day>.*?[\d日号])(?:\s+|(?<=[日号])|T)(?:[上下]午)?\s*"
    r"\d{1,2}[:时点](?:\d{1,2})?(?:[:分]\d{1,2}(?:\.\d+)?)?[分秒]?\s*(?:AM|PM|Z|[+-]\d\d:?\d\d)?",
    re.DOTALL | re.IGNORECASE,
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}|\d{4})?")
_SERIAL = re.compile(r"(\d{2}),?(\d{3})(?:\.\d+)?")
_ENGLISH = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4}|\d{2})")
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_OPEN = frozenset(
    {
        "长期",
        "永久",
        "长期有效",
        "永久有效",
        "2099-12-31",
        "20991231",
        "2099/12/31",
        "2099.12.31",
        "2099年12月31日",
    }
)
_ZERO_DATES = frozenset({"0", "0.0", "1900-01-00", "1900-1-0", "1900/1/0", "1900-1-1", "1900/1/1"})
_NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_YEAR = re.compile(r"(\d{4})(?:年度?)?(?:全年)?")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?(0[1-9]|1[0-2])|[-/.年]([1-9]))月?(?:份|度)?")
_QUARTER = re.compile(r"(\d{4})[-/.年]?(?:Q([1-4])|第?([1-4])季度?|([1-4])Q)", re.IGNORECASE)
_MONTH_RANGE = re.compile(r"(\d{4})年?(\d{1,2})月?(?:-|至|~|—)(?:\d{4}年)?(\d{1,2})月(?:份)?")
_RANGE = re.compile(
    r"(?P<start>.{6,}?)(?:至|到|~|—|--)(?P<end>.{6,})"
    r"|(?P<first>\d{6}|\d{8}|\d{4}(?P<sign>[-/.])\d{1,2}(?P=sign)\d{1,2})-(?P<last>\d{6}|\d{8}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
)


def read_dates(column: pa.Array, extract_date: date) -> Parsed:
    """A column of dates; outside 1949 … extract date + 10 years is bad, 9999 is open-ended."""
    latest = _years_later(extract_date)
    values, bad = by_value(column, lambda text: parse_date(text, latest), pa.date32())
    return Parsed(values, bad)


def read_periods(column: pa.Array, extract_date: date) -> Parsed:
    """A column of periods: label (`2017Q1`, `2017-03`, `2017`), with first and last day."""
    latest = _years_later(extract_date)
    labels, bad = by_value(column, lambda text: parse_period(text, latest), pa.string())
    start, _ = by_value(labels, lambda label: period_bounds(label)[0], pa.date32())
    end, _ = by_value(labels, lambda label: period_bounds(label)[1], pa.date32())
    return Parsed(labels, bad, {"_start": start, "_end": end})


def parse_date(text: str, latest: date) -> date | None:
    """The date that a cell holds; None for a zero date.

    Raises:
        ValueError: if it is none, does not exist, or lies outside 1949 … latest.
    """
    cell = _day_cell(text)
    if cell in _ZERO_DATES:
        return None
    if cell in _OPEN or cell.startswith("9999"):
        return OPEN_END
    found = _any_date(cell)
    if not _EARLIEST <= found <= latest:
        raise ValueError("outside the range")
    return found


def _day_cell(text: str) -> str:
    """A cell without the time of day and the weekday, in Arabic digits."""
    cell = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text)).strip()
    timed = _BEFORE_TIME.fullmatch(cell)
    return _arabic(plain(timed["day"] if timed else cell))


def _any_date(cell: str) -> date:
    if match := _SEPARATED.fullmatch(cell):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _DIGITS.fullmatch(cell):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SERIAL.fullmatch(cell):
        return _EXCEL_ZERO + timedelta(days=int(match[1] + match[2]))
    if match := _ENGLISH.fullmatch(cell):
        year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
        return date(year, _MONTHS.get(match[2].title(), 0), int(match[1]))
    raise ValueError("no date")


def parse_period(text: str, latest: date) -> str:
    """The label of the year, quarter or month that a cell holds.

    Raises:
        ValueError: if it holds none of them.
    """
    label = _any_period(text)
    start, _ = period_bounds(label)
    if not _EARLIEST <= start <= latest:
        raise ValueError("outside the range")
    return label


def _any_period(text: str) -> str:
    cell = _arabic(plain(text))
    if match := _MONTH.fullmatch(cell):
        return f"{match[1]}-{int(match[2] or match[3]):02d}"
    if match := _QUARTER.fullmatch(cell):
        return f"{match[1]}Q{match[2] or match[3] or match[4]}"
    if match := _YEAR.fullmatch(cell):
        return match[1]
    if match := _MONTH_RANGE.fullmatch(cell):
        return _spanning(date(int(match[1]), int(match[2]), 1), _month_end(int(match[1]), int(match[3])))
    if match := _RANGE.fullmatch(cell):
        start, end = match["start"] or match["first"], match["end"] or match["last"]
        return _spanning(_edge(start, last=False), _edge(end, last=True))
    # A month that a spreadsheet has turned into its first day.
    found = _any_date(_day_cell(text))
    if found.day != 1:
        raise ValueError("a day is no period")
    return f"{found.year}-{found.month:02d}"


def _edge(text: str, *, last: bool) -> date:
    if match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2] or match[3])
        return _month_end(year, month) if last else date(year, month, 1)
    return _any_date(text)


def _spanning(start: date, end: date) -> str:
    """The label of the period that begins and ends on these days."""
    labels = (
        f"{start.year}-{start.month:02d}",
        f"{start.year}Q{(start.month + 2) // 3}",
        f"{start.year}",
    )
    for label in labels:
        if period_bounds(label) == (start, end):
            return label
    raise ValueError("neither month, quarter nor year")


def period_bounds(label: str) -> tuple[date, date]:
    """First and last day of a period label."""
    year = int(label[:4])
    if "Q" in label:
        quarter = int(label[5])
        return date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter)
    if "-" in label:
        month = int(label[5:])
        return date(year, month, 1), _month_end(year, month)
    return date(year, 1, 1), date(year, 12, 31)


def _month_end(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError("no month")
    return date(year, month, calendar.monthrange(year, month)[1])


def _years_later(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year + _YEARS_AHEAD, day=28 if leap else day.day)


def _arabic(cell: str) -> str:
    """Chinese numerals in a date made digits: 二〇一七年三月二十日, 第四季度."""
    if cell.isascii() or not any(c in _NUMERALS or c == "十" for c in cell):
        return cell
    cell = re.sub(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)", _tens, cell)
    return "".join(str(_NUMERALS.get(c, c)) for c in cell)


def _tens(match: re.Match[str]) -> str:
    tens = _NUMERALS[match[1]] if match[1] else 1
    return str(tens * 10 + (_NUMERALS[match[2]] if match[2] else 0))
