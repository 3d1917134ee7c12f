"""Working days in China: Monday to Friday, but for public holidays, and the weekend days worked instead.

`working_days.csv` holds the days on which the State Council's yearly notice departs from the week (source:
chinesecalendar 1.11.0, MIT licence; 2016 to 2026). For a year that is not in it the week alone counts.
"""

import csv
from datetime import date, timedelta
from functools import cache

from pipeline.reference import FOLDER

SATURDAY = 5


@cache
def departures() -> dict[date, bool]:
    """Days on which the calendar departs from the week: whether they are worked."""
    with (FOLDER / "working_days.csv").open(encoding="utf-8", newline="") as handle:
        return {date.fromisoformat(row["day"]): row["kind"] == "work" for row in csv.DictReader(handle)}


def is_working(day: date) -> bool:
    """Whether offices work on a day."""
    return departures().get(day, day.weekday() < SATURDAY)


def after(day: date, number: int) -> date:
    """The n-th working day after a day; the day itself does not count (民法典第二百零一条)."""
    while number:
        day += timedelta(days=1)
        number -= is_working(day)
    return day


def between(first: date, last: date) -> int:
    """How many working days lie after one day up to and with another; 0 if it is not later."""
    return sum(is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
