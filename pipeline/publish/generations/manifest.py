"""`manifest.json`: what a published day was made from and what it consists of, each file with its hash."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline import audit
from pipeline.night import Night
from pipeline.schema import WAREHOUSE_VERSION

NAME = "manifest.json"
_INPUTS = """
SELECT extract, file, sha256, extract_date, state FROM extract_status
WHERE file IS NOT NULL ORDER BY extract, file
"""


def write(
    con: duckdb.DuckDBPyConnection, night: Night, folder: Path, rules_version: str, rows: Mapping[str, int]
) -> None:
    """Writes the manifest of a finished folder.

    Args:
        con: the built warehouse.
        night: the run.
        folder: the day's folder with all its other files.
        rules_version: of the rule files used.
        rows: rows of each output, by path inside the folder; null for a file without rows.
    """
    outputs = [
        {
            "path": str(path.relative_to(folder)),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "rows": rows.get(str(path.relative_to(folder))),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    content: dict[str, Any] = {
        "run_id": night.run_id,
        "as_of": str(night.settings.as_of),
        "started_at": night.started_at,
        "code_version": night.code_version,
        "rules_version": rules_version,
        "schema_version": WAREHOUSE_VERSION,
        "audit": audit.head(night.settings.restricted).to_json(),
        "random_checks": {
            "share": night.settings.random_check_share,
            "seed": str(night.settings.as_of),
            "drawn_by": "sha256(seed|enterprise_id), ascending, per street",
        },
        "inputs": [
            {"extract": extract, "file": file, "sha256": sha256, "extract_date": str(day), "state": state}
            for extract, file, sha256, day, state in con.execute(_INPUTS).fetchall()
        ],
        "outputs": outputs,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
