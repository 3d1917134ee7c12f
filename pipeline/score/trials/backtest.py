"""Past lists held against what street offices answered: precision, lift over the random checks, and by rule.

The random checks of each list were drawn below the cut, outside the ranking, so that their confirmed share
is what looking without a ranking finds. An answer is of a line, not of a rule: a line that several
rules stood behind counts for each of them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.errors import RunError
from pipeline.interval import wilson
from pipeline.score.judge import SQL
from pipeline.score.returns import load_returns

FIRST_LINES = 10
_NEEDED = ("list_line_history", "answered_line", "street_return", "rule_return")
_COUNTED = (
    *("confirmed", "partly", "not_so", "wrong_firm", "legalised", "rectified", "upgraded"),
    *("closed_by_order", "closed_itself", "relocated", "not_found"),
)


@dataclass(frozen=True)
class Share:
    """How many of some answered lines were right to send somebody.

    Attributes:
        hits: lines borne out.
        total: answered lines whose answer says whether they were right.
    """

    hits: int
    total: int

    @property
    def rate(self) -> float | None:
        """The share; None without an answer."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % Wilson interval."""
        return wilson(self.hits, self.total) if self.total else None

    def apart(self, other: "Share") -> bool:
        """Whether the two intervals do not meet."""
        own, theirs = self.interval, other.interval
        return bool(own and theirs) and (own[0] > theirs[1] or own[1] < theirs[0])  # type: ignore[index]

    def lift(self, base: "Share") -> float | None:
        """How many times the share of a base it is; None where the base found none or is empty."""
        return self.rate / base.rate if self.rate is not None and base.rate else None

    def __str__(self) -> str:
        if not self.total:
            return "no answer"
        low, high = wilson(self.hits, self.total)
        return f"{self.hits} of {self.total} = {self.hits / self.total:.0%} ({low:.0%}-{high:.0%})"


@dataclass(frozen=True)
class Extent:
    """How much was handed out and came back.

    Attributes:
        nights: nights whose lists are kept.
        first_night: the earliest of them.
        last_night: the latest.
        lines: lines of all these lists.
        answers: rows that street offices handed back.
        without_line: of them rows about a firm that no kept list before the visit holds.
    """

    nights: int
    first_night: date | None
    last_night: date | None
    lines: int
    answers: int
    without_line: int


@dataclass(frozen=True)
class Backtest:
    """Past lists against the answers.

    Attributes:
        extent: how much there is to judge by.
        ranked: all ranked lines.
        random: the random checks, the base.
        first: the first ten lines of each street's lists, over all streets.
        streets: the same by street.
        rules: ranked lines that each rule stood behind.
        least: fewer answers than this are too few.
    """

    extent: Extent
    ranked: Share
    random: Share
    first: Share
    streets: dict[str, Share]
    rules: dict[str, Share]
    least: int

    def __str__(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        extent = self.extent
        nights = f"{extent.nights} nights ({extent.first_night} to {extent.last_night})"
        yield f"{nights}, {extent.lines} lines handed out, {extent.answers} rows handed back"
        if extent.without_line:
            yield f"  {extent.without_line} of them are of firms that no kept list before the visit holds"
        yield "shares are of the answers that say whether the line was right, with 95 % Wilson intervals"
        yield f"random checks, the base: {self._told(self.random)}"
        yield f"ranked lines: {self._told(self.ranked, self.random)}"
        yield f"first {FIRST_LINES} lines of each street: {self._told(self.first, self.random)}"
        yield from (f"  {street}: {self._told(share)}" for street, share in self.streets.items())
        yield "by rule, ranked lines that it stood behind:"
        yield from (f"  {rule}: {self._told(share, self.random)}" for rule, share in self.rules.items())
        yield "nothing changes by itself: these figures are for people, and a confirmation adds no points"

    def _told(self, share: Share, base: Share | None = None) -> str:
        parts = [str(share)]
        if base and base.total and share.total:
            lift = share.lift(base)
            parts.append(f"{lift:.1f} times the base" if lift is not None else "the base found none")
            if not share.apart(base):
                parts.append("the intervals meet: no difference is shown")
        if share.total < self.least:
            parts.append(f"too few answers to judge by (fewer than {self.least})")
        elif base and base.total < self.least:
            parts.append(f"too few random checks to judge by (fewer than {self.least})")
        return "; ".join(parts)


def backtest(warehouse: Path) -> Backtest:
    """Holds the lists of past nights against what street offices answered.

    Args:
        warehouse: the published DuckDB file; only read.

    Raises:
        ConfigError: if there is no warehouse.
        RunError: if it comes from a night that kept no lists.
    """
    with _lists_of(warehouse) as con:
        (extent,) = _rows(con, "backtest_extent")
        lines = _rows(con, "backtest_line")
    ranked = [line for line in lines if line["kind"] == "ranked"]
    first = [line for line in ranked if line["place"] <= FIRST_LINES]
    return Backtest(
        extent=Extent(**extent),
        ranked=_share(ranked),
        random=_share(line for line in lines if line["kind"] == "random"),
        first=_share(first),
        streets=_by(first, lambda line: [line["street"]]),
        rules=_by(ranked, lambda line: line["rules"]),
        least=load_returns().least_answers,
    )


def told_of_rules(warehouse: Path) -> dict[str, str]:
    """What street offices answered to the lines of each rule, one sentence a rule, by its id.

    Args:
        warehouse: the published DuckDB file; only read.

    Raises:
        ConfigError: if there is no warehouse.
        RunError: if it comes from a night that kept no lists.
    """
    least = load_returns().least_answers
    with _lists_of(warehouse) as con:
        return {row["rule_id"]: _sentence(row, least) for row in _rows(con, "rule_told")}


def _sentence(row: dict[str, Any], least: int) -> str:
    if not row["answers"]:
        return "street offices: no answer yet"
    words = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in _COUNTED if row[name])
    few = f"; too few to judge by (fewer than {least})" if row["judged"] < least else ""
    borne_out = Share(row["borne_out"], row["judged"])
    return f"street offices: {row['answers']} answers ({words}); borne out {borne_out}{few}"


@contextmanager
def _lists_of(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = db.open_published(warehouse)
    try:
        if missing := sorted(set(_NEEDED) - db.table_names(con)):
            raise RunError(
                f"the warehouse has no {', '.join(missing)}", where=str(warehouse), mend="run a night first"
            )
        yield con
    finally:
        con.close()


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = db.read_arrow(
        con, (SQL / f"{name}.sql").read_text(encoding="utf-8")
    ).to_pylist()
    return rows


def _share(lines: Iterable[dict[str, Any]]) -> Share:
    said = [line["borne_out"] for line in lines if line["borne_out"] is not None]
    return Share(sum(said), len(said))


def _by(lines: list[dict[str, Any]], names: Callable[[dict[str, Any]], list[str]]) -> dict[str, Share]:
    """Shares by name; a line of several names counts for each."""
    every = sorted({name for line in lines for name in names(line)})
    return {name: _share(line for line in lines if name in names(line)) for name in every}
