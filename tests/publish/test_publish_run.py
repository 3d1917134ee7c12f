"""A published night: whole, repeatable, and private."""

import hashlib
import json
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import publish
from pipeline.errors import RunError
from pipeline.keys import keyed, load_key
from pipeline.publish.database import dictionary
from pipeline.publish.database.checks import KEYS
from pipeline.publish.generations import generation


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def live(place: Any) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(place.settings.warehouse), read_only=True)


def test_night_is_published_whole(place: Any) -> None:
    summary = place.publish()
    assert summary.is_newest
    assert (place.settings.out / "latest").resolve() == place.today.resolve()
    assert place.today.is_symlink()
    names = {path.name for path in (place.today / "streets").iterdir()}
    assert len(names) == 22
    assert {"桂园街道_20170331.csv", "街道不明_20170331.xlsx", "清水河街道_20170331.csv"} <= names
    with live(place) as con:
        assert con.execute("SELECT run_id, state FROM run").fetchall() == [("run1", "published")]
        version = con.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchone()
        assert version and "v1.5.0" in str(version[0])
    assert not list(place.settings.warehouse.parent.glob(".*built"))
    assert not list(place.settings.warehouse.parent.glob("*.wal"))


def test_manifest_tells_every_output(made: Any) -> None:
    manifest = json.loads((made.today / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run_id"] == "run1"
    assert manifest["inputs"] == [
        {
            "extract": "grid",
            "file": "grid_20170331.csv",
            "sha256": "0" * 64,
            "extract_date": "2017-03-31",
            "state": "fresh",
        }
    ]
    told = {item["path"]: item["sha256"] for item in manifest["outputs"]}
    found = contents(made.today)
    del found["manifest.json"]
    assert told == found
    rows = {item["path"]: item["rows"] for item in manifest["outputs"]}
    assert rows["streets/桂园街道_20170331.csv"] == 3
    assert rows["warehouse/enterprise.parquet"] == 7


def test_same_night_twice_gives_same_bytes(place: Any) -> None:
    place.publish("run1")
    first = contents(place.today)
    place.publish("run2")
    second = contents(place.today)
    differing = {path for path in first if first[path] != second[path]}
    assert differing == {"manifest.json", "warehouse/run.parquet"}
    place.publish("run3")
    folders = {path.name for path in (place.settings.out / ".generations").iterdir()}
    assert folders == {"run2", "run3"}  # the replaced one can be gone back to


def test_restricted_store_is_private(made: Any) -> None:
    restricted = made.settings.restricted
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o700
    files = [*(restricted / "generations").rglob("*.parquet"), restricted / "journal.jsonl"]
    assert {path.name for path in files} >= {"identity.parquet", "history.parquet", "persons.parquet"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    persons = duckdb.sql(
        f"SELECT DISTINCT value_hash FROM '{restricted}/generations/*/persons.parquet'"
    ).fetchall()
    assert (keyed(load_key(restricted), "person", "王小明"),) in persons


@pytest.mark.parametrize("word", ["王小明", "赵德柱", "13823456789"])
def test_no_person_anywhere_in_what_is_published(made: Any, word: str) -> None:
    with live(made) as con:
        cells = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE NOT internal AND data_type LIKE '%VARCHAR%'"
        ).fetchall()
        for view, column in cells:
            found = con.execute(
                f'SELECT count(*) FROM "{view}" WHERE contains("{column}"::VARCHAR, $word)', {"word": word}
            ).fetchone()
            assert found == (0,), (view, column)
    for path in [made.settings.warehouse, *made.today.rglob("*")]:
        assert not path.is_file() or word.encode() not in path.read_bytes(), path


def test_sources_show_bands_periods_and_firms(made: Any) -> None:
    with live(made) as con:
        tax = con.execute("SELECT sales, arrears, tax_paid, name, period_start FROM source_tax").fetchone()
        assert tax == ("1–10万元", "0", "负数", None, date(2017, 1, 1))
        parties = con.execute("SELECT name, sign_name FROM source_street_cases ORDER BY row").fetchall()
        assert parties == [(None, "老赵烧烤"), ("罗湖区好味餐厅", None)]
        assert con.execute("SELECT DISTINCT value FROM feature").fetchall() == [(100000.0,)]
        shown = {row[0] for row in con.execute("DESCRIBE source_grid").fetchall()}
    assert shown >= {"enterprise_id", "extract", "file", "row", "sign_name", "link_decision"}
    assert not shown & {"operator", "phone"}


def test_every_view_and_column_is_described(made: Any) -> None:
    with live(made) as con:
        columns = con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        told = con.execute('SELECT view, "column", meaning FROM data_dictionary').fetchall()
    assert {row[:2] for row in columns} == {row[:2] for row in told}
    assert all(meaning and "; " in meaning for _, _, meaning in told)
    assert all(comment for _, _, comment in columns)
    assert {"correction", "street_return", "risk_history", "fairness"} <= {view for view, _, _ in told}
    written = {view for view, _ in dictionary.written()}
    assert set(KEYS) <= written


def test_history_and_runs_are_carried_on(place: Any) -> None:
    place.publish("run1")
    place.publish("run2", as_of=date(2017, 4, 1))
    with live(place) as con:
        nights = con.execute("SELECT as_of, count(*) FROM risk_history GROUP BY ALL ORDER BY ALL").fetchall()
        assert nights == [(date(2017, 3, 31), 6), (date(2017, 4, 1), 6)]
        assert con.execute("SELECT run_id FROM run ORDER BY run_id").fetchall() == [("run1",), ("run2",)]


def test_earlier_day_does_not_replace_the_live_warehouse(place: Any) -> None:
    place.publish("run1")
    summary = place.publish("run0", as_of=date(2017, 2, 28))
    assert not summary.is_newest
    assert (place.settings.out / "2017-02-28" / "manifest.json").is_file()
    assert (place.settings.out / "latest").readlink() == Path("2017-03-31")
    with live(place) as con:
        assert con.execute("SELECT run_id FROM run").fetchall() == [("run1",)]
    place.publish("run3", as_of=date(2017, 4, 1))
    with live(place) as con:
        assert con.execute("SELECT count(DISTINCT as_of) FROM risk_history").fetchone() == (3,)


def break_points(rows: Any) -> None:
    rows["evidence"][0]["points"] = Decimal("45.51")


def break_link(rows: Any) -> None:
    rows["record_link"].pop()


def break_trace(rows: Any) -> None:
    rows["evidence"][0]["row"] = 4711


def break_keys(rows: Any) -> None:
    rows["rule"].append(rows["rule"][0])


def break_rank(rows: Any) -> None:
    rows["risk"][0]["rank_in_street"] = 7


def break_sum(rows: Any) -> None:
    rows["extract_status"][0]["rows"] = 1


def break_identity(rows: Any) -> None:
    rows["enterprise"].pop()


def break_fuzzy(rows: Any) -> None:
    rows["risk"][0]["verify_identity_first"] = True


BREAKS = [
    break_points,
    break_link,
    break_trace,
    break_keys,
    break_rank,
    break_sum,
    break_identity,
    break_fuzzy,
]


@pytest.mark.parametrize("change", BREAKS)
def test_night_that_fails_a_check_publishes_nothing(place: Any, change: Any) -> None:
    with pytest.raises(RunError, match="before publishing"):
        place.publish(change=change)
    assert not place.settings.warehouse.exists()
    assert not place.today.exists()
    assert not (place.settings.restricted / "journal.jsonl").exists()
    assert list((place.settings.out / ".generations").iterdir()) == []
    assert list((place.settings.restricted / "generations").iterdir()) == []


def die(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("step", "built_is_lost"),
    [
        ("settle", True),
        ("_link", False),
        ("_settle_warehouse", True),
        ("_settle_warehouse", False),
        ("_prune", True),
    ],
)
def test_repair_finishes_what_a_dead_night_left(
    place: Any, monkeypatch: pytest.MonkeyPatch, step: str, built_is_lost: bool
) -> None:
    place.publish("run1")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(generation, step, die)
        place.publish("run2", as_of=date(2017, 4, 1))
    if built_is_lost:
        for path in place.settings.warehouse.parent.glob(".*built/*"):
            path.unlink()
    for _ in range(2):
        publish.repair(place.settings)
        with live(place) as con:
            assert con.execute("SELECT max(run_id) FROM run").fetchone() == ("run2",)
            uncommented = con.execute(
                "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
            )
            assert uncommented.fetchone() == (0,)
        assert (place.settings.out / "2017-04-01" / "report.html").is_file()
        assert (place.settings.out / "latest").readlink() == Path("2017-04-01")
        assert not list(place.settings.warehouse.parent.glob(".*built"))


def test_death_before_the_journal_leaves_nothing(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place.publish("run1")
    before = contents(place.today)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(generation, "publish", die)
        place.publish("run2", as_of=date(2017, 4, 1))
    journal = place.settings.restricted / "journal.jsonl"
    with journal.open("a", encoding="utf-8") as handle:
        handle.write('{"run_id": "run2", "as')
    publish.repair(place.settings)
    assert contents(place.today) == before
    assert not (place.settings.out / "2017-04-01").exists()
    assert [path.name for path in (place.settings.out / ".generations").iterdir()] == ["run1"]
    place.publish("run3", as_of=date(2017, 4, 2))
    assert (place.settings.out / "latest").readlink() == Path("2017-04-02")


def test_lost_warehouse_comes_back(place: Any) -> None:
    place.publish()
    place.settings.warehouse.unlink()
    publish.repair(place.settings)
    with live(place) as con:
        assert con.execute("SELECT count(*) FROM enterprise").fetchone() == (7,)
        assert con.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
        ).fetchone() == (0,)


def test_repair_of_an_empty_place_does_nothing(place: Any) -> None:
    publish.repair(place.settings)
    assert not place.settings.out.exists()
    assert not place.settings.warehouse.exists()


def test_folder_in_the_way_is_named(place: Any) -> None:
    place.today.mkdir(parents=True)
    with pytest.raises(RunError, match="stands where the published day"):
        place.publish()
    assert not (place.settings.restricted / "journal.jsonl").exists()
