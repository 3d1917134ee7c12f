"""The verdict over a soak, by rule: how fast what a night leaves grows from night to night."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np

from tests.soak.measure import MIB, Taken

WARM = 6  # the first night that counts: by then the terms act, and what is loaded once is loaded


@dataclass(frozen=True)
class Rule:
    """What must not grow.

    Attributes:
        what: it and its unit.
        of: its value after a night.
        allowed: how much it may grow a night, in that unit; None: `share` of its median.
        why: why so much.
        share: the same as a share.
        by_files: what the number of the departments' files explains is the data's own.
    """

    what: str
    of: Callable[[Taken], float]
    allowed: float | None
    why: str
    share: float = 0.0
    by_files: bool = False


RULES = (
    Rule(
        "resident memory, MiB",
        lambda taken: taken.rss,
        1.0,
        "the allocator keeps more or less than that from night to night; a year of it is less than a tenth "
        "of the default memory limit",
    ),
    Rule(
        "Python objects",
        lambda taken: taken.objects,
        75,
        "half an object a firm: whatever is kept of a firm, of a row or of a file is more",
    ),
    Rule("open file descriptors", lambda taken: taken.handles, 0, "each is closed, or it is not"),
    Rule("threads", lambda taken: taken.threads, 0, "the same"),
    Rule("child processes", lambda taken: taken.children, 0, "the same"),
    Rule("files that are nobody's", lambda taken: len(taken.strays), 0, "there must be none at all"),
    Rule(
        "identity state, bytes a row",
        lambda taken: taken.state,
        None,
        "compression differs with the order of rows; what is kept for nothing would add a share each night",
        share=0.002,
    ),
    Rule(
        "published night without histories, bytes, at the same number of files told",
        lambda taken: taken.night,
        None,
        "the same; every file of a department has its lines in report, manifest and pages",
        share=0.002,
        by_files=True,
    ),
    Rule("warehouse outside its used blocks, bytes", lambda taken: taken.unused, 0, "it is built anew"),
    Rule(
        "warehouse, KiB",
        lambda taken: taken.warehouse / 1024,
        26,
        "a table takes whole blocks of 256 KiB; that its own rows take one more in ten nights is theirs",
    ),
    Rule(
        "restricted folder beside archive, histories, logs and states, bytes",
        lambda taken: (
            taken.restricted - sum(taken.own[kind] for kind in ("archive", "history", "logs", "states"))
        ),
        0,
        "settings, keys and models: nothing adds to them",
    ),
)


@dataclass(frozen=True)
class Found:
    """What a rule found.

    Attributes:
        rule: the rule.
        slope: growth a night.
        allowed: how much it may be.
    """

    rule: Rule
    slope: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether it grows no more than it may."""
        return self.slope <= self.allowed


def slope(values: Sequence[float]) -> float:
    """The Theil–Sen slope of a series: the median over all pairs, which single odd nights do not move."""
    pairs = combinations(enumerate(values), 2)
    return median((later - earlier) / (n - m) for (m, earlier), (n, later) in pairs)


def judge(nights: Sequence[Taken]) -> Iterator[Found]:
    """Holds the nights of a soak, from the first, against every rule.

    Args:
        nights: one a night; at least two more than `WARM`.
    """
    for rule in RULES:
        values = [rule.of(taken) for taken in nights[WARM - 1 :]]
        allowed = rule.share * median(values) if rule.allowed is None else rule.allowed
        told = [taken.told for taken in nights[WARM - 1 :]]
        yield Found(rule, slope(beyond(values, told) if rule.by_files else values), allowed)


def beyond(values: Sequence[float], files: Sequence[int]) -> list[float]:
    """A series without what files explain: bytes a file are fitted beside a growth from night to night."""
    fit = np.column_stack([files, np.arange(len(files)), np.ones(len(files))])
    per_file = float(np.linalg.lstsq(fit, np.asarray(values, dtype=float), rcond=None)[0][0])
    return [value - per_file * number for value, number in zip(values, files, strict=True)]


def mib(number: float) -> str:
    """Bytes in MiB."""
    return f"{number / MIB:.1f}"
