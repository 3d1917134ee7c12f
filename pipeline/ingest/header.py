"""Which column a header cell means: aliases after normalisation, with the unit that it names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.declaration import Source
from pipeline.ingest.units import UNITS, find_unit, is_foreign

# Units that may stand behind a header with nothing between; 人 and 名 end too many words.
_BARE_UNITS = sorted((word for word, unit in UNITS.items() if unit.family != "count"), key=len, reverse=True)
_NUMBERING = re.compile(r"^[(]?\d{1,2}[).、]+")
_NOISE = re.compile(r"[\s*★※\"“”'‘’\u200b\ufeff]+|[(\[](?:必填项?|选填项?|可空|非必填|必录)[)\]]")
_TRAILING_BRACKET = re.compile(r"(?P<base>.+?)[(\[](?:单位[::]?)?(?P<inside>[^()\[\]]*)[)\]]")
_TRAILING_UNIT = re.compile(r"(?P<base>.+?)[/_:,,-](?:单位[::]?)?(?P<inside>[^/_:,-]+)")


@dataclass(frozen=True)
class HeaderMatch:
    """A header cell that was understood: the column, the place of its alias, the unit it names."""

    column: str
    order: int
    unit: str | None


@dataclass(frozen=True)
class Mapping:
    """Where each declared column lies in a file.

    Attributes:
        positions: canonical column → index of its cell, for the columns that the file has.
        units: canonical column → unit named by its header, where it names one.
        unknown: headers that no column claims, in the file's order.
    """

    positions: dict[str, int]
    units: dict[str, str]
    unknown: tuple[str, ...]


class HeaderIndex:
    """All aliases of one source, normalised."""

    def __init__(self, source: Source) -> None:
        self._aliases: dict[str, tuple[str, int]] = {}
        self._required = {name for name, column in source.columns.items() if column.required}
        for name, column in source.columns.items():
            for order, alias in enumerate(column.headers):
                self._aliases.setdefault(normalise(alias), (name, order))
        for name, column in source.columns.items():
            for order, alias in enumerate(column.headers):
                base, unit = _split_unit(normalise(alias))
                if unit:
                    self._aliases.setdefault(base, (name, order))

    def match(self, cell: str) -> HeaderMatch | None:
        """The column that a header cell means, or None."""
        text = normalise(cell)
        base, unit = _split_unit(text)
        for candidate in (text, base, _without_bracket(text)):
            if candidate in self._aliases:
                return HeaderMatch(*self._aliases[candidate], unit)
        for unit in _BARE_UNITS:
            if text.endswith(unit) and text.removesuffix(unit) in self._aliases:
                return HeaderMatch(*self._aliases[text.removesuffix(unit)], unit)
        return None

    def score(self, cells: Sequence[str]) -> int:
        """How many different columns a line of cells names."""
        found = (self.match(cell) for cell in cells if cell and len(cell) <= 60)
        return len({match.column for match in found if match})

    def is_complete(self, cells: Sequence[str]) -> bool:
        """Whether a header line names every required column."""
        return self._required <= self.map(cells).positions.keys()

    def map(self, cells: Sequence[str]) -> Mapping:
        """Maps a header line; of two cells for one column the first in alias order wins."""
        best: dict[str, tuple[int, int, str | None]] = {}
        for position, cell in enumerate(cells):
            match = self.match(cell)
            if match and (match.column not in best or match.order < best[match.column][0]):
                best[match.column] = (match.order, position, match.unit)
        positions = {name: found[1] for name, found in best.items()}
        used = set(positions.values())
        return Mapping(
            positions=positions,
            units={name: found[2] for name, found in best.items() if found[2]},
            unknown=tuple(cell.strip() for i, cell in enumerate(cells) if i not in used and cell.strip()),
        )


def normalise(cell: str) -> str:
    """A header without white space, stars, marks of duty; brackets and width made plain."""
    text = unicodedata.normalize("NFKC", cell).replace("【", "[").replace("】", "]").replace("〔", "[")
    plain = _NOISE.sub("", text.replace("〕", "]"))
    return _NUMBERING.sub("", plain).rstrip(":").casefold()


def merge(upper: Sequence[str], lower: Sequence[str], index: HeaderIndex) -> list[str]:
    """One header line out of two: the lower cell, both together, or the upper one."""
    width = max(len(upper), len(lower))
    merged = []
    for high, low in zip(_pad(upper, width), _pad(lower, width), strict=True):
        options = [low, high + low, high]
        merged.append(next((text for text in options if text and index.match(text)), low or high))
    return merged


def _pad(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _split_unit(text: str) -> tuple[str, str | None]:
    """Header and unit of `销售额(万元)`, `销售额/万元`; no unit if the ending is none."""
    for pattern in (_TRAILING_BRACKET, _TRAILING_UNIT):
        match = pattern.fullmatch(text)
        if match and (find_unit(match["inside"]) or is_foreign(match["inside"])):
            return match["base"], match["inside"]
    return text, None


def _without_bracket(text: str) -> str:
    match = _TRAILING_BRACKET.fullmatch(text)
    return match["base"] if match else text
