"""A batch of texts taken apart, and the same as plain arrays that can rest in a file."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.link.columns.ordering import Ints
from pipeline.link.parts import Arrays


@dataclass(frozen=True)
class Taken:
    """Texts taken apart.

    Attributes:
        columns: for each column, the vocabulary that its numbers are of, and the numbers, one per text.
        flags: columns of 0 and 1.
        words: the vocabularies; number 0 is the empty text.
    """

    columns: dict[str, tuple[str, Ints]]
    flags: dict[str, Ints]
    words: dict[str, list[str]]

    def arrays(self) -> Arrays:
        """The same under names that tell what each array is."""
        columns = {f"column/{name}/{words}": numbers for name, (words, numbers) in self.columns.items()}
        flags = {f"flag/{name}": values for name, values in self.flags.items()}
        return {**columns, **flags, **{f"word/{name}": words for name, words in self.words.items()}}

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """What `arrays` came from."""
        taken = cls({}, {}, {})
        for name, values in arrays.items():
            kind, column, *vocabulary = name.split("/")
            if kind == "word":
                taken.words[column] = values if isinstance(values, list) else values.tolist()
            elif kind == "flag":
                taken.flags[column] = np.asarray(values)
            else:
                taken.columns[column] = vocabulary[0], np.asarray(values)
        return taken
