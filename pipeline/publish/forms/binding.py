"""Workbooks are written by processes of their own where they have many lines; else at once."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec

from pipeline.errors import RunError
from pipeline.garbage import unsearched
from pipeline.processes import processes

WORTH_A_PROCESS = 5_000  # lines; fewer are written sooner here than a process starts elsewhere
Given = ParamSpec("Given")


class Binder:
    """Has workbooks written; none is sure to be there before `finish`."""

    def __init__(self, pool: ProcessPoolExecutor | None = None) -> None:
        self._pool = pool
        self._under_way: list[Future[None]] = []

    def bind(self, write: Callable[Given, None], *given: Given.args, **named: Given.kwargs) -> None:
        """Has one written, by a function of a module on what it is given."""
        if self._pool is None:
            write(*given, **named)
        else:
            self._under_way.append(self._pool.submit(_at_ease, partial(write, *given, **named)))

    def finish(self) -> None:
        """Waits for all of them.

        Raises:
            RunError: if a process died at its work.
        """
        try:
            for book in self._under_way:
                book.result()
        except BrokenProcessPool:
            raise RunError(
                "a process that writes workbooks died",
                where="publish",
                mend="give the machine more memory, or run with --threads 1",
            ) from None


def _at_ease(write: Callable[[], None]) -> None:
    """Writes one in a process of its own; to search among its many cells would take a tenth of the time."""
    with unsearched():
        write()
    gc.collect()


@contextmanager
def binder(count: int, lines: int) -> Iterator[Binder]:
    """A binder of so many processes for lists of so many lines; all is written when the block ends."""
    if count < 2 or lines < WORTH_A_PROCESS:
        yield Binder()
        return
    with processes(count) as pool:
        made = Binder(pool)
        yield made
        made.finish()
