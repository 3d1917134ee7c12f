"""The quarterly report: real counts, each answer once, its own days, the same bytes twice."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from pipeline import cli
from pipeline.errors import ConfigError
from pipeline.publish.quarter.quarterly import Quarter, quarter
from pipeline.publish.quarter.quarterly_book import write_quarter
from pipeline.reference import streets

TABLES = {
    "run": "as_of DATE",
    "list_line_history": "as_of DATE, enterprise_id VARCHAR, street VARCHAR, kind VARCHAR",
    "risk_history": "as_of DATE, enterprise_id VARCHAR, street VARCHAR",
    "street_return": """enterprise_id VARCHAR, result VARCHAR, checked_on DATE, extract_date DATE,
        file VARCHAR, "row" BIGINT""",
    "enterprise": "enterprise_id VARCHAR, name VARCHAR, uscc VARCHAR, address VARCHAR, street VARCHAR",
    "enterprise_alias": "old_id VARCHAR, enterprise_id VARCHAR",
    "objection": "enterprise_id VARCHAR, received_on DATE, state VARCHAR, overdue VARCHAR",
}
HOME, AWAY = "桂园街道", "东门街道"
BEFORE, INSIDE, LATE = "2016-12-25", "2017-03-01", "2017-03-26"
LINES = [
    (INSIDE, "E1", HOME, "ranked"), ("2017-03-20", "E1", HOME, "ranked"), (INSIDE, "E2", HOME, "ranked"),
    (BEFORE, "E3", HOME, "ranked"), (INSIDE, "E3", HOME, "ranked"), (INSIDE, "E4", HOME, "random"),
    (BEFORE, "E5", HOME, "ranked"), (INSIDE, "E5", HOME, "ranked"), (INSIDE, "E6", AWAY, "ranked"),
    (LATE, "E7", HOME, "ranked"), (INSIDE, "old8", AWAY, "ranked"), (BEFORE, "E9", AWAY, "ranked"),
]  # fmt: skip
# The same visit twice in two files, one answer after the cut-off, one of a list of the quarter before.
RETURNS = [
    ("E1", "confirmed", "2017-03-05", "a"), ("E1", "legalised", "2017-03-10", "a"),
    ("E1", "legalised", "2017-03-10", "b"), ("E2", "pending", "2017-03-05", "a"),
    ("E3", "rectified", "2017-03-26", "c"), ("E5", "not_so", BEFORE, "z"),
    ("E6", "closed_by_order", "2017-03-25", "a"),
    ("E8", "upgraded", "2017-03-02", "a"), ("old8", "upgraded", "2017-03-02", "b"),
    ("E9", "relocated", "2016-12-26", "a"), ("E2", "wrong_firm", "2018-03-05", "a"),
]  # fmt: skip


def _place(folder: Path, lines: Sequence[Any] = LINES, known: str = "2017-04-01") -> Path:
    path = folder / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        for name, columns in TABLES.items():
            con.execute(f"CREATE TABLE {name} ({columns})")
        con.execute("INSERT INTO run VALUES (?)", [known])
        for day, firm, street, kind in lines:
            con.execute("INSERT INTO list_line_history VALUES (?, ?, ?, ?)", [day, firm, street, kind])
            con.execute("INSERT INTO risk_history VALUES (?, ?, ?)", [day, firm, street])
        for number, (firm, result, day, file) in enumerate(RETURNS):
            con.execute(
                "INSERT INTO street_return VALUES (?, ?, ?, ?, ?, ?)", [firm, result, day, day, file, number]
            )
        for number in range(1, 10):
            street = AWAY if number in (6, 8, 9) else HOME
            con.execute(
                "INSERT INTO enterprise VALUES (?, '=1+1', '914403001922038216', '湖贝路1号', ?)",
                [f"E{number}", street],
            )
        con.execute("INSERT INTO enterprise_alias VALUES ('old8', 'E8')")
        con.execute("INSERT INTO objection VALUES ('E1', '2017-03-05', 'received', 'answered')")
    return path


def _sheet(folder: Path, place: str, sheet: str, asked: str = "2017Q1") -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(folder / f"{place}_{asked}.xlsx")[sheet].iter_rows(values_only=True))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sources: Any) -> Path:
    folder = tmp_path_factory.mktemp("quarter")
    write_quarter(_place(folder), Quarter(2017, 1), folder / "out", sources)
    return folder / "out"


def test_a_quarter_runs_from_the_day_after_the_last_cut_off() -> None:
    assert (quarter("2017Q1").first, quarter("2017q1").last) == (date(2016, 12, 26), date(2017, 3, 25))
    assert (Quarter(2017, 2).first, Quarter(2017, 4).last) == (date(2017, 3, 26), date(2017, 12, 25))


@pytest.mark.parametrize("wrong", ["2017Q5", "2017", "17Q1", "Q1 2017", ""])
def test_a_wrong_quarter_is_used_wrongly(
    wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match="no quarter"):
        quarter(wrong)
    assert cli.main(["quarterly", "--quarter", wrong, "--out", str(tmp_path)]) == cli.MISUSED
    assert "2017Q1" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_each_street_has_its_own_and_each_answer_counts_once(told: Path) -> None:
    assert {path.stem for path in told.iterdir()} == {f"{name}_2017Q1" for name in (*streets(), "区发改局")}
    own = {row[0]: row[1] for row in _sheet(told, HOME, "汇总")}
    expected = {
        "列入清单": 5,
        "其中随机抽查": 1,
        "已核查": 1,
        "帮扶合计": 1,
        "已办照": 1,
        "属实": 0,
        "已整改": 0,
    }
    expected |= {"前期已核查": 1, "未核查": 3, "其中核查中": 1, "其中超期": 1, "责令关停": 0, "企业异议": 1}
    assert {name: own[name] for name in expected} == expected
    away = {row[0]: row[1] for row in _sheet(told, AWAY, "汇总")}
    expected = {
        "列入清单": 2,
        "已核查": 3,
        "清单外核查": 1,
        "已升级": 1,
        "责令关停": 1,
        "已搬迁": 1,
        "未核查": 0,
    }
    assert {name: away[name] for name in expected} == expected


def test_the_summary_adds_up(told: Path) -> None:
    head, *rows = _sheet(told, "区发改局", "汇总")
    assert [row[0] for row in rows] == [*streets(), "街道不明", "全区"]
    for position in range(1, len(head)):
        assert sum(row[position] for row in rows[:-1]) == rows[-1][position]
    whole = dict(zip(head, rows[-1], strict=True))
    outside = whole["列入清单"] - (whole["已核查"] - whole["清单外核查"])
    assert outside == whole["前期已核查"] + whole["未核查"]


def test_a_street_sees_its_own_firms_and_nothing_runs(told: Path) -> None:
    rows = _sheet(told, HOME, "明细")[1:]
    progress = {row[1]: row[-1] for row in rows}
    assert progress == {
        "E1": "已核查", "E2": "核查中", "E3": "未核查（超期）", "E4": "未核查", "E5": "前期已核查",
    }  # fmt: skip
    page = openpyxl.load_workbook(told / f"{HOME}_2017Q1.xlsx")["明细"]
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert rows[0][2:4] == ("=1+1", "914403001922038216")
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == (
        "landscape",
        9,
        "$1:$1",
    )


def test_the_target_stands_here_alone_and_for_its_years(told: Path, tmp_path: Path, sources: Any) -> None:
    _, *rows = _sheet(told, AWAY, "年度任务")
    assert rows == [(AWAY, 10, 1, 1, 1, 3)]
    assert _sheet(told, "区发改局", "年度任务")[-1][1] == 100
    notice = "".join(str(cell) for row in _sheet(told, AWAY, "说明") for cell in row)
    assert "不是清单排名的指标" in notice and "2016-12-26" in notice
    write_quarter(_place(tmp_path), Quarter(2021, 1), tmp_path, sources)
    book = openpyxl.load_workbook(tmp_path / f"{AWAY}_2021Q1.xlsx")
    assert book.sheetnames == ["说明", "汇总", "明细"]


def test_a_quarter_without_data_says_so(tmp_path: Path, sources: Any) -> None:
    made = write_quarter(_place(tmp_path), Quarter(2019, 3), tmp_path / "out", sources)
    assert "no list was published" in str(made)
    notice = "".join(str(cell) for row in _sheet(tmp_path / "out", HOME, "说明", "2019Q3") for cell in row)
    assert "没有发出过清单" in notice and "不表示没有问题" in notice


def test_the_same_quarter_gives_the_same_bytes(told: Path, tmp_path: Path, sources: Any) -> None:
    write_quarter(_place(tmp_path, known="2017-04-02"), Quarter(2017, 1), tmp_path / "out", sources)
    for path in told.iterdir():
        again = tmp_path / "out" / path.name
        assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()
