"""What linking keeps of the rows, laid in files where it is much: memory that the system may take back.

A file here has no name: whenever and however a night ends, nothing is left of it. Its pages are read again
when they are asked for, so that what is kept needs no memory of its own.
"""

import mmap
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import db
from pipeline.night import Night

HELD_A_ROW = 600  # bytes of what is kept from step to step
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Shelf:
    """Where kept arrays lie.

    Attributes:
        folder: of the files; None: they stay in memory as they are.
    """

    folder: Path | None = None

    @property
    def is_memory(self) -> bool:
        """Whether nothing is laid in files."""
        return self.folder is None

    @classmethod
    def of(cls, night: Night, rows: int) -> "Shelf":
        """In memory if what is kept of so many rows fills less than half of the night's limit."""
        if rows * HELD_A_ROW <= night.settings.memory_bytes // 2:
            return cls()
        return cls(db.spill_folder(night.settings) or night.folder)

    def empty(self, shape: tuple[int, ...], kind: npt.DTypeLike) -> Array:
        """Room for an array, to be filled by who asked for it.

        Raises:
            OSError: if the disk is full.
        """
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        if self.is_memory or not size:
            return np.empty(shape, kind)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            os.posix_fallocate(file.fileno(), 0, size)  # a full disk is told here, and not when it is filled
            return np.frombuffer(mmap.mmap(file.fileno(), size), kind).reshape(shape)

    def array(self, kept: Array) -> Array:
        """The same array, in a file.

        Raises:
            OSError: if the disk is full.
        """
        if self.is_memory:
            return kept
        held = self.empty(kept.shape, kept.dtype)
        held[...] = kept
        return held

    def table(self, kept: pa.Table) -> pa.Table:
        """The same table, in a file.

        Raises:
            OSError: if the disk is full.
        """
        if self.is_memory:
            return kept
        with tempfile.TemporaryFile(dir=self.folder) as file:
            with pa.ipc.new_file(pa.PythonFile(file, "w"), kept.schema) as writer:
                writer.write_table(kept.unify_dictionaries())
            file.flush()
            held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        return pa.ipc.open_file(pa.py_buffer(held)).read_all()

    def texts(self, kept: pa.StringArray) -> pa.StringArray:
        """The same texts, in a file.

        Raises:
            OSError: if the disk is full.
        """
        if self.is_memory or not len(kept):
            return kept
        return self.table(pa.table([kept], ["text"])).column(0).chunk(0)


IN_MEMORY = Shelf()
