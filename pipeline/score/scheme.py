"""The numbers of the score: knee, tier cuts, sureness of a link, fairness bands (policy/scoring.yml)."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from pipeline import strictyaml
from pipeline.declaration import Strict
from pipeline.errors import RuleError
from pipeline.score.clauses import POLICY

HIGHEST = 10_000


class Fairness(Strict):
    """How far a group's rate may lie from that of all others before a person must look.

    Attributes:
        least_enterprises: smaller groups are shown and not judged.
        bands: kind of group → highest ratio (and its inverse) that is let pass.
        visited_within_days: how long ago a visit of the grid may be to count as recent; shown beside the
            rates, never scored.
    """

    least_enterprises: int = Field(gt=0)
    visited_within_days: int = Field(gt=0)
    bands: dict[str, int]


class Scheme(Strict):
    """Whole hundredths of a point, and millionths of a probability."""

    knee: int = Field(gt=0, lt=HIGHEST)
    cut_b: int
    cut_c: int
    cut_d: int
    sure_probability: int = Field(gt=0, le=1_000_000)
    fairness: Fairness

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 0 < self.cut_b < self.cut_c < self.cut_d < HIGHEST:
            raise ValueError("cuts must rise from cut_b to cut_d")
        return self

    def parameters(self) -> dict[str, int]:
        """The values that the .sql files bind."""
        return {
            "knee": self.knee,
            "span": HIGHEST - self.knee,
            "cut_b": self.cut_b,
            "cut_c": self.cut_c,
            "cut_d": self.cut_d,
            "sure_probability": self.sure_probability,
        }


@cache
def load_scheme(folder: Path = POLICY) -> Scheme:
    """Reads `scoring.yml`.

    Raises:
        RuleError: with file and line.
    """
    return strictyaml.load(folder / "scoring.yml", Scheme, RuleError)
