"""The open pairs as a clerk sees them: equal ones as one line, the most useful first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Role, Source
from pipeline.publish.database.inputs import quoted

QUERY = Path(__file__).parent / "queries" / "review_pairs.sql"
_ROLES: dict[str, tuple[Role, ...]] = {
    "name": ("name", "name_or_person"),
    "sign_name": ("sign_name",),
    "code": (
        "uscc",
        "uscc_or_org_code",
        "uscc_or_registration_no",
        "registration_no",
        "org_code",
        "taxpayer_id",
    ),
    "address": ("address",),
    "street": ("street",),
}
_MILLION = 1_000_000
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One question to a clerk.

    Attributes:
        pair: the pair that stands for all: the enterprise with its probability and comparisons.
        seen: what may be shown of the record: name, sign_name, code, address, street, extract_date.
        records: all records that look the same and that the answer settles, sorted.
    """

    pair: Row
    seen: Row
    records: tuple[str, ...]

    @property
    def use(self) -> int:
        """How many records the answer settles, times how uncertain it is (millionths)."""
        probability = float(self.pair["probability"])
        return len(self.records) * round((1 - abs(2 * probability - 1)) * _MILLION)


def read_lines(
    con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], street: str | None
) -> list[Line]:
    """All questions, the most useful first; those that a clerk could not answer before come last.

    Args:
        con: a published warehouse.
        sources: the declarations.
        street: only where record or firm is of this street; None for all.
    """
    pairs = db.read_arrow(con, QUERY.read_text(encoding="utf-8")).to_pylist()
    wanted = {row["extract"] for row in pairs}
    seen = {row["record_id"]: row for name in sorted(wanted) for row in _read_source(con, sources[name])}
    groups: dict[tuple[object, ...], list[Row]] = {}
    for pair in pairs:
        record = seen[pair["record_id"]]
        if street is None or street in (pair["street"], record["street"]):
            groups.setdefault(_likeness(pair, record), []).append(pair)
    lines = [
        Line(same[0], seen[same[0]["record_id"]], tuple(row["record_id"] for row in same))
        for same in groups.values()
    ]
    return sorted(lines, key=_order)


def _order(line: Line) -> tuple[object, ...]:
    pair = line.pair
    return pair["verdict"] == "unsure", -line.use, pair["enterprise_id"], pair["record_id"]


def _likeness(pair: Row, record: Row) -> tuple[object, ...]:
    """Pairs that agree in this look the same to a clerk."""
    compared = tuple((step["field"], step["level"], step["weight"]) for step in pair["comparisons"])
    shown = tuple(record[name] for name in _ROLES)
    return pair["enterprise_id"], pair["extract"], pair["verdict"], pair["probability"], compared, shown


def _read_source(con: duckdb.DuckDBPyConnection, source: Source) -> Iterator[Row]:
    shown = [f"{_first(source, roles)} AS {quoted(name)}" for name, roles in _ROLES.items()]
    query = (
        f"SELECT record_id, extract_date, {', '.join(shown)} FROM {quoted('source_' + source.extract)} "
        "WHERE record_id IN (SELECT record_id FROM review_pair) ORDER BY record_id"
    )
    rows: Sequence[Row] = db.read_arrow(con, query).to_pylist()
    yield from rows


def _first(source: Source, roles: tuple[Role, ...]) -> str:
    """The first filled column of some roles that analysts may see."""
    named = [name for name in source.with_role(*roles) if source.columns[name].show != "restricted"]
    return f"coalesce({', '.join(map(quoted, named))}, NULL)" if named else "NULL::VARCHAR"
