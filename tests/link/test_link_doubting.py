"""Which links an answered line doubts: its own fuzzy ones, until a later answer to it says otherwise."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.journal import append_journal
from pipeline.link.results.doubting import read_doubts
from pipeline.settings import Settings

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
