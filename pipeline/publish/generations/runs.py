"""The `run` view: one row per run kept, in the order of publishing.

Times and run ids appear only here and in the manifest.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.night import Night, fingerprint
from pipeline.schema import WAREHOUSE_VERSION

_FIELDS: list[Any] = [
    ("run_id", pa.string()),
    ("as_of", pa.date32()),
    ("started_at", pa.string()),
    ("finished_at", pa.string()),
    ("state", pa.string()),
    ("code_version", pa.string()),
    ("rules_version", pa.string()),
    ("seconds", pa.float64()),
    ("peak_rss_mb", pa.int64()),
    ("counts", pa.string()),
    ("schema_version", pa.int64()),
]
_SCHEMA = pa.schema(_FIELDS)


def rules_version(con: duckdb.DuckDBPyConnection, rules: Path) -> str:
    """A fingerprint of all rule files, and of the industry catalogue where one is in force.

    Args:
        con: the night's database.
        rules: folder of the rule files.
    """
    files = fingerprint(rules, ("**/*.yml",))[:12]
    catalogue = con.execute("SELECT sha256 FROM catalogue_edition").fetchone()
    return f"{files}+{str(catalogue[0])[:12]}" if catalogue else files


def add(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    counts: Mapping[str, int],
    finished_at: datetime,
    version: str,
    earlier: Path | None,
) -> None:
    """Makes the table `run`: this run with its rules' version, and the runs of an earlier generation."""
    seconds = (finished_at - datetime.fromisoformat(night.started_at)).total_seconds()
    this = {
        "run_id": night.run_id,
        "as_of": night.settings.as_of,
        "started_at": night.started_at,
        "finished_at": finished_at.isoformat(timespec="seconds"),
        "state": "published",
        "code_version": night.code_version,
        "rules_version": version,
        "seconds": max(0.0, round(seconds, 1)),  # the clock may have been put back meanwhile
        "peak_rss_mb": _peak_rss_mb(),
        "counts": json.dumps(dict(counts), sort_keys=True),
        "schema_version": WAREHOUSE_VERSION,
    }
    kept = db.read_arrow(con, "FROM read_parquet($path)", {"path": str(earlier)}) if earlier else None
    table = pa.Table.from_pylist([this], schema=_SCHEMA)
    if kept is not None:
        if "schema_version" not in kept.column_names:  # runs of before warehouses had versions
            kept = kept.append_column("schema_version", pa.array([1] * len(kept), pa.int64()))
        table = pa.concat_tables([kept.select(_SCHEMA.names).cast(_SCHEMA), table])
    db.write_arrow(con, "run", table)


def _peak_rss_mb() -> int:
    """The most memory that this process has held so far, as the system counts it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
