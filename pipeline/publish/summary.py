"""What a newcomer is told after a night: what was read, joined and ranked, and where it lies."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import load_sources
from pipeline.publish.forms.lines import short_title
from pipeline.settings import Settings

_QUERIES = Path(__file__).parent / "queries"
_REFUSED_SHOWN = 5
_REASONS_SHOWN = 2
_WIDTH = 110
Row = dict[str, Any]


def tell(settings: Settings) -> str:
    """At most forty lines on the published night of `settings.as_of`; things by their Chinese names."""
    folder = settings.out / str(settings.as_of)
    con = duckdb.connect(config={**db.OFFLINE})
    try:
        for path in sorted((folder / "warehouse").glob("*.parquet")):
            con.execute(f"CREATE VIEW \"{path.stem}\" AS FROM '{str(path).replace(chr(39), chr(39) * 2)}'")
        titles = {name: short_title(source) for name, source in load_sources(settings.sources).items()}
        return "\n".join(_clip(line) for line in _lines(con, settings, folder, titles))
    finally:
        con.close()


def _lines(
    con: duckdb.DuckDBPyConnection, settings: Settings, folder: Path, titles: dict[str, str]
) -> Iterator[str]:
    yield f"The night of {settings.as_of} is published."
    yield ""
    yield from _supply(con, titles)
    yield from _joined(con)
    yield from _tiers(con)
    top = _rows(con, "tell_top")
    yield from _top(top)
    yield ""
    yield "Where things lie"
    stamp = f"{settings.as_of:%Y%m%d}"
    yield f"  lists      {folder}/streets/<街道>_{stamp}.xlsx and .csv; the district's: district_{stamp}.xlsx"
    yield f"  report     {folder}/report.html      manifest   {folder}/manifest.json"
    yield f"  warehouse  {settings.warehouse} (DuckDB, read-only); the same as Parquet in {folder}/warehouse/"
    yield "Try next"
    yield from _next(settings, folder, top)


def _supply(con: duckdb.DuckDBPyConnection, titles: dict[str, str]) -> Iterator[str]:
    total = _rows(con, "tell_supply")[0]
    yield (
        f"Read      {total['files']} files of {total['extracts']} extracts: {total['rows']} rows = "
        f"{total['accepted']} accepted + {total['rejected']} rejected + {total['not_data']} not data"
    )
    faults = _rows(con, "tell_refused")
    for row in faults[:_REFUSED_SHOWN]:
        title = titles.get(row["extract"], row["extract"])
        yield f"  {row['state']:8}{title}{' ' + row['file'] if row['file'] else ''}: {row['reason'] or ''}"
    if len(faults) > _REFUSED_SHOWN:
        yield f"  … and {len(faults) - _REFUSED_SHOWN} more, see report.html"
    for row in _rows(con, "tell_rejected"):
        title = titles.get(row["extract"], row["extract"])
        yield f"  rejected {row['cases']} rows of {title}: {row['column'] or ''} {row['reason']}"


def _joined(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    row = _rows(con, "tell_joined")[0]
    yield (
        f"Joined    {row['certain'] + row['probable']} of {row['links']} rows to {row['enterprises']} firms "
        f"({row['registered']} of them registered)"
    )
    yield (
        f"          certain {row['certain']}, probable {row['probable']}, "
        f"waiting for review {row['review']}, no firm {row['nobody']}"
    )


def _tiers(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    counts = {row["tier"]: row["firms"] for row in _rows(con, "tell_tier")}
    ranked = sum(counts.values())
    yield (
        f"Ranked    {ranked} firms with findings: "
        + ", ".join(f"{tier} {counts.get(tier, 0)}" for tier in "DCBA")
        + "   (whom to look at first; no finding of fault)"
    )
    yield ""


def _top(top: list[Row]) -> Iterator[str]:
    if not top:
        yield "No firm has findings."
        return
    yield f"The first {len(top)} of {top[0]['street']}"
    for row in top:
        name = f"{row['name']}  [{row['enterprise_id']}]"
        yield f"  {row['rank_in_street']}. {row['tier']} {row['score']:>6}  {name}"
        for reason in row["reasons"][:_REASONS_SHOWN]:
            yield f"         {reason['points']:>6}  {reason['text']}"
        more = len(row["reasons"]) - _REASONS_SHOWN
        if more > 0:
            yield f"                 and {more} more"


def _next(settings: Settings, folder: Path, top: list[Row]) -> Iterator[str]:
    query = "SELECT street, tier, count(*) FROM risk GROUP BY ALL ORDER BY ALL"
    yield (
        f"  1. .venv/bin/python -c \"import duckdb; duckdb.connect('{settings.warehouse}', read_only=True)"
        f".sql('{query}').show()\""
    )
    firm = top[0]["enterprise_id"] if top else "<part of a name>"
    yield f"  2. .venv/bin/early-warning explain {firm} --warehouse {settings.warehouse}"
    street = top[0]["street"] if top else "<街道>"
    yield f"  3. open {folder}/streets/{street}_{settings.as_of:%Y%m%d}.xlsx with Excel, WPS or LibreOffice"


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    rows: list[Row] = db.read_arrow(con, (_QUERIES / f"{query}.sql").read_text(encoding="utf-8")).to_pylist()
    return rows


def _clip(line: str) -> str:
    """A line that fits the screen, unless it is a command or a path to copy."""
    if ".venv/bin" in line or "/" in line:
        return line
    width = 0
    for position, character in enumerate(line):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width > _WIDTH:
            return line[: position - 1] + "…"
    return line
