"""How the archive writes: records as Parquet, notes as JSON, each file whole or not there at all."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import db
from pipeline.ingest.raw import RawTable
from pipeline.private import put


class RecordsWriter:
    """Writes a file's records to a Parquet file batch by batch: c0, c1 … as text, surplus, short.

    Args:
        path: the Parquet file; made at the first batch, mode 0600.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def add(self, raw: RawTable) -> None:
        """Writes some records."""
        columns = {f"c{i}": column for i, column in enumerate(raw.columns)}
        table = pa.table(
            {
                **columns,
                "surplus": pa.array(raw.surplus, pa.int32()),
                "short": pa.array(raw.short, pa.bool_()),
            }
        )
        if self._writer is None:
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Ends the Parquet file."""
        if self._writer is not None:
            self._writer.close()


def read_records(path: Path, note: dict[str, Any]) -> Iterator[RawTable]:
    """The records that `RecordsWriter` wrote, with what the note says of the file, batch by batch.

    Raises:
        pyarrow.ArrowException: if it is no such Parquet file.
    """
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield _records(file.read_row_group(group), note)


def _records(table: pa.Table, note: dict[str, Any]) -> RawTable:
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


def put_file(target: Path, finished: Path) -> None:
    """Puts a finished file in its place in one step, on the disk."""
    db.sync([finished])
    finished.replace(target)
    db.sync([target.parent])


def seal(path: Path) -> dict[str, Any]:
    """What is noted of a Parquet file, to know later whether it is still whole."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return {"sha256": digest.hexdigest(), "bytes": stream.tell()}


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
