"""The data dictionary: nothing in the warehouse without a description, no description of nothing."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipeline.errors import RunError
from pipeline.publish.database import dictionary

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "FLOAT")
LONGEST_TITLE = 20


@pytest.fixture(scope="module")
def warehouse(made: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as con:
        yield con


def _described(con: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
    return con.execute(
        'SELECT view, "column", title, type, unit, meaning, view_meaning FROM data_dictionary'
    ).fetchall()


def test_every_view_and_column_bears_its_comment_in_the_published_file(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    told = _described(warehouse)
    views = dict(
        warehouse.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal "
            "UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
    )
    assert views == {view: whole for view, *_, whole in told}
    columns = warehouse.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert {row[:3] for row in columns} == {(view, column, kind) for view, column, _, kind, *_ in told}
    comments = {row[:2]: row[3] for row in columns}
    for view, column, _, _, unit, meaning, _ in told:
        assert comments[view, column] == (f"{meaning} [{unit}]" if unit else meaning)


def test_every_description_has_a_title_and_both_languages(warehouse: duckdb.DuckDBPyConnection) -> None:
    for view, column, title, _, _, meaning, whole in _described(warehouse):
        assert 0 < len(title) <= LONGEST_TITLE, (view, column, title)
        for text in (meaning, whole):
            chinese, _, english = text.partition("; ")
            assert any("一" <= character <= "鿿" for character in chinese), (view, column)
            assert english, (view, column)


def test_every_number_has_a_unit_or_is_not_to_be_summed(warehouse: duckdb.DuckDBPyConnection) -> None:
    bare = [
        (view, column)
        for view, column, _, kind, unit, meaning, _ in _described(warehouse)
        if kind.startswith(NUMBERS) and not kind.endswith("[]") and not unit and "不得相加" not in meaning
    ]
    assert not bare


def test_nothing_is_described_that_is_not_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    told = {row[:2] for row in _described(warehouse)}
    views = {view for view, _ in told}
    of_sources = {column for view, column in told if view.startswith("source_")}
    for view, column in dictionary.written():
        if view == "source_*":
            assert column in of_sources
        else:
            assert view in views if column == dictionary.VIEW else (view, column) in told, (view, column)


@pytest.mark.parametrize(
    ("made_by", "what"),
    [
        ("CREATE TABLE stranger (a INT)", "stranger"),
        ("CREATE TABLE clause (stranger INT)", "stranger of clause"),
    ],
)
def test_what_nobody_described_stops_the_night(made_by: str, what: str) -> None:
    with duckdb.connect() as con:
        con.execute(made_by)
        with pytest.raises(RunError, match=what):
            dictionary.add(con, {})
