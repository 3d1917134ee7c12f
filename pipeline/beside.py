"""DuckDB's work beside what this thread does: threads, each with its own connection to the same files."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import duckdb

from pipeline import db

Given = ParamSpec("Given")
Result = TypeVar("Result")
Connection: TypeAlias = duckdb.DuckDBPyConnection


class Beside:
    """Takes work in the order in which it is given; what waits for other work waits for what came before."""

    def __init__(self, pool: ThreadPoolExecutor, connections: Iterable[Connection]) -> None:
        self._pool = pool
        self._free: SimpleQueue[Connection] = SimpleQueue()
        for con in connections:
            self._free.put(con)
        self._begun: list[Future[Any]] = []

    def do(self, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        """Does some work as soon as a thread is free: worth it where most of it is done outside of Python."""
        begun = self._pool.submit(work, *given, **named)
        self._begun.append(begun)
        return begun

    def query(
        self,
        work: Callable[Concatenate[Connection, Given], Result],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Future[Result]:
        """As `do`, for work that is given a connection first; tables that it makes are seen by all."""

        def done() -> Result:
            con = self._free.get()
            try:
                return work(con, *given, **named)
            finally:
                self._free.put(con)

        return self.do(done)

    def wait(self) -> None:
        """Waits until all that was given is done; what went wrong first is raised."""
        for begun in self._begun:
            begun.result()
        self._begun.clear()


@contextmanager
def beside(con: Connection, threads: int) -> Iterator[Beside]:
    """So many threads beside this one; all they were given is done when the block ends.

    Args:
        con: a connection; temporary tables and registered names are its own.
        threads: how many.
    """
    with ExitStack() as held:
        connections = [held.enter_context(closing(db.beside(con))) for _ in range(threads)]
        pool = ThreadPoolExecutor(threads)
        try:
            side = Beside(pool, connections)
            yield side
            side.wait()
        finally:
            pool.shutdown(cancel_futures=True)
