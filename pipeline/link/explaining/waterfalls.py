"""Comparisons as readers see them: from the prior, field by field, each with its level and its weight."""

import math

import numpy as np
import pyarrow as pa

from pipeline.link.columns.ordering import Ints, numbered, rank_of
from pipeline.link.decisions.deciding import Floats
from pipeline.link.explaining import wording
from pipeline.link.model import THOUSANDTHS, Model, value_class
from pipeline.link.pairs.comparing import FIELDS, LEAST_POPULATION, Scored

COMPARISON = pa.struct(
    [("field", pa.string()), ("value_class", pa.string()), ("level", pa.string()), ("weight", pa.int64())]
)


def prior(compared_with: int, model: Model) -> int:
    """What is known before anything is compared, in thousandths of a bit: one of so many firms, or none.

    Args:
        compared_with: how many firms there are.
        model: for the share of rows whose firm is held at all.
    """
    share = float(model.registered_share)
    return round(-math.log2(max(compared_with, LEAST_POPULATION) * (1 - share) / share) * THOUSANDTHS)


def probability(scored: Scored, start: int) -> Floats:
    """That each pair is one firm were there no other candidate, six digits."""
    bits = np.clip((scored.total + start) / THOUSANDTHS, -60, 60)
    result: Floats = np.round(1 / (1 + np.exp2(-bits)), 6)
    return result


def patterns(scored: Scored, model: Model, start: int, *, silent: bool) -> tuple[Ints, pa.ListArray]:
    """The distinct comparisons among many pairs: which one each pair has, and each as a list.

    Args:
        scored: the pairs.
        model: for the words of the levels.
        start: the prior, thousandths of a bit; the first entry of every list.
        silent: whether fields in which one side says nothing stand in the list too.
    """
    said = [*(scored.levels[f] for f in FIELDS), *(scored.weights[f] for f in FIELDS)]
    spans = [(values - least, int(values.max(initial=0) - least) + 1)
             for values in said for least in (int(values.min(initial=0)),)]  # fmt: skip
    _, first, of_pair = numbered(rank_of(spans, len(scored.total)))
    level = np.stack([scored.levels[f][first] for f in FIELDS], axis=1)
    weight = np.stack([scored.weights[f][first] for f in FIELDS], axis=1)
    return of_pair, _lists(level, weight, model, start, silent)


def _lists(level: Ints, weight: Ints, model: Model, start: int, silent: bool) -> pa.ListArray:
    """One list per row: the prior, then the fields."""
    words = [_words(model, field) for field in FIELDS]
    base = np.cumsum([1, *(len(of_field) for of_field in words)])[:-1]
    entries = pa.array([wording.PRIOR, *(word for of_field in words for word in of_field)])
    rows = len(level)
    shown = np.concatenate([np.ones((rows, 1), dtype=bool), (level > 0) | silent], axis=1)
    which = np.concatenate([np.zeros((rows, 1), dtype=np.int64), base + level], axis=1)[shown]
    bits = np.concatenate([np.full((rows, 1), start, dtype=np.int64), weight], axis=1)[shown]
    told = entries.take(pa.array(which))
    columns = [*(told.field(name) for name in ("field", "value_class", "level")), pa.array(bits)]
    structs = pa.StructArray.from_arrays(columns, fields=list(COMPARISON))
    offsets = np.concatenate([[0], np.cumsum(shown.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _words(model: Model, field: str) -> list[dict[str, str]]:
    """What a reader sees of each level of a field, by its code."""
    return [
        {
            "field": model.comparisons[field].title,
            "value_class": value_class(field, wording.level_name(model, field, code)),
            "level": wording.level_title(model, field, code),
        }
        for code in range(len(model.comparisons[field].levels) + 1)
    ]
