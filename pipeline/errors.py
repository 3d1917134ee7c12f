"""Errors that a person can act on: each states what is wrong, where, and how to mend it."""

import errno
import os
import traceback
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a machine may say at night; its own words would name a file, and a file's name can be a person's.
_OF_THE_MACHINE = {
    errno.ENOSPC: "the disk is full: free space and run again",
    errno.EDQUOT: "the quota of the disk is used up: raise it and run again",
    errno.EIO: "the disk cannot be read or written: have it looked at, then run again",
    errno.EROFS: "a folder is read-only: make it writable and run again",
    errno.EACCES: "a file or folder may not be touched: run as the user that owns it",
    errno.ESTALE: "a network folder went away: mount it and run again",
    errno.ENOTCONN: "a network folder went away: mount it and run again",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n) and run again",
    errno.ENOMEM: "memory ran out: run with a larger --memory-limit, or give the machine more memory",
}


class PipelineError(Exception):
    """Base of all errors that the command line shows as one sentence.

    Args:
        what: what is wrong, without personal data.
        where: file, line, row, column or rule; empty when there is no place.
        mend: what a person can do about it; empty when nothing can be done.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The error as one sentence: `where: what; mend`; what a terminal would obey is spelt out in it."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return spelt_out(f"{text}; {self.mend}" if self.mend else text)


class ConfigError(PipelineError):
    """A setting, an option or a folder cannot be used."""


class SourceError(PipelineError):
    """A source's declaration is wrong, or a department's file cannot be read."""


class RuleError(PipelineError):
    """A rule file is wrong."""


class RunError(PipelineError):
    """A night cannot go on; what was published before still stands."""


class Unforeseen(PipelineError):
    """A fault of the program or of the machine, told without the data that its message may quote.

    Args:
        problem: what was raised.

    Attributes:
        story: its whole story with its data, for `--debug` at a terminal alone.
    """

    def __init__(self, problem: BaseException) -> None:
        super().__init__(sentence_of(problem))
        self.story = "".join(traceback.format_exception(problem))


@contextmanager
def scrubbed() -> Iterator[None]:
    """Lets no message of an unforeseen error out: schedulers keep messages and traces in their own store.

    Raises:
        Unforeseen: in the place of any error that is no PipelineError, without its chain.
    """
    try:
        yield
    except PipelineError as problem:
        problem.__cause__ = None
        problem.__suppress_context__ = True
        raise
    except Exception as problem:
        raise Unforeseen(problem) from None


def spelt_out(text: str) -> str:
    """A text in which what moves a cursor, turns the writing or stays unseen stands as `\\u202e`."""
    return text if text.isprintable() else "".join(map(_spelt_out, text))


def _spelt_out(character: str) -> str:
    is_shown = character.isprintable() or character == "\n" or unicodedata.category(character) == "Zs"
    return character if is_shown else f"\\u{ord(character):04x}"


def sentence_of(problem: BaseException) -> str:
    """Any error as one sentence, without the data that stands in the message of an unforeseen one."""
    if isinstance(problem, PipelineError):
        return problem.sentence()
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    cause = _of_the_machine(problem)
    if cause:
        return f"{_folder_of(problem)}{cause} ({type(problem).__name__}{place})"
    return f"an unforeseen {type(problem).__name__}{place}; run again with --debug for the whole story"


def _folder_of(problem: BaseException) -> str:
    """Where a file could not be used; not its name, which can be a person's."""
    if isinstance(problem, OSError) and isinstance(problem.filename, str | Path):
        return f"{spelt_out(str(Path(problem.filename).absolute().parent))}: "
    return ""


def _of_the_machine(problem: BaseException) -> str | None:
    """What the machine lacked; DuckDB tells it in words alone."""
    if isinstance(problem, MemoryError):
        return _OF_THE_MACHINE[errno.ENOMEM]
    if isinstance(problem, OSError):
        told = f"{problem.strerror}: check the path and its owner" if problem.filename is not None else None
        return _OF_THE_MACHINE.get(problem.errno or 0, told)
    if type(problem).__module__.split(".")[0] in ("duckdb", "_duckdb"):
        if type(problem).__name__ == "OutOfMemoryException":
            return _OF_THE_MACHINE[errno.ENOMEM]
        said = str(problem)
        return next((text for number, text in _OF_THE_MACHINE.items() if os.strerror(number) in said), None)
    return None
