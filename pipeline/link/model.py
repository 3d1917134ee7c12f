"""The linking model: comparison levels with m and u, as weights in thousandths of a bit."""

import math
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pipeline import strictyaml
from pipeline.errors import ConfigError
from pipeline.link.columns.ordering import Ints

FILE = Path(__file__).parent / "model.yml"
THOUSANDTHS = 1000
Floats = npt.NDArray[np.float64]
NONE = "missing"


class Level(BaseModel):
    """One level of a comparison; see model.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    m: Decimal = Field(gt=0, le=1)
    u: Decimal = Field(gt=0, le=1)
    frequency: bool = False
    most: int | None = None
    least: int | None = None

    @property
    def weight(self) -> int:
        """log2(m/u) in thousandths of a bit, without the frequency of values."""
        weight = round(math.log2(self.m / self.u) * THOUSANDTHS)
        return weight if self.least is None else max(weight, self.least * THOUSANDTHS)


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


class Calibration(BaseModel):
    """What the log-odds of a posterior are worth.

    What speaks for a link is not independent: who shares the person often shares the phone. Up to `knee`
    bits, odds are taken as they are; of every further bit for a link only the share `slope`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    knee: Decimal = Field(gt=0)
    slope: Decimal = Field(gt=0, le=1)

    def applied(self, bits: Floats, slope: float | None = None) -> Floats:
        """Log-odds in bits as they count; `slope` in place of this calibration's own."""
        knee, share = float(self.knee), float(self.slope) if slope is None else slope
        result: Floats = np.minimum(bits, knee) + np.maximum(bits - knee, 0.0) * share
        return result


class Model(BaseModel):
    """All comparisons, by field, and the share of rows whose firm the registry holds.

    Attributes:
        version: of the levels; an estimated model keeps that of the shipped one that it grew from.
        registered_share: for rows of origins that `origins` does not name.
        origins: the share for rows of an extract, and of it where a licence was shown or not.
        calibration: from posteriors to probabilities.
        comparisons: by field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: int
    registered_share: Decimal = Field(gt=0, lt=1)
    origins: dict[str, Decimal] = {}
    calibration: Calibration
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

    def calibrated(self, posterior: Floats) -> Floats:
        """Probabilities of posteriors, six digits."""
        odds = np.exp2(self.calibration.applied(log_odds(posterior)))
        return np.asarray(np.where(posterior > 0, np.round(odds / (1 + odds), 6), 0.0))


def log_odds(posterior: Floats) -> Floats:
    """Log-odds in bits, as far as a float tells them."""
    bits: Floats = np.log2(np.maximum(posterior, 1e-15) / np.maximum(1 - posterior, 1e-15))
    return bits


@cache
def shipped_model() -> Model:
    """The model as shipped."""
    return strictyaml.load(FILE, Model, ConfigError)


def value_class(field: str, level: str) -> str:
    """What kind of value was compared, in a word for readers; never the value itself."""
    return "没有可比内容" if level == NONE else {"code": "证号", "place": "地点"}.get(field, "文字")
