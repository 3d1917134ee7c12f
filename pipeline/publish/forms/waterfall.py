"""Comparisons as a waterfall for the terminal: a line a field, its weight as a bar, the running total."""

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

THOUSANDTHS = 1000
_FULL, _EMPTY = "█", "░"
_BITS_A_CELL = 1
_WIDEST = 24
_COLUMNS = (14, 18)
_SURE = 0.999999
_OTHERS = "其他候选、记录来源与校准"
Step = Mapping[str, Any]


def waterfall(steps: Sequence[Step], probability: float) -> Iterator[str]:
    """Lines from the prior to the probability.

    Args:
        steps: field, level and weight (thousandths of a bit), the prior first; silent fields are left out.
        probability: of the link; where other candidates moved it, a last step says by how much.
    """
    total = 0
    for step in [*steps, *_others(steps, probability)]:
        if not step["weight"] and step is not steps[0]:
            continue
        total += step["weight"]
        words = "".join(
            _padded(step[key], width) for key, width in zip(("field", "level"), _COLUMNS, strict=True)
        )
        yield f"{words}{_number(step['weight'])} {_padded(_bar(step['weight']), _WIDEST)}{_number(total)}"
    yield f"{_padded('概率', sum(_COLUMNS))}{probability:>7.3f}"


def bits(weight: int) -> str:
    """A weight in bits with its sign, one digit."""
    return f"{weight / THOUSANDTHS:+.1f}"


def _others(steps: Sequence[Step], probability: float) -> list[Step]:
    """What is between the sum of the steps and the probability: a candidate that fits nearly as well."""
    if not 0 < probability < _SURE:
        return []
    missing = round(math.log2(probability / (1 - probability)) * THOUSANDTHS) - sum(
        s["weight"] for s in steps
    )
    return [{"field": _OTHERS, "level": "", "weight": missing}] if abs(missing) >= THOUSANDTHS // 10 else []


def _bar(weight: int) -> str:
    cells = min(max(1, round(abs(weight) / THOUSANDTHS / _BITS_A_CELL)), _WIDEST - 2)
    return (_FULL if weight > 0 else _EMPTY) * cells


def _number(weight: int) -> str:
    return f"{bits(weight):>7}"


def _padded(text: str, width: int) -> str:
    """A text in a column; Chinese characters are two wide."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(1, width - wide)
