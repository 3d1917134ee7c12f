"""The weights of a model on one night, computed once for every level and rarity, then only looked up."""

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.ordering import Ints
from pipeline.link.model import Model


class WeightTable:
    """Weights by field, level and how many firms bear the value that was compared."""

    def __init__(self, model: Model, fields: tuple[str, ...], most: int, count: int) -> None:
        """Computes all weights.

        Args:
            model: the model in force.
            fields: those that may have levels with frequency.
            most: the most bearers that any value has.
            count: how many firms there are.
        """
        self._width = most + 1
        self._plain: dict[str, npt.NDArray[np.int32]] = {}
        self._rare: dict[str, npt.NDArray[np.int32]] = {}
        for field, comparison in model.comparisons.items():
            codes = np.arange(len(comparison.levels) + 1)
            self._plain[field] = model.weights(field, codes).astype(np.int32)
            if field in fields:
                level, bearers = np.repeat(codes, self._width), np.tile(np.arange(self._width), len(codes))
                self._rare[field] = model.weights(field, level, bearers, count).astype(np.int32)

    def of(self, field: str, level: Ints, bearers: Ints | None = None) -> Ints:
        """Weights in thousandths of a bit; `bearers` is how many firms bear each value, where that counts."""
        if bearers is None:
            return self._plain[field].take(level)
        return self._rare[field].take(level.astype(np.int32) * self._width + bearers)
