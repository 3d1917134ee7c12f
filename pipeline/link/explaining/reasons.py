"""Why each profile is where it is, in words; every distinct reason is worded once."""

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Ints, numbered, rank_of
from pipeline.link.decisions.deciding import NONE_CODE, REVIEW_CODE
from pipeline.link.decisions.standing import CODE_NOT_HELD, Resolution
from pipeline.link.explaining import wording
from pipeline.link.model import Model
from pipeline.link.pairs.comparing import FIELDS, Scored

_FIXED = (
    wording.NOTHING_FITS, wording.NO_TRADE, wording.UNDECIDED, wording.DOUBTFUL_CODE, wording.FOUNDS_CODE,
    wording.JOINS, wording.FOUNDS, wording.SISTER, *wording.BY_CODE.values(), wording.REGISTRY_ROW,
)  # fmt: skip


def reasons(
    facets: Facets, found: Resolution, compared: Ints, scored: Scored, model: Model
) -> tuple[list[str], Ints]:
    """Reason of each profile, as an index into the distinct reasons.

    Args:
        facets: the profiles.
        found: the outcome unit by unit.
        compared: the units that a comparison decided, ascending.
        scored: their comparisons.
        model: for the words of the levels.
    """
    units = found.units
    unit, f = units.unit, facets.take(units.profiles)
    words, of_compared = _compared(scored, model)
    of_unit = np.full(units.count, -1, dtype=np.int64)
    of_unit[compared] = of_compared + len(_FIXED)
    decision, entity = found.decision[unit], found.entity[unit]
    sizes = np.bincount(found.entity[found.entity >= 0], minlength=len(found.kind))
    founds = found.founds[unit] > 0
    cases = [
        ((decision == REVIEW_CODE) & (f.uscc == 0), wording.UNDECIDED),
        (decision == REVIEW_CODE, wording.DOUBTFUL_CODE),
        ((decision == NONE_CODE) & (f.name.known == 0), wording.NO_TRADE),
        (decision == NONE_CODE, wording.NOTHING_FITS),
        (of_unit[unit] >= 0, ""),
        (founds & (found.kind[entity] == CODE_NOT_HELD), wording.FOUNDS_CODE),
        (founds & (sizes[entity] > 1), wording.JOINS),
        (founds, wording.FOUNDS),
        *((getattr(f, name) > 0, text) for name, text in wording.BY_CODE.items()),
    ]
    said = np.zeros(len(facets), dtype=np.int64)
    said[units.profiles] = np.select(
        [where for where, _ in cases],
        [_FIXED.index(text) if text else of_unit[unit] for _, text in cases],
        _FIXED.index(wording.SISTER),
    )
    texts = [*_FIXED, *words]
    distinct = sorted(set(texts))
    position = {text: at for at, text in enumerate(distinct)}
    return distinct, np.array([position[text] for text in texts], dtype=np.int64)[said]


def _compared(scored: Scored, model: Model) -> tuple[list[str], Ints]:
    """Distinct reasons of compared pairs, and which one each pair has.

    A reason follows from the levels that are told and from the order of their weights: equal ones are
    worded once.
    """
    names = sorted(FIELDS)
    level = np.stack([scored.levels[name] for name in names])
    weight = np.stack([scored.weights[name] for name in names])
    told = (np.abs(weight) >= wording.TOLD) & (level > 0)
    heaviest = np.argsort(np.where(told, -np.abs(weight), 1), axis=0, kind="stable")
    most = int(level.max(initial=0)) + 1
    said = np.where(told, (np.arange(len(names))[:, None] * most + level) * 2 + (weight > 0), 0)
    said = np.take_along_axis(said, heaviest, axis=0)
    bound = len(names) * most * 2 + 2
    _, first, of_pair = numbered(rank_of([(row, bound) for row in said], level.shape[1]))
    texts = [
        wording.basis(
            model,
            dict(zip(names, level[:, at].tolist(), strict=True)),
            dict(zip(names, weight[:, at].tolist(), strict=True)),
        )
        for at in first.tolist()
    ]
    return texts, of_pair
