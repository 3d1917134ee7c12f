"""What most of those who speak of one thing say of it."""

import numpy as np

from pipeline.link.columns.joining import combine
from pipeline.link.columns.ordering import Bools, Ints, distinct_pairs, numbered

AGREEING = (9, 10)  # of those who say anything


def agreed(key: Ints, said: Ints, speaks: Bools, voice: Ints, least: int) -> Ints:
    """What is said of each row's key, where nine of ten voices are at one; 0 elsewhere.

    Args:
        key: what is spoken of; 0 is nothing.
        said: what a row says of it; 0 is nothing.
        speaks: which rows are heard.
        voice: rows of one voice count once for one thing said.
        least: voices that it takes.
    """
    known = np.zeros(int(key.max(initial=0)) + 1, dtype=np.int64)
    heard = np.flatnonzero(speaks & (key > 0) & (said > 0))
    _, first, saying = numbered(combine(key[heard], said[heard]))
    voices = np.bincount(distinct_pairs(saying, voice[heard])[0], minlength=len(first))
    place, word = key[heard][first], said[heard][first]
    of_place = np.bincount(place, weights=voices, minlength=len(known))[place]
    most = (voices >= least) & (voices * AGREEING[1] >= of_place * AGREEING[0])
    known[place[most]] = word[most]
    return known[key]
