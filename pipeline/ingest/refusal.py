"""Why a whole file cannot be taken: one Chinese sentence for the department, without its content."""

from pipeline.errors import SourceError


class Refused(SourceError):
    """A file that cannot be taken; the night goes on with the last good one.

    Args:
        what: what is wrong and how to mend it, one sentence in Chinese.
        column: the canonical column that is the reason, if one is.
    """

    def __init__(self, what: str, *, column: str | None = None) -> None:
        super().__init__(what)
        self.column = column
