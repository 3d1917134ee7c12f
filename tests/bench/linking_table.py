"""The document of linking beside Splink: tables of what was measured, between two marks."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from tests.bench.linking_blocking import Blocking
from tests.bench.linking_judge import Verdict
from tests.bench.linking_reliability import Bin, calibration_error
from tests.bench.splink_run import Choice

_SHARES = (
    ("precision", "precision"),
    ("recall", "recall"),
    ("f1", "F1"),
    ("whole_f1", "F1, where shops' rows given to a registered firm are wrong links too"),
    ("uncoded_f1", "F1 of rows without a usable code"),
    ("pair_precision", "shops among themselves: pair precision"),
    ("pair_recall", "shops among themselves: pair recall"),
)

# Like with like: what ships beside what ships, and where the truth chose, beside where it chose.
_RATIOS = {"ours / C": (0, 4), "ours by the truth / A": (1, 2), "ours / A": (0, 2)}
_ERRORS: dict[str, Callable[[Verdict], float]] = {
    "errors (1 − F1)": lambda v: 1 - v.f1,
    "errors, shops given away counted": lambda v: 1 - v.whole_f1,
    "errors of rows without a usable code": lambda v: 1 - v.uncoded_f1,
    "share of shops' rows given to a registered firm": lambda v: v.shop_given,
}


@dataclass(frozen=True)
class District:
    """All that was measured on one district.

    Attributes:
        name: what it is called in the document.
        ours: verdict on what ships.
        ours_tried: from which probability open pairs are links where the truth chooses, and the verdict.
        theirs: thresholds of Splink and their verdicts: those best by F1, those best by whole F1, those
            that one sets without a truth.
        work, work_theirs: what the measured steps noted (seconds, MB, pairs).
        reliability: ten bins.
        blocking: recall of blocking.
    """

    name: str
    ours: Verdict
    ours_tried: tuple[float, Verdict]
    theirs: tuple[tuple[Choice, Verdict], tuple[Choice, Verdict], tuple[Choice, Verdict]]
    work: dict[str, Any]
    work_theirs: dict[str, Any]
    reliability: list[Bin]
    blocking: Blocking


def document(districts: list[District]) -> str:
    """The measured part of the document."""
    parts = [machine()]
    for one in districts:
        parts += [f"### {one.name}", _beside(one)]
    parts += ["## Reliability of probabilities", "![reliability plot](reliability.svg)"]
    for one in districts:
        parts += [f"### {one.name}", _bins(one.reliability)]
    parts.append("## Recall of blocking")
    for one in districts:
        parts += [f"### {one.name}", _blocking(one.blocking)]
    return "\n\n".join(parts)


def machine() -> str:
    """What it was measured on, in a sentence."""
    names = ("splink", "duckdb", "rapidfuzz", "numpy", "pyarrow")
    told = ", ".join(f"{name} {version(name)}" for name in names)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured with {os.cpu_count()} cores and {memory:.0f} GB of memory ({platform.machine()}, "
        f"{platform.system()}); Python {platform.python_version()}, {told}."
    )


def _beside(one: District) -> str:
    told = (
        f"{one.work['rows']:,} rows; judged are {one.ours.rows:,} of registered firms outside the registry "
        f"and {one.ours.shop_rows:,} of unregistered shops. "
        f"Splink's thresholds: A {one.theirs[0][0].told}; B {one.theirs[1][0].told}; "
        f"C {one.theirs[2][0].told}. Ours by the truth: open pairs are links from {one.ours_tried[0]}."
    )
    verdicts = (one.ours, one.ours_tried[1], *(verdict for _, verdict in one.theirs))
    head = ("", "ours", "ours by the truth", "Splink A", "Splink B", "Splink C", *_RATIOS)
    lines = [_row(head), "|---|" + "---:|" * (len(head) - 1)]
    for field, title in _SHARES:
        shares = (f"{getattr(verdict, field):.4f}" for verdict in verdicts)
        lines.append(_row((title, *shares, *("" for _ in _RATIOS))))
    for title, wrong in _ERRORS.items():
        errors = [wrong(verdict) for verdict in verdicts]
        ratios = (_share(errors[at], errors[beside]) for at, beside in _RATIOS.values())
        lines.append(_row((title, *(f"{error:.4f}" for error in errors), *ratios)))
    costs = [
        "| | ours | Splink | ours / Splink |",
        "|---|---:|---:|---:|",
        *_costs(one.work, one.work_theirs),
    ]
    return "\n".join([told, "", *lines, "", *costs])


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _costs(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    seconds = theirs["seconds"]
    trained = sum(seconds.values())
    untrained = trained - seconds["training"]
    return [
        f"| seconds of normalising (both stand on it) | {ours['normalising']:.1f} | | |",
        _ratio("seconds from columns to links, model given", ours["linking"], untrained, "{:.1f}"),
        _ratio("seconds from columns to links, with Splink's training", ours["linking"], trained, "{:.1f}"),
        _ratio("peak memory, MB", ours["peak_mb"], theirs["peak_mb"], "{:,.0f}"),
        _ratio("candidate pairs", ours["pairs"], theirs["pairs"], "{:,.0f}"),
    ]


def _ratio(title: str, a: float, b: float, form: str) -> str:
    return f"| {title} | {form.format(a)} | {form.format(b)} | {_share(a, b)} |"


def _share(a: float, b: float) -> str:
    return f"{a / b:.2f}" if b else "–"


def _bins(bins: list[Bin]) -> str:
    lines = ["| bin | links and open pairs | mean probability | share right |", "|---:|---:|---:|---:|"]
    lines += [f"| {b.bin} | {b.items} | {b.mean_probability:.3f} | {b.share_right:.3f} |" for b in bins]
    return "\n".join([*lines, "", f"Expected calibration error: {calibration_error(bins):.3f}."])


def _blocking(found: Blocking) -> str:
    share = found.met / max(found.rows, 1)
    told = (
        f"Of {found.rows:,} rows without a usable code whose firm is in the registry, {share:.4f} meet it. "
        f"Candidates per row: mean {found.mean:.1f}, 99th percentile {found.p99:.0f}, most {found.most:,}."
    )
    lines = ["| key | pairs | hot blocks left out |", "|---|---:|---:|"]
    lines += [
        f"| {key} | {pairs:,} | {found.hot.get(key, 0):,} |" for key, pairs in sorted(found.pairs.items())
    ]
    return told + "\n\n" + "\n".join(lines)
