"""Finds the header line among the first lines of a file by the columns that it names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.ingest.header import HeaderIndex, merge
from pipeline.ingest.refusal import Refused

HEADER_LINES = 60
_FEWEST_COLUMNS = 2


@dataclass(frozen=True)
class HeaderLine:
    """A header and where it stands; lines are counted from 0."""

    cells: tuple[str, ...]
    first_line: int
    next_line: int
    delimiter: str | None
    titles: tuple[str, ...]


def candidates(
    records: Iterable[tuple[int, int, Sequence[str]]], delimiter: str | None, index: HeaderIndex
) -> Iterator[tuple[int, HeaderLine]]:
    """Every line, and every two neighbouring lines together, as a header with its score.

    Args:
        records: (first line, next line, cells) of the first records.
        delimiter: what was taken for the delimiter.
        index: the source's aliases.
    """
    titles: list[str] = []
    before: tuple[int, Sequence[str], int] | None = None
    for first, following, cells in records:
        score = index.score(cells)
        above = tuple(titles)
        yield score, HeaderLine(tuple(cells), first, following, delimiter, above)
        if before and score:
            both = merge(before[1], cells, index)
            joint = index.score(both)
            if joint > score and joint > before[2] + 1:
                yield joint, HeaderLine(tuple(both), before[0], following, delimiter, above)
        titles += [cell for cell in cells if cell.strip()]
        before = (first, cells, score)


def choose(found: Iterable[tuple[int, HeaderLine]]) -> HeaderLine:
    """The header that names most columns; of equals the first.

    Raises:
        Refused: if none names at least two.
    """
    best = max(found, key=lambda item: item[0], default=None)
    if best is None or best[0] < _FEWEST_COLUMNS:
        raise Refused("前60行内找不到表头，请核对文件内容和列名后重报")
    return best[1]
