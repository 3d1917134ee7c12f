"""Leaves out Python's search for reference cycles, a walk over all that is held, where it finds nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Without the search, where much is made and nearly all of it stays or is let go of without it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """While programs are loaded, whose hundreds of thousands of parts stay; later searches pass them over."""
    with unsearched():
        yield
    gc.freeze()
