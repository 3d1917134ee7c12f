"""A restricted folder of another version is migrated, or refused by name."""

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import cli, schema
from pipeline.errors import RunError
from pipeline.journal import append_journal
from pipeline.keys import keyed, keyed_handle, load_key
from pipeline.link.identification.state import SCHEMA, read_history
from pipeline.settings import Settings
from tests.link.told_before import handled_by

PHONE = "13823456789"
HANDLE = f"phone+door:{hashlib.sha256(PHONE.encode()).hexdigest()[:16]}"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A restricted folder as version 1 left it, open to the group."""
    restricted = tmp_path / "restricted"
    generation = restricted / "generations" / "run1"
    generation.mkdir(parents=True)
    (restricted / "archive").mkdir()
    load_key(restricted)
    persons = {"record_id": ["grid:1", "grid:1"], "extract": ["grid"] * 2, "column": ["operator", "phone"]}
    pq.write_table(pa.table({**persons, "value": ["王小明", PHONE]}), generation / "persons.parquet")
    row = dict.fromkeys(SCHEMA.names) | {
        "enterprise_id": "E1",
        "founding_record_id": "grid:1",
        "first_as_of": date(2017, 3, 31),
        "present": True,
    }
    rows = [{**row, "record_id": "grid:1", "source": "grid"}, {**row, "handle": HANDLE}]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), generation / "identity.parquet")
    inside = "generations/run1/identity.parquet"
    append_journal(
        restricted / "journal.jsonl", {"as_of": "2017-03-31", "run_id": "run1", "identity": inside}
    )
    for path in (restricted, *restricted.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return restricted


def contents(restricted: Path) -> bytes:
    tables = [pq.read_table(path).to_pylist() for path in sorted(restricted.rglob("*.parquet"))]
    return json.dumps(tables, default=str, ensure_ascii=False).encode()


def settings_of(restricted: Path) -> Settings:
    folder = restricted.parent
    return Settings(folder / "inbox", folder / "w.duckdb", folder / "out", restricted, date(2017, 4, 7))


def test_an_older_folder_becomes_one_of_today(older: Path) -> None:
    before = read_history(settings_of(older)).given
    assert schema.version_of(older) == 1
    assert schema.prepare(older) == 1
    assert schema.version_of(older) == schema.RESTRICTED_VERSION
    assert {path.stat().st_mode & 0o077 for path in (older, *older.rglob("*"))} == {0}
    assert not any(word.encode() in contents(older) for word in ("王小明", PHONE, HANDLE.split(":")[1]))
    key = load_key(older)
    persons = pq.read_table(older / "generations" / "run1" / "persons.parquet")
    assert persons.schema.names == schema.PERSONS.names
    assert persons["value_hash"].to_pylist() == [keyed(key, "person", "王小明"), keyed(key, "person", PHONE)]
    now = read_history(settings_of(older)).given
    assert now.known == before.known and not now.is_empty
    assert (now.records, now.holder.tolist()) == (before.records, before.holder.tolist())
    assert handled_by(now) == {keyed_handle(key, HANDLE): {"E1"}}


def test_a_migration_that_was_broken_off_is_done_once(older: Path) -> None:
    schema.prepare(older)
    once = contents(older)
    (older / schema.NAME).unlink()  # the last thing that a migration writes
    assert schema.prepare(older) == 1
    assert contents(older) == once
    assert schema.prepare(older) == schema.RESTRICTED_VERSION


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            '{"version": 99}',
            "of version 99, this program knows versions up to 2; run the version of the program that wrote",
        ),
        ("{", "cannot be read; restore it from a backup"),
        ('{"version": null}', "cannot be read; restore it from a backup"),
    ],
)
def test_a_folder_that_cannot_be_migrated_is_refused_by_name(older: Path, told: str, words: str) -> None:
    (older / schema.NAME).write_text(told, encoding="utf-8")
    before = contents(older)
    with pytest.raises(RunError, match=words) as refused:
        schema.prepare(older)
    assert str(older / schema.NAME) in refused.value.sentence()
    assert contents(older) == before


def test_a_fresh_folder_is_of_today(tmp_path: Path) -> None:
    assert schema.prepare(tmp_path / "restricted") == schema.RESTRICTED_VERSION
    assert schema.version_of(tmp_path / "restricted") == schema.RESTRICTED_VERSION


@pytest.mark.parametrize(
    "change", ["UPDATE run SET schema_version = 1", "ALTER TABLE run DROP schema_version"]
)
def test_a_warehouse_of_another_version_is_named_where_something_is_not_in_it(
    whole_night: Any, tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(whole_night.folder / "warehouse.duckdb", warehouse)
    [(firm,)] = whole_night.rows("SELECT enterprise_id FROM risk ORDER BY rank_in_district LIMIT 1")
    asked = ["dossier", firm, "--warehouse", str(warehouse), "--out", str(tmp_path)]
    with duckdb.connect(str(warehouse)) as con:
        con.execute("DROP TABLE answered_line")
    assert cli.main(asked) == cli.FAILED
    assert "unforeseen" in capsys.readouterr().err, "of this version, so a fault of the program"
    with duckdb.connect(str(warehouse)) as con:
        con.execute(change)
    assert cli.main(asked) == cli.FAILED
    assert "is of version 1, this program reads version 2; run a night" in capsys.readouterr().err


def test_what_is_no_warehouse_has_no_version(tmp_path: Path) -> None:
    other, text = tmp_path / "other.duckdb", tmp_path / "text.duckdb"
    duckdb.connect(str(other)).close()
    text.write_text("no database", encoding="utf-8")
    for path in (other, text, tmp_path / "nowhere.duckdb"):
        assert schema.of_another_version(path) is None
