"""What may be shown of a firm's name: never the person that stands beside it."""

from collections.abc import Iterator

import duckdb
import pytest

from pipeline.publish.database.warehouse import FOLDER


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The macros, in a night in which 赵六六 is known as a person."""
    with duckdb.connect() as opened:
        opened.execute("ATTACH ':memory:' AS built")
        opened.execute("CREATE TABLE built.hidden_name AS SELECT '赵六六' AS name, true AS proven")
        for statement in (FOLDER / "macros.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                opened.execute(statement)
        yield opened


@pytest.mark.parametrize("macro", ["shown_name", "shown_sign"])
@pytest.mark.parametrize(
    "name",
    [
        "恒兴服装店（经营者：孙七七）",
        "恒兴服装店（经营者孙七七）",
        "恒兴服装店(业主: 孙七七)",
        "恒兴服装店【负责人：孙七】",
        "恒兴服装店（法定代表人：孙七七）",
        "恒兴服装店 经营者：孙七七",
        "恒兴服装店（赵六六）",
        "恒兴服装店( 赵六六 )",
    ],
)
def test_the_person_beside_a_name_is_not_shown(con: duckdb.DuckDBPyConnection, macro: str, name: str) -> None:
    assert con.execute(f"SELECT {macro}(?)", [name]).fetchall() == [("恒兴服装店",)]


@pytest.mark.parametrize(
    "name",
    [
        "恒兴服装店（罗湖店）",
        "深圳市恒兴（集团）有限公司",
        "业主委员会",
        "经营者之家便利店",
        "恒兴（何氏）凉茶铺",
    ],
)
def test_what_else_stands_in_brackets_stays(con: duckdb.DuckDBPyConnection, name: str) -> None:
    assert con.execute("SELECT shown_name($name), shown_sign($name)", {"name": name}).fetchall() == [
        (name, name)
    ]


def test_a_name_that_is_a_persons_is_not_shown(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT shown_name('赵六六'), shown_sign('赵六六')").fetchall() == [(None, None)]
