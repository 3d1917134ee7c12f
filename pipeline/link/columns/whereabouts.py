"""In which street and community the place of each profile lies, and how that is known.

What a street office says of its own streets goes first; then what others say of the same place, where nine of
ten are at one; then the address's own community; then its own word for the street, which may be that of years
ago; last what is said of buildings of that name, which may be namesakes. A road alone never tells the street:
roads cross streets, and so do their numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.link.columns.agreement import agreed
from pipeline.link.columns.facets import Facets
from pipeline.link.columns.joining import combine
from pipeline.link.columns.ordering import Bools, Ints, numbered
from pipeline.link.columns.parties import Parties, encode
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.texts.addresses import read_community, read_street
from pipeline.reference import communities, streets

BASES = ("office", "place", "community", "word", "name")
OFFICE, PLACE, COMMUNITY, WORD, NAME = range(1, 6)
LEAST_FIRMS = 2  # that say one and the same of a place of which its street office says nothing
SLIP_ROWS = 50  # one row of so many that names another street than its office's file is a slip


@dataclass(frozen=True)
class Whereabouts:
    """Numbers of the vocabulary of places, one per profile; 0 where nobody knows.

    Attributes:
        street: official street names.
        basis: how the street is known: OFFICE … NAME; 0 where it is not.
        community: short names.
    """

    street: Ints
    basis: Ints
    community: Ints


def add_reference(words: Vocabularies) -> None:
    """Has the vocabulary of places take up the streets and communities that `whereabouts` knows."""
    words.place.add_all([*streets(), *(item.name for item in communities())])


def whereabouts(
    parties: Parties, facets: Facets, words: Vocabularies, premises: Ints, firm: Ints
) -> Whereabouts:
    """Finds the street and the community of every profile's place.

    Args:
        parties: the rows and their profiles.
        facets: of the profiles.
        words: hold the reference's streets and communities; see `add_reference`.
        premises: building or house of each profile, 0 where it is unknown.
        firm: whose each profile is, from 0; one firm's rows are one voice.
    """
    own, meant = _own_streets(parties, words)
    said = np.where(meant > 0, meant, facets.street)
    column = _has_column(parties, "street", read_street)
    speaks = facets.shared == 0
    of_community = _community_streets(facets.community, said, own, speaks, firm, words)
    # A word for the street and a community of another one: one of them is of years ago.
    torn = ~column & (said > 0) & (of_community > 0) & (said != of_community)
    spoken = np.where(said > 0, said, of_community)
    house, near, name = _of_places(facets, premises, spoken, own, speaks & ~torn, firm)
    by_office, by_column = np.where(own, said, 0), np.where(column, said, 0)
    # The firm's other rows say where its building is; a namesake elsewhere has no say.
    mates = combine(firm + 1, facets.landmark, dense=True)
    of_firm = agreed(mates, _first((by_office, house, by_column)), speaks, firm, 1)
    ways = (
        (OFFICE, by_office), (PLACE, house), (OFFICE, by_column), (PLACE, of_firm), (PLACE, near),
        (COMMUNITY, of_community), (WORD, said), (NAME, name),
    )  # fmt: skip
    in_column = _has_column(parties, "community", read_community)
    house, near, _ = _of_places(facets, premises, facets.community, own & in_column, speaks, firm)
    return Whereabouts(
        street=_first(way for _, way in ways),
        basis=_first(np.where(way > 0, basis, 0) for basis, way in ways),
        community=_first((np.where(in_column, facets.community, 0), house, facets.community, near)),
    )


def _of_places(
    facets: Facets, premises: Ints, said: Ints, told: Bools, speaks: Bools, firm: Ints
) -> tuple[Ints, Ints, Ints]:
    """What is said of each profile's place, by how it is known: its house or its number on a road; its
    building in a community or on a road, or its village; its building by the name alone."""
    exact = np.where((facets.site > 0) | (facets.house_code > 0), premises, 0)
    in_community = combine(facets.landmark, facets.community, dense=True)
    on_road = combine(facets.landmark, facets.road, dense=True)
    keys = (exact, facets.site, in_community, on_road, facets.landmark)
    of_exact, of_site, of_community, of_road, of_name = (
        _known_by(key, said, told, speaks, firm) for key in keys
    )
    village, alone = facets.building == 0, facets.road == 0
    return (
        _first((of_exact, of_site)),
        _first((of_community, of_road, np.where(village, of_name, 0))),
        np.where(alone, of_name, 0),
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
    """What is said of each profile's key: by its street office, else by all; 0 where they are not at one."""
    by_office = agreed(key, said, speaks & told, firm, 1)
    return np.where(by_office > 0, by_office, agreed(key, said, speaks, firm, LEAST_FIRMS))


def _community_streets(
    community: Ints, said: Ints, told: Bools, speaks: Bools, firm: Ints, words: Vocabularies
) -> Ints:
    """The street that each profile's community is in: as the night's rows say, else the reference."""
    listed = np.zeros(len(words.place), dtype=np.int64)
    names, of = zip(*((item.name, item.street) for item in communities()), strict=True)
    listed[words.place.known(names)] = words.place.known(of)
    return _first((_known_by(community, said, told, speaks, firm), listed[community]))


def _own_streets(parties: Parties, words: Vocabularies) -> tuple[Bools, Ints]:
    """Profiles from files that street offices send of their own streets.

    Returns:
        Whether each profile is from such a file, and the office's street where the row's column slipped
        and names another, 0 elsewhere.
    """
    source, names = encode(parties.table["source"])
    named = [name.partition("/")[2] for name in names]
    street = words.place.known(name if name in streets() else "" for name in named)[source]
    rows = np.flatnonzero(street)
    street, profile = street[rows], parties.profile[rows]
    file, _ = encode(parties.table["file"])
    _, _, sent = numbered(combine(file[rows], parties.columns["extract"][profile]))
    _, first, saying = numbered(combine(sent + 1, street))
    size, whole = np.bincount(saying), np.bincount(sent)
    share_of = whole[sent[first]]
    chief = np.zeros(len(whole), dtype=np.int64)
    most = size * 2 > share_of
    chief[sent[first][most]] = street[first][most]
    slip = (size * SLIP_ROWS <= share_of)[saying] & (chief[sent] > 0)
    own, meant = np.zeros(parties.count, dtype=bool), np.zeros(parties.count, dtype=np.int64)
    own[profile] = True
    np.maximum.at(meant, profile[slip], chief[sent[slip]])
    return own, meant
