"""The versions of what lies between nights, and how an older restricted folder becomes one of today.

`<restricted>/schema.json` bears the version of the folder; the warehouse bears its own in the view `run`
(`schema_version`) and in the manifest. A folder without the file is of version 1, if it holds anything.
Every step can be broken off and begun again.
"""

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import db, private
from pipeline.errors import ConfigError, RunError
from pipeline.keys import HASH_DIGITS, keyed, keyed_handle, load_key

WAREHOUSE_VERSION = 2
RESTRICTED_VERSION = 2
NAME = "schema.json"
_CONTENTS = ("journal.jsonl", "archive", "generations")
_PLAIN_HANDLE = re.compile(r"[a-z_+]+:[0-9a-f]{16}")
PERSONS = pa.schema(
    [
        ("record_id", pa.string()),
        ("extract", pa.string()),
        ("column", pa.string()),
        ("extract_date", pa.date32()),
        ("value_hash", pa.string()),
    ]
)


def of_another_version(warehouse: Path) -> RunError | None:
    """Why a warehouse may lack what this program asks of it; None if it is of this program's version.

    Asked after an error, it raises none: a file that is missing or no warehouse is another error's matter.
    """
    try:
        with closing(db.open_published(warehouse)) as con:
            row = con.execute("SELECT arg_max(schema_version, started_at) FROM run").fetchone()
    except duckdb.BinderException:  # of before warehouses had versions
        row = (1,)
    except (ConfigError, duckdb.CatalogException):
        return None
    if not row or row[0] == WAREHOUSE_VERSION:
        return None
    return RunError(
        f"the warehouse is of version {row[0]}, this program reads version {WAREHOUSE_VERSION}",
        where=str(warehouse),
        mend="run a night, which builds it anew",
    )


def version_of(restricted: Path) -> int:
    """The version of a restricted folder; today's for one that holds nothing yet.

    Raises:
        RunError: if the file that says so is damaged.
    """
    path = restricted / NAME
    if not path.exists():
        return 1 if any((restricted / name).exists() for name in _CONTENTS) else RESTRICTED_VERSION
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["version"])
    except (ValueError, KeyError, TypeError):
        raise RunError(
            "the version of the restricted folder cannot be read",
            where=str(path),
            mend="restore it from a backup",
        ) from None


def prepare(restricted: Path) -> int:
    """Makes a restricted folder one of today, private and whole; the caller holds the lock of the place.

    Returns:
        The version that it was of.

    Raises:
        RunError: if a newer version of the program wrote it, or the file that says so is damaged.
    """
    restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = version_of(restricted)
    if before not in _STEPS and before != RESTRICTED_VERSION:
        raise RunError(
            f"the restricted folder is of version {before}, this program knows versions up to "
            f"{RESTRICTED_VERSION}",
            where=str(restricted / NAME),
            mend="run the version of the program that wrote it, or restore a backup of before",
        )
    private.enforce(restricted)
    for version in range(before, RESTRICTED_VERSION):
        _STEPS[version](restricted)
    if before != RESTRICTED_VERSION or not (restricted / NAME).exists():
        private.put(restricted / NAME, json.dumps({"version": RESTRICTED_VERSION}).encode() + b"\n")
    return before


def keyed_persons(table: pa.Table, key: bytes) -> pa.Table:
    """Rows of a person's cells with a keyed hash in the place of the value.

    Args:
        table: record_id, extract, column, extract_date, value.
        key: of the hashes.
    """
    values = table["value"].combine_chunks().dictionary_encode()
    hashes = pa.array(
        [keyed(key, "person", text.strip()) for text in values.dictionary.to_pylist()], pa.string()
    )
    columns = [table[name] for name in PERSONS.names[:-1]]
    return pa.table([*columns, hashes.take(values.indices)], schema=PERSONS)


def _hash_persons_and_handles(restricted: Path) -> None:
    """1 → 2: names and phones were kept in plain text, handles under hashes without a key."""
    key = load_key(restricted)
    for path in sorted(restricted.glob("generations/*/persons.parquet")):
        table = pq.read_table(path)
        if "value" in table.column_names:
            table = table.append_column("extract_date", pa.nulls(len(table), pa.date32()))
            put_table(path, keyed_persons(table, key))
    for path in sorted(restricted.glob("generations/*/identity.parquet")):
        table = pq.read_table(path)
        if "handle" in table.column_names:
            at = table.column_names.index("handle")
            handles = [_keyed_once(key, handle) for handle in table["handle"].to_pylist()]
            put_table(path, table.set_column(at, "handle", pa.array(handles, pa.string())))


def _keyed_once(key: bytes, handle: str | None) -> str | None:
    """A handle under the key; one that is already is longer than a plain one."""
    assert HASH_DIGITS > 16
    return keyed_handle(key, handle) if handle and _PLAIN_HANDLE.fullmatch(handle) else handle


def put_table(path: Path, table: pa.Table) -> None:
    """Puts a table as a Parquet file in the place of another, whole and private."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    private.put(path, sink.getvalue().to_pybytes())


_STEPS: dict[int, Callable[[Path], None]] = {1: _hash_persons_and_handles}
