"""A clerk's round: export, answer, import, and the next night holds to it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from pipeline import clerk, cli
from tests.persons import kept_persons


def exported(place: Any, path: Path, *options: str) -> dict[str, list[list[Any]]]:
    """The sheets of an exported workbook."""
    arguments = [
        "review",
        "export",
        "--warehouse",
        str(place.folder / "warehouse.duckdb"),
        "--out",
        str(path),
    ]
    assert cli.main([*arguments, *options]) == cli.DONE
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def fill(path: Path, sheets: dict[str, list[list[Any]]], answers: dict[int, str]) -> None:
    """Writes a workbook again with answers in some rows of the pairs."""
    at = sheets[clerk.PAIRS][0].index(clerk.JUDGEMENT)
    for row, word in answers.items():
        sheets[clerk.PAIRS][row][at] = word
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for position, cell in enumerate(row):
                    page.write_string(number, position, str(cell))


def column(sheets: dict[str, list[list[Any]]], name: str) -> list[Any]:
    at = sheets[clerk.PAIRS][0].index(name)
    return [row[at] for row in sheets[clerk.PAIRS][1:]]


def test_the_workbook_shows_every_open_pair_and_no_person(whole_night: Any, tmp_path: Path) -> None:
    sheets = exported(whole_night, tmp_path / "a.xlsx")
    assert list(sheets) == [clerk.NOTICE, clerk.PAIRS, clerk.RECORDS]
    told = {tuple(row[1::-1]) for row in sheets[clerk.RECORDS][1:]}
    listed = {(row[1], row[2]) for row in sheets[clerk.RECORDS][1:]}
    waiting = whole_night.rows(
        """SELECT p.enterprise_id, p.record_id FROM review_pair p JOIN record_link l USING (record_id)
           WHERE decision = 'review' AND NOT superseded"""
    )
    assert waiting
    assert listed == set(waiting)
    keys = set(zip(column(sheets, clerk.ENTERPRISE), column(sheets, clerk.RECORD), strict=True))
    assert keys == told
    _, values = kept_persons(whole_night.folder / "restricted")
    text = str(sheets[clerk.PAIRS])
    assert values
    assert not [value for value in values if value in text]


def test_the_same_night_gives_the_same_bytes_and_the_most_useful_lines_first(
    whole_night: Any, tmp_path: Path
) -> None:
    one, two = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    sheets = exported(whole_night, one)
    exported(whole_night, two)
    assert one.read_bytes() == two.read_bytes()
    few = exported(whole_night, two, "--top", "2")
    assert few[clerk.PAIRS][1:] == sheets[clerk.PAIRS][1:3]
    chances = [int(str(text).rstrip("%")) for text in column(sheets, "把握")]
    settles = [int(float(text)) for text in column(sheets, "可一并解决的记录数")]
    uses = [number * (100 - abs(2 * chance - 100)) for number, chance in zip(settles, chances, strict=True)]
    assert all(a >= b - 2 * max(settles) for a, b in pairwise(uses))
    street = next(row[0] for row in whole_night.rows(
        "SELECT min(street) FROM enterprise JOIN review_pair USING (enterprise_id)"
    ))  # fmt: skip
    some = exported(whole_night, two, "--street", street)
    assert 0 < len(some[clerk.PAIRS]) - 1 < len(sheets[clerk.PAIRS]) - 1


def test_the_next_night_holds_to_the_answers(
    whole_night: Any, district_made: Path, run_night: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "place"
    whole_night.copy_to(folder)
    warehouse, path = folder / "warehouse.duckdb", tmp_path / "a.xlsx"
    sheets = exported(whole_night, path)
    pairs = list(zip(column(sheets, clerk.RECORD), column(sheets, clerk.ENTERPRISE), strict=True))
    first = {record: n for n, (record, _) in reversed(list(enumerate(pairs, start=1)))}
    (same, at), (other, to), (unsure, of) = sorted(first.items(), key=lambda item: item[1])[:3]
    fill(path, sheets, {at: "同一主体", to: "不是同一主体", of: "无法判断"})
    take = ["review", "import", str(path), "--who", "王核对", "--warehouse", str(warehouse)]
    assert cli.main(take) == cli.DONE
    corrections = folder / "restricted" / "corrections" / "links.jsonl"
    before = corrections.read_bytes()
    assert cli.main(take) == cli.DONE
    assert corrections.read_bytes() == before
    night = run_night(folder, district_made / "inbox", date(2017, 3, 31) + timedelta(days=1))
    links = dict(night.rows("SELECT record_id, enterprise_id FROM record_link WHERE NOT superseded"))
    assert links[same] == pairs[at - 1][1]
    assert (other, pairs[to - 1][1]) not in night.rows("SELECT record_id, enterprise_id FROM review_pair")
    assert links[other] != pairs[to - 1][1]
    told = dict(night.rows("SELECT record_id, kind FROM correction WHERE is_in_force AND is_applied"))
    assert {same: "same", other: "different", unsure: "unsure"}.items() <= told.items()
    assert b"\xe7\x8e\x8b\xe6\xa0\xb8\xe5\xaf\xb9" not in warehouse.read_bytes()
    later = exported(night, path)
    last = list(zip(column(later, clerk.RECORD), column(later, clerk.ENTERPRISE), strict=True))[-1]
    assert last == pairs[of - 1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", "export", "--street", "长安街"],
        ["review", "export", "--out", "/nowhere/at/all.xlsx"],
        ["review", "import", "nothing.xlsx", "--who", "王核对"],
    ],
)
def test_wrong_use_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == cli.MISUSED
    assert len(capsys.readouterr().err.splitlines()) == 1
