"""What street offices handed back: which line it answers, what it says of the rules; the random checks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from pipeline.errors import RunError
from pipeline.night import Night
from pipeline.publish.database import checks

AS_OF = date(2017, 3, 31)
NEXT = date(2017, 4, 7)
DAY = timedelta(days=1)
MEANINGS = {"confirmed": True, "legalised": True, "not_so": False, "wrong_firm": False}
Place = Any  # the fixture of conftest.py
Answers = Sequence[tuple[str, str | None, str, date]]


def _ask(place: Place, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        return con.execute(query).to_arrow_table().to_pylist()


def _meanings(rows: dict[str, list[dict[str, Any]]]) -> None:
    words = (*MEANINGS, "closed_itself", "pending")
    rows["return_meaning"] = [{"result": word, "borne_out": MEANINGS.get(word)} for word in words]


def _hand_back(night: Night, answers: Answers) -> None:
    """Puts the rows of a handed-back list into a night: enterprise, issue, result, day."""
    with night.connect() as con:
        con.execute("DELETE FROM stg_street_returns")
        for number, (firm, issue, result, day) in enumerate(answers, start=1):
            con.execute(
                'INSERT INTO stg_street_returns (record_id, extract, file, "row", extract_date, superseded, '
                "enterprise_id, issue, result, checked_on) "
                "VALUES (?, 'street_returns', 'r_20170407.csv', ?, ?, false, ?, ?, ?, ?)",
                [f"r:{number}", number, NEXT, firm, issue, result, day],
            )


def _second_night(place: Place, answers: Answers, run_id: str = "run2", as_of: date = NEXT) -> None:
    night = place.night(run_id, as_of=as_of, change=_meanings)
    _hand_back(night, answers)
    place.finish(night)


ISSUE = "LH20170331-440303001"


# What was written on a line (issue, result, day) → the list that it answers, and the answer that stands.
CASES: dict[str, tuple[list[tuple[str | None, str, date]], tuple[date, str, bool | None] | None]] = {
    "F01": ([(ISSUE, "confirmed", NEXT)], (AS_OF, "confirmed", True)),
    "F02": ([("20170331", "not_so", NEXT)], (AS_OF, "not_so", False)),
    "F03": ([(None, "confirmed", NEXT - DAY)], (AS_OF, "confirmed", True)),
    "F04": ([(None, "confirmed", NEXT)], (NEXT, "confirmed", True)),
    "F05": ([("LH20170201-440303001", "confirmed", NEXT)], None),
    "F06": ([(ISSUE, "confirmed", AS_OF - DAY)], None),
    "F07": ([(ISSUE, "confirmed", NEXT + DAY)], None),
    "F08": ([(ISSUE, "closed_itself", NEXT)], (AS_OF, "closed_itself", None)),
    "F09": (
        [(ISSUE, "confirmed", NEXT - DAY), (ISSUE, "not_so", NEXT - 2 * DAY)],
        (AS_OF, "confirmed", True),
    ),
    "F10": ([(ISSUE, "confirmed", NEXT - DAY), (ISSUE, "pending", NEXT)], (AS_OF, "confirmed", True)),
}


def test_an_answer_belongs_to_the_list_that_it_was_written_on(place: Place) -> None:
    firms = [place.firm(name, f"{name}商行", "桂园街道", ("40.00",), "C") for name in CASES]
    firms.append(place.firm("F11", "安静商行", "桂园街道"))
    place.publish(firms=firms)
    night = place.night("run2", as_of=NEXT, firms=firms, change=_meanings)
    answers = [(firm, *row) for firm, (rows, _) in CASES.items() for row in rows]
    _hand_back(night, [*answers, ("F11", ISSUE, "confirmed", NEXT)])
    place.finish(night)
    rows = _ask(place, "SELECT enterprise_id, as_of, result, borne_out FROM answered_line")
    told = {row.pop("enterprise_id"): tuple(row.values()) for row in rows}
    assert told == {firm: line for firm, (_, line) in CASES.items() if line}


def test_lines_of_past_nights_are_kept_with_the_rules_behind_them(place: Place) -> None:
    place.publish()
    _second_night(place, [])
    rows = _ask(place, "SELECT as_of, enterprise_id, kind, tier, rules FROM list_line_history")
    for day in (AS_OF, NEXT):
        own = [row for row in rows if row["as_of"] == day]
        (first,) = (row for row in own if row["enterprise_id"] == "E01")
        assert (first["kind"], first["tier"], first["rules"]) == ("ranked", "D", ["rule_0", "rule_1"])
        assert {row["kind"] for row in own} == {"ranked", "random"}
    assert {row["as_of"] for row in rows} == {AS_OF, NEXT}
    with duckdb.connect() as con:
        (kept,) = place.settings.restricted.glob("generations/run2/lines.parquet")
        assert con.execute(f"SELECT count(*) FROM '{kept}'").fetchone() == (len(rows),)
        assert kept.stat().st_mode & 0o777 == 0o600


def test_a_past_night_built_again_forgets_no_later_list_and_sees_none(place: Place) -> None:
    place.publish()
    _second_night(place, [])
    later = _ask(place, "FROM list_line_history ORDER BY ALL")
    place.publish("run3")
    place.publish("run4", as_of=NEXT, change=_meanings)
    assert _ask(place, "FROM list_line_history ORDER BY ALL") == later


def test_rules_are_told_what_streets_answered(place: Place) -> None:
    place.publish()
    random = _ask(place, "SELECT enterprise_id FROM list_line WHERE kind = 'random' AND street = '桂园街道'")
    drawn = random[0]["enterprise_id"]
    answers = [("E01", "not_so"), ("E02", "confirmed"), ("E06", "closed_itself"), (drawn, "legalised")]
    _second_night(place, [(firm, "LH20170331-440303", result, NEXT) for firm, result in answers])
    first, second = _ask(place, "FROM rule_return ORDER BY rule_id")
    counts = ("answers", "confirmed", "not_so", "legalised", "closed_itself", "judged", "borne_out")
    assert [first[name] for name in (*counts, "random_answers")] == [4, 1, 1, 1, 1, 3, 2, 1]
    assert [second[name] for name in counts] == [1, 0, 1, 0, 0, 1, 0]
    assert first["share"] == pytest.approx(2 / 3)
    assert first["share_low"] < first["share"] < first["share_high"]
    page = (place.settings.out / str(NEXT) / "report.html").read_text(encoding="utf-8")
    assert "街道核查对各规则怎么说" in page
    assert "67%（21%—94%）" in page
    assert "属实也不加分" in page


def test_without_answers_shares_are_null_and_the_report_says_so(made: Place) -> None:
    rows = _ask(made, "SELECT answers, judged, share, share_low, share_high FROM rule_return")
    assert [tuple(row.values()) for row in rows] == [(0, 0, None, None, None)] * 2
    assert "尚没有街道交回的核查结果" in (made.today / "report.html").read_text(encoding="utf-8")


def test_answers_change_no_line_of_the_night(place: Place) -> None:
    place.publish()
    _second_night(place, [])
    before = _ask(place, "FROM list_line ORDER BY ALL")
    _second_night(place, [("E01", ISSUE, "confirmed", NEXT), ("E02", ISSUE, "wrong_firm", NEXT)], "run3")
    assert _ask(place, "FROM list_line ORDER BY ALL") == before


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_every_list_has_its_declared_share_of_random_checks(place: Place, share: float) -> None:
    place.settings = replace(place.settings, random_check_share=share)
    sizes = {"桂园街道": (23, 40), "东门街道": (9, 12), "莲塘街道": (10, 1), "翠竹街道": (0, 5)}
    firms = [
        place.firm(f"E{street}{tier}{number:02}", f"商行{number}", street, (points,), tier)
        for street, (ranked, below) in sizes.items()
        for tier, points, many in (("C", "40.00", ranked), ("B", "12.00", below))
        for number in range(many)
    ]
    place.publish(firms=firms)
    lines = _ask(place, "SELECT street, kind, count(*) AS lines FROM list_line GROUP BY ALL")
    found = {(row["street"], row["kind"]): row["lines"] for row in lines}
    for street, (ranked, below) in sizes.items():
        drawn = found.get((street, "random"), 0)
        assert found.get((street, "ranked"), 0) == ranked
        if drawn < below:
            assert drawn >= share * (ranked + drawn)
        assert drawn <= below
        assert drawn == 0 or drawn - 1 < share * (ranked + drawn - 1)


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM list_line WHERE kind = 'random'",
        "INSERT INTO list_line VALUES ('桂园街道', 99, 99, 'E07', 'random')",
    ],
    ids=["too few", "too many"],
)
def test_a_list_without_its_share_of_random_checks_is_not_published(
    place: Place, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    checked: Callable[..., None] = checks.check

    def spoiled(con: duckdb.DuckDBPyConnection, *rest: Any) -> None:
        """Checks a warehouse after somebody changed a list."""
        con.execute(spoil)
        checked(con, *rest)

    monkeypatch.setattr("pipeline.publish.check", spoiled)
    with pytest.raises(RunError, match="declared share of random checks"):
        place.publish()


def test_visits_of_the_grid_stand_beside_the_rates(place: Place) -> None:
    def watched(rows: dict[str, list[dict[str, Any]]]) -> None:
        """One group that the grid visited twice as often as it visited all others."""
        group = {"kind": "street", "kind_title": "街道", "group": "桂园街道", "enterprises": 50, "high": 9}
        rates = {"rate": 0.18, "rate_of_others": 0.09, "outside": False}
        seen = {"grid_visits": 120, "visits_per_enterprise": 2.4, "visited_share": 0.8}
        seen |= {"visited_share_of_others": 0.4, "visited_within_days": 180}
        rows["fairness"] = [group | rates | seen]

    place.publish(change=watched)
    page = (place.today / "report.html").read_text(encoding="utf-8")
    for text in ("近期指180天内", ">18.00%<", ">9.00%<", ">2.40<", ">80.0%<", ">40.0%<", "不等于问题多"):
        assert text in page
    (row,) = _ask(place, "SELECT grid_visits, visits_per_enterprise, visited_share FROM fairness")
    assert tuple(row.values()) == (120, 2.4, 0.8)
