"""The words that firm names are made of, read strictly from lexicon.yml."""

from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline import strictyaml
from pipeline.errors import ConfigError

FILE = Path(__file__).parent / "lexicon.yml"


class Lexicon(BaseModel):
    """Word lists; all text, simplified script.

    Attributes:
        provinces: provinces, municipalities, regions, without their suffix.
        cities: prefectures and well-known county-level cities, without 市.
        countries: countries as firms' names begin with them.
        local_places: how names begin that are registered here, with the districts of the city.
        local_towns: towns and districts of this city as names give them without a suffix, behind the city.
        local_districts: districts of this city, without 区.
        forms: class of organisation form → its words.
        branches: what a branch calls itself behind its parent's name.
        industries: words that say what a firm does.
        given_names: words of trade that are given names too.
        given_name_ends: last characters of shops' names that end persons' names too.
        compound_surnames: surnames of two characters.
        surnames: surnames of one character, in one text.
        look_alikes: groups of characters taken for one another by eye.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    provinces: tuple[str, ...]
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    local_places: tuple[str, ...]
    local_towns: tuple[str, ...]
    local_districts: tuple[str, ...]
    forms: dict[str, tuple[str, ...]]
    branches: tuple[str, ...]
    industries: frozenset[str]
    given_names: frozenset[str]
    given_name_ends: frozenset[str]
    compound_surnames: tuple[str, ...]
    surnames: str
    look_alikes: tuple[str, ...]

    @cached_property
    def form_class(self) -> dict[str, str]:
        """Word of organisation form → its class."""
        return {word: name for name, words in self.forms.items() for word in words}

    @cached_property
    def places(self) -> frozenset[str]:
        """Provinces, cities and countries."""
        return frozenset(self.provinces) | frozenset(self.cities) | frozenset(self.countries)


@cache
def lexicon() -> Lexicon:
    """The shipped word lists."""
    return strictyaml.load(FILE, Lexicon, ConfigError)


def longest_first(words: tuple[str, ...] | frozenset[str] | dict[str, str]) -> str:
    """An alternation for a regular expression that prefers the longer word."""
    return "|".join(sorted(set(words), key=lambda word: (-len(word), word)))
