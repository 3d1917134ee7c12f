"""How the archive writes: records as Parquet, notes as JSON, each file whole or not there at all."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import db
from pipeline.ingest.raw import RawTable


def parquet_bytes(raw: RawTable) -> bytes:
    """A file's records as the bytes of a Parquet file: c0, c1 … as text, surplus, short."""
    columns = {f"c{i}": column for i, column in enumerate(raw.columns)}
    table = pa.table(
        {**columns, "surplus": pa.array(raw.surplus, pa.int32()), "short": pa.array(raw.short, pa.bool_())}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    written: bytes = sink.getvalue().to_pybytes()
    return written


def read_records(data: bytes, note: dict[str, Any]) -> RawTable:
    """The records that `parquet_bytes` wrote, with what the note says of the file.

    Raises:
        pyarrow.ArrowException: if the bytes are no such Parquet file.
    """
    table = pq.read_table(pa.BufferReader(data))
    names = [f"c{i}" for i in range(len(note["header"]))]
    return RawTable(
        header=tuple(note["header"]),
        columns=[_one(table.column(name)) for name in names],
        surplus=np.asarray(_one(table.column("surplus"))),
        short=np.asarray(pc.cast(_one(table.column("short")), pa.int8())).astype(bool),
        header_row=note["header_row"],
        delimiter=note["delimiter"],
        encoding=note["encoding"],
        titles=tuple(note["titles"]),
    )


def read_note(path: Path) -> dict[str, Any]:
    """A note beside an archived file.

    Raises:
        ValueError: if it is damaged.
    """
    note = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(note, dict) or note.get("sha256") != path.stem or not isinstance(note["files"], list):
        raise ValueError("not the note of this file")
    return note


def write_note(path: Path, note: dict[str, Any]) -> None:
    """Puts a note in its place."""
    put(path, json.dumps(note, ensure_ascii=False, indent=1, sort_keys=True).encode())


def put(target: Path, data: bytes) -> None:
    """Writes beside the target and puts the whole file in its place in one step, mode 0600, on the disk."""
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        descriptor = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        building.replace(target)
    finally:
        building.unlink(missing_ok=True)
    db.sync([target.parent])


def seal(data: bytes) -> dict[str, Any]:
    """What is noted of a Parquet file, to know later whether it is still whole."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
