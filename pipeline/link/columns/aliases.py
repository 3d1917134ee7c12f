"""Other names of one house, learned from the night's own addresses.

Most addresses name road, number and building; some leave out one of them. Where those who name both are at
one, a building's name alone tells its road and number, and so does a house code.
"""

import numpy as np

from pipeline.link.columns.agreement import agreed
from pipeline.link.columns.ordering import Bools, Ints

LEAST_ADDRESSES = 2  # that name a building together with its road and number


def learned_sites(site: Ints, road: Ints, building: Ints, house_code: Ints, speaks: Bools) -> Ints:
    """The road and number of each profile's house: as it says itself, else as its house's other addresses do.

    A building of which different numbers are said is left alone, for it has namesakes or stands at a corner.

    Args:
        site, road, building, house_code: what each profile's address and its house code say; 0 is nothing.
        speaks: whether an address says where the firm is, and not only where it is registered.
    """
    profiles = np.arange(len(site))
    on_road = np.where(road > 0, site, 0)
    of_code = agreed(house_code, site, speaks, profiles, 1)
    of_building = agreed(building, on_road, speaks, profiles, LEAST_ADDRESSES)
    road_of = np.zeros(int(site.max(initial=0)) + 1, dtype=np.int64)
    road_of[site] = road
    fits = speaks & ((road == 0) | (road == road_of[of_building]))
    result = np.where((site == 0) & speaks, of_code, site)
    return np.where((result == 0) & fits, of_building, result)
