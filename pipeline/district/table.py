"""A department's rows before they are written: canonical values, whose they are, and what is usable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.district.draw import Flags, Ints

Column = npt.NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """Rows of one extract, one array entry each.

    Attributes:
        columns: canonical column → values: text and code as objects (null None), date as
            datetime64[D] (null NaT), number as float64 in the declared unit (null nan), bool as
            objects (True, False, None), enum as canonical words, period as `2016Q4`, `2017-02`.
        entity: index of the firm; -1 where the row is no firm's.
        usable: the row carries a whole and right code of its firm.
        broken: what a department spoilt so that the row must be rejected.
    """

    columns: Mapping[str, Column]
    entity: Ints
    usable: Flags
    broken: Flags

    def __len__(self) -> int:
        return len(self.entity)

    def take(self, index: Any) -> "Rows":
        """Some of the rows, in the given order."""
        return Rows(
            {name: values[index] for name, values in self.columns.items()},
            self.entity[index],
            self.usable[index],
            self.broken[index],
        )

    def with_columns(self, **changed: Column) -> "Rows":
        """The same rows with some columns replaced."""
        return Rows({**self.columns, **changed}, self.entity, self.usable, self.broken)


def rows(entity: Ints, usable: Flags | None = None, **columns: Column) -> Rows:
    """New rows; nothing is broken yet."""
    n = len(entity)
    return Rows(
        columns, entity, np.zeros(n, dtype=bool) if usable is None else usable, np.zeros(n, dtype=bool)
    )


def join(parts: list[Rows]) -> Rows:
    """All rows of several parts with the same columns, in order."""
    names = list(parts[0].columns)
    return Rows(
        {name: np.concatenate([p.columns[name] for p in parts]) for name in names},
        np.concatenate([p.entity for p in parts]),
        np.concatenate([p.usable for p in parts]),
        np.concatenate([p.broken for p in parts]),
    )
