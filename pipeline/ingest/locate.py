"""Finds the header line among the first lines of a file by the columns that it names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.header import HeaderIndex, merge
from pipeline.ingest.refusal import Refused
from pipeline.ingest.units import names_unit

HEADER_LINES = 60
# Some forms have hundreds of columns, none has thousands; each column costs something in every batch.
MOST_COLUMNS = 2000
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
    before: tuple[int, Sequence[str], int, int] | None = None
    for first, following, cells in records:
        cells = cells[: MOST_COLUMNS + 1]
        score = index.score(cells)
        above = tuple(titles)
        yield score, HeaderLine(tuple(cells), first, following, delimiter, above)
        if before and _only_units(cells):
            both = merge(before[1], cells, index)
            yield before[2] + 1, HeaderLine(tuple(both), before[0], following, delimiter, above[: before[3]])
        elif before and score:
            both = merge(before[1], cells, index)
            joint = index.score(both)
            if joint > score and joint > before[2] + 1:
                yield joint, HeaderLine(tuple(both), before[0], following, delimiter, above)
        before = (first, cells, score, len(titles))
        titles += [cell for cell in cells if cell.strip()]


def _only_units(cells: Sequence[str]) -> bool:
    """Whether a line holds nothing but units in brackets, for the header above it."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(names_unit(cell) for cell in filled)


def choose(found: Iterable[tuple[int, HeaderLine]]) -> HeaderLine:
    """The header that names most columns; of equals the first.

    Raises:
        Refused: if none names at least two.
    """
    best = max(found, key=lambda item: item[0], default=None)
    if best is None or best[0] < _FEWEST_COLUMNS:
        raise Refused("前60行内找不到表头，请核对文件内容和列名后重报")
    return replace(best[1], cells=bounded(best[1].cells))


def bounded(cells: Sequence[str]) -> tuple[str, ...]:
    """A header's cells; a very wide one without the nameless ones at its end.

    Raises:
        Refused: if it names more columns than any form has.
    """
    if len(cells) > MOST_COLUMNS:
        cells = cells[: max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)]
    if len(cells) > MOST_COLUMNS:
        raise Refused(f"表头超过{MOST_COLUMNS}列，请只保留要报的列后重报")
    return tuple(cells)
