"""Which links an answered line doubts: its own fuzzy ones, until a later answer to it says otherwise."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from pipeline.journal import append_journal
from pipeline.link.decisions.deciding import DECISIONS, PROBABLE_CODE
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining import wording
from pipeline.link.identification.before import Before
from pipeline.link.identification.looks import Look
from pipeline.link.results.doubting import Doubt, Doubted, doubt, read_doubts, tell
from pipeline.settings import Settings
from tests.link.resolved_by_hand import FIRM, SHOP_FIRM, Night, night
from tests.link.told_before import Known, before_of

LISTED, NEXT, AS_OF = date(2017, 3, 31), date(2017, 4, 30), date(2017, 5, 31)
VISIT = date(2017, 4, 5)
ISSUE = "LH20170331-440303001"
Answer = tuple[str | None, str, date]


def _doubted(folder: Path, answers: list[Answer]) -> set[str]:
    """Records that the answers to E1's lines doubt; each of its two lists had a fuzzy link of its own."""
    settings = Settings(
        inbox=folder, warehouse=folder / "w.duckdb", out=folder, restricted=folder, as_of=AS_OF
    )
    append_journal(folder / "journal.jsonl", {"as_of": str(NEXT), "history": "g/history.parquet"})
    (folder / "g").mkdir()
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (
                SELECT * FROM (VALUES
                    (DATE '{LISTED}', 'E1', ['grid:1']), (DATE '{NEXT}', 'E1', ['grid:2']),
                    (DATE '{LISTED}', 'E2', ['grid:3'])
                ) t(as_of, enterprise_id, fuzzy_records)
            ) TO '{folder / "g" / "lines.parquet"}' (FORMAT parquet)"""
        )
        con.execute(
            "CREATE TABLE stg_street_returns (enterprise_id VARCHAR, issue VARCHAR, result VARCHAR, "
            'checked_on DATE, file VARCHAR, "row" BIGINT, superseded BOOLEAN)'
        )
        for number, (issue, result, day) in enumerate(answers, start=1):
            values = ["E1", issue, result, day, "r.csv", number, False]
            con.execute("INSERT INTO stg_street_returns VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return {one.record_id for one in read_doubts(con, settings)}


@pytest.mark.parametrize(
    ("answers", "records"),
    [
        ([(ISSUE, "wrong_firm", VISIT)], {"grid:1"}),
        ([(None, "wrong_firm", VISIT)], {"grid:1"}),
        ([(None, "wrong_firm", NEXT)], {"grid:2"}),
        ([(ISSUE, "not_found", VISIT)], set()),
        ([(ISSUE, "wrong_firm", VISIT), (ISSUE, "not_found", NEXT), (ISSUE, "pending", NEXT)], {"grid:1"}),
        ([(ISSUE, "wrong_firm", VISIT), (ISSUE, "confirmed", NEXT)], set()),
        ([(ISSUE, "wrong_firm", VISIT), ("LH20170430-440303001", "confirmed", NEXT)], {"grid:1"}),
        ([(ISSUE, "wrong_firm", date(2017, 6, 1))], set()),
    ],
    ids=[
        "issue",
        "last list",
        "list of the day",
        "not found",
        "says nothing",
        "mended",
        "another list",
        "misprint",
    ],
)
def test_an_answer_doubts_the_fuzzy_links_of_its_own_line(
    answers: list[Answer], records: set[str], tmp_path: Path
) -> None:
    assert _doubted(tmp_path, answers) == records


def test_where_nothing_was_published_nothing_is_doubted(tmp_path: Path) -> None:
    settings = Settings(
        inbox=tmp_path, warehouse=tmp_path / "w.duckdb", out=tmp_path, restricted=tmp_path, as_of=AS_OF
    )
    with duckdb.connect() as con:
        assert read_doubts(con, settings) == []
        con.execute("CREATE TABLE stg_street_returns (enterprise_id VARCHAR)")
        assert read_doubts(con, settings) == []


def _two_firms() -> tuple[Night, Before]:
    """Two firms, and a row that only its name and person tell to be the first one's."""
    done = night(FIRM, SHOP_FIRM, {"name": FIRM["name"], "person": FIRM["person"]})
    known = {name: Known(name, record, LISTED, Look(), True) for name, record in (("E0", "f0"), ("E1", "f1"))}
    return done, before_of(known, {"f0": "E0", "f1": "E1", "r2": "E0"})


def _of_the_row(done: Night, found: Resolution) -> tuple[str, int]:
    unit = int(found.units.unit[np.flatnonzero(found.units.profiles == 2)[0]])
    return DECISIONS[found.decision[unit]], int(found.entity[unit])


@pytest.mark.parametrize(
    ("enterprise", "is_certain", "expected"),
    [("E0", False, ("review", -1)), ("E1", False, ("probable", 0)), ("E0", True, ("certain", 0))],
    ids=["its own firm", "another firm", "certain"],
)
@pytest.mark.usefixtures("small_tables")
def test_a_doubted_link_waits_for_a_clerk_where_it_is_not_certain(
    enterprise: str, is_certain: bool, expected: tuple[str, int]
) -> None:
    done, before = _two_firms()
    assert _of_the_row(done, done.found) == ("certain", 0)
    found = done.found
    if not is_certain:
        found = replace(found, decision=np.full_like(found.decision, PROBABLE_CODE))
    said = [Doubt("r2", enterprise, VISIT, "r.csv", 1), Doubt("r2", enterprise, NEXT, "r.csv", 2)]
    left, doubted = doubt(said, found, done.parties, done.firms, before, "registry")
    assert _of_the_row(done, left) == expected
    waits = expected[0] == "review"
    assert doubted.sent == ({2: NEXT} if waits else {}), "the later answer is told"
    assert left.open_entity.tolist() == found.open_entity.tolist() + ([0] if waits else [])


@pytest.mark.usefixtures("small_tables")
def test_only_rows_that_wait_are_told_of_the_doubt() -> None:
    done, _ = _two_firms()
    linked = done.linked()
    assert tell(linked, done.parties, Doubted([], {})) is linked
    told = tell(linked, done.parties, Doubted([], {2: VISIT}))
    reasons = [told.bases[number] for number in told.basis.tolist()]
    before = [linked.bases[number] for number in linked.basis.tolist()]
    assert reasons == [*before[:2], wording.doubted(VISIT)]
