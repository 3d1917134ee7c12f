"""Judgements of people: this record is that firm, or is not; applied before anything is decided."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import ConfigError
from pipeline.link.ordering import Ints, is_among

COLUMNS = ("record_id", "enterprise_id", "verdict", "who", "when", "why")
VERDICTS = ("same", "different", "unsure", "withdrawn")


@dataclass(frozen=True)
class Judgement:
    """One answer: who said when and why that a record and an enterprise are the same or not."""

    record_id: str
    enterprise_id: str
    verdict: str
    who: str
    when: str
    why: str


@dataclass(frozen=True)
class Judged:
    """Judgements as profiles and registered firms of this night.

    Attributes:
        same_profile, same_firm: pairs said to be the same.
        other_profile, other_firm: pairs said to be different.
    """

    same_profile: Ints
    same_firm: Ints
    other_profile: Ints
    other_firm: Ints

    def same(self, profiles: Ints) -> Ints:
        """The firm that each profile was said to be, -1 for none."""
        firm = np.full(int(profiles.max(initial=0)) + 1, -1, dtype=np.int64)
        firm[self.same_profile] = self.same_firm
        return firm[profiles]

    def denies(self, profiles: Ints, firm: Ints) -> Ints:
        """1 where a profile was said not to be the firm beside it."""
        width = int(max(firm.max(initial=0), self.other_firm.max(initial=0))) + 2
        asked, said = profiles * width + firm, self.other_profile * width + self.other_firm
        return is_among(asked, np.sort(said)).astype(np.int64)

    def denied_units(self, profiles: Ints, unit: Ints, width: int) -> Ints:
        """Keys unit * width + firm of all pairs said to be different."""
        at = np.searchsorted(profiles, self.other_profile)
        return unit[at] * width + self.other_firm


def nothing_judged() -> Judged:
    """No judgement at all."""
    nothing = np.zeros(0, dtype=np.int64)
    return Judged(nothing, nothing, nothing, nothing)


def read_judgements(folder: Path) -> list[Judgement]:
    """The judgements in force: of several on one pair the last (by date, then file and line) holds.

    Args:
        folder: holds `links*.csv` or `links*.jsonl`, append-only; it need not exist.

    Raises:
        ConfigError: if a line lacks a column or has an unknown verdict.
    """
    found: list[tuple[str, str, int, Judgement]] = []
    for path in sorted(folder.glob("links*")):
        for line, row in _rows(path):
            found.append((row.when, path.name, line, row))
    latest = {(row.record_id, row.enterprise_id): row for _, _, _, row in sorted(found, key=lambda f: f[:3])}
    kept = [row for row in latest.values() if row.verdict in ("same", "different")]
    return sorted(kept, key=lambda row: (row.record_id, row.enterprise_id))


def _rows(path: Path) -> Iterator[tuple[int, Judgement]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = map(json.loads, handle) if path.suffix == ".jsonl" else csv.DictReader(handle)
        for number, row in enumerate(lines, start=1):
            where = f"{path}:{number}"
            if not all(row.get(name) for name in COLUMNS):
                raise ConfigError(
                    "a judgement lacks a column", where=where, mend=f"give {', '.join(COLUMNS)}"
                )
            if row["verdict"] not in VERDICTS:
                raise ConfigError(
                    "the verdict is unknown", where=where, mend=f"use one of {', '.join(VERDICTS)}"
                )
            yield number, Judgement(**{name: str(row[name]) for name in COLUMNS})
