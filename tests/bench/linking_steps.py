"""The measured steps, each in a process of its own: `python -m tests.bench.linking_steps STEP FOLDER`.

A step writes `<folder>/<step>.json` with its seconds and the peak of its own memory.
"""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline import ingest, link
from pipeline.declaration import load_sources
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

NOT_LINKING = ("读取", "规范化", "写出")
Figures = dict[str, Any]


def measure(step: str, folder: Path) -> Figures:
    """Runs a step in a fresh process and reads what it noted."""
    subprocess.run(
        [sys.executable, "-m", "tests.bench.linking_steps", step, str(folder)], check=True, cwd=PROJECT_ROOT
    )
    figures: Figures = json.loads((folder / f"{step}.json").read_text(encoding="utf-8"))
    return figures


def linking_of(ours: Figures, theirs: Figures) -> float:
    """Seconds of Splink's way: normalising, which both stand on, training and linking."""
    return float(ours["normalising"] + sum(theirs["seconds"].values()))


def splink_again(folder: Path) -> float:
    """Seconds of Splink's way once more, where both ways were measured; normalising is taken from then."""
    ours: Figures = json.loads((folder / "ours.json").read_text(encoding="utf-8"))
    return linking_of(ours, measure("splink", folder))


def begin(folder: Path, inbox: Path, as_of: date) -> None:
    """Begins a night that the steps share."""
    settings = Settings(
        inbox=inbox,
        warehouse=folder / "warehouse.duckdb",
        out=folder / "out",
        restricted=folder / "restricted",
        as_of=as_of,
    )
    night = Night.begin(settings, datetime.now(UTC))
    noted = {"settings": settings.to_parameters(), **{k: getattr(night, k) for k in _NIGHT}}
    (folder / "night.json").write_text(json.dumps(noted), encoding="utf-8")


_NIGHT = ("run_id", "started_at", "code_version")


def the_night(folder: Path) -> Night:
    """The night that `begin` began."""
    noted = json.loads((folder / "night.json").read_text(encoding="utf-8"))
    return Night(Settings.from_parameters(noted["settings"]), **{k: noted[k] for k in _NIGHT})


def _ingest(folder: Path) -> Figures:
    night, sources = the_night(folder), load_sources(PROJECT_ROOT / "sources")
    for source in sources.values():
        ingest.extract(night, source)
    ingest.finish(night, sources)
    return {}


def _columns(folder: Path) -> Figures:
    from tests.bench.linking_columns import write_columns

    write_columns(the_night(folder).database, folder)
    return {}


def _ours(folder: Path) -> Figures:
    summary = link.run(the_night(folder), load_sources(PROJECT_ROOT / "sources"))
    found = asdict(summary)
    linking = sum(s for step, s in summary.seconds.items() if step not in NOT_LINKING)
    return found | {"linking": linking, "normalising": summary.seconds["规范化"]}


def _splink(folder: Path) -> Figures:
    from tests.bench.splink_run import SplinkRun, choices

    settings = the_night(folder).settings
    run = SplinkRun(folder, settings.memory_limit, settings.threads)
    run.link(next(choices()))
    figures: Figures = {"pairs": run.pairs, "seconds": dict(run.clock.seconds), "peak_mb": peak_mb()}
    run.save_all(folder)
    return figures


def peak_mb() -> float:
    """The peak of this process's own memory; not what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


STEPS: dict[str, Callable[[Path], Figures]] = {
    "ingest": _ingest,
    "columns": _columns,
    "ours": _ours,
    "splink": _splink,
}


def main(step: str, folder: Path) -> None:
    """Runs one step and notes its figures."""
    started = time.perf_counter()
    figures = STEPS[step](folder)
    noted = {"peak_mb": peak_mb(), "wall": time.perf_counter() - started} | figures
    (folder / f"{step}.json").write_text(json.dumps(noted), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
