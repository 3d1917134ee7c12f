"""A whole night by the command line: each stage beside its floor, and the whole beside Splink's linking.

It runs on the largest district that this run linked beside Splink; alone, it links one beside it first.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from pipeline import district
from pipeline.declaration import load_sources
from pipeline.settings import PROJECT_ROOT
from tests.bench import night_floors as floors
from tests.bench.between_marks import rewrite
from tests.bench.conftest import Linked
from tests.bench.linking_steps import begin, linking_of, measure, splink_again
from tests.bench.linking_table import machine
from tests.bench.night_floors import Floor
from tests.bench.watched_night import Measured, run_night

AS_OF = date(2017, 3, 31)
SEED = 7
DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"
_ROWS = re.compile(r"^([a-z_]+): .*?(\d+) rows")
_PAIRS = re.compile(r"(\d+) pairs compared")
Stage = tuple[str, str, float, Floor | None, float]  # name, rows, seconds, floor, peak in MB


def _largest(linked: list[Linked], firms: str, folder: Path) -> Linked:
    """The largest district that this run linked beside Splink; without one, it is made and linked now."""
    if linked:
        return linked[-1]
    count = int(firms.split(",")[-1])
    district.generate(count, SEED, AS_OF, folder, PROJECT_ROOT / "sources")
    begin(folder, folder / "inbox", AS_OF)
    measure("ingest", folder)
    measure("columns", folder)
    work, theirs = measure("ours", folder), measure("splink", folder)
    return Linked(f"{count:,} firms", folder / "inbox", folder, work["seconds"], linking_of(work, theirs))


def _stages(found: Measured, inbox: Path, place: Path, one: Linked) -> Iterator[Stage]:
    rows = {step[1]: step[2] for line in found.told if (step := _ROWS.match(line))}
    pairs = int(next(step[1] for line in found.told if (step := _PAIRS.search(line))))
    bare, warehouse = place / "bare", place / "warehouse.duckdb"
    bare.mkdir()
    extracts = load_sources(PROJECT_ROOT / "sources")
    for name, seconds, peak in found.steps:
        floor = None
        if name in extracts and (inbox / name).is_dir():
            floor = floors.of_extract(inbox / name, bare)
        if name == "link":
            parts = list(_linking(pairs, warehouse, bare))
            told = "; ".join(part.told for _, part in parts)
            yield name, rows[name], seconds, Floor(sum(part.seconds for _, part in parts), told), peak
            for steps, part in parts if one.steps else ():
                spent = sum(one.steps[step] for step in steps)
                yield f"link: {'、'.join(steps)}", "", spent, part, 0.0
            continue
        if name == "score":
            read, kept = floors.of_reading(warehouse), floors.of_tables(warehouse, bare, floors.SCORED)
            floor = Floor(read.seconds + kept.seconds, f"{read.told}, {kept.told}")
        if name == "publish":
            floor = floors.of_publishing(warehouse, place / "out" / str(AS_OF), bare)
        yield name, rows.get(name, ""), seconds, floor, peak


def _linking(pairs: int, warehouse: Path, bare: Path) -> Iterator[tuple[tuple[str, ...], Floor]]:
    """The steps of linking, as its ledger names them, with what bounds them."""
    yield ("读取",), floors.of_reading(warehouse)
    yield ("规范化",), floors.of_texts(warehouse)
    yield ("证号", "比对", "聚类"), floors.of_pairs(warehouse, pairs)
    yield ("写出",), floors.of_tables(warehouse, bare, floors.LINKED)


def _document(one: Linked, found: Measured, stages: list[Stage], beside: list[tuple[float, float]]) -> str:
    lines = [
        f"{one.name}, by the command line with its defaults, on an empty place; the first stage "
        f"holds the start of the program and of Prefect's server. {machine()}",
        "",
        "| stage | rows | seconds | floor, seconds | ratio | peak, MB | the floor |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, rows, seconds, floor, peak in stages:
        bound = f"{floor.seconds:,.1f} | {seconds / max(floor.seconds, 0.01):.1f}" if floor else " | "
        count, most = f"{int(rows):,}" if rows else "", f"{peak:,.0f}" if peak else ""
        lines.append(
            f"| {name} | {count} | {seconds:,.1f} | {bound} | {most} | {floor.told if floor else ''} |"
        )
    lines += [
        f"| whole night | | {found.seconds:,.1f} | | | {found.peak_mb:,.0f} | |",
        "",
        f"Peak of all processes of the night together, sampled: {found.all_mb:,.0f} MB.",
    ]
    return "\n".join([*lines, "", *_beside(beside)])


def _beside(pairs: list[tuple[float, float]]) -> Iterator[str]:
    """Splink's way and whole nights in turn, pair by pair."""
    yield "| same rows, in turn | Splink: normalising, training, linking | ours: the whole night | ratio |"
    yield "|---|---:|---:|---:|"
    told = [(theirs, ours, ours / theirs) for theirs, ours in pairs]
    for number, (theirs, ours, ratio) in enumerate(told, start=1):
        yield f"| {number} | {theirs:,.1f} | {ours:,.1f} | {ratio:.2f} |"
    theirs, ours, ratio = (median(column) for column in zip(*told, strict=True))
    yield f"| median | {theirs:,.1f} | {ours:,.1f} | **{ratio:.2f}** |"


def _again(one: Linked, place: Path, nights: int) -> Iterator[tuple[float, float]]:
    """Seconds of Splink's way and of a whole night, so many times in turn: the machine may be shared."""
    for number in range(nights):
        fresh = place / f"night_{number}"
        fresh.mkdir()
        theirs = splink_again(one.folder)
        yield theirs, run_night(one.inbox, fresh, AS_OF).seconds
        shutil.rmtree(fresh)


@pytest.mark.benchmark(group="a whole night")
def test_whole_night(
    benchmark: Any,
    request: pytest.FixtureRequest,
    reports: list[tuple[str, str]],
    linked: list[Linked],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("night")
    one = _largest(linked, request.config.getoption("--firms"), place / "district")
    found = benchmark.pedantic(lambda: run_night(one.inbox, place, AS_OF), rounds=1)
    beside = [(one.theirs, found.seconds), *_again(one, place, request.config.getoption("--turns") - 1)]
    text = _document(one, found, list(_stages(found, one.inbox, place, one)), beside)
    reports.append(("a whole night", text))
    if not request.config.getoption("--district"):
        rewrite(DOCUMENT, "night", text)
