"""Judgements of people, as they lie in `corrections/`: this record is that firm, or is not."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError

COLUMNS = ("record_id", "enterprise_id", "verdict", "who", "when", "why")
VERDICTS = ("same", "different", "unsure", "withdrawn")
MOVING = ("same", "different")
IN_FORCE, REPLACED, WITHDRAWN = "in_force", "replaced", "withdrawn"
Aliases = Mapping[str, tuple[str, date]]


@dataclass(frozen=True)
class Judgement:
    """One answer: who said when and why that a record and an enterprise are the same or not."""

    record_id: str
    enterprise_id: str
    verdict: str
    who: str
    when: str
    why: str

    @property
    def pair(self) -> tuple[str, str]:
        """The record and the enterprise that are judged."""
        return self.record_id, self.enterprise_id

    @property
    def day(self) -> date:
        """The day on which it was given."""
        return date.fromisoformat(self.when[:10])


@dataclass(frozen=True)
class Given:
    """A judgement and what became of it.

    Attributes:
        judgement: the line, with the enterprise_id that was written; it may have been taken over since.
        state: `in_force`, `replaced` by a later one on the same pair, or `withdrawn`.
        until: the day on which it was replaced or withdrawn.
    """

    judgement: Judgement
    state: str = IN_FORCE
    until: date | None = None


def read_judgements(folder: Path, aliases: Aliases | None = None) -> list[Given]:
    """All judgements but withdrawals, by date, then file and line; the last on a pair is in force.

    Args:
        folder: holds `links*.csv` or `links*.jsonl`, append-only; it need not exist.
        aliases: old enterprise ids and what they are now; a line may name an enterprise by either.

    Raises:
        ConfigError: if a line lacks a column, has an unknown verdict or no date.
    """
    found: list[tuple[date, str, int, Judgement]] = []
    for path in sorted([*folder.glob("links*.csv"), *folder.glob("links*.jsonl")]):
        for number, row in _rows(path):
            found.append((row.day, path.name, number, row))
    given: list[Given] = []
    aliases = aliases or {}
    last: dict[str, dict[str, int]] = defaultdict(dict)
    for day, _, _, judgement in sorted(found, key=lambda item: item[:3]):
        held = last[judgement.record_id]
        withdraws = judgement.verdict == "withdrawn"
        # Two ids that were two firms when the line was written are answered apart, whatever they are since.
        known = {name: aliases[name] for name in (judgement.enterprise_id, *held) if name in aliases}
        now = {name: target for name, (target, since) in known.items() if withdraws or since < day}
        before = held.pop(_named(judgement.enterprise_id, held, now), None)
        if before is not None:
            given[before] = replace(given[before], state=WITHDRAWN if withdraws else REPLACED, until=day)
        if not withdraws:
            held[judgement.enterprise_id] = len(given)
            given.append(Given(judgement))
    return given


def _named(enterprise_id: str, judged: Iterable[str], now: Mapping[str, str]) -> str:
    """The judged enterprise that a line is about: by the very id, else by what the ids are now."""
    called = now.get(enterprise_id, enterprise_id)
    same = [name for name in judged if now.get(name, name) == called]
    return enterprise_id if enterprise_id in same or not same else same[-1]


def in_force(given: list[Given]) -> list[Judgement]:
    """The judgements that hold, in the order in which they were given."""
    return [one.judgement for one in given if one.state == IN_FORCE]


def moving(given: list[Given]) -> list[Judgement]:
    """The judgements that move a record, or did until they were withdrawn, replaced or overruled."""
    return [one.judgement for one in given if one.judgement.verdict in MOVING]


def _rows(path: Path) -> Iterator[tuple[int, Judgement]]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            lines = _json_lines(path, handle) if path.suffix == ".jsonl" else csv.DictReader(handle)
            for number, row in enumerate(lines, start=1):
                yield number, _judgement(row, f"{path}:{number}")
    except (UnicodeError, csv.Error, OSError) as problem:
        raise ConfigError(
            f"the judgements cannot be read ({type(problem).__name__})",
            where=f"{path}:{number + 1}",
            mend="save the file as UTF-8 again, without changing its lines",
        ) from None


def _json_lines(path: Path, handle: Iterator[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(handle, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise ConfigError(
                "a judgement is no JSON object", where=f"{path}:{number}", mend="mend or remove the line"
            )
        yield row


def _spoken(text: str) -> str:
    """A text that every table takes: half a character, as JSON can spell it, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _judgement(row: Mapping[str, Any], where: str) -> Judgement:
    if not all(row.get(name) for name in COLUMNS):
        raise ConfigError("a judgement lacks a column", where=where, mend=f"give {', '.join(COLUMNS)}")
    if row["verdict"] not in VERDICTS:
        raise ConfigError("the verdict is unknown", where=where, mend=f"use one of {', '.join(VERDICTS)}")
    judgement = Judgement(**{name: _spoken(str(row[name])) for name in COLUMNS})
    try:
        _ = judgement.day
    except ValueError:
        raise ConfigError("`when` is no date", where=where, mend="write it like 2017-03-31") from None
    return judgement
