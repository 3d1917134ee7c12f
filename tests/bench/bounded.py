"""Two nights under a small memory limit: `python -m tests.bench.bounded [--firms N] [--memory-limit 2GB]`.

Makes a district, or takes a given one, runs a first night and one on the day after, which goes on from the
first one's identities, by the command line in processes of their own, judges the second by the truth, and
rewrites its part of docs/performance.md; a given district's figures are printed only.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from pipeline import district
from pipeline.settings import PROJECT_ROOT
from tests.bench.between_marks import rewrite
from tests.bench.watched_night import Measured, run_night

AS_OF = date(2017, 3, 31)
SEED = 7
DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"


def document(name: str, options: argparse.Namespace, nights: Sequence[Measured], verdict: str) -> str:
    """The measured part of the document."""
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    told = {
        "exit code (0 done, 3 published and something wants a person)": "code",
        "seconds": "seconds",
        "peak resident memory of the night's process, by the kernel, MB": "peak_mb",
        "… without pages of files, which the kernel can take back, sampled, MB": "own_mb",
        "peak resident memory of all its processes together, sampled, MB": "all_mb",
        "most disk that the night and what it spilled took, sampled, MB": "disk_mb",
    }
    steps = zip(*(one.steps for one in nights), strict=True)
    lines = [
        f"{name}, `--memory-limit {options.memory_limit}`, on {cores} cores and {memory:.0f} GB of memory: "
        "a first night, and the next day's on the same files, which goes on from its identities.",
        "",
        "| | first night | next night |",
        "|---|---:|---:|",
        *(_line(what, [f"{getattr(one, figure):,.0f}" for one in nights]) for what, figure in told.items()),
        "",
        "| step | seconds | peak of the night's process, MB | seconds, next night | peak, next night, MB |",
        "|---|---:|---:|---:|---:|",
        *(
            _line(both[0][0], [f"{figure:,.1f}" for _, *figures in both for figure in figures])
            for both in steps
        ),
        "",
        "```",
        verdict.strip(),
        "```",
    ]
    return "\n".join(lines)


def _line(what: str, figures: Sequence[str]) -> str:
    return f"| {what} | {' | '.join(figures)} |"


def measured(folder: Path, given: Path, options: argparse.Namespace) -> tuple[list[Measured], str]:
    """Runs both nights on a district and holds the second against its truth."""
    place = folder / "place"
    place.mkdir()
    bounds = ("--memory-limit", options.memory_limit, "--threads", options.threads)
    nights = [run_night(given / "inbox", place, day, *bounds) for day in (AS_OF, AS_OF + timedelta(1))]
    return nights, district.render(district.evaluate(place / "warehouse.duckdb", given / "truth"))


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
        nights, verdict = measured(Path(name), given, options)
    text = document(f"A district of {options.firms:,} registered firms", options, nights, verdict)
    print(text)
    if options.write or options.district is None:
        rewrite(DOCUMENT, "bounded", text)


if __name__ == "__main__":
    main()
