"""The audit log: what it says, what it must not say, and that a cut or changed line is found."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import audit, cli

AT = datetime(2017, 3, 31, 18, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of five acts."""
    for n in range(5):
        audit.note(tmp_path, "export", AT, view="risk", rows=n, format="csv")
    return tmp_path / audit.NAME


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines(keepends=True)


def test_a_log_is_private_and_whole(log: Path) -> None:
    assert audit.problems(log.parent) == []
    entries = audit.read(log.parent)
    assert [entry.n for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[2].facts == {"view": "risk", "rows": 2, "format": "csv"}
    assert entries[0].at == "2017-03-31T18:00:00+00:00"
    assert {path.stat().st_mode & 0o077 for path in log.parent.iterdir()} == {0}
    assert audit.problems(log.parent, [("elsewhere", audit.head(log.parent))]) == []


def drop(log: Path, at: int) -> None:
    lines = lines_of(log)
    del lines[at]
    log.write_bytes(b"".join(lines))


def change(log: Path, at: int) -> None:
    lines = lines_of(log)
    lines[at] = lines[at].replace(b'"risk"', b'"rule"')
    log.write_bytes(b"".join(lines))


@pytest.mark.parametrize("spoil", [drop, change])
@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("goes_on", [False, True], ids=["at once", "after another act"])
def test_a_cut_or_changed_line_is_found(
    log: Path, spoil: Callable[[Path, int], None], at: int, goes_on: bool
) -> None:
    spoil(log, at)
    if goes_on:
        audit.note(log.parent, "export", AT, view="risk", rows=9)
    assert audit.problems(log.parent)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.unlink(),
        lambda log: log.write_bytes(b""),
        lambda log: log.write_bytes(log.read_bytes()[:-5]),
        lambda log: log.write_bytes(log.read_bytes().replace(b'{"action"', b'{"action', 1)),
        lambda log: (log.parent / audit.HEAD).unlink(),
        lambda log: log.write_bytes(b"".join(lines_of(log)[::-1])),
    ],
    ids=["gone", "empty", "last line cut", "a line unreadable", "head gone", "order"],
)
def test_other_damage_is_found(log: Path, spoil: Callable[[Path], Any]) -> None:
    spoil(log)
    assert audit.problems(log.parent)


def test_whoever_rewrites_log_and_head_is_found_by_what_a_manifest_knows(log: Path) -> None:
    known = audit.head(log.parent)
    log.unlink()
    (log.parent / audit.HEAD).unlink()
    for _ in range(5):
        audit.note(log.parent, "export", AT, view="rule", rows=1)
    assert audit.problems(log.parent) == []
    assert audit.problems(log.parent, [("the manifest of 2017-03-31", known)]) == [
        "line 5 is not the one that the manifest of 2017-03-31 knows"
    ]


def test_a_crash_between_line_and_head_or_within_a_line_is_no_break(log: Path) -> None:
    head = (log.parent / audit.HEAD).read_bytes()
    audit.note(log.parent, "export", AT, view="risk", rows=6)
    (log.parent / audit.HEAD).write_bytes(head)
    assert audit.problems(log.parent) == []
    with log.open("ab") as handle:
        handle.write(b'{"action": "exp')
    assert audit.problems(log.parent) == []
    audit.note(log.parent, "export", AT, view="risk", rows=7)
    assert audit.problems(log.parent) == []
    assert [entry.facts["rows"] for entry in audit.read(log.parent)][-2:] == [6, 7]


def test_many_at_once_make_one_chain(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: audit.note(tmp_path, "sql", AT, rows=n), range(24)))
    assert audit.problems(tmp_path) == []
    assert sorted(entry.facts["rows"] for entry in audit.read(tmp_path)) == list(range(24))


def test_an_act_tells_nothing_but_what_it_may(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not tell query"):
        audit.note(tmp_path, "sql", AT, query="SELECT * FROM enterprise WHERE name = '王小明'")
    assert not (tmp_path / audit.NAME).exists()


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with one view, and its restricted folder."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE risk AS SELECT 'E1' AS enterprise_id, DATE '2017-03-31' AS as_of")
        con.execute("CREATE TABLE run AS SELECT DATE '2017-03-31' AS as_of")
        con.execute("CREATE TABLE data_dictionary AS SELECT 'risk' AS view")
    (tmp_path / "restricted").mkdir()
    return path


def test_exports_and_queries_are_noted_without_their_words(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", str(warehouse)]
    assert cli.main(["sql", "WITH 王小明 AS (FROM risk) SELECT '王小明' FROM 王小明", *place]) == cli.DONE
    assert cli.main(["export", "--table", "risk", *place]) == cli.DONE
    capsys.readouterr()
    assert cli.main(["audit", *place, "--json"]) == cli.DONE
    told = capsys.readouterr()
    asked, taken = [json.loads(line) for line in told.out.splitlines()]
    assert (asked["action"], asked["facts"]) == ("sql", {"views": ["risk"], "rows": 1, "format": "table"})
    assert (taken["action"], taken["facts"]["view"], taken["facts"]["rows"]) == ("export", "risk", 1)
    assert "王小明" not in told.out
    assert "2 lines" in told.err
    assert cli.main(["audit", *place, "--action", "export"]) == cli.DONE
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_broken_log_ends_with_1_and_a_sentence(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--warehouse", str(warehouse)]
    for _ in range(3):
        assert cli.main(["sql", "FROM risk", *place]) == cli.DONE
    drop(warehouse.parent / "restricted" / audit.NAME, 2)
    capsys.readouterr()
    assert cli.main(["audit", *place]) == cli.FAILED
    assert "lines were cut off" in capsys.readouterr().err
    assert cli.main(["audit", "--restricted", str(warehouse / "no")]) == cli.MISUSED


def test_who_may_only_read_the_warehouse_is_told_that_nothing_is_noted(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (warehouse.parent / "restricted").rmdir()
    assert cli.main(["sql", "FROM risk", "--warehouse", str(warehouse)]) == cli.DONE
    assert "not noted in the audit log" in capsys.readouterr().err
    assert not (warehouse.parent / "restricted").exists()
