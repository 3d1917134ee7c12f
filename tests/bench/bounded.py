"""A whole night under a small memory limit: `python -m tests.bench.bounded [--firms N] [--memory-limit 2GB]`.

Makes a district, or takes a given one, runs the night by the command line in a process of its own, judges it
by the truth, and rewrites its part of docs/performance.md; a given district's figures are printed only.
"""

import argparse
import os
import tempfile
from datetime import date
from pathlib import Path

from pipeline import district
from pipeline.settings import PROJECT_ROOT
from tests.bench.between_marks import rewrite
from tests.bench.watched_night import Measured, run_night

AS_OF = date(2017, 3, 31)
SEED = 7
DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"


def document(name: str, options: argparse.Namespace, found: Measured, verdict: str) -> str:
    """The measured part of the document."""
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    lines = [
        f"{name}, `--memory-limit {options.memory_limit}`, on {cores} cores and {memory:.0f} GB of memory.",
        "",
        "| | |",
        "|---|---:|",
        f"| exit code (0 done, 3 published and something wants a person) | {found.code} |",
        f"| seconds | {found.seconds:,.0f} |",
        f"| peak resident memory of the night's process, by the kernel, MB | {found.peak_mb:,.0f} |",
        f"| … without pages of files, which the kernel can take back, sampled, MB | {found.own_mb:,.0f} |",
        f"| peak resident memory of all its processes together, sampled, MB | {found.all_mb:,.0f} |",
        f"| most disk that the night and what it spilled took, sampled, MB | {found.disk_mb:,.0f} |",
        "",
        "| step | seconds | peak of the night's process, MB |",
        "|---|---:|---:|",
        *(f"| {step} | {seconds:,.1f} | {peak:,.0f} |" for step, seconds, peak in found.steps),
        "",
        "```",
        verdict.strip(),
        "```",
    ]
    return "\n".join(lines)


def measured(folder: Path, given: Path, options: argparse.Namespace) -> tuple[Measured, str]:
    """Runs the night on a district and holds it against its truth."""
    place = folder / "place"
    place.mkdir()
    bounds = ("--memory-limit", options.memory_limit, "--threads", options.threads)
    found = run_night(given / "inbox", place, AS_OF, *bounds)
    return found, district.render(district.evaluate(place / "warehouse.duckdb", given / "truth"))


def main() -> None:
    """Measures, prints, and rewrites the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=300_000)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--district", type=Path, help="a folder with inbox/ and truth/")
    parser.add_argument("--write", action="store_true", help="rewrite the document for a given district too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        given = options.district or Path(name) / "district"
        if options.district is None:
            district.generate(options.firms, SEED, AS_OF, given, PROJECT_ROOT / "sources")
        found, verdict = measured(Path(name), given, options)
    text = document(f"A district of {options.firms:,} registered firms", options, found, verdict)
    print(text)
    if options.write or options.district is None:
        rewrite(DOCUMENT, "bounded", text)


if __name__ == "__main__":
    main()
