"""docs/analyst-guide.md and the notebook hold on a published night; what analysts type only reads."""

import csv
import importlib.util
import io
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from pipeline import cli
from pipeline.publish.asking import ask
from pipeline.publish.forms.table_text import aligned_table, write_csv_table
from pipeline.settings import PROJECT_ROOT

GUIDE = (PROJECT_ROOT / "docs" / "analyst-guide.md").read_text(encoding="utf-8")
QUESTION = re.compile(r"```sql\n(?P<query>.*?)```\n\nColumns: (?P<columns>.*?)\n", re.DOTALL)
QUERIES = [(m["query"], m["columns"].split(", ")) for m in QUESTION.finditer(GUIDE)]
PYTHON = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
DEMO = "data/demo/warehouse.duckdb"
# What a first night of a small district need not have.
MAY_BE_EMPTY = {"answered_line", "source_permits"}


@pytest.fixture(scope="module")
def warehouse(whole_night: Any) -> Path:
    return Path(whole_night.folder / "warehouse.duckdb")


def test_the_guide_has_its_twenty_questions() -> None:
    assert re.findall(r"^### (\d+)\. ", GUIDE, re.MULTILINE) == [str(n) for n in range(1, 21)]
    assert GUIDE.count("```sql\n") == len(QUERIES)


@pytest.mark.parametrize(("query", "columns"), QUERIES, ids=[str(n) for n in range(len(QUERIES))])
def test_each_query_of_the_guide_gives_the_columns_it_names(
    warehouse: Path, query: str, columns: list[str]
) -> None:
    answer = ask(warehouse, query, 5)
    assert list(answer.names) == columns
    assert answer.rows or any(f"FROM {view}" in query for view in MAY_BE_EMPTY)


def test_the_python_of_the_guide_runs(warehouse: Path) -> None:
    assert PYTHON
    assert DEMO in PYTHON[1]
    names: dict[str, Any] = {}
    exec(PYTHON[1].replace(DEMO, str(warehouse)), names)
    assert names["tiers"]
    assert "不得相加" in names["meaning"][0]
    assert names["table"].num_rows > 300


