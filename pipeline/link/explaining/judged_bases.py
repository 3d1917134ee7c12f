"""Reasons of links that a person's judgement decided."""

import numpy as np

from pipeline.link.columns.ordering import Ints
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining import wording
from pipeline.link.judgement.judging import Judged


def judged_bases(bases: list[str], basis: Ints, found: Resolution, judged: Judged) -> tuple[list[str], Ints]:
    """The reasons again, with those that judgements gave.

    Args:
        bases: the distinct reasons, sorted.
        basis: reason of each profile.
        found: the outcome unit by unit.
        judged: the judgements.
    """
    said: dict[int, str] = {}
    for (profile, _), day in sorted(judged.other.items(), key=lambda item: (item[0][0], item[1])):
        said[profile] = wording.judged_other(day, bases[basis[profile]])
    for profile, (_, day) in judged.same.items():
        for sister in _sisters(found, profile):
            if bases[basis[sister]] == wording.SISTER:
                said.setdefault(sister, wording.SISTER_OF_JUDGED)
        said[profile] = wording.judged_same(day)
    if not said:
        return bases, basis
    distinct = sorted({*bases, *said.values()})
    number = {text: i for i, text in enumerate(distinct)}
    renewed = np.array([number[text] for text in bases], dtype=np.int64)[basis]
    for profile, text in said.items():
        renewed[profile] = number[text]
    return distinct, renewed


def _sisters(found: Resolution, profile: int) -> list[int]:
    units = found.units
    unit = units.unit[np.searchsorted(units.profiles, profile)]
    return [int(p) for p in units.profiles[units.unit == unit] if p != profile]
