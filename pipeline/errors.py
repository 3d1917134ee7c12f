"""Errors that a person can act on: each states what is wrong, where, and how to mend it."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
        """The error as one sentence: `where: what; mend`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.mend}" if self.mend else text


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


def sentence_of(problem: BaseException) -> str:
    """Any error as one sentence, without the data that stands in the message of an unforeseen one."""
    if isinstance(problem, PipelineError):
        return problem.sentence()
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"an unforeseen {type(problem).__name__}{place}; run again with --debug for the whole story"
