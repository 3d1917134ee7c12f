"""In which street and community the place of each profile lies, and how that is known.

The column of the office that saw the place speaks first; then what is said of the same place by others (its
house, road and number, village or building), where nine of ten say one and the same; then the address's own
community; last its own word for the street, which may be that of years ago. A road alone never tells the
street: roads cross streets, and so do their numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.link.addresses import read_community, read_street
from pipeline.link.facets import Bools, Facets
from pipeline.link.joining import combine
from pipeline.link.ordering import Ints, distinct_pairs, numbered
from pipeline.link.parties import Parties, encode
from pipeline.link.vocabulary import Vocabularies
from pipeline.reference import communities, streets

BASES = ("office", "place", "community", "word")
OFFICE, PLACE, COMMUNITY, WORD = range(1, 5)
LEAST_FIRMS = 2  # that say one and the same of a place, where no office's column does
AGREEING = (9, 10)  # of those who name a street for a place
SLIP_ROWS = 50  # one row of so many that names another street than its office's file is a slip


@dataclass(frozen=True)
class Whereabouts:
    """Numbers of the vocabulary of places, one per profile; 0 where nobody knows.

    Attributes:
        street: official street names.
        basis: how the street is known: OFFICE, PLACE, COMMUNITY, WORD; 0 where it is not.
        community: short names.
    """

    street: Ints
    basis: Ints
    community: Ints


def whereabouts(
    parties: Parties, facets: Facets, words: Vocabularies, premises: Ints, firm: Ints
) -> Whereabouts:
    """Finds the street and the community of every profile's place.

    Args:
        parties: the rows and their profiles.
        facets: of the profiles.
        words: take up the reference's streets and communities.
        premises: building or house of each profile, 0 where it is unknown.
        firm: whose each profile is, from 0; one firm's rows are one voice.
    """
    meant = _meant_streets(parties, words)
    said = np.where(meant > 0, meant, facets.street)
    told = _has_column(parties, "street", read_street)
    speaks = facets.shared == 0
    of_community = _community_streets(facets.community, said, told, speaks, firm, words)
    # A word for the street and a community of another one: one of them is of years ago.
    torn = ~told & (said > 0) & (of_community > 0) & (said != of_community)
    spoken = np.where(said > 0, said, of_community)
    both = combine(facets.landmark, facets.community, dense=True)
    keys = (premises, facets.site, both, facets.landmark)
    of_place = _first(_known_by(key, spoken, told, speaks & ~torn, firm) for key in keys)
    ways = (np.where(told, said, 0), of_place, of_community, said)
    community_told = _has_column(parties, "community", read_community)
    near = _first(_known_by(key, facets.community, community_told, speaks, firm) for key in keys)
    return Whereabouts(
        street=_first(ways),
        basis=_first(np.where(way > 0, basis, 0) for basis, way in enumerate(ways, start=OFFICE)),
        community=_first((np.where(community_told, facets.community, 0), near, facets.community)),
    )


def _has_column(parties: Parties, column: str, read: Callable[[str], str]) -> Bools:
    """Whether a column of its own says a place, not the address."""
    named = np.array([bool(read(text)) for text in parties.values[column]])
    return named[parties.columns[column]]


def _first(ways: Iterable[Ints]) -> Ints:
    """The first of several answers that is one."""
    answers = iter(ways)
    result = next(answers)
    for answer in answers:
        result = np.where(result > 0, result, answer)
    return result


def _known_by(key: Ints, said: Ints, told: Bools, speaks: Bools, firm: Ints) -> Ints:
    """What is said of each profile's key: by offices' columns, else by all; 0 where they are not at one."""
    by_office = _agreed(key, said, speaks & told, firm, 1)
    return np.where(by_office > 0, by_office, _agreed(key, said, speaks, firm, LEAST_FIRMS))


def _agreed(key: Ints, said: Ints, speaks: Bools, firm: Ints, least: int) -> Ints:
    known = np.zeros(int(key.max(initial=0)) + 1, dtype=np.int64)
    heard = np.flatnonzero(speaks & (key > 0) & (said > 0))
    _, first, saying = numbered(combine(key[heard], said[heard]))
    voices = np.bincount(distinct_pairs(saying, firm[heard])[0], minlength=len(first))
    place, word = key[heard][first], said[heard][first]
    of_place = np.bincount(place, weights=voices, minlength=len(known))[place]
    most = (voices >= least) & (voices * AGREEING[1] >= of_place * AGREEING[0])
    known[place[most]] = word[most]
    return known[key]


def _community_streets(
    community: Ints, said: Ints, told: Bools, speaks: Bools, firm: Ints, words: Vocabularies
) -> Ints:
    """The street that each profile's community is in: as the night's rows say, else the reference."""
    pairs = [(words.place.add(item.name), words.place.add(item.street)) for item in communities()]
    listed = np.zeros(len(words.place), dtype=np.int64)
    for name, street in pairs:
        listed[name] = street
    return _first((_known_by(community, said, told, speaks, firm), listed[community]))


def _meant_streets(parties: Parties, words: Vocabularies) -> Ints:
    """For profiles whose office slipped in the column of its own street: that street; 0 for all others."""
    source, names = encode(parties.table["source"])
    named = [name.partition("/")[2] for name in names]
    of_source = np.array(
        [words.place.add(name) if name in streets() else 0 for name in named], dtype=np.int64
    )
    street = of_source[source]
    rows = np.flatnonzero(street)
    file, _ = encode(parties.table["file"])
    extract = parties.columns["extract"][parties.profile]
    _, _, of_file = numbered(combine(file[rows], extract[rows]))
    _, first, saying = numbered(combine(of_file + 1, street[rows]))
    size, all_rows = np.bincount(saying), np.bincount(of_file)
    chief = np.zeros(len(all_rows), dtype=np.int64)
    file_of, street_of = of_file[first], street[rows][first]
    chief_of = size * 2 > all_rows[file_of]
    chief[file_of[chief_of]] = street_of[chief_of]
    slip = (size * SLIP_ROWS <= all_rows[file_of])[saying] & (chief[of_file] > 0)
    meant = np.zeros(parties.count, dtype=np.int64)
    np.maximum.at(meant, parties.profile[rows[slip]], chief[of_file[slip]])
    return meant
