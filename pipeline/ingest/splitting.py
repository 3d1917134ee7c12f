"""The lines of a text as places in its bytes, and the cells of those that need no second look."""

from collections.abc import Sequence
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

_LINE_END, _QUOTE = 0x0A, 0x22
_READ_AT_ONCE = 4 * 1024**2


class PlainLines(Sequence[str]):
    """The lines of a text, decoded one by one only where they are asked for.

    Args:
        data: the text in UTF-8, \\n between its lines.
        starts: where each line begins.
        ends: where each line ends, its line end left out.
        is_plain: True where a line is a whole record without a quote.
    """

    def __init__(self, data: bytes, starts: np.ndarray, ends: np.ndarray, is_plain: np.ndarray) -> None:
        self.data, self.starts, self.ends, self.is_plain = data, starts, ends, is_plain

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        return self.data[self.starts[at] : self.ends[at]].decode()

    def from_line(self, at: int) -> str:
        """The text from a line on."""
        return self.data[self.starts[at] :].decode() if at < len(self) else ""


def find_plain_lines(text: str, delimiter: str, width: int) -> PlainLines:
    """Finds the lines of a text, and which of them are whole records of `width` cells without a quote."""
    data = text.encode(errors="replace")
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == _LINE_END)
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    starts = np.concatenate([[0], ends[:-1] + 1])
    between = np.flatnonzero(codes == ord(delimiter))
    is_plain = _within(between, ends) == width - 1
    if b'"' in data:
        is_plain &= _within(np.flatnonzero(codes == _QUOTE), ends) == 0
    if width == 1:
        is_plain &= ends > starts
    return PlainLines(data, starts, ends, is_plain)


def split_plain(
    lines: PlainLines, wanted: np.ndarray, delimiter: str, width: int
) -> tuple[list[pa.Array], np.ndarray]:
    """The cells of the wanted lines as columns of strings, and the numbers of these lines.

    Args:
        lines: the lines of a text.
        wanted: True for the lines to split; each is plain.
        delimiter: what stands between cells.
        width: cells in a line.
    """
    numbers = np.flatnonzero(wanted)
    if not len(numbers):
        return [pa.array([], pa.string())] * width, numbers
    names = [f"c{i}" for i in range(width)]
    longest = int((lines.ends - lines.starts).max())
    table = pacsv.read_csv(
        pa.BufferReader(_only(lines, wanted)),
        read_options=pacsv.ReadOptions(column_names=names, block_size=max(_READ_AT_ONCE, longest + 2)),
        parse_options=pacsv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )
    columns = [column.combine_chunks() for column in table.columns]
    return columns, numbers


def _within(places: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many of the places lie in each line."""
    return np.diff(np.searchsorted(places, ends), prepend=0)


def _only(lines: PlainLines, wanted: np.ndarray) -> pa.Buffer:
    """The bytes of the wanted lines, each with its line end."""
    if wanted.all():
        return pa.py_buffer(lines.data)
    edges = np.zeros(len(lines.data) + 2, np.int8)
    np.add.at(edges, lines.starts[wanted], 1)
    np.add.at(edges, lines.ends[wanted] + 1, -1)
    kept = np.cumsum(edges, dtype=np.int8)[: len(lines.data)].astype(bool)
    return pa.py_buffer(np.frombuffer(lines.data, np.uint8)[kept].tobytes())
