"""How early: days from a firm's first appearance in a high tier to the event that the truth dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb

from pipeline import db


@dataclass(frozen=True)
class Lead:
    """How early truly low-end firms were raised.

    Attributes:
        events: low-end entities with a dated event.
        days: days from the first appearance to the event, of those that ever appeared; ascending. Negative
            where the event came first.
        by_reason: median days by reason of the truth, and how many appeared.
    """

    events: int
    days: tuple[int, ...]
    by_reason: tuple[tuple[str, int, float], ...]

    @property
    def median(self) -> float | None:
        """Median days of those that ever appeared."""
        return median(self.days) if self.days else None

    @property
    def median_of_all(self) -> float | None:
        """The same with those that never appeared counted as last of all; None if most never did."""
        ranked = [*([None] * (self.events - len(self.days))), *self.days]
        return ranked[(len(ranked) - 1) // 2] if ranked else None

    def __str__(self) -> str:
        parts = "; ".join(f"{reason} {days:g} ({count})" for reason, count, days in self.by_reason)
        return (
            f"{len(self.days)} of {self.events} low-end firms were raised; median lead {self.median} days "
            f"({self.median_of_all} with those never raised counted as last); by reason: {parts}"
        )


def lead(first: Mapping[str, date], truth: Path) -> Lead:
    """Holds first appearances against the truth.

    Args:
        first: entity → the night on which it first appeared.
        truth: folder with `entities.parquet`.
    """
    with duckdb.connect(config={**db.OFFLINE}) as con:
        rows = con.execute(
            "SELECT entity_id, reasons, event_on FROM read_parquet($path) "
            "WHERE low_end AND event_on IS NOT NULL ORDER BY entity_id",
            {"path": str(truth / "entities.parquet")},
        ).fetchall()
    found = [(reasons, (event - first[entity]).days) for entity, reasons, event in rows if entity in first]
    words = sorted({word for reasons, _ in found for word in reasons})
    days = {word: [gone for reasons, gone in found if word in reasons] for word in words}
    return Lead(
        len(rows),
        tuple(sorted(gone for _, gone in found)),
        tuple((word, len(own), float(median(own))) for word, own in days.items()),
    )
