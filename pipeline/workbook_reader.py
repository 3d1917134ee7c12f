"""The other side of `pipeline.workbook`: a process that reads one workbook from standard input, and ends.

Started as a script, with the folder of python-calamine, bytes of memory and seconds of processor time. It
writes pickles: per sheet its name and merged ranges, its rows in pieces, then None; a word at the end.
"""

import io
import pickle
import resource
import sys
from typing import Any, BinaryIO

PIECE = 5_000
WHOLE, DAMAGED, TOO_BIG = "whole", "damaged", "too big"


def main(library: str, memory: int, seconds: int) -> None:
    """Reads standard input within the bounds and tells what it holds on standard output."""
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    sys.path.append(library)
    out = sys.stdout.buffer
    try:
        word = _tell(sys.stdin.buffer.read(), out)
    except MemoryError:
        word = TOO_BIG
    except BrokenPipeError:
        return
    except BaseException:  # the reader's own panics are no Exception
        word = DAMAGED
    _write(out, word)
    out.flush()


def _tell(data: bytes, out: BinaryIO) -> str:
    from python_calamine import CalamineError, CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        try:
            sheet = book.get_sheet_by_name(name)
            grid: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError):
            continue
        merged = list(sheet.merged_cell_ranges or [])
        # Merged ranges do not overlap, so they cover no more rows than there are cells.
        if sum(bottom - top for (top, _), (bottom, _) in merged) > sum(map(len, grid)):
            return DAMAGED
        _write(out, (name, merged))
        for at in range(0, len(grid), PIECE):
            _write(out, grid[at : at + PIECE])
        _write(out, None)
    return WHOLE


def _write(out: BinaryIO, told: object) -> None:
    pickler = pickle.Pickler(out, protocol=5)
    pickler.fast = True  # no cell is another's part; remembering each would cost more than the cells
    pickler.dump(told)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
