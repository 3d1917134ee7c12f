"""Two profiles of a few words, compared by the shipped model."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.model import Model, shipped_model
from pipeline.link.pairs.comparing import Comparator, Scored, frequencies
from tests.link.by_hand import facets, ints

PERSONS = ("陈小明", "陈晓明", "陈大明", "李四", "李五", "陈明")
SOUND = (0, 1, 1, 2, 3, 4, 5)  # of each person
PHONES = ("13612345670", "13612345671", "13999999999")
CHEN, XIAO, DA, LI_4, LI_5, MING = range(1, 7)


def words() -> Vocabularies:
    known = Vocabularies()
    known.person.add_all(PERSONS)
    known.trade.add_all(["鑫泰", "恒兴", "阿美"])
    known.phone.add_all(PHONES)
    return known


def side(row: Mapping[str, int]) -> Any:
    told = dict(row)
    for name in ("person", "person_other"):
        if name in told:
            told[f"{name}_sound"] = SOUND[told[name]]
    names = {part: {"trade": (told.pop(f"{part}_trade", 0),)} for part in ("name", "sign")}
    return facets(1, **names, **{name: (value,) for name, value in told.items()})


def scored(a: Mapping[str, int], b: Mapping[str, int], model: Model | None = None) -> Scored:
    """One pair, where no firm bears any value."""
    nobody = frequencies(facets(0), ints(), words(), 9)
    counts = {name: np.zeros(20, dtype=np.int64) for name in vars(nobody) if name != "count"}
    comparator = Comparator(model or shipped_model(), words(), type(nobody)(count=3000, **counts))
    return comparator.score(side(a), side(b))


def level(field: str, a: Mapping[str, int], b: Mapping[str, int]) -> str:
    """The level of a field, the same from both sides."""
    found = {int(scored(*pair).levels[field][0]) for pair in ((a, b), (b, a))}
    assert len(found) == 1
    code = found.pop()
    return shipped_model().comparisons[field].names[code - 1] if code else ""


SITE = {"road": 1, "site": 2}
ROOM = SITE | {"room": 7}
