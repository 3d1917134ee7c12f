"""Objections of enterprises: when each is due by China's working days, what was done, what is overdue."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import ConfigError
from pipeline.night import Attention
from pipeline.reference import working_days
from pipeline.score import objections
from pipeline.score.objections import FILE, note, objection_id
from pipeline.settings import Settings

AS_OF = date(2017, 3, 31)  # a Friday; Saturday 1 April is worked, 2 to 4 April is the Tomb-sweeping holiday
Said = Sequence[tuple[str, str, date]]


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        (date(2017, 3, 31), 1, date(2017, 4, 1)),
        (date(2017, 3, 31), 2, date(2017, 4, 5)),
        (date(2017, 4, 3), 1, date(2017, 4, 5)),
        (date(2017, 9, 29), 2, date(2017, 10, 9)),
        (date(2031, 10, 3), 1, date(2031, 10, 6)),
    ],
    ids=["worked Saturday", "holiday", "received on a holiday", "national day", "a year not in the table"],
)
def test_working_days_follow_the_state_councils_calendar(day: date, number: int, due: date) -> None:
    assert working_days.after(day, number) == due
    assert working_days.between(day, due) == number


def _take(folder: Path, said: Said = ()) -> tuple[list[dict[str, Any]], list[Attention]]:
    """The objections of a day, by their enterprises, and what wants a person."""
    settings = Settings(
        inbox=folder, warehouse=folder / "w.duckdb", out=folder, restricted=folder, as_of=AS_OF,
        corrections=folder,
    )  # fmt: skip
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE stg_street_returns (enterprise_id VARCHAR, remark VARCHAR, checked_on DATE, "
            'file VARCHAR, "row" BIGINT, superseded BOOLEAN)'
        )
        for number, (firm, remark, day) in enumerate(said, start=1):
            values = [firm, remark, day, "r_20170331.csv", number, False]
            con.execute("INSERT INTO stg_street_returns VALUES (?, ?, ?, ?, ?, ?)", values)
        con.execute("CREATE TABLE enterprise_alias AS SELECT 'E0' AS old_id, 'E1' AS enterprise_id")
        told = objections.take(con, settings)
        rows = con.execute("FROM objection ORDER BY enterprise_id").to_arrow_table().to_pylist()
    return rows, told


def test_a_remark_on_a_list_is_an_objection_unless_it_says_there_is_none(tmp_path: Path) -> None:
    remarks = {
        "E0": "企业提出异议，称证照已办", "E2": "企业无异议", "E3": "未提出异议", "E4": "没有任何异议。",
        "E5": "负责人不在；有异议", "E6": "电话联系",
    }  # fmt: skip
    day = date(2017, 3, 29)
    said = [(firm, remark, day) for firm, remark in remarks.items()]
    rows, _ = _take(tmp_path, [*said, ("E7", "有异议", date(2017, 4, 1))])
    assert [row["enterprise_id"] for row in rows] == ["E1", "E5"]
    due = {"acknowledge_by": date(2017, 3, 30), "answer_by": date(2017, 3, 31)}
    due |= {"state": "received", "overdue": "acknowledged", "days_over": 1, "origin": "street_return"}
    assert all(row[name] == value for row in rows for name, value in due.items())


def test_an_overdue_objection_wants_a_person(tmp_path: Path) -> None:
    received = {"enterprise_id": "E1", "on": "2017-03-28", "who": "区发改局", "why": "异议"}
    name = note(tmp_path, "received", [], dict(received))
    assert note(tmp_path, "received", [], dict(received)) == name == objection_id("E1", date(2017, 3, 28))
    (row,), (told,) = _take(tmp_path)
    expected = ("received", "answered", 1, "register")
    assert (row["state"], row["overdue"], row["days_over"], row["origin"]) == expected
    assert "1件收到2个工作日仍未答复" in told.sentence and name in told.sentence
    assert "区发改局" not in told.sentence


def test_what_was_done_later_is_not_known_yet(tmp_path: Path) -> None:
    names = {}
    for firm, on in (("E1", "2017-03-30"), ("E2", "2017-03-29"), ("E3", "2017-04-03"), ("E4", "2017-03-29")):
        names[firm] = note(tmp_path, "received", [], {"enterprise_id": firm, "on": on})
    for firm, event, on in (
        ("E1", "acknowledged", "2017-03-31"),
        ("E2", "answered", "2017-03-31"),
        ("E4", "answered", "2017-04-05"),
    ):
        outcome = {"outcome": "upheld"} if event == "answered" else {}
        note(tmp_path, event, [], {"objection_id": names[firm], "on": on, **outcome})
    rows, _ = _take(tmp_path)
    told = {row["enterprise_id"]: (row["state"], row["outcome"], row["overdue"]) for row in rows}
    assert told == {
        "E1": ("acknowledged", None, None),
        "E2": ("answered", "upheld", None),
        "E4": ("received", None, "acknowledged"),
    }


def test_a_register_that_cannot_be_read_and_an_unknown_objection_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such objection"):
        note(tmp_path, "answered", ["Y1"], {"objection_id": "Y2", "on": "2017-03-31"})
    assert not (tmp_path / FILE).exists()
    note(tmp_path, "acknowledged", ["Y1"], {"objection_id": "Y1", "on": "2017-03-31"})
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text('{"objection_id": "Y1", "event": "answered"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="register of objections"):
        _take(tmp_path)
