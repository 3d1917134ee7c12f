"""The judge: holds a published night against the truth of the district that it was made from.

It reads the warehouse's public views and the truth's two Parquet files, nothing else.
"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.district.evaluation import (
    Accounting,
    Bin,
    Evaluation,
    Links,
    Ranking,
    Rival,
    Strangers,
    StreetRank,
)
from pipeline.district.verdict import render
from pipeline.errors import ConfigError

__all__ = ["Evaluation", "entities_in", "evaluate", "render"]

_JUDGE = Path(__file__).parent / "judge"
_STEPS = ("truth_record", "registry_identity", "judged_link", "enterprise_truth", "worth", "ranked")
_NEEDED = ("record_link", "enterprise", "risk", "evidence", "rejected_row", "extract_status")
_UNLINKED = ["labour_market", "street_returns"]


def evaluate(warehouse: Path, truth: Path) -> Evaluation:
    """Holds the warehouse of a night against the truth of its district.

    Args:
        warehouse: the published DuckDB file; opened read-only.
        truth: folder with `records.parquet` and `entities.parquet`.

    Raises:
        ConfigError: one of them is missing, or the warehouse lacks a public view.
    """
    paths = _paths(truth)
    with closing(db.open_published(warehouse)) as con:
        _check_views(con, warehouse)
        has_codes = _prepare(con, paths)
        return _judge(con, paths, has_codes)


def entities_in(warehouse: Path, truth: Path, tiers: Sequence[str]) -> frozenset[str]:
    """Entities of the truth whose enterprise stands in one of some tiers.

    Raises:
        ConfigError: as `evaluate`.
    """
    paths = _paths(truth)
    with closing(db.open_published(warehouse)) as con:
        _check_views(con, warehouse)
        _prepare(con, paths)
        rows = con.execute(
            "SELECT DISTINCT t.entity_id FROM risk AS r JOIN enterprise_truth AS t USING (enterprise_id) "
            "WHERE list_contains($tiers, r.tier)",
            {"tiers": list(tiers)},
        )
        return frozenset(str(row[0]) for row in rows.fetchall())


def _paths(truth: Path) -> dict[str, str]:
    paths = {"records": str(truth / "records.parquet"), "entities": str(truth / "entities.parquet")}
    for path in map(Path, paths.values()):
        if not path.is_file():
            raise ConfigError(
                "the file does not exist", where=str(path), mend="name the folder of the truth with --truth"
            )
    return paths


def _check_views(con: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    found = {row[0] for row in con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    for name in _NEEDED:
        if name not in found:
            raise ConfigError(
                f"the view {name} is missing",
                where=str(warehouse),
                mend="name a warehouse that a run published",
            )


def _prepare(con: duckdb.DuckDBPyConnection, paths: dict[str, str]) -> bool:
    """Makes the judge's own tables; says whether the truth tells which rows carry a usable code."""
    columns = con.execute("DESCRIBE SELECT * FROM read_parquet($records)", {"records": paths["records"]})
    has_codes = "usable_code" in {row[0] for row in columns.fetchall()}
    picked = "NOT usable_code" if has_codes else "false"
    con.execute(
        f"CREATE TEMP TABLE uncoded AS SELECT extract, file, row FROM read_parquet($records) WHERE {picked}",
        {"records": paths["records"]},
    )
    for step in _STEPS:
        query, bound = _query(step, paths)
        con.execute(f"CREATE TEMP TABLE {step} AS {query}", bound)
    return has_codes


def _judge(con: duckdb.DuckDBPyConnection, paths: dict[str, str], has_codes: bool) -> Evaluation:
    counts = _rows(con, "link_count", paths)
    (low_end,) = _one(con, "SELECT count(*) FILTER (low_end) FROM read_parquet($entities)", paths)
    ours, *rivals = _rankings(con, paths)
    known, right = _one(
        con,
        "SELECT count(*), count(*) FILTER (e.street = t.street) FROM enterprise_truth AS t "
        "JOIN enterprise AS e USING (enterprise_id) WHERE t.street IS NOT NULL",
    )
    return Evaluation(
        accounting=tuple(Accounting(*row) for row in _rows(con, "accounting", paths)),
        files_disagreeing=len(_rows(con, "stray_file", paths)),
        overall=_links("all", counts),
        uncoded=_links("no usable code", [c for c in counts if c[2]]) if has_codes else None,
        by_extract=tuple(_links(e, [c for c in counts if c[0] == e]) for e in sorted({c[0] for c in counts})),
        by_decision=tuple(
            _links(d, [c for c in counts if c[1] == d]) for d in sorted({c[1] for c in counts})
        ),
        strangers=tuple(Strangers(*row) for row in _rows(con, "pair_count", paths)),
        registry_rows_lost=_one(con, "SELECT count(*) FROM judged_link WHERE kin = 'registry row lost'")[0],
        registry_shared=_one(con, "SELECT count(*) - count(DISTINCT enterprise_id) FROM registry_identity")[
            0
        ],
        calibration=tuple(Bin(b, n, mean / 1e6, ok) for b, n, mean, ok in _rows(con, "calibration", paths)),
        streets=tuple(StreetRank(*row) for row in _rows(con, "street_rank", paths)),
        ranking=Ranking(low_end, ours.ranked, ours.found, ours.average_precision),
        rivals=tuple(rivals),
        street_known=known,
        street_right=right,
    )


def _rankings(con: duckdb.DuckDBPyConnection, paths: dict[str, str]) -> list[Rival]:
    """All rankings, ours first; ours holds no line where no firm has any evidence."""
    found = [Rival(e, m, n, low, part / 1e6) for e, m, n, low, part in _rows(con, "ranking", paths)]
    return found or [Rival(None, "rank", 0, 0, 0.0)]


def _links(of: str, counts: list[tuple[Any, ...]]) -> Links:
    return Links(of, sum(c[3] for c in counts), sum(c[4] for c in counts), sum(c[5] for c in counts))


def _rows(con: duckdb.DuckDBPyConnection, step: str, paths: dict[str, str]) -> list[tuple[Any, ...]]:
    return list(con.execute(*_query(step, paths)).fetchall())


def _query(step: str, paths: dict[str, str]) -> tuple[str, dict[str, Any]]:
    query = (_JUDGE / f"{step}.sql").read_text(encoding="utf-8")
    values: dict[str, Any] = {**paths, "unlinked": _UNLINKED}
    code = "\n".join(line.split("--")[0] for line in query.splitlines())
    return code, {name: value for name, value in values.items() if f"${name}" in code}


def _one(con: duckdb.DuckDBPyConnection, query: str, paths: dict[str, str] | None = None) -> tuple[Any, ...]:
    bound = {name: path for name, path in (paths or {}).items() if f"${name}" in query}
    return tuple(con.execute(query, bound).fetchall()[0])
