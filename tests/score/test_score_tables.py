"""The tables around a rule: columns that rules may see, absences, and what was before."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.journal import append_journal
from pipeline.night import Night
from pipeline.score import duties
from pipeline.score.features import find_features
from pipeline.score.history import load_before
from pipeline.score.prepare import ensure_inputs, unavailable_extracts
from pipeline.score.tables import create_empty, create_empty_feature, fact_columns, has_table, linked_columns
from pipeline.settings import Settings
from tests.score.rule_sample import BASIS, feature_rule, rule

Sources = dict[str, Source]
AS_OF = date(2017, 3, 31)
DAY = timedelta(days=1)

Place = Any  # the fixture of conftest.py


def test_rules_see_what_firms_do_and_no_person(sources: Sources) -> None:
    grid = dict(fact_columns(sources["grid"]))
    hidden = {name for name, column in sources["grid"].columns.items() if column.show == "restricted"}
    assert hidden and not hidden & grid.keys()
    assert grid.keys() >= {"licensing", "trading", "inspected_on", "employees"}
    assert (grid["employees"], grid["mixed_use"], grid["inspected_on"]) == ("DOUBLE", "BOOLEAN", "DATE")
    for source in sources.values():
        named = {name for name, column in source.columns.items() if column.role in ("person", "phone")}
        named |= {name for name, column in source.columns.items() if column.role == "name_or_person"}
        assert not named & dict(fact_columns(source)).keys(), source.extract
    assert dict(fact_columns(sources["registry"]))["former_names"] == "VARCHAR[]"


def test_a_period_has_its_first_and_last_day_beside_it(sources: Sources) -> None:
    columns = fact_columns(sources["employment"])
    at = columns.index(("month", "VARCHAR"))
    assert columns[at + 1 : at + 3] == [("month_start", "DATE"), ("month_end", "DATE")]
    assert not [name for name, _ in fact_columns(sources["grid"]) if name.endswith("_start")]
    linked = [name for name, _ in linked_columns(sources["employment"])]
    assert linked[:7] == [
        *("record_id", "extract", "file", "row", "extract_date", "enterprise_id", "probability"),
    ]


def test_empty_tables_last_unless_they_are_temporary(tmp_path: Path) -> None:
    path = str(tmp_path / "a.duckdb")
    with duckdb.connect(path) as con:
        create_empty(con, "lasts", [("a", "BIGINT")])
        create_empty(con, "passes", [("a", "BIGINT")], temporary=True)
        create_empty_feature(con, "seen")
        assert con.execute("SELECT count(*) FROM passes, seen").fetchone() == (0,)
        assert has_table(con, "lasts")
    with duckdb.connect(path) as con:
        assert [name for (name,) in con.execute("SHOW TABLES").fetchall()] == ["lasts"]
        assert not has_table(con, "passes")


def test_what_another_room_did_not_make_is_made_empty_and_the_rest_is_left_alone(sources: Sources) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE record_premises AS SELECT 'r' AS record_id, 'p' AS premises_id")
        ensure_inputs(con, sources)
        ensure_inputs(con, sources)
        counts = {
            name: con.execute(f"SELECT count(*) FROM {name}").fetchone()
            for name in ("record_premises", "enterprise_alias", "stg_street_returns", "doubted_link")
        }
    assert counts == {name: (name == "record_premises",) for name in counts}


def test_an_extract_without_a_fresh_file_is_unavailable(sources: Sources) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE extract_status (extract VARCHAR, state VARCHAR)")
        assert unavailable_extracts(con, sources) == set(sources)
        con.execute(
            "INSERT INTO extract_status VALUES ('grid', 'fresh'), ('grid', 'stale'), ('tax', 'stale'), "
            "('registry', 'fresh')"
        )
        assert unavailable_extracts(con, sources) == set(sources) - {"grid", "registry"}


def test_each_rule_says_why_a_firm_that_nothing_is_known_of_is_not_evaluated(place: Place) -> None:
    exhausted = next((name for name, source in place.sources.items() if source.exhaustive), None)
    assert exhausted is None, "no extract says that it holds every firm: nobody is clear by absence"
    later = [{"value": "10", "valid_from": "2099-01-01", "why": "试"}]
    features = {
        "needs": {"record": "grid", "columns": ["trading", "inspected_on"], "features": ["insured_people"]}
    }
    features |= {"condition": "trading = 'open' AND insured_people > 0", "unless": None}
    features |= {"occurred_on": ["inspected_on"], "evidence": "{trading}"}
    old = [BASIS | {"valid_to": "2016-12-31"}]
    place.rules = (
        rule(id="unseen"),
        rule(id="old_law", legal_basis=old, clause="III.3.4"),
        rule(id="to_come", thresholds={"least": later}, condition="people > $least"),
        rule(id="stale_rows", needs=features["needs"], **{k: v for k, v in features.items() if k != "needs"}),
        feature_rule(id="stale_feature"),
        rule(id="draft", status="draft"),
    )
    place.firm("E1")
    place.stale = {"grid", "employment"}
    place.score()
    rows = place.ask("SELECT rule_id, outcome, reason FROM rule_outcome WHERE enterprise_id = 'E1'")
    assert {row["outcome"] for row in rows} == {"not_evaluated"}
    reasons = {row["rule_id"]: row["reason"] for row in rows}
    stale = {*find_features()["insured_people"].extracts, *find_features()["workers_seen"].extracts}
    assert stale == {"grid", "employment"}
    assert reasons == {
        "unseen": "相关数据中未见该主体",
        "old_law": "规则的法律依据当日无效",
        "to_come": "规则的标准当日尚未生效",
        "stale_rows": "数据缺失或过期：employment、grid",
        "stale_feature": "数据缺失或过期：employment、grid",
    }


@pytest.fixture
def night(tmp_path: Path) -> Night:
    settings = Settings(
        inbox=tmp_path, warehouse=tmp_path / "w.duckdb", out=tmp_path, restricted=tmp_path, as_of=AS_OF
    )
    return Night(settings, "run", "2017-04-01T00:00:00Z", "test")


@pytest.fixture
def publish(tmp_path: Path) -> Callable[[date, str, str], None]:
    """Publishes a night of a day, with one firm's tier."""

    def one(day: date, run: str, tier: str) -> None:
        with duckdb.connect() as con:
            con.execute(
                f"COPY (SELECT 'E1' AS enterprise_id, DATE '{day}' AS as_of, 1.0 AS score, "
                f"'{tier}' AS tier UNION ALL SELECT 'E1', DATE '{day}' - 1, 9, 'old') "
                f"TO '{tmp_path / run}.parquet' (FORMAT parquet)"
            )
        entry = {"run_id": run, "as_of": str(day), "history": f"{run}.parquet"}
        append_journal(tmp_path / "journal.jsonl", entry)

    return one


