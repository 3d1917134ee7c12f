"""Workbooks that others made (XLSX, XLS), read by a process of its own.

A few kilobytes can name a cell a million rows down, or one long text a million times, and the reader then
takes memory until the machine has none, or aborts. So it runs apart, within bounds: what becomes of
it there is one refused file, and the night goes on.
"""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from pipeline import workbook_reader

# A million rows of twenty texts fit.
MEMORY = 4 * 1024**3
SECONDS = 900
Grid = list[list[Any]]
Range = tuple[tuple[int, int], tuple[int, int]]


class Unreadable(ValueError):
    """The bytes are no workbook that can be read."""


class TooBig(Unreadable):
    """Reading it takes more memory or time than a file may have."""


@dataclass(frozen=True)
class Sheet:
    """A sheet from its first cell on.

    Attributes:
        name: what its tab says.
        grid: rows of cells as texts, numbers, truth values and days; an empty cell is "".
        merged: (top, left), (bottom, right) of merged cells, counted from 0; they do not overlap.
    """

    name: str
    grid: Grid
    merged: list[Range]


def read_sheets(stream: BinaryIO, memory: int = MEMORY, seconds: int = SECONDS) -> Iterator[Sheet]:
    """The sheets of a workbook, one after the other; those that cannot be read are left out.

    Args:
        stream: the workbook's bytes.
        memory: bytes that reading may take.
        seconds: processor time that it may take.

    Raises:
        Unreadable: if it is none, or is damaged.
        TooBig: if it does not fit the bounds.
    """
    with _reader(stream, memory, seconds) as out:
        while isinstance(told := _next(out), tuple):
            name, merged = told
            grid: Grid = []
            while (rows := _next(out)) is not None:
                grid += rows
            yield Sheet(name, grid, merged)
    if told == workbook_reader.DAMAGED:
        raise Unreadable(told)
    if told != workbook_reader.WHOLE:
        raise TooBig(told)


@contextmanager
def _reader(stream: BinaryIO, memory: int, seconds: int) -> Iterator[BinaryIO]:
    library = find_spec("python_calamine")
    assert library and library.origin
    command = [sys.executable, "-I", "-S", workbook_reader.__file__, str(Path(library.origin).parents[1])]
    command += [str(memory), str(seconds)]
    with _as_file(stream) as source:
        process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
        )
        assert process.stdout is not None
        with process.stdout:
            try:
                yield process.stdout  # type: ignore[misc]
            finally:
                process.kill()
                process.wait()


@contextmanager
def _as_file(stream: BinaryIO) -> Iterator[Any]:
    """The stream as something that another process can read; what was unpacked stays in memory."""
    stream.seek(0)
    try:
        stream.fileno()
    except (io.UnsupportedOperation, OSError):
        with open(_in_memory(stream), "rb") as file:
            yield file
    else:
        yield stream


def _in_memory(stream: BinaryIO) -> int:
    handle = os.memfd_create("workbook", os.MFD_CLOEXEC)
    with open(handle, "wb", closefd=False) as file:
        while piece := stream.read(1 << 20):
            file.write(piece)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


class _Plain(pickle.Unpickler):
    """Takes what cells are made of, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(name)


def _next(out: BinaryIO) -> Any:
    """What the reader tells next; a word at its end, also where it came to none."""
    try:
        return _Plain(out).load()
    except (EOFError, pickle.UnpicklingError):
        return workbook_reader.TOO_BIG