def test_every_rule_outcome_tells_clean_from_unseen(warehouse: Path) -> None:
    """Not evaluated for want of a row means that none of the extracts it looks at knows the firm so."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        told = con.execute(
            """
            SELECT count(*) FILTER (WHERE o.outcome = 'clear'),
              count(*) FILTER (WHERE o.outcome = 'not_evaluated'),
              count(*) FILTER (WHERE o.outcome = 'not_evaluated' AND o.reason IS NULL),
              count(*) FILTER (WHERE len(r.extracts) = 0)
            FROM rule_outcome o JOIN rule r USING (rule_id)
            """
        ).fetchone()
        assert told
        clear, unseen, unexplained, without_extract = told
        assert clear > 0 < unseen
        assert (unexplained, without_extract) == (0, 0)
        wrong = con.execute(
            """
            SELECT count(*) FROM rule_outcome o JOIN rule r USING (rule_id)
            WHERE o.outcome = 'hit' AND NOT EXISTS (
              SELECT 1 FROM record_link l
              WHERE l.enterprise_id = o.enterprise_id AND list_contains(r.extracts, l.extract)
            )
            """
        ).fetchone()
        assert wrong == (0,)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "one statement"),
        ("DELETE FROM rule", "one statement"),
        ("CREATE TEMP TABLE a AS SELECT 1", "one statement"),
        ("COPY rule TO '/tmp/rule.csv'", "one statement"),
        ("ATTACH ':memory:' AS other", "one statement"),
        ("INSTALL httpfs", "one statement"),
        ("SET enable_external_access = true", "one statement"),
        ("EXPLAIN ANALYZE DELETE FROM rule", "InvalidInput"),
        ("FROM read_csv('/etc/hostname')", "outside the warehouse"),
        ("FROM read_text('/etc/hostname')", "outside the warehouse"),
        ("FROM glob('/*')", "outside the warehouse"),
        ("FROM '/etc/hostname'", "does not exist"),
        ("FROM names", "does not exist"),
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM rule", "nothing"),
        ("SELECT CAST(name AS INTEGER) FROM enterprise", "TRY_CAST"),
        ("SELECT error(name) FROM enterprise", "InvalidInput"),
    ],
)
def test_what_does_more_than_read_is_refused_in_one_sentence_without_data(
    warehouse: Path, query: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["sql", query, "--warehouse", str(warehouse)]) == cli.MISUSED
    out, error = capsys.readouterr()
    assert not out
    assert told in error
    assert len(error.splitlines()) == 1
    assert "公司" not in error


def test_sql_answers_as_table_csv_and_json(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT enterprise_id, name, record_count FROM enterprise ORDER BY enterprise_id"
    asked = ["sql", query, "--warehouse", str(warehouse), "--limit", "3"]
    assert cli.main(asked) == cli.DONE
    out, error = capsys.readouterr()
    assert len(out.splitlines()) == 5
    assert "only the first 3 rows" in error
    assert cli.main([*asked, "--format", "csv"]) == cli.DONE
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert cli.main([*asked, "--format", "json"]) == cli.DONE
    items = json.loads(capsys.readouterr().out)
    assert [[*map(str, item.values())] for item in items] == rows[1:]
    assert rows[0] == list(items[0]) == ["enterprise_id", "name", "record_count"]


def test_columns_align_where_characters_are_two_wide_and_nothing_moves_the_cursor() -> None:
    rows = [("东门街道", 5, None), ("a\x1b[2Jb", 12345, "x" * 200)]
    lines = aligned_table(["street", "n", "text"], rows).splitlines()
    starts = [
        cell_len(line[: line.index(mark)]) for line, mark in zip(lines[2:], ("NULL", "xxx"), strict=True)
    ]
    assert starts[0] == starts[1] == cell_len("东门街道  12345  ")
    assert "\x1b" not in lines[3]
    assert lines[3].endswith("…")
    assert aligned_table(["a"], []).splitlines()[0] == "a"


def test_csv_of_any_table_is_safe_to_open() -> None:
    handle = io.StringIO()
    rows = [("=cmd|' /C calc'!A0", "914403001922038216"), ("@a", "007"), ("-1", None), ("a\r\nb", ["x", "y"])]
    assert write_csv_table(handle, ["甲", "乙"], rows) == 4
    assert handle.getvalue() == (
        "\ufeff甲,乙\r\n'=cmd|' /C calc'!A0,914403001922038216\t\r\n'@a,007\t\r\n'-1,\r\na b,x；y\r\n"
    )


def test_export_writes_one_view_and_only_one_that_is_there(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--warehouse", str(warehouse)]
    for form in ("parquet", "csv"):
        out = tmp_path / f"rule.{form}"
        asked = ["export", "--table", "rule", "--format", form, "--out", str(out), *place]
        assert cli.main(asked) == cli.DONE
        assert cli.main(asked) == cli.MISUSED, "a file that is there is left alone"
    count = ask(warehouse, "SELECT count(*) FROM rule", 1).rows[0][0]
    assert pq.read_table(tmp_path / "rule.parquet").num_rows == count
    assert (tmp_path / "rule.csv").read_bytes().startswith(b"\xef\xbb\xbfrule_id,title,")
    with (tmp_path / "rule.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == count
    capsys.readouterr()
    for wrong in (["--table", "persons"], ["--table", "rule", "--out", str(warehouse)]):
        assert cli.main(["export", *wrong, *place]) == cli.MISUSED
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not list(tmp_path.glob(".*"))


def test_the_notebook_runs_on_a_published_night(warehouse: Path) -> None:
    pytest.importorskip(
        "marimo", reason="the notebook's environment is made by `make notebook`, not for tests"
    )
    spec = importlib.util.spec_from_file_location("notebook", PROJECT_ROOT / "notebooks" / "warehouse.py")
    assert spec and spec.loader
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    _, defined = notebook.app.run(defs={"warehouse": str(warehouse)})
    assert defined["tiers"]
    assert defined["lines"]
    assert {row["结果"] for row in defined["seen"]} >= {"命中", "未评估"}
