"""Buildings and houses: by their code, else by road and number, else by name and block."""

import hashlib

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.joining import combine
from pipeline.link.columns.ordering import Ints, numbered, rank_of
from pipeline.link.columns.vocabulary import Vocabularies


def premises_of(facets: Facets, words: Vocabularies) -> tuple[Ints, list[str]]:
    """Premises of each profile.

    Where all house codes seen at one place (road and number, or building, with the block) are the
    same, the place is that house also for rows that name no code.

    Returns:
        An index per profile (0: unknown), and the premises_id of each index.
    """
    spot = np.where(facets.site > 0, facets.site, facets.building)
    # A building without a road may stand in two streets of the city: the community parts them.
    community = np.where(facets.site > 0, 0, facets.community)
    place = combine(spot, community + 1, facets.block + 1, dense=True)
    house = _learnt_houses(place, facets.house_code)
    # A house's code is its place, whatever else is said of it.
    alone = house > 0
    parts = [house, *(np.where(alone, 0, part) for part in (spot, facets.block, community))]
    spans = [(part, int(part.max(initial=0)) + 1) for part in parts]
    _, first, of_profile = numbered(rank_of(spans, len(facets)))
    told = (words.place.texts(part[first]) for part in parts)
    keys = [
        house or (f"{spot}|{block}|{community}" if spot else "")
        for house, spot, block, community in zip(*told, strict=True)
    ]
    names = sorted({key for key in keys if key})
    number = {key: i for i, key in enumerate(names, start=1)}
    ids = ["", *("P" + hashlib.sha256(name.encode()).hexdigest()[:14].upper() for name in names)]
    return np.array([number.get(key, 0) for key in keys], dtype=np.int64)[of_profile], ids


def _learnt_houses(place: Ints, house: Ints) -> Ints:
    size = int(place.max(initial=0)) + 1
    seen = (place > 0) & (house > 0)
    low, high = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    np.minimum.at(low, place[seen], house[seen])
    np.maximum.at(high, place[seen], house[seen])
    learnt = np.where((low == high) & (high > 0), high, 0)
    result: Ints = np.where(house > 0, house, np.where(place > 0, learnt[place], 0))
    return result
