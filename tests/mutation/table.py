"""The table of what became of mutants, module by module."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.interval import wilson
from tests.mutation.mutants import LEFT_ALONE, NOT_TRIED
from tests.mutation.trying import KILLED, SURVIVED, TIMEOUT

LEAST = 0.8
BEGIN, END = "<!-- make mutants: begin -->", "<!-- make mutants: end -->"


@dataclass(frozen=True)
class Result:
    """A module: how many mutants it has, and the fates of those that were tried."""

    module: str
    mutants: int
    killed: int
    survived: int
    timeouts: int

    @property
    def tried(self) -> int:
        return self.killed + self.survived + self.timeouts


@dataclass(frozen=True)
class Whole:
    """Share of all mutants that tests notice, 0 to 1, with its 95 % interval."""

    share: float
    low: float
    high: float


def tally(numbers: Mapping[str, int], fates: Mapping[str, tuple[str, str]]) -> list[Result]:
    """One result for every module that has mutants, from their numbers and from mutant → (module, fate)."""
    counted = Counter(fates.values())
    return [
        Result(module, number, *(counted[module, fate] for fate in (KILLED, SURVIVED, TIMEOUT)))
        for module, number in numbers.items()
        if number
    ]


def whole(results: Sequence[Result]) -> Whole:
    """Modules weigh by their mutants; the interval is Wilson's, of a plain sample that tells as much."""
    everything = sum(result.mutants for result in results)
    weights = [result.mutants / everything for result in results]
    pairs = list(zip(weights, results, strict=True))
    share = sum(weight * (one.killed + one.timeouts) / one.tried for weight, one in pairs)
    worth = round(1 / sum(weight**2 / one.tried for weight, one in pairs))
    low, high = wilson(round(share * worth), worth)
    return Whole(share, min(low, share), max(high, share))


def render(results: Sequence[Result], command: str, minutes: float) -> str:
    """The table in Markdown."""
    told = whole(results)
    tried = sum(result.tried for result in results)
    lines = [
        f"`{command}`: {tried:,} of {sum(result.mutants for result in results):,} mutants tried in "
        f"{minutes:.0f} minutes. Of all mutants, tests notice **{told.share:.1%}** (95 % interval "
        f"{told.low:.1%} to {told.high:.1%}; modules weighed by their mutants; asked: {LEAST:.0%}).",
        "",
        f"Not changed, for it is in no result: {_left_alone()}.",
        "",
        "| module | mutants | tried | killed | of them by time | survived | noticed |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(_row(result) for result in results),
        _row(Result("**all**", *(sum(column) for column in zip(*map(_numbers, results), strict=True)))),
    ]
    return "\n".join(lines)


def _left_alone() -> str:
    left = {**LEFT_ALONE, **{why: (place,) for why, place in NOT_TRIED.items()}}
    return "; ".join(f"{why} ({', '.join(f'`{name}`' for name in names)})" for why, names in left.items())


def write(document: Path, table: str) -> None:
    """Puts the table between its markers; the rest of the document stays as it is."""
    before, rest = document.read_text(encoding="utf-8").split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    document.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _numbers(result: Result) -> tuple[int, int, int, int]:
    return result.mutants, result.killed, result.survived, result.timeouts


def _row(result: Result) -> str:
    noticed = result.killed + result.timeouts
    name = result.module if result.module.startswith("*") else f"`{result.module.removeprefix('pipeline/')}`"
    cells = (f"{result.mutants:,}", result.tried, noticed, result.timeouts, result.survived)
    return f"| {name} | {' | '.join(map(str, cells))} | {noticed / result.tried:.0%} |"
