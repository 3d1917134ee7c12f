"""Parts of the linking that are done: each rests in a file, so that a night that died is not begun anew.

A part is named by what it was made from, so that a changed input is another part; a file that is not whole
is none. What is done is a function of its name: taking it from its file changes no result.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyarrow as pa

from pipeline.night import PARTS, Night

Arrays = Mapping[str, npt.NDArray[Any] | list[str]]
Make = Callable[[], Arrays]
DIGEST = 16


@dataclass(frozen=True)
class Parts:
    """Where parts rest.

    Attributes:
        folder: holds a file for each part; None: nothing is kept.
        scope: what all names depend on.
    """

    folder: Path | None = None
    scope: bytes = b""

    @classmethod
    def of(cls, night: Night) -> "Parts":
        """The parts of a night; those of another version of the code have other names."""
        folder = night.folder / PARTS
        folder.mkdir(mode=0o700, exist_ok=True)
        return cls(folder, night.code_version.encode())

    def within(self, *told: bytes) -> "Parts":
        """Parts that depend on more."""
        return Parts(self.folder, _digest([self.scope, *told])) if self.folder else self

    def kept(self, name: str, make: Make) -> Arrays:
        """What was made under this name; it is made where it is not there."""
        if self.folder is None:
            return make()
        path = self.folder / _digest([self.scope, name.encode()]).hex()
        found = _read(path)
        if found is None:
            found = make()
            _write(path, found)
        return found


NOTHING_KEPT = Parts()


def _digest(told: Sequence[bytes | memoryview]) -> bytes:
    digest = hashlib.blake2b(digest_size=DIGEST)
    for one in told:
        digest.update(len(one).to_bytes(8, "big"))
        digest.update(one)
    return digest.digest()


def _write(path: Path, arrays: Arrays) -> None:
    """Writes beside, then renames; not forced to the disk, for a part that is lost is made again."""
    columns = {}
    for name, values in arrays.items():
        flat = pa.array(values)
        columns[name] = pa.ListArray.from_arrays(pa.array([0, len(flat)], pa.int32()), flat)
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    data = memoryview(sink.getvalue())
    building = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with building.open("wb") as handle:
            handle.write(_digest([data]))
            handle.write(data)
        building.replace(path)
    except OSError:  # a full disk stops the night where it must be written to
        with suppress(OSError):
            building.unlink(missing_ok=True)


def _read(path: Path) -> Arrays | None:
    """A part as it was written; None where there is none, or it is not whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if data[:DIGEST] != _digest([memoryview(data)[DIGEST:]]):
        return None
    with pa.ipc.open_stream(pa.py_buffer(data)[DIGEST:]) as reader:
        table = reader.read_all()
    found: dict[str, npt.NDArray[Any] | list[str]] = {}
    for name in table.column_names:
        values = table[name].chunk(0).values
        is_text = pa.types.is_string(values.type) or pa.types.is_null(values.type)
        found[name] = values.to_pylist() if is_text else values.to_numpy(zero_copy_only=False)
    return found
