"""Which readable files of the inbox a night takes: expectations, and rows against the last good file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.ingest.checks import check_files
from pipeline.ingest.entries import Entry
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.status import check_rows

# A sender with fewer rows before may well have half of them tomorrow.
_FEWEST_ROWS = 20
_TOO_FEW = "数据行数不足上一份的下限，可能没有报全"
_TOO_MANY = "数据行数超过上一份的上限，可能重复报送"

_Taken = dict[tuple[str, str | None], Entry]


@dataclass(frozen=True)
class _Good:
    """A file that was taken: where it stands in time, and its accepted rows by sender."""

    place: tuple[date, str, float]
    sha256: str | None
    rows: dict[str, int]


@dataclass(frozen=True)
class _Change:
    """One sender's rows in a file against those of its last good file."""

    sender: str
    now: int
    before: int
    since: date

    @property
    def ratio(self) -> float:
        return self.now / self.before

    def too_few(self, source: Source) -> str:
        """Why the file is refused, and the mend."""
        share = f"{float(source.row_change.floor):.0%}"
        return (
            f"{self.sender}只有{self.now}行可用数据，不足上一份（{self.since}，{self.before}行）的{share}，"
            f"请核对是否报全；确实减少的，由系统管理员用 --accept {source.extract} 采用"
        )


def admit(
    con: duckdb.DuckDBPyConnection,
    inbox: Sequence[LoadedFile],
    source: Source,
    history: Sequence[Entry],
    *,
    accept: bool,
) -> list[dict[str, Any]]:
    """Refuses the files that must not be taken.

    A file that an earlier night took is not refused again; what an operator accepts is remarked.

    Args:
        con: the night's connection, with `incoming` (intake.py) in it.
        inbox: the extract's files.
        source: its declaration.
        history: what earlier nights took, up to as-of.
        accept: an operator accepts the extract this night.

    Returns:
        The rows of `check_result`.
    """
    taken: _Taken = {(entry.file, entry.sha256): entry for entry in history}
    checks = check_files(con, inbox, source)
    for item in inbox:
        failed = [c for c in checks if c.file == item.name and not c.passed and c.expectation.blocking]
        if failed:
            expectation = failed[0].expectation
            _refuse(item, f"{expectation.why}，请核对后重报", expectation.column, taken, accept)
    rows = check_rows(source, checks)
    return rows + _compare(inbox, source, taken, accept) if source.mode == "snapshot" else rows


def _refuse(item: LoadedFile, why: str, column: str | None, taken: _Taken, accept: bool) -> None:
    entry = taken.get((item.name, item.sha256))
    if entry is not None:
        item.remarks = entry.despite
    elif accept:
        item.remarks = (*item.remarks, f"{why.split('，')[0]}，经操作员确认后采用")
    else:
        item.refuse(why, column)


def _compare(
    inbox: Iterable[LoadedFile], source: Source, taken: _Taken, accept: bool
) -> list[dict[str, Any]]:
    """Holds every file against the last good one of its senders, in the order of their days."""
    goods = [
        _Good((entry.extract_date, entry.file, entry.sequence), entry.sha256, entry.sender_rows)
        for entry in taken.values()
    ]
    rows = []
    for item in sorted((item for item in inbox if item.is_used), key=lambda item: item.order):
        entry = taken.get((item.name, item.sha256))
        good = _Good((*item.order, entry.sequence if entry else inf), item.sha256, item.sender_rows)
        changes = _changes(good, goods)
        if changes:
            least = min(changes, key=lambda change: (change.ratio, change.sender))
            if least.ratio < source.row_change.floor:
                _refuse(item, least.too_few(source), None, taken, accept)
            rows += _result(source, item.name, least.ratio, max(change.ratio for change in changes))
        if item.is_used:
            goods.append(good)
    return rows


def _changes(good: _Good, goods: Sequence[_Good]) -> list[_Change]:
    earlier = [other for other in goods if other.place < good.place and other.sha256 != good.sha256]
    earlier.sort(key=lambda other: other.place)
    last = {sender: (other.rows[sender], other.place[0]) for other in earlier for sender in other.rows}
    return [
        _Change(sender, now, *last[sender])
        for sender, now in good.rows.items()
        if sender in last and last[sender][0] >= _FEWEST_ROWS
    ]


def _result(source: Source, file: str, least: float, most: float) -> list[dict[str, Any]]:
    floor, ceiling = float(source.row_change.floor), float(source.row_change.ceiling)
    common = {"extract": source.extract, "file": file, "metric": "row_change", "column": None}
    return [
        {
            **common,
            "observed": round(least, 6),
            "min": floor,
            "max": None,
            "blocking": True,
            "passed": least >= floor,
            "why": _TOO_FEW,
        },
        {
            **common,
            "observed": round(most, 6),
            "min": None,
            "max": ceiling,
            "blocking": False,
            "passed": most <= ceiling,
            "why": _TOO_MANY,
        },
    ]
