"""The `run` view: one row per run kept; times and run ids appear only here and in the manifest."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.night import Night, fingerprint

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
]
_SCHEMA = pa.schema(_FIELDS)


def rules_version(rules: Path) -> str:
    """A fingerprint of all rule files."""
    return fingerprint(rules, ("**/*.yml",))[:12]


def add(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    counts: Mapping[str, int],
    finished_at: datetime,
    earlier: Path | None,
) -> None:
    """Makes the table `run`: this run, and the runs of an earlier generation's file."""
    seconds = (finished_at - datetime.fromisoformat(night.started_at)).total_seconds()
    this = {
        "run_id": night.run_id,
        "as_of": night.settings.as_of,
        "started_at": night.started_at,
        "finished_at": finished_at.isoformat(timespec="seconds"),
        "state": "published",
        "code_version": night.code_version,
        "rules_version": rules_version(night.settings.rules),
        "seconds": round(seconds, 1),
        "peak_rss_mb": _peak_rss_mb(),
        "counts": json.dumps(dict(counts), sort_keys=True),
    }
    kept = db.read_arrow(con, "FROM read_parquet($path)", {"path": str(earlier)}) if earlier else None
    table = pa.Table.from_pylist([this], schema=_SCHEMA)
    if kept is not None:
        table = pa.concat_tables([kept.select(_SCHEMA.names).cast(_SCHEMA), table])
    db.write_arrow(con, "run", table.sort_by([("started_at", "ascending"), ("run_id", "ascending")]))


def _peak_rss_mb() -> int:
    """The most memory that this process has held so far, as the system counts it."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0
