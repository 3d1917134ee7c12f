"""The linking model: comparison levels with m and u, as weights in thousandths of a bit."""

import math
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pipeline import strictyaml
from pipeline.errors import ConfigError
from pipeline.link.ordering import Ints

FILE = Path(__file__).parent / "model.yml"
THOUSANDTHS = 1000
NONE = "missing"


class Level(BaseModel):
    """One level of a comparison; see model.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    m: Decimal = Field(gt=0, le=1)
    u: Decimal = Field(gt=0, le=1)
    frequency: bool = False
    most: int | None = None

    @property
    def weight(self) -> int:
        """log2(m/u) in thousandths of a bit, without the frequency of values."""
        return round(math.log2(self.m / self.u) * THOUSANDTHS)


class Comparison(BaseModel):
    """One field's comparison: levels from the best to the worst."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    most_beside_person: int | None = None
    levels: dict[str, Level]

    @property
    def names(self) -> tuple[str, ...]:
        """Level names, from the best to the worst; their place from 1 is their code, 0 is missing."""
        return tuple(self.levels)

    def code(self, level: str) -> int:
        """The code of a level."""
        return self.names.index(level) + 1


class Model(BaseModel):
    """All comparisons, by field, and the share of rows whose firm the registry holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: int
    registered_share: Decimal = Field(gt=0, lt=1)
    comparisons: dict[str, Comparison]

    def weights(self, field: str, level: Ints, share: Ints | None = None, count: int = 1) -> Ints:
        """Weights of many comparisons of one field.

        Args:
            field: the field.
            level: level codes; 0 is missing and weighs nothing.
            share: how many firms bear the value (for levels with frequency), else None.
            count: how many firms there are.
        """
        comparison = self.comparisons[field]
        base = np.array([0, *(lv.weight for lv in comparison.levels.values())], dtype=np.int64)
        result = base[level]
        if share is None:
            return result
        bearers = np.maximum(share, 1) / max(count, 1)
        for code, one in enumerate(comparison.levels.values(), start=1):
            at = level == code
            if one.frequency and at.any():
                rarity = np.log2(float(one.m) / np.maximum(bearers[at], float(one.u)))
                capped = np.minimum(rarity, one.most) if one.most is not None else rarity
                result[at] = np.rint(capped * THOUSANDTHS).astype(np.int64)
        return result


@cache
def shipped_model() -> Model:
    """The model as shipped."""
    return strictyaml.load(FILE, Model, ConfigError)


def value_class(field: str, level: str) -> str:
    """What kind of value was compared, in a word for readers; never the value itself."""
    return "没有可比内容" if level == NONE else {"code": "证号", "place": "地点"}.get(field, "文字")
