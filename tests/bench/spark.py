"""Linking by both engines on one district: `python -m tests.bench.spark [--firms 100000]`.

Ingests a district once, links it with each engine in a process of its own, holds all their tables beside each
other, and rewrites its part of docs/scale-out.md, the sizing that follows from the rates with it. Processor
seconds count, not seconds of the clock: other work on the machine does not change them.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import district, link
from pipeline.declaration import load_sources
from pipeline.keys import load_key
from pipeline.settings import PROJECT_ROOT
from tests.bench import sizing
from tests.bench.between_marks import rewrite
from tests.bench.bounded import SEED
from tests.bench.linking_steps import begin, measure, peak_mb, the_night

AS_OF = date(2017, 3, 31)
DOCUMENT = PROJECT_ROOT / "docs" / "scale-out.md"
ENGINES = ("local", "spark")
EVERY = 0.5  # seconds between two samples
DISK_EVERY = 10  # samples between two looks at the disk
MB = 1 << 20
STEPS = {
    "读取": "read", "规范化": "take texts apart", "证号": "codes", "比对": "block, compare, decide",
    "聚类": "cluster", "写出": "write",
}  # fmt: skip
LINKS = ("record_link", "enterprise", "review_pair")
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
Figures = dict[str, Any]


@dataclass
class Watched:
    """All processes of a run together: processor seconds, most memory and most disk, sampled."""

    cpu: float = 0.0
    peak_mb: float = 0.0
    disk_mb: float = 0.0

    def look(self, pid: int, folder: Path, over: threading.Event) -> None:
        """Samples until told to end."""
        sample = 0
        while not over.wait(EVERY):
            states = [state for state in map(_state, [pid, *_below(pid)]) if state]
            self.cpu = max(self.cpu, sum(cpu for cpu, _ in states))
            self.peak_mb = max(self.peak_mb, sum(memory for _, memory in states))
            if sample % DISK_EVERY == 0:
                self.disk_mb = max(self.disk_mb, _size(folder))
            sample += 1


def _state(pid: int) -> tuple[float, float] | None:
    """Processor seconds of a process and of its dead children, and its memory in MB."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15])) / _TICKS, int(fields[21]) * _PAGE / MB


