"""Texts as small integers, and names taken apart into them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import count, islice
from typing import Self, cast

import numpy as np
import pyarrow as pa

from pipeline.link.columns.held_texts import Texts
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.shelving import Shelf
from pipeline.link.texts.folding import pinyin_key


class Vocabulary:
    """Texts numbered from 1 in the order of their first use; 0 is the empty text."""

    def __init__(self) -> None:
        self._texts: list[str] | Texts = [""]
        self._known: defaultdict[str | None, int] | None = None

    @property
    def words(self) -> Sequence[str]:
        """The texts, each at its number."""
        return self._texts

    @property
    def _index(self) -> defaultdict[str | None, int]:
        """The number of each text; one that is new gets the next number when it is asked for."""
        if self._known is None:
            known = zip(self._texts, range(len(self)), strict=True)
            self._known = defaultdict(count(len(self)).__next__, [(None, 0), *known])
        return self._known

    def __getstate__(self) -> dict[str, object]:
        """The texts alone travel."""
        return {"_texts": self._texts, "_known": None}

    def rest(self, shelf: Shelf) -> None:
        """Holds the texts in little room; what only new ones need is made anew when one comes."""
        self._known = None
        self._texts = Texts(shelf.texts(self.held()))

    def add(self, word: str | None) -> int:
        """The number of a text."""
        return int(self.add_all([word])[0])

    def add_all(self, texts: Iterable[str | None]) -> Ints:
        """The numbers of many texts, in their order."""
        index = self._index
        numbers = np.fromiter(map(index.__getitem__, texts), dtype=np.int64)
        new = len(index) - 1 - len(self)  # None has a number and no word
        if new:
            if isinstance(self._texts, Texts):
                self._texts = list(self._texts)
            self._texts += cast(list[str], list(islice(reversed(index), new))[::-1])
        return numbers

    def known(self, texts: Iterable[str]) -> Ints:
        """The numbers of texts that are here already; 0 for the others."""
        if isinstance(self._texts, Texts):
            return self._texts.numbers(texts)
        index = self._index
        return np.array([index.get(text, 0) for text in texts], dtype=np.int64)

    def texts(self, numbers: Ints) -> list[str]:
        """The texts of some numbers."""
        if isinstance(self._texts, Texts):
            return self._texts.at(numbers)
        return [self._texts[number] for number in numbers.tolist()]

    def held(self) -> pa.StringArray:
        """All texts, for Arrow."""
        return self._texts.held if isinstance(self._texts, Texts) else pa.array(self._texts, pa.string())

    def __len__(self) -> int:
        return len(self._texts)


# Columns of a name that are texts, and the vocabulary of each.
NAME_WORDS = {
    "full": "full",
    "trade": "trade",
    "industry": "industry",
    "form": "form",
    "form_class": "form_class",
    "branch": "branch",
    "city": "region",
    "district": "region",
}


@dataclass(frozen=True)
class NameFacets:
    """One name per profile, taken apart; see `names.NameParts`. `formal`, `known`, `person`: 0 or 1."""

    full: Ints
    trade: Ints
    sound: Ints
    industry: Ints
    form: Ints
    form_class: Ints
    branch: Ints
    formal: Ints
    known: Ints
    person: Ints
    city: Ints
    district: Ints

    def columns(self) -> list[Ints]:
        """All columns."""
        return [getattr(self, one.name) for one in fields(self)]

    @classmethod
    def of(cls, columns: Iterator[Ints]) -> Self:
        """Names of the next columns, which stand as `columns` gives them."""
        return cls(*islice(columns, len(fields(cls))))

    def take(self, index: Ints) -> "NameFacets":
        """The names of some profiles."""
        return NameFacets(*(column[index] for column in self.columns()))

    def followed_by(self, other: "NameFacets") -> "NameFacets":
        """These names and then the others."""
        return NameFacets(*map(np.concatenate, zip(self.columns(), other.columns(), strict=True)))

    def followed_by_nothing(self) -> "NameFacets":
        """These names and one that says nothing."""
        return NameFacets(*(np.append(column, 0) for column in self.columns()))

    def speaking_for(self, own: "NameFacets") -> "NameFacets":
        """The same names; what a short one leaves out (branch, standing, place) is its firm's own.

        Args:
            own: for each name, the registered name of the firm that it stands for; 0 where there is none.
        """
        short = (self.trade > 0) & (self.formal == 0) & (own.formal > 0)
        no_place = (self.trade > 0) & (self.city == 0)
        return replace(
            self,
            branch=np.where(short, own.branch, self.branch),
            formal=np.where(short, own.formal, self.formal),
            city=np.where(no_place, own.city, self.city),
            district=np.where(no_place, own.district, self.district),
        )


@dataclass(frozen=True)
class TradeFacets:
    """What the comparison of trade names looks at."""

    trade: Ints
    sound: Ints
    full: Ints
    formal: Ints
    known: Ints
    person: Ints

    @classmethod
    def of(cls, names: "NameFacets | TradeFacets", at: Ints) -> "TradeFacets":
        """Some of the names."""
        return cls(
            names.trade[at],
            names.sound[at],
            names.full[at],
            names.formal[at],
            names.known[at],
            names.person[at],
        )


@dataclass
class Vocabularies:
    """The texts behind the integers of facets."""

    trade: Vocabulary = field(default_factory=Vocabulary)
    sound: Vocabulary = field(default_factory=Vocabulary)
    full: Vocabulary = field(default_factory=Vocabulary)
    industry: Vocabulary = field(default_factory=Vocabulary)
    form: Vocabulary = field(default_factory=Vocabulary)
    form_class: Vocabulary = field(default_factory=Vocabulary)
    region: Vocabulary = field(default_factory=Vocabulary)
    branch: Vocabulary = field(default_factory=Vocabulary)
    person: Vocabulary = field(default_factory=Vocabulary)
    person_sound: Vocabulary = field(default_factory=Vocabulary)
    phone: Vocabulary = field(default_factory=Vocabulary)
    place: Vocabulary = field(default_factory=Vocabulary)
    code: Vocabulary = field(default_factory=Vocabulary)

    def rest(self, shelf: Shelf) -> None:
        """Holds all texts in little room; see `Vocabulary.rest`."""
        for one in fields(self):
            getattr(self, one.name).rest(shelf)

    def sounds(self) -> Ints:
        """For each trade name, the number of its sound."""
        return self.sound.add_all(map(pinyin_key, self.trade.words))
