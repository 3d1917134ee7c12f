"""By when an objection must be taken up and answered, and which is told of as overdue."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import ConfigError
from pipeline.night import Attention
from pipeline.reference import working_days
from pipeline.score import objections
from pipeline.score.objections import FILE, Clock, Objection, load_clock, note, objection_id
from pipeline.settings import Settings

DAY = timedelta(days=1)
RECEIVED = date(2017, 3, 20)  # a Monday; no holiday in the weeks after
CLOCK = Clock(acknowledge_within=1, answer_within=3, legal_basis="某法", remark="异议", remark_without="无")
TAKEN_UP, ANSWERED_BY = date(2017, 3, 21), date(2017, 3, 23)


def _line(as_of: date, **done: date) -> tuple[str, str | None, int | None]:
    line = Objection("Y1", "E1", "register", RECEIVED, done=done).line(CLOCK, as_of)
    assert (line["acknowledge_by"], line["answer_by"]) == (TAKEN_UP, ANSWERED_BY)
    return line["state"], line["overdue"], line["days_over"]


@pytest.mark.parametrize(
    ("as_of", "overdue", "days"),
    [
        (RECEIVED, None, None),
        (TAKEN_UP, None, None),
        (TAKEN_UP + DAY, "acknowledged", 1),
        (ANSWERED_BY, "acknowledged", 2),
        (ANSWERED_BY + DAY, "answered", 1),
        (ANSWERED_BY + 4 * DAY, "answered", 2),
    ],
)
def test_what_nobody_took_up_is_overdue_first_for_that_then_for_its_answer(
    as_of: date, overdue: str | None, days: int | None
) -> None:
    assert _line(as_of) == ("received", overdue, days)


@pytest.mark.parametrize(
    ("as_of", "overdue", "days"),
    [(ANSWERED_BY, None, None), (ANSWERED_BY + DAY, "answered", 1)],
)
def test_what_was_taken_up_is_overdue_for_its_answer_alone(
    as_of: date, overdue: str | None, days: int | None
) -> None:
    assert _line(as_of, acknowledged=TAKEN_UP) == ("acknowledged", overdue, days)


@pytest.mark.parametrize("end", ["answered", "withdrawn"])
def test_what_was_answered_or_withdrawn_is_never_overdue(end: str) -> None:
    assert _line(ANSWERED_BY + 90 * DAY, **{end: ANSWERED_BY}) == (end, None, None)
    both = {"acknowledged": TAKEN_UP, "answered": ANSWERED_BY, "withdrawn": ANSWERED_BY}
    assert _line(ANSWERED_BY + DAY, **both) == ("withdrawn", None, None)


def test_the_days_on_which_things_were_done_are_told() -> None:
    done = {"acknowledged": TAKEN_UP, "answered": ANSWERED_BY}
    line = Objection("Y1", "E1", "register", RECEIVED, done=done, outcome="upheld").line(CLOCK, ANSWERED_BY)
    assert (line["acknowledged_on"], line["answered_on"], line["outcome"]) == (
        TAKEN_UP,
        ANSWERED_BY,
        "upheld",
    )


@pytest.mark.parametrize("key", ["acknowledge_within", "answer_within"])
def test_a_clock_gives_at_least_one_day(key: str) -> None:
    assert Clock.model_validate(CLOCK.model_dump() | {key: 1})
    with pytest.raises(ValueError, match="greater than 0"):
        Clock.model_validate(CLOCK.model_dump() | {key: 0})


def test_an_objection_has_one_name_for_its_enterprise_and_day() -> None:
    name = objection_id("E1", RECEIVED)
    assert name == objection_id("E1", RECEIVED)
    assert len({name, objection_id("E2", RECEIVED), objection_id("E1", RECEIVED + DAY)}) == 3
    assert (len(name), name[0], name) == (15, "Y", name.upper())


def _take(
    folder: Path, as_of: date, said: Sequence[tuple[str, date]] = ()
) -> tuple[list[dict[str, Any]], list[Attention]]:
    settings = Settings(
        inbox=folder, warehouse=folder / "w.duckdb", out=folder, restricted=folder, as_of=as_of,
        corrections=folder / "c",
    )  # fmt: skip
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE stg_street_returns (enterprise_id VARCHAR, remark VARCHAR, checked_on DATE, "
            'file VARCHAR, "row" BIGINT, superseded BOOLEAN)'
        )
        for number, (firm, day) in enumerate(said, start=1):
            con.execute(
                "INSERT INTO stg_street_returns VALUES (?, '有异议', ?, 'r.csv', ?, false)",
                [firm, day, number],
            )
        con.execute("CREATE TABLE enterprise_alias AS SELECT 'E0' AS old_id, 'E1' AS enterprise_id")
        told = objections.take(con, settings)
        return con.execute("FROM objection").to_arrow_table().to_pylist(), told


def test_objections_are_listed_by_day_and_firms_by_their_present_id(tmp_path: Path) -> None:
    said = [("E9", RECEIVED + DAY), ("E0", RECEIVED), ("E2", RECEIVED)]
    rows, _ = _take(tmp_path, RECEIVED + DAY, said)
    assert {row["enterprise_id"] for row in rows[:2]} == {"E1", "E2"}
    assert rows[:2] == sorted(rows[:2], key=lambda row: row["objection_id"])
    assert (rows[2]["enterprise_id"], rows[2]["row"], rows[2]["file"]) == ("E9", 1, "r.csv")
    assert len(rows) == 3


def test_nothing_overdue_wants_nobody(tmp_path: Path) -> None:
    assert _take(tmp_path, RECEIVED) == ([], [])
    rows, told = _take(tmp_path, RECEIVED, [("E1", RECEIVED)])
    assert (len(rows), told) == (1, [])


def test_those_overdue_are_counted_by_what_was_missed_with_the_oldest_named(tmp_path: Path) -> None:
    clock = load_clock()
    new, old = RECEIVED, RECEIVED - 3 * DAY
    as_of = working_days.after(new, clock.acknowledge_within) + DAY
    assert as_of <= working_days.after(new, clock.answer_within)
    _, (one,) = _take(tmp_path, as_of, [("E3", new), ("E1", new), ("E2", as_of)])
    assert f"2件收到{clock.acknowledge_within}个工作日仍未受理；" in one.sentence
    assert "答复" not in one.sentence
    late = working_days.after(old, clock.answer_within) + DAY
    _, (one,) = _take(tmp_path, late, [("E3", late - 2 * DAY), ("E1", old), ("E2", old + DAY)])
    assert f"1件收到{clock.answer_within}个工作日仍未答复" in one.sentence or "2件" in one.sentence
    assert f"最早一件{old}收到（异议编号{objection_id('E1', old)}）" in one.sentence


def test_the_register_is_for_its_owner_alone_and_each_line_is_kept(tmp_path: Path) -> None:
    corrections = tmp_path / "not" / "c"
    name = note(corrections, "received", [], {"enterprise_id": "E1", "on": str(RECEIVED)})
    assert note(corrections, "acknowledged", [], {"objection_id": name, "on": str(TAKEN_UP)}) == name
    assert corrections.stat().st_mode & 0o777 == 0o700
    assert (corrections / FILE).stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in (corrections / FILE).read_text(encoding="utf-8").splitlines()]
    assert [(line["objection_id"], line["event"]) for line in lines] == [
        (name, "received"),
        (name, "acknowledged"),
    ]


def test_only_a_known_or_registered_objection_can_be_answered(tmp_path: Path) -> None:
    other = objection_id("E2", RECEIVED)
    name = note(tmp_path, "received", [], {"enterprise_id": "E1", "on": str(RECEIVED)})
    note(tmp_path, "acknowledged", [other], {"objection_id": other, "on": str(TAKEN_UP)})
    for known, objection in (([], other), ([name], other)):
        with pytest.raises(ConfigError, match="no such objection"):
            note(tmp_path, "answered", known, {"objection_id": objection, "on": str(TAKEN_UP)})
    assert note(tmp_path, "answered", [], {"objection_id": name, "on": str(TAKEN_UP)}) == name


def test_what_was_done_first_counts_and_lines_after_the_day_are_passed_over(tmp_path: Path) -> None:
    name = objection_id("E1", RECEIVED)
    events = [
        ("answered", ANSWERED_BY + 9 * DAY, "rejected"),
        ("acknowledged", TAKEN_UP, None),
        ("answered", ANSWERED_BY, "upheld"),
        ("answered", ANSWERED_BY + DAY, None),
    ]
    for event, on, outcome in events:
        entry = {"objection_id": name, "on": str(on)} | ({"outcome": outcome} if outcome else {})
        note(tmp_path / "c", event, [name], entry)
    note(tmp_path / "c", "acknowledged", ["Y0"], {"objection_id": "Y0", "on": str(TAKEN_UP)})
    (row,), _ = _take(tmp_path, ANSWERED_BY + DAY, [("E1", RECEIVED)])
    assert (row["state"], row["outcome"], row["answered_on"]) == ("answered", "upheld", ANSWERED_BY)
    (row,), _ = _take(tmp_path, ANSWERED_BY, [("E1", RECEIVED)])
    assert row["state"] == "answered", "what was done on the day is known"
    (row,), _ = _take(tmp_path, ANSWERED_BY - DAY, [("E1", RECEIVED)])
    assert (row["state"], row["outcome"]) == ("acknowledged", None)


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ({"objection_id": "Y1", "event": "received", "on": "2017-03-20", "enterprise_id": "E1"}, True),
        ({"objection_id": "Y1", "event": "answered", "on": "2017-03-20"}, True),
        ({"objection_id": "Y1", "event": "received", "on": "2017-03-20"}, False),
        ({"objection_id": "Y1", "event": "answered", "on": "soon"}, False),
        ({"event": "answered", "on": "2017-03-20"}, False),
        ({"objection_id": "Y1", "on": "2017-03-20"}, False),
        ({"objection_id": "Y1", "event": "answered"}, False),
    ],
    ids=str,
)
def test_a_line_without_what_is_needed_is_told(tmp_path: Path, line: dict[str, str], good: bool) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / FILE).write_text(json.dumps(line) + "\n", encoding="utf-8")
    if good:
        assert len(_take(tmp_path, RECEIVED)[0]) == (line["event"] == "received")
    else:
        with pytest.raises(ConfigError, match="register of objections cannot be read"):
            _take(tmp_path, RECEIVED)
