"""A draft rule tried on a published day, and past lists held against what street offices answered."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline import cli
from pipeline.errors import RunError
from pipeline.score import rulebook
from pipeline.score.returns import load_returns
from pipeline.score.trials.backtest import Share, backtest, told_of_rules
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
DAY = timedelta(days=1)
RULES = PROJECT_ROOT / "rules"
Place = Any  # the fixture of conftest.py


def _draft(folder: Path, **changes: str) -> Path:
    """A draft like the rule on firms that trade while their tax account is abnormal."""
    text = (RULES / "licensing" / "paper_word_contradicts_registry.yml").read_text(encoding="utf-8")
    text = text.replace("id: paper_word_contradicts_registry", "id: draft").replace("fact: no_licence\n", "")
    text = text.replace("status: active", "status: draft")
    for old, new in changes.items():
        assert f"{old}: " in text
        lines = [f"{old}: {new}" if line.startswith(f"{old}: ") else line for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    path = folder / "draft.yml"
    path.write_text(text, encoding="utf-8")
    return path


def _seen(place: Place, firm: str, licensing: str | None, *, on: date = AS_OF, **values: Any) -> None:
    place.firm(firm, registration_state="registered", status="active", **values)
    place.row("grid", firm, licensing=licensing, trading="open", inspected_on=on, employees=3.0)


def test_a_draft_is_counted_shown_and_changes_nothing_published(place: Place, tmp_path: Path) -> None:
    for number in range(12):
        street = "莲塘街道" if number < 5 else "东门街道"
        _seen(
            place, f"E{number:02}", "none", on=AS_OF - number * DAY, street=street, entity_type="个体工商户"
        )
    _seen(place, "E90", "licensed", entity_type="有限责任公司")
    _seen(place, "E91", None, entity_type="有限责任公司")
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    before = warehouse.read_bytes()
    trial = rulebook.try_rule(warehouse, _draft(tmp_path), RULES)
    assert warehouse.read_bytes() == before
    assert [trial.firms(outcome) for outcome in ("hit", "clear", "not_evaluated")] == [12, 1, 1]
    assert [row["enterprise_id"] for row in trial.examples] == [f"E{number:02}" for number in range(10)]
    points = [row["points"] for row in trial.examples]
    assert points == sorted(points, reverse=True)
    groups = {(row["kind"], row["group"]): row["hit"] for row in trial.groups}
    assert groups == {
        ("street", "莲塘街道"): 5,
        ("street", "东门街道"): 7,
        ("size_band", "1—4人"): 12,
        ("entity_type", "个体工商户"): 12,
        ("entity_type", "企业"): 0,
    }
    told = str(trial)
    assert "hit 12, clear 1, not evaluated 1 firms" in told
    assert "个体工商户: 12, 0, 0, 100.0%" in told


def test_tiers_that_a_draft_would_change_are_named(place: Place, tmp_path: Path) -> None:
    _seen(place, "E1", "none")
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    (before,) = place.ask("SELECT tier, score FROM risk")
    assert (before["tier"], str(before["score"])) == ("B", "12.00")
    trial = rulebook.try_rule(warehouse, _draft(tmp_path, points="20"), RULES)
    (change,) = trial.changes
    assert (change.tier_before, change.tier_after, change.score_after) == ("B", "C", "32.00")
    assert [str(reason) for reason in change.reasons] == ["draft came with 20.00"]
    assert "  B -> C: 1" in str(trial)


def test_a_draft_takes_the_place_of_the_rule_of_its_id(place: Place, tmp_path: Path) -> None:
    _seen(place, "E1", "none")
    place.score()
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    path = tmp_path / "paper_word_contradicts_registry.yml"
    shutil.copy(RULES / "licensing" / path.name, path)
    assert rulebook.try_rule(warehouse, path, RULES).changes == ()


def test_a_draft_that_nothing_can_be_judged_by_says_why(place: Place, tmp_path: Path) -> None:
    _seen(place, "E1", "none")
    place.stale = {"grid"}
    place.score()
    place.stale = set()
    with place.night.connect() as con:
        con.execute(
            "CREATE OR REPLACE TABLE risk AS SELECT enterprise_id, $day AS as_of FROM enterprise",
            {"day": AS_OF},
        )
    warehouse = place.published(tmp_path / "warehouse.duckdb")
    told = str(rulebook.try_rule(warehouse, _draft(tmp_path), RULES))
    assert "not evaluated, 数据缺失或过期：grid: 1" in told
    assert "the warehouse does not hold grid_exempt" in told
    assert "examples, most points first (0 of 0)" in told


def test_a_wrong_draft_is_one_sentence(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _draft(tmp_path, condition="read_csv('x') = 1")
    assert cli.main(["rules", "try", str(path), "--warehouse", str(tmp_path / "none")]) == cli.FAILED
    told = capsys.readouterr().err
    assert "draft.yml:" in told and "read_csv" in told and len(told.splitlines()) == 1


_LINE = pa.schema(
    [
        ("as_of", pa.date32()), ("street", pa.string()), ("line", pa.int64()), ("kind", pa.string()),
        ("enterprise_id", pa.string()), ("rules", pa.list_(pa.string())),
    ]
)  # fmt: skip
_ANSWERED = pa.schema([*_LINE, ("result", pa.string()), ("borne_out", pa.bool_())])


def _answers(path: Path, ranked: list[str], random: list[str]) -> Path:
    """A warehouse with one street's list, whose lines were answered in their order; "" is no answer."""
    meaning = {"confirmed": True, "not_so": False, "closed_itself": None, "pending": None}
    kinds = ["ranked"] * len(ranked) + ["random"] * len(random)
    lines = [
        {"as_of": AS_OF, "street": "东门街道", "line": number, "kind": kind, "enterprise_id": f"E{number}"}
        | {"rules": ["even", "all"] if number % 2 == 0 else ["all"]}
        for number, kind in enumerate(kinds, start=1)
    ]
    answered = [
        {**line, "result": result, "borne_out": meaning[result]}
        for line, result in zip(lines, [*ranked, *random], strict=True)
        if result
    ]
    with duckdb.connect(str(path)) as con:
        for name, rows, schema in (
            ("list_line_history", lines, _LINE),
            ("answered_line", answered, _ANSWERED),
        ):
            con.register("rows", pa.Table.from_pylist(rows, schema=schema))
            con.execute(f"CREATE TABLE {name} AS FROM rows")
            con.unregister("rows")
        con.execute(
            "CREATE TABLE street_return AS SELECT enterprise_id, as_of + 1 AS checked_on FROM answered_line "
            "UNION ALL SELECT 'E999', max(as_of) FROM answered_line"
        )
        columns = ", ".join(f"0 AS {name}" for name in _ZEROS)
        con.execute(
            "CREATE TABLE rule_return AS "
            "SELECT 'all' AS rule_id, 40 AS answers, 36 AS confirmed, 4 AS not_so, "
            f"40 AS judged, 36 AS borne_out, {columns} UNION ALL SELECT 'even', 2, 1, 1, 2, 1, {columns} "
            f"UNION ALL SELECT 'quiet', 0, 0, 0, 0, 0, {columns}"
        )
    return path


