"""Memory that nobody uses any more, given back to the system between the steps of linking."""

import ctypes
import gc

import pyarrow as pa


def release() -> None:
    """Gives back what was freed.

    Arrays of a few megabytes lie in a heap that the C library keeps for later; what comes next needs
    other sizes and would come on top.
    """
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)
