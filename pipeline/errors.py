"""Errors that a person can act on: each states what is wrong, where, and how to mend it."""

import unicodedata
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
    if isinstance(problem, OSError) and problem.filename is not None:
        where = spelt_out(str(problem.filename))
        return (
            f"{where}: {problem.strerror or type(problem).__name__}; check the path, its owner and the space"
        )
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"an unforeseen {type(problem).__name__}{place}; run again with --debug for the whole story"
