"""The quarterly report: what the streets were handed, what they answered, what is still open; real counts."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from pydantic import Field

from pipeline import db, strictyaml
from pipeline.declaration import Strict
from pipeline.errors import ConfigError
from pipeline.reference import DISTRICT_OFFICE, streets

_FOLDER = Path(__file__).parent
_QUARTER = re.compile(r"(20[0-9]{2})[Qq]([1-4])")
_MONTHS = 3
Rows = list[dict[str, Any]]


class Target(Strict):
    """What the plan asks of a street in a year, and by which answers it is met."""

    clause: str
    first_year: int
    last_year: int
    per_street: int = Field(gt=0)
    outcomes: dict[str, tuple[str, ...]]

    def holds_in(self, year: int) -> bool:
        """Whether the plan sets a target for a year."""
        return self.first_year <= year <= self.last_year


class Plan(Strict):
    """`policy/quarterly.yml`."""

    cut_off_day: int = Field(gt=0, le=28)
    report_clause: str
    target: Target
    groups: dict[str, tuple[str, ...]]


@cache
def load_plan() -> Plan:
    """Reads `quarterly.yml`.

    Raises:
        ConfigError: with file and line.
    """
    return strictyaml.load(_FOLDER / "policy" / "quarterly.yml", Plan, ConfigError)


@dataclass(frozen=True)
class Quarter:
    """A quarter of the plan: from the day after the last cut-off to the cut-off in its last month."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def last(self) -> date:
        """The cut-off; it belongs to the quarter."""
        return date(self.year, self.number * _MONTHS, load_plan().cut_off_day)

    @property
    def first(self) -> date:
        """The day after the last cut-off."""
        before = Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)
        return before.last + timedelta(days=1)


def quarter(text: str) -> Quarter:
    """Reads `2017Q1`.

    Raises:
        ConfigError: if it is none.
    """
    found = _QUARTER.fullmatch(text.strip())
    if not found:
        raise ConfigError("this is no quarter", where=f"--quarter {text}", mend="write it like 2017Q1")
    return Quarter(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Extent:
    """How much of a quarter the warehouse knows.

    Attributes:
        known: the newest day that it knows.
        nights: published nights inside the quarter.
        first_night, last_night: the first and the last of them, None where there is none.
    """

    known: date
    nights: int
    first_night: date | None
    last_night: date | None


@dataclass(frozen=True)
class Figures:
    """One street's figures, or the district's.

    Attributes:
        place: street, `街道不明` or 全区.
        firms: those listed or answered for in the quarter.
        found: firms with any finding on the quarter's last night.
        objections: received, settled, overdue.
        year: firms by the plan's outcomes since the year's first day; None outside the target's years.
    """

    place: str
    firms: Sequence[Mapping[str, Any]]
    found: int
    objections: Mapping[str, int]
    year: Mapping[str, int] | None

    def count(self, holds: Callable[[Mapping[str, Any]], Any]) -> int:
        """How many firms something holds of."""
        return sum(bool(holds(firm)) for firm in self.firms)

    @property
    def results(self) -> Counter[str]:
        """Firms by the answer that stands."""
        return Counter(firm["result"] for firm in self.firms if firm["result"])


def is_open(firm: Mapping[str, Any]) -> bool:
    """Whether a listed firm was not answered for, up to the cut-off, by anything that says something."""
    return bool(firm["is_listed"] and not firm["result"] and not firm["was_checked"])


def is_overdue(firm: Mapping[str, Any]) -> bool:
    """Whether it is open and stood on a list before the last cut-off already."""
    return is_open(firm) and bool(firm["is_overdue"])


def figures(con: duckdb.DuckDBPyConnection, asked: Quarter) -> tuple[Extent, list[Figures]]:
    """The extent, and the figures of the ten streets, of firms whose street nobody knows, of the district.

    Args:
        con: a published warehouse.
        asked: the quarter.
    """
    days = {"first": asked.first, "last": asked.last}
    extent = Extent(**_rows(con, "quarterly_extent", days)[0])
    firms = _rows(con, "quarterly_firm", {**days, "known": extent.known})
    found = {_street(row): row["firms"] for row in _rows(con, "quarterly_found", days)}
    objections = {_street(row): row for row in _rows(con, "quarterly_objection", days)}
    cleared = _cleared(con, asked, extent.known)
    told = [
        Figures(
            place=place,
            firms=[firm for firm in firms if _street(firm) == place],
            found=found.get(place, 0),
            objections=_objections([objections[place]] if place in objections else []),
            year=None if cleared is None else _outcomes([f for f in cleared if _street(f) == place]),
        )
        for place in (*streets(), DISTRICT_OFFICE)
    ]
    whole = None if cleared is None else _outcomes(cleared)
    total = _objections(list(objections.values()))
    return extent, [*told, Figures("全区", firms, sum(found.values()), total, whole)]


def _cleared(con: duckdb.DuckDBPyConnection, asked: Quarter, known: date) -> Rows | None:
    """Firms that were answered for since the year's first day; None where the plan sets no target."""
    if not load_plan().target.holds_in(asked.year):
        return None
    days = {"first": Quarter(asked.year, 1).first, "last": asked.last, "known": known}
    return [firm for firm in _rows(con, "quarterly_firm", days) if firm["result"]]


def _outcomes(firms: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    results = Counter(firm["result"] for firm in firms)
    return {name: sum(results[one] for one in own) for name, own in load_plan().target.outcomes.items()}


def _objections(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in ("received", "settled", "overdue")}


def _street(row: Mapping[str, Any]) -> str:
    return row["street"] if row["street"] in streets() else DISTRICT_OFFICE


def _rows(con: duckdb.DuckDBPyConnection, name: str, bound: Mapping[str, Any]) -> Rows:
    query = (_FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    used = {key: value for key, value in bound.items() if f"${key}" in query}
    rows: Rows = db.read_arrow(con, query, used).to_pylist()
    return rows
