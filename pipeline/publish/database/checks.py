"""What must hold before anything is published: each `checks/<name>.sql` finds the rows that break it.

The first comment line of a file says what is wrong when it finds any.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.publish.database.inputs import quoted

FOLDER = Path(__file__).parent / "checks"
KEYS: dict[str, tuple[str, ...]] = {
    "correction": ("correction_id",),
    "enterprise": ("enterprise_id",),
    "enterprise_alias": ("old_id",),
    "feature": ("enterprise_id", "feature"),
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
    "rule_outcome": ("enterprise_id", "rule_id"),
    "run": ("run_id",),
    "vacant_premises": ("extract", "file", "row"),
}


def check(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], sources: Mapping[str, Source]
) -> None:
    """Holds a built warehouse against all checks.

    Raises:
        RunError: at the first that fails; nothing has been published then.
    """
    identifying = [source.extract for source in sources.values() if source.identifies]
    values = {**parameters, "identifying": identifying}
    for path in sorted(FOLDER.glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        bound = {name: value for name, value in values.items() if f"${name}" in query}
        _refuse(con, query, bound, query.splitlines()[0].removeprefix("-- ").rstrip("."), path.stem)
    for view, key in KEYS.items():
        columns = ", ".join(map(quoted, key))
        query = f"SELECT 1 FROM {quoted(view)} GROUP BY {columns} HAVING count(*) > 1"
        _refuse(con, query, {}, f"{view} has several rows of one {', '.join(key)}", "unique_keys")


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