def _before(night: Night) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        load_before(con, night)
        return con.execute("SELECT enterprise_id, tier FROM risk_before").fetchall()


def test_before_is_the_newest_night_of_the_latest_earlier_day(
    night: Night, publish: Callable[[date, str, str], None]
) -> None:
    assert _before(night) == []
    publish(AS_OF, "today", "D")
    publish(AS_OF + DAY, "later", "D")
    assert _before(night) == []
    publish(AS_OF - DAY, "first", "A")
    publish(AS_OF - DAY, "again", "B")
    publish(AS_OF - 9 * DAY, "older", "C")
    assert _before(night) == [("E1", "B")]


def test_a_night_that_kept_no_history_tells_nothing_and_a_missing_one_is_told(
    night: Night, tmp_path: Path, publish: Callable[[date, str, str], None]
) -> None:
    append_journal(tmp_path / "journal.jsonl", {"run_id": "x", "as_of": str(AS_OF - 3 * DAY)})
    assert _before(night) == []
    publish(AS_OF - DAY, "first", "A")
    (tmp_path / "first.parquet").unlink()
    with pytest.raises(RunError, match="the history of 2017-03-30 is missing") as raised:
        _before(night)
    assert raised.value.where == str(tmp_path / "first.parquet")


def test_a_complaint_is_to_be_filed_within_five_working_days() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE usable_labour_cases AS SELECT unnest([DATE '2017-03-20', DATE '2017-03-13', "
            "DATE '2017-03-13', DATE '2017-03-30', NULL]) AS received_on"
        )
        duties.write_filing_days(con)
        rows = con.execute("FROM filing_due").fetchall()
    assert rows == [
        (date(2017, 3, 13), date(2017, 3, 20)),
        (date(2017, 3, 20), date(2017, 3, 27)),
        (date(2017, 3, 30), date(2017, 4, 7)),  # 1 April is worked, 2 to 4 April are a holiday
    ]
