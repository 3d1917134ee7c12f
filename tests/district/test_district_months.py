"""One district seen on several days: what was not yet is not told, and what was told stays told."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pipeline import district
from pipeline.district import world
from pipeline.district.generate import VIEWS
from pipeline.district.table import Rows
from pipeline.district.views import grid, money
from pipeline.district.world import World
from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT

AS_OF, EARLIER = date(2017, 3, 31), date(2016, 9, 30)
# Days on which something came to be known; terms and ends of permits may lie ahead.
PAST = (
    "established_on", "status_on", "abnormal_on", "abnormal_off", "inspected_on", "rechecked_on", "closed_on",
    "opened_on", "decided_on", "received_on", "filed_on", "listed_on", "last_checked_on", "valid_from",
)  # fmt: skip
DOCUMENTS = {
    "safety_inspections": "document_no",
    "env_penalties": "decision_no",
    "street_cases": "case_no",
    "labour_cases": "case_no",
}


def handed_over(seen: World) -> dict[str, list[Rows]]:
    found: dict[str, list[Rows]] = {}
    for view in VIEWS:
        for batch in view(seen):
            found.setdefault(batch.extract, []).append(batch.rows)
    return found


@pytest.fixture(scope="module")
def then() -> dict[str, list[Rows]]:
    return handed_over(world.build(5, 1200, AS_OF, EARLIER))


@pytest.fixture(scope="module")
def now() -> dict[str, list[Rows]]:
    return handed_over(world.build(5, 1200, AS_OF))


def test_nothing_is_dated_after_the_day_of_handing_over(then) -> None:
    checked = set()
    for extract, parts in then.items():
        for rows in parts:
            for name in set(PAST) & set(rows.columns):
                late = rows.columns[name] > np.datetime64(EARLIER)
                assert not late.any(), (extract, name, rows.columns[name][late][:3])
                checked.add(name)
    assert checked == set(PAST)


@pytest.mark.parametrize(("extract", "number"), DOCUMENTS.items())
def test_documents_grow_in_number_and_keep_their_firm(then, now, extract: str, number: str) -> None:
    def firms(found: dict[str, list[Rows]]) -> dict[str, int]:
        return {
            document: firm
            for rows in found[extract]
            for document, firm in zip(rows.columns[number].tolist(), rows.entity.tolist(), strict=True)
        }

    earlier, later = firms(then), firms(now)
    assert 0 < len(earlier) < len(later)
    assert earlier.items() <= later.items()


def test_before_its_term_nothing_is_overdue_and_before_its_recheck_nothing_failed(then) -> None:
    day = np.datetime64(EARLIER)
    for extract in ("env_penalties", "street_cases"):
        for rows in then[extract]:
            assert not (rows.columns["rectify_by"][rows.columns["rectified"] == "overdue"] > day).any()
    recheck = np.concatenate([rows.columns["recheck"] for rows in then["safety_inspections"]])
    checked = np.concatenate([rows.columns["rechecked_on"] for rows in then["safety_inspections"]])
    assert (np.isnat(checked) == (recheck == "pending")).all()
    assert {"failed", "passed", "pending"} == set(recheck.tolist())


def test_a_firm_struck_off_later_is_active_before(then) -> None:
    seen = world.build(5, 1200, AS_OF, EARLIER)
    (registry,) = then["registry"]
    later = seen.firms.status_on[registry.entity] > np.datetime64(EARLIER)
    assert later.any()
    assert set(registry.columns["status"][later].tolist()) == {"active"}


@pytest.fixture(scope="module")
def large() -> tuple[World, World]:
    """A district large enough for rare fates, then and now."""
    return world.build(5, 6000, AS_OF, EARLIER), world.build(5, 6000, AS_OF)


def test_a_permit_that_lapses_later_is_not_missed_before(large) -> None:
    def missed(seen: World) -> float:
        lapses = seen.fates.lapsed & (seen.fates.event_on > np.datetime64(EARLIER)) & ~seen.fates.ghost
        parts = [batch.rows for batch in grid.batches(seen)]
        words = np.concatenate([rows.columns["licensing"][lapses[rows.entity]] for rows in parts])
        assert len(words) > 10
        return float((words == "permit_missing").mean())

    then, now = map(missed, large)
    assert then < 0.2
    assert now > 0.6


def test_a_factory_that_falls_idle_later_still_sells_before() -> None:
    seen = world.build(5, 6000, AS_OF, date(2016, 4, 30))
    idle = seen.fates.idle & (seen.fates.idle_since > np.datetime64("2015-09-30"))
    parts = [
        rows
        for rows in [batch.rows for batch in money.operations(seen)]
        if rows.columns["period"][0] <= "2015Q3"
    ]
    revenue = np.concatenate([rows.columns["revenue"][idle[rows.entity]] for rows in parts])
    assert len(revenue) > 0
    assert (revenue > 0).mean() > 0.8


def test_the_truth_is_the_same_on_every_day(tmp_path: Path) -> None:
    for name, day in (("then", EARLIER), ("now", None)):
        district.generate(80, 3, AS_OF, tmp_path / name, PROJECT_ROOT / "sources", day)
    truth = [(tmp_path / name / "truth" / "entities.parquet").read_bytes() for name in ("then", "now")]
    assert truth[0] == truth[1]
    assert not list((tmp_path / "then" / "inbox").glob("*/*_2017*"))


def test_a_day_after_as_of_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lies after"):
        district.generate(80, 3, EARLIER, tmp_path, PROJECT_ROOT / "sources", AS_OF)
