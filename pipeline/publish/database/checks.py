"""What must hold before anything is published: each `checks/<name>.sql` finds the rows that break it.

The first comment line of a file says what is wrong when it finds any.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.publish.database.inputs import quoted

FOLDER = Path(__file__).parent / "checks"
# Checks against the last night: what an operator has looked at can be accepted by the check's name.
BANDS = FOLDER / "bands"
# A figure may be from a third to three times last night's; steps of fewer firms than `least` never count.
BAND = {"times": 3, "least": 50}
KEYS: dict[str, tuple[str, ...]] = {
    "correction": ("correction_id",),
    "enterprise": ("enterprise_id",),
    "enterprise_alias": ("old_id",),
    "feature": ("enterprise_id", "feature"),
    "firm_outcome": ("enterprise_id", "rule_id"),
    "answered_line": ("as_of", "enterprise_id"),
    "list_line": ("enterprise_id",),
    "list_line_history": ("as_of", "enterprise_id"),
    "objection": ("objection_id",),
    "premises": ("premises_id",),
    "record_comparison": ("record_id",),
    "record_link": ("extract", "file", "row"),
    "record_premises": ("record_id",),
    "rectification_register": ("extract", "file", "row"),
    "review_pair": ("record_id", "enterprise_id"),
    "risk": ("enterprise_id",),
    "risk_history": ("as_of", "enterprise_id"),
    "rule": ("rule_id",),
    "rule_return": ("rule_id",),
    "rule_absence": ("rule_id",),
    "run": ("run_id",),
    "vacant_premises": ("extract", "file", "row"),
}


def check(
    con: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    sources: Mapping[str, Source],
    accept: Collection[str] = (),
) -> None:
    """Holds a built warehouse against all checks.

    Args:
        con: the warehouse; the night's database is attached as `built`.
        parameters: values of `$name` in the checks.
        sources: all declared sources.
        accept: names that an operator accepts; those of `checks/bands/` among them are passed over.

    Raises:
        RunError: at the first that fails; nothing has been published then.
    """
    identifying = [source.extract for source in sources.values() if source.identifies]
    values = {**parameters, "identifying": identifying}
    for path in sorted(FOLDER.glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        bound = {name: value for name, value in values.items() if f"${name}" in query}
        _refuse(con, query, bound, query.splitlines()[0].removeprefix("-- ").rstrip("."), path.stem)
    for path in sorted(BANDS.glob("*.sql")):
        if path.stem not in accept:
            _refuse_band(con, path, values)
    for view, key in KEYS.items():
        columns = ", ".join(map(quoted, key))
        query = f"SELECT 1 FROM {quoted(view)} GROUP BY {columns} HAVING count(*) > 1"
        _refuse(con, query, {}, f"{view} has several rows of one {', '.join(key)}", "unique_keys")


def _refuse_band(con: duckdb.DuckDBPyConnection, path: Path, values: Mapping[str, Any]) -> None:
    """Refuses a night that differs from the last one by more than is usual; each row found says how."""
    query = path.read_text(encoding="utf-8")
    bound = {name: value for name, value in {**values, **BAND}.items() if f"${name}" in query}
    found = con.execute(query, bound).fetchall()
    if found:
        raise RunError(
            query.splitlines()[0].removeprefix("-- ").rstrip(".")
            + ": "
            + ", ".join(f"{group} {before} → {now}" for group, before, now in found),
            where=f"check {path.stem} before publishing",
            mend="nothing was published; find out why (a rule? a file?), and if it is right run the night "
            f"again with --accept {path.stem}",
        )


def _refuse(
    con: duckdb.DuckDBPyConnection, query: str, bound: Mapping[str, Any], sentence: str, name: str
) -> None:
    found = con.execute(f"SELECT count(*) FROM ({query})", dict(bound)).fetchone()
    if found and found[0]:
        raise RunError(
            f"{sentence} ({found[0]} cases)",
            where=f"check {name} before publishing",
            mend="nothing was published; look at the night's tables",
        )