def _below(pid: int) -> Iterable[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = [int(child) for child in children.read_text(encoding="ascii").split()]
        except OSError:
            continue
        for child in found:
            yield child
            yield from _below(child)


def _size(folder: Path) -> float:
    told = subprocess.run(["du", "-sm", str(folder)], capture_output=True, text=True).stdout
    return float(told.split()[0]) if told else 0.0


def run_engine(folder: Path, engine: str, options: argparse.Namespace) -> Figures:
    """Links a copy of the ingested night in a process of its own, and watches it."""
    place = folder / engine
    night = the_night(folder)
    copy = place / "restricted" / "runs" / night.run_id
    copy.mkdir(mode=0o700, parents=True)
    shutil.copy(night.database, copy / "night.duckdb")
    load_key(folder / "restricted")  # handles depend on it
    but = shutil.ignore_patterns("runs", "archive")
    shutil.copytree(folder / "restricted", place / "restricted", ignore=but, dirs_exist_ok=True)
    settings = replace(
        night.settings,
        restricted=place / "restricted",
        corrections=place / "corrections",
        engine=engine,
        master=options.master,
        memory_limit=options.memory_limit,
    )
    noted = {"settings": settings.to_parameters()} | {
        name: getattr(night, name) for name in ("run_id", "started_at", "code_version")
    }
    (place / "night.json").write_text(json.dumps(noted), encoding="utf-8")
    started, over, watched = time.perf_counter(), threading.Event(), Watched()
    command = [sys.executable, "-m", "tests.bench.spark", "--link", str(place)]
    with subprocess.Popen(command, cwd=PROJECT_ROOT) as run:
        looking = threading.Thread(target=watched.look, args=(run.pid, place, over), daemon=True)
        looking.start()
        code = run.wait()
        over.set()
        looking.join()
    if code:
        raise SystemExit(f"linking by {engine} ended with {code}")
    found: Figures = json.loads((place / "linked.json").read_text(encoding="utf-8"))
    return found | {"clock": time.perf_counter() - started} | asdict(watched)


def link_here(place: Path) -> None:
    """Links in this process and notes its figures."""
    before = os.times()
    summary = link.run(the_night(place), load_sources(PROJECT_ROOT / "sources"))
    after = os.times()
    figures = asdict(summary) | {
        "driver_mb": peak_mb(),
        "driver_cpu": after.user + after.system - before.user - before.system,
    }
    (place / "linked.json").write_text(json.dumps(figures), encoding="utf-8")


def differing(folder: Path) -> dict[str, int]:
    """For each table that linking wrote, how many rows only one of the engines has."""
    run_id = the_night(folder).run_id
    with duckdb.connect() as con:
        for engine in ENGINES:
            path = folder / engine / "restricted" / "runs" / run_id / "night.duckdb"
            con.execute(f"ATTACH '{path}' AS {engine} (READ_ONLY)")
        named = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY 1"
        names = [name for (name,) in con.execute(named, ["local"]).fetchall()]
        only = "(SELECT * FROM {}.{} EXCEPT ALL SELECT * FROM {}.{})"
        return {
            name: con.execute(
                "SELECT count(*) FROM ("
                + " UNION ALL ".join(only.format(a, name, b, name) for a, b in (ENGINES, ENGINES[::-1]))
                + ")"
            ).fetchall()[0][0]
            for name in names
            if not name.startswith(("stg_", "raw_"))
        }


def document(
    firms: int, options: argparse.Namespace, found: dict[str, Figures], apart: dict[str, int]
) -> str:
    """The measured part of the document."""
    local, spark = (found[engine] for engine in ENGINES)
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    lines = [
        f"A district of {firms:,} registered firms: {spark['rows']:,} rows, {spark['pairs']:,} pairs "
        f"compared, {sum(spark['enterprises'].values()):,} enterprises. `--master {options.master} "
        f"--memory-limit {options.memory_limit}`, on {cores} cores and {memory:.0f} GB of memory; load "
        f"of the machine at the end {os.getloadavg()[2]:.1f} (quarter of an hour; {cores} is all of it).",
        "",
        "| | local | Spark | ratio |",
        "|---|---:|---:|---:|",
        *(
            _line(name, local[key], spark[key])
            for name, key in (
                ("processor seconds, all processes", "cpu"),
                ("… of these in the night's own process", "driver_cpu"),
                ("seconds by the clock", "clock"),
                ("peak memory of the night's own process, MB", "driver_mb"),
                ("peak memory of all processes, sampled, MB", "peak_mb"),
                ("most disk, the night's tables with it, sampled, MB", "disk_mb"),
            )
        ),
        *(_line(f"by the clock: {STEPS[k]}", local["seconds"][k], spark["seconds"][k]) for k in STEPS),
        "",
        f"Rows that only one engine has: {sum(apart.values())} of all {len(apart)} tables "
        f"({', '.join(f'{name} {apart[name]}' for name in LINKS)}); "
        f"identical: {'no' if any(apart.values()) else 'yes'}.",
        "",
        *sizing.lines(firms, spark),
    ]
    return "\n".join(lines)


def _line(name: str, local: float, spark: float) -> str:
    ratio = f"{spark / local:.1f}" if local else ""
    return f"| {name} | {local:,.0f} | {spark:,.0f} | {ratio} |"


def main() -> None:
    """Measures, prints, and rewrites the document; ends with 1 where the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory-limit", default="4GB")
    parser.add_argument("--district", type=Path, help="a folder with inbox/, of so many firms")
    parser.add_argument("--docs", action="store_true", help="rewrite docs/scale-out.md")
    parser.add_argument("--link", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.link:
        link_here(options.link)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = options.district or folder / "district"
        if options.district is None:
            district.generate(options.firms, SEED, AS_OF, given, PROJECT_ROOT / "sources")
        begin(folder, given / "inbox", AS_OF)
        measure("ingest", folder)
        found = {}
        for engine in ENGINES:
            found[engine] = run_engine(folder, engine, options)
            print(engine, json.dumps(found[engine], ensure_ascii=False), file=sys.stderr, flush=True)
        apart = differing(folder)
    text = document(options.firms, options, found, apart)
    print(text)
    if options.docs:
        rewrite(DOCUMENT, "spark", text)
    if any(apart.values()):
        print(f"the engines differ: {apart}", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