_ZEROS = (
    *("partly", "wrong_firm", "legalised", "rectified", "upgraded", "closed_by_order", "closed_itself"),
    *("relocated", "not_found"),
)


def test_past_lists_are_held_against_the_answers(tmp_path: Path) -> None:
    ranked = (
        ["confirmed"] * 8
        + ["not_so", "closed_itself"]
        + ["confirmed"] * 20
        + ["not_so"] * 10
        + ["", "pending"]
    )
    random = ["not_so"] * 27 + ["confirmed"] * 3
    test = backtest(_answers(tmp_path / "w.duckdb", ranked, random))
    assert (test.ranked, test.random, test.first) == (Share(28, 39), Share(3, 30), Share(8, 9))
    assert test.streets == {"东门街道": Share(8, 9)}
    assert test.rules == {"all": Share(28, 39), "even": Share(14, 19)}
    assert (test.extent.lines, test.extent.nights, test.extent.without_line) == (72, 1, 1)
    told = str(test)
    assert "random checks, the base: 3 of 30 = 10% (3%-26%)" in told
    assert "ranked lines: 28 of 39 = 72% (56%-83%); 7.2 times the base" in told
    assert "even: 14 of 19 = 74% (51%-88%); 7.4 times the base; too few answers to judge by" in told
    assert "1 of them are of firms that no kept list before the visit holds" in told


def test_too_few_answers_are_said_to_be_too_few(tmp_path: Path) -> None:
    told = str(backtest(_answers(tmp_path / "w.duckdb", ["confirmed"] * 40, ["not_so"] * 4 + ["confirmed"])))
    assert "ranked lines: 40 of 40 = 100% (91%-100%); 5.0 times the base; too few random checks" in told
    assert "random checks, the base: 1 of 5 = 20% (4%-62%); too few answers to judge by" in told


def test_a_base_that_found_none_gives_no_lift(tmp_path: Path) -> None:
    told = str(backtest(_answers(tmp_path / "w.duckdb", ["confirmed"] * 40, ["not_so"] * 30)))
    assert "ranked lines: 40 of 40 = 100% (91%-100%); the base found none" in told


def test_intervals_that_meet_show_no_difference(tmp_path: Path) -> None:
    half = ["confirmed", "not_so"] * 20
    told = str(backtest(_answers(tmp_path / "w.duckdb", half, half)))
    assert "1.0 times the base; the intervals meet: no difference is shown" in told


def test_rules_are_listed_with_what_streets_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = told_of_rules(_answers(tmp_path / "w.duckdb", ["confirmed"], []))
    few = f"too few to judge by (fewer than {load_returns().least_answers})"
    assert told == {
        "all": "street offices: 40 answers (confirmed 36, not so 4); borne out 36 of 40 = 90% (77%-96%)",
        "even": f"street offices: 2 answers (confirmed 1, not so 1); borne out 1 of 2 = 50% (9%-91%); {few}",
        "quiet": "street offices: no answer yet",
    }
    assert cli.main(["rules", "list"]) == cli.DONE
    assert "street offices" not in capsys.readouterr().out
    assert cli.main(["rules", "list", "--warehouse", str(tmp_path / "w.duckdb")]) == cli.DONE
    assert "not in that warehouse" in capsys.readouterr().out


def test_a_warehouse_without_lists_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
        con.execute("CREATE TABLE risk (as_of DATE)")
    with pytest.raises(RunError, match="list_line_history"):
        backtest(tmp_path / "w.duckdb")


def test_two_days_need_a_day_or_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "diff"]) == cli.MISUSED
    assert "--as-of" in capsys.readouterr().err
