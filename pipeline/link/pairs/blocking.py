"""The keys under which rows and firms may meet, each with the bound of its blocks.

A key that many rows share (a road, two characters of a trade name, a house) never stands alone: it is
joined with a second one, so that the pairs grow with the rows and not with their square.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.vocabulary import NameFacets
from pipeline.link.pairs.pieces import Pieces

AREAS = ("road", "building", "house_code", "community", "street")
PERSONS = ("person_sound", "person_other_sound")
SPOTS = ("site", "building", "house_code")
BLOCK_CAP = 60


@dataclass(frozen=True)
class Terms:
    """Values under which members may be found; a member may have several, or none."""

    value: Ints
    at: Ints


@dataclass(frozen=True)
class Key:
    """One blocking key.

    Attributes:
        name: what the key is, for reports.
        left, right: the values of the two sides' members.
        cap: a block with more right members than this is hot and is left out.
    """

    name: str
    left: Terms
    right: Terms
    cap: int


def standard_keys(
    left: Facets, right: Facets, pieces: Pieces, cap: int, width: int | None = None
) -> Iterator[Key]:
    """The keys under which rows and firms meet.

    Args:
        left: rows looking for a firm.
        right: views of firms (or other rows).
        pieces: parts of the texts behind the integers.
        cap: largest block of a key that says much; one that says little by itself has a smaller one.
        width: `width_of` both sides, where these are but parts of them.
    """
    width = max(width_of(left), width_of(right)) if width is None else width
    sides = (_Side(left, pieces, width), _Side(right, pieces, width))

    def key(name: str, terms: Callable[[_Side], Terms], most: int = cap) -> Key:
        return Key(name, terms(sides[0]), terms(sides[1]), most)

    few = max(cap // 12, 1)
    yield key("全称", lambda s: _terms([s.facets.name.full]))
    yield key("字号读音", lambda s: s.names(_sound), cap // 3)
    yield key("字号读音+行业", lambda s: s.names(_sound, _industry))
    yield key("字号读音+地点", lambda s: s.beside(s.names(_sound), AREAS))
    for name, ends in (("字号首两字", pieces.start), ("字号末两字", pieces.end)):
        yield key(f"{name}+行业", partial(_Side.with_industry, table=ends))
        yield key(f"{name}+地点", partial(_Side.in_an_area, table=ends))
    first, last = _part_of_trade(pieces.first), _part_of_trade(pieces.last)
    yield key("字号首字+地点", lambda s: s.beside(s.names(first), SPOTS))
    yield key("字号末字+地点", lambda s: s.beside(s.names(last), SPOTS))
    yield key("字号缺一字+行业", lambda s: s.shortened())
    yield key("负责人", lambda s: _terms([s.facets.person, s.facets.person_other]), cap // 3)
    yield key("负责人读音+字号首字", lambda s: s.beside(s.names(first), PERSONS))
    yield key("负责人读音+行业", lambda s: s.beside(s.names(_industry), PERSONS))
    yield key("负责人读音+地点", lambda s: s.beside(s.persons(), AREAS[:4]))
    yield key("电话", lambda s: _terms([s.facets.phone, s.facets.phone_other]))
    yield key("门牌+房号", lambda s: s.beside(_terms([s.facets.room]), SPOTS), cap // 2)
    yield key("门牌+行业", lambda s: s.beside(s.names(_industry), SPOTS), cap // 2)
    yield key("门牌", lambda s: _terms([getattr(s.facets, spot) for spot in SPOTS]), few)
    yield from _hint_keys(left.hint, right, pieces, cap)


def _hint_keys(hint: Ints, right: Facets, pieces: Pieces, cap: int) -> Iterator[Key]:
    """Damaged or masked codes meet whole ones through the pieces that are left."""
    for table in pieces.of_code:
        codes = [table[c] for c in (right.uscc, right.registration, right.hint, right.org)]
        yield Key("残缺证号", _terms([table[hint]]), _terms(codes), cap)


def _sound(name: NameFacets) -> Ints:
    return name.sound


def _industry(name: NameFacets) -> Ints:
    return name.industry


def _part_of_trade(table: Ints) -> Callable[[NameFacets], Ints]:
    return lambda name: table[name.trade]


def _terms(columns: Sequence[Ints]) -> Terms:
    """The values of some columns, 0 left out."""
    held = [np.flatnonzero(column > 0) for column in columns]
    return Terms(
        np.concatenate([column[at] for column, at in zip(columns, held, strict=True)]), np.concatenate(held)
    )


def width_of(facets: Facets) -> int:
    """How many bits the second part of a key takes; few bits are sorted faster."""
    columns = [facets.name.industry, facets.sign.industry]
    columns += [getattr(facets, name) for name in (*AREAS, *PERSONS, *SPOTS)]
    return max(int(column.max(initial=0)).bit_length() for column in columns)


@dataclass(frozen=True)
class _Side:
    """One side of the pairs: a member is found by its name and by its sign alike."""

    facets: Facets
    pieces: Pieces
    width: int

    def _packed(self, first: Ints, second: Ints) -> Ints:
        """One number for two; 0 where one of them is."""
        return np.where((first > 0) & (second > 0), (first.astype(np.int64) << self.width) + second, 0)

    def names(self, *parts: Callable[[NameFacets], Ints]) -> Terms:
        """One part of names and signs, or two of them together."""
        columns = []
        for name in (self.facets.name, self.facets.sign):
            found = [part(name) for part in parts]
            columns.append(found[0] if len(found) == 1 else self._packed(*found))
        return _terms(columns)

    def persons(self) -> Terms:
        """The sounds of the persons."""
        return _terms([getattr(self.facets, name) for name in PERSONS])

    def with_industry(self, table: Ints) -> Terms:
        """A part of trade names and signs, together with their industry."""
        return self.names(_part_of_trade(table), _industry)

    def in_an_area(self, table: Ints) -> Terms:
        """A part of trade names and signs, together with each area that the member is in."""
        return self.beside(self.names(_part_of_trade(table)), AREAS[:4])

    def beside(self, terms: Terms, columns: Sequence[str]) -> Terms:
        """Each value together with what its member has in each of some columns."""
        packed = [self._packed(terms.value, getattr(self.facets, name)[terms.at]) for name in columns]
        held = [np.flatnonzero(values > 0) for values in packed]
        return Terms(
            np.concatenate([values[at] for values, at in zip(packed, held, strict=True)]),
            np.concatenate([terms.at[at] for at in held]),
        )

    def shortened(self) -> Terms:
        """Trade names less one character, together with the industry; none is an industry too."""
        values, members = [], []
        for name in (self.facets.name, self.facets.sign):
            part, at = self.pieces.shortened(name.trade)
            values.append((part.astype(np.int64) << self.width) + name.industry[at])
            members.append(at)
        return Terms(np.concatenate(values), np.concatenate(members))
