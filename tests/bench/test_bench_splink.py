"""Our linking beside Splink on the same rows: right, fast, sparing.

Also what our probabilities and our blocking are worth.

`--firms` names the sizes of the synthetic districts, `--district` a folder with `inbox/` and `truth/` in
their place (its figures are printed, not written).
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import district
from pipeline.settings import PROJECT_ROOT
from tests.bench.between_marks import rewrite
from tests.bench.conftest import Linked
from tests.bench.linking_blocking import measure_blocking
from tests.bench.linking_judge import Verdict, judge_file, judge_night, judge_taken
from tests.bench.linking_reliability import measure_reliability, plot
from tests.bench.linking_steps import begin, linking_of, measure, the_night
from tests.bench.linking_table import District, document
from tests.bench.splink_run import UNTRIED, Choice, choices

AS_OF = date(2017, 3, 31)
SEED = 7
TAKEN = (0.25, 0.35, 0.5, 0.65, 0.8)
DOCUMENT = PROJECT_ROOT / "docs" / "benchmarks.md"
PLOT = PROJECT_ROOT / "docs" / "reliability.svg"


def _measured(folder: Path, name: str, inbox: Path, truth: Path) -> District:
    begin(folder, inbox, AS_OF)
    measure("ingest", folder)
    measure("columns", folder)
    work, cost = measure("ours", folder), measure("splink", folder)
    night, judged = the_night(folder).database, folder / "judged.duckdb"
    ours = judge_night(night, truth, judged)
    reliability = measure_reliability(night, judged, truth)
    tried = _best_of_ours(night, truth, folder / "tried.duckdb")
    theirs = _best(folder, truth)
    return District(name, ours, tried, theirs, work, cost, reliability, measure_blocking(night, truth))


def _best_of_ours(night: Path, truth: Path, place: Path) -> tuple[float, Verdict]:
    """From which probability open pairs would best be links, by F1, if the truth were known."""
    tried = [(taken, judge_taken(night, truth, place, taken)) for taken in TAKEN]
    return max(tried, key=lambda one: one[1].f1)


def _best(
    folder: Path, truth: Path
) -> tuple[tuple[Choice, Verdict], tuple[Choice, Verdict], tuple[Choice, Verdict]]:
    """The thresholds that serve Splink best by F1, by whole F1, by the truth that no real night has; and
    those that one sets without it."""
    judged = [
        (choice, judge_file(folder / f"splink_{choice.name}.parquet", truth, folder / "tried.duckdb"))
        for choice in choices()
    ]
    tried = [one for one in judged if one[0] != UNTRIED]
    return max(tried, key=_by_f1), max(tried, key=_by_whole_f1), judged[-1]


def _by_f1(one: tuple[Choice, Verdict]) -> tuple[float, float]:
    return one[1].f1, one[1].pair_precision * one[1].pair_recall


def _by_whole_f1(one: tuple[Choice, Verdict]) -> tuple[float, float]:
    return one[1].whole_f1, one[1].pair_precision * one[1].pair_recall


def _district(given: str, folder: Path) -> tuple[str, Path, Path]:
    if Path(given).is_dir():
        return f"District {Path(given).name}", Path(given) / "inbox", Path(given) / "truth"
    district.generate(int(given), SEED, AS_OF, folder, PROJECT_ROOT / "sources")
    return f"{int(given):,} firms", folder / "inbox", folder / "truth"


@pytest.mark.benchmark(group="linking beside Splink")
def test_linking_beside_splink(
    benchmark: Any,
    request: pytest.FixtureRequest,
    reports: list[tuple[str, str]],
    linked: list[Linked],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    foreign = request.config.getoption("--district")
    named = [foreign] if foreign else request.config.getoption("--firms").split(",")
    found: list[District] = []

    def work() -> None:
        for given in named:
            folder = tmp_path_factory.mktemp("linking")
            name, inbox, truth = _district(given, folder)
            one = _measured(folder, name, inbox, truth)
            found.append(one)
            theirs = linking_of(one.work, one.work_theirs)
            linked.append(Linked(name, inbox, folder, one.work["seconds"], theirs))

    benchmark.pedantic(work, rounds=1)
    reports.append(("linking beside Splink", document(found)))
    if not foreign:
        rewrite(DOCUMENT, "linking", document(found))
        PLOT.write_text(plot({one.name: one.reliability for one in found}), encoding="utf-8")
