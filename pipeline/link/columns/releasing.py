"""Memory that nobody uses any more, given back to the system between the steps of linking."""

import ctypes
import gc

import pyarrow as pa

WORTH_RELEASING = 100_000  # rows; looking through all objects costs a quarter of a second each time


def release(rows: int) -> None:
    """Gives back what was freed, if a night of so many rows has anything to speak of.

    Arrays of a few megabytes lie in a heap that the C library keeps for later; what comes next needs
    other sizes and would come on top.
    """
    if rows < WORTH_RELEASING:
        return
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)
