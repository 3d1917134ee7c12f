"""`report.html`: was the night good? One self-contained Chinese page, without scripts or outside requests."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish.lines import department_names, short_title
from pipeline.publish.mending import sender
from pipeline.publish.page import render
from pipeline.reference import DISTRICT_OFFICE, streets

NAME = "report.html"
_FOLDER = Path(__file__).parent
_TIERS = ("D", "C", "B", "A")
_DECISIONS = ("certain", "probable", "review", "none")
Rows = list[dict[str, Any]]


def write(con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Mapping[str, Source]) -> None:
    """Writes the report of a built warehouse into a day's folder; nothing in it names a run or a time."""
    gaps = _gaps(con, sources)
    missed = {row["extract"] for row in gaps}
    page = render(
        "report",
        as_of=as_of.isoformat(),
        supply=_query(con, "report_supply"),
        files=[
            {**row, "sender": sender(sources[row["extract"]], row["sender"])}
            for row in _query(con, "report_file")
        ],
        gaps=gaps,
        gap_rules=[row for row in _query(con, "report_gap_rule") if row["extract"] in missed],
        rejected=_query(con, "report_rejected"),
        matching=_matching(con, sources),
        identities=_query(con, "report_identity")[0],
        tiers=_tiers(con),
        rules=_query(con, "report_rule"),
        answers=_query(con, "report_rule_return"),
        fairness=_query(con, "report_fairness"),
        attention=_query(con, "report_attention"),
        titles={name: short_title(source) for name, source in sources.items()},
        departments=department_names(sources),
    )
    (folder / NAME).write_text(page, encoding="utf-8")


def _query(con: duckdb.DuckDBPyConnection, name: str) -> Rows:
    query = (_FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    rows: Rows = db.read_arrow(con, query).to_pylist()
    return rows


def _gaps(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> Rows:
    """One row per extract that is stale, missing or refused; an optional one may be missing."""
    return [
        row
        for row in _query(con, "report_gap")
        if row["states"] != ["missing"] or not sources[row["extract"]].optional
    ]


def _matching(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> Rows:
    """One row per identifying extract: rows by decision."""
    found: dict[str, dict[str, int]] = {}
    for row in _query(con, "report_matching"):
        found.setdefault(row["extract"], dict.fromkeys(_DECISIONS, 0))[row["decision"]] = row["rows"]
    return [
        {"title": short_title(sources[name]), **counts, "all": sum(counts.values())}
        for name, counts in sorted(found.items())
        if name in sources
    ]


def _tiers(con: duckdb.DuckDBPyConnection) -> Rows:
    """One row per street and one for the district: firms by tier."""
    table = {street: dict.fromkeys(_TIERS, 0) for street in (*streets(), DISTRICT_OFFICE)}
    for row in _query(con, "report_tier"):
        table.setdefault(row["street"], dict.fromkeys(_TIERS, 0))[row["tier"]] = row["firms"]
    total = {tier: sum(counts[tier] for counts in table.values()) for tier in _TIERS}
    return [{"street": street, **counts} for street, counts in [*table.items(), ("全区", total)]]
