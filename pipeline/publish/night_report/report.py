"""`report.html`: was the night good? One self-contained Chinese page, without scripts or outside requests."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup

from pipeline import db
from pipeline.declaration import Source
from pipeline.publish.forms.lines import department_names, short_title
from pipeline.publish.forms.mending import sender
from pipeline.publish.forms.page import render
from pipeline.publish.night_report import report_due, report_streets, verdict
from pipeline.publish.night_report.charts import axis, draw

NAME = "report.html"
_FOLDER = Path(__file__).parent
_DECISIONS = ("certain", "probable", "review", "none")
_RULES_DRAWN = 10
_NAME_DRAWN = 22
_BAR = 29
Rows = list[dict[str, Any]]
Sources = Mapping[str, Source]


def write(con: duckdb.DuckDBPyConnection, folder: Path, as_of: date, sources: Sources) -> None:
    """Writes the report of a built warehouse into a day's folder; nothing in it names a run or a time."""
    parts = (
        _supply(con, sources)
        | _streets(con, as_of)
        | _due(con, as_of, sources)
        | _quality(con, as_of, sources)
    )
    page = render(
        "report",
        **parts,
        **_first_screen(con, parts, sources),
        as_of=as_of.isoformat(),
        lists={street: f"streets/{street}_{as_of:%Y%m%d}.xlsx" for street in report_streets.places()}
        | {report_streets.DISTRICT: f"district_{as_of:%Y%m%d}.xlsx"},
        titles={name: short_title(source) for name, source in sources.items()},
        departments=department_names(sources),
    )
    (folder / NAME).write_text(page, encoding="utf-8")


def _query(con: duckdb.DuckDBPyConnection, name: str, **bound: Any) -> Rows:
    query = (_FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    rows: Rows = db.read_arrow(con, query, bound or None).to_pylist()
    return rows


def _first_screen(
    con: duckdb.DuckDBPyConnection, parts: Mapping[str, Any], sources: Sources
) -> dict[str, Any]:
    line = _query(con, "report_line")[0]
    attention = _query(con, "report_attention")
    optional = frozenset(name for name, source in sources.items() if source.optional)
    return {
        "attention": attention,
        "verdict": verdict.judge(line["lines"], parts["gaps"], parts["gap_rules"], attention),
        "figures": verdict.figures(
            parts["supply"],
            optional,
            line,
            parts["tiers"],
            parts["review"],
            parts["due"],
            len(parts["trend"]["nights"]) == 1,
        ),
    }


def _supply(con: duckdb.DuckDBPyConnection, sources: Sources) -> dict[str, Any]:
    gaps = _gaps(con, sources)
    missed = {row["extract"] for row in gaps}
    files = [
        {**row, "sender": sender(sources[row["extract"]], row["sender"])}
        for row in _query(con, "report_file")
    ]
    return {
        "supply": _query(con, "report_supply"),
        "files": files,
        "gaps": gaps,
        "gap_rules": [row for row in _query(con, "report_gap_rule") if row["extract"] in missed],
        "rejected": _query(con, "report_rejected"),
    }


def _gaps(con: duckdb.DuckDBPyConnection, sources: Sources) -> Rows:
    """One row per extract that is stale, missing or refused; an optional one may be missing."""
    return [
        row
        for row in _query(con, "report_gap")
        if row["states"] != ["missing"] or not sources[row["extract"]].optional
    ]


def _streets(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, Any]:
    nights = _query(con, "report_trend", as_of=as_of, most=report_streets.NIGHTS)
    trend = report_streets.trend(nights, as_of)
    known = _query(con, "report_street")
    tiers = report_streets.tiers(_query(con, "report_tier"), known, trend["change"])
    tiles, shades = report_streets.tiles(tiers)
    return {
        "tiers": tiers,
        "tiles": tiles,
        "shades": shades,
        "tier_chart": report_streets.street_chart(tiers),
        "trend": trend,
        "moves": report_streets.MOVES,
        "movers": report_streets.movers(_query(con, "report_mover", as_of=as_of)),
    }


def _due(con: duckdb.DuckDBPyConnection, as_of: date, sources: Sources) -> dict[str, Any]:
    quarter = report_due.quarter_start(as_of)
    due = _query(con, "report_due", week=report_due.WEEK, month=report_due.MONTH)
    streets = _query(con, "report_due_street", as_of=as_of, quarter=quarter, month=report_due.MONTH)
    return {
        "due": report_due.with_pages(due, sources),
        "due_streets": report_due.by_street(streets),
        "quarter": quarter.isoformat(),
        "next_report": report_due.next_report(as_of).isoformat(),
        "outcomes": report_due.outcomes(_query(con, "report_outcome", as_of=as_of, quarter=quarter)),
        "outcome_words": report_due.OUTCOMES,
        "helped": report_due.HELPED,
    }


def _quality(con: duckdb.DuckDBPyConnection, as_of: date, sources: Sources) -> dict[str, Any]:
    matching = _matching(con, sources)
    rules = _query(con, "report_rule")
    return {
        "matching": matching,
        "matching_chart": _matching_chart(matching),
        "identities": _query(con, "report_identity")[0],
        "review": _query(con, "report_review", as_of=as_of)[0],
        "rules": rules,
        "rule_chart": _rule_chart(rules[:_RULES_DRAWN]),
        "answers": _query(con, "report_rule_return"),
        "fairness": _query(con, "report_fairness"),
    }


def _matching(con: duckdb.DuckDBPyConnection, sources: Sources) -> Rows:
    """One row per identifying extract: rows by decision."""
    found: dict[str, dict[str, int]] = {}
    for row in _query(con, "report_matching"):
        found.setdefault(row["extract"], dict.fromkeys(_DECISIONS, 0))[row["decision"]] = row["rows"]
    return [
        {"title": short_title(sources[name]), **counts, "all": sum(counts.values())}
        for name, counts in sorted(found.items())
        if name in sources
    ]


def _matching_chart(rows: Rows) -> Markup | None:
    values = []
    for row in rows:
        end = 0
        for decision in _DECISIONS:
            start, end = end, end + row[decision]
            values.append(
                {"title": row["title"], "decision": decision}
                | {"from": round(start / row["all"], 4), "to": round(end / row["all"], 4)}
            )
    if not values:
        return None
    told = "；".join(f"{row['title']}{(row['certain'] + row['probable']) / row['all']:.0%}" for row in rows)
    order = [row["title"] for row in rows]
    return draw("matching", f"各类数据已关联的记录占比：{told}", values, height=_BAR * len(rows), order=order)


def _rule_chart(rows: Rows) -> Markup | None:
    if not rows:
        return None
    names = [f"{number}. {_short(row['title'])}" for number, row in enumerate(rows, start=1)]
    values = [
        {"name": name, "firms": row["firms"], "label": f"{row['firms']}家"}
        | {"reading": "严格" if row["reading"] == "strict" else "筛查"}
        for name, row in zip(names, rows, strict=True)
    ]
    told = "；".join(f"{name} {row['firms']}家" for name, row in zip(names, rows, strict=True))
    return draw(
        "rule",
        f"命中最多的规则：{told}",
        values,
        height=_BAR * len(rows),
        order=names,
        **axis(rows[0]["firms"]),
    )


def _short(title: str | None) -> str:
    text = title or ""
    return text if len(text) <= _NAME_DRAWN else text[: _NAME_DRAWN - 1] + "…"
