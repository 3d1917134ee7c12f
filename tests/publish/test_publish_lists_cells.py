"""Cells of lists: codes whole, nothing that runs, and everything comes back as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import ingest
from pipeline.night import Night
from pipeline.publish.forms.cells import csv_code, csv_text, plain
from pipeline.publish.forms.lines import Line, Names, cells
from pipeline.publish.street_lists.csv_file import write_csv
from pipeline.publish.street_lists.xlsx_file import Sheet, write_xlsx
from pipeline.settings import Settings
from tests.publish.list_rows import read_csv


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        ("91440300MA5D12345X", "91440300MA5D12345X"),
        ("440303109999994", "440303109999994\t"),
        ("1234567890123E45", "1234567890123E45\t"),
        ("007", "007\t"),
        ("12345", "12345"),
        ("3-12", "3-12\t"),
        ("2017/3/1", "2017/3/1\t"),
        ("-5", "'-5"),
        ("", ""),
    ],
)
def test_codes_in_csv(code: str, cell: str) -> None:
    assert csv_code(code) == cell


@given(st.text())
def test_no_text_starts_a_formula_or_hides(text: str) -> None:
    cell = csv_text(plain(text))
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert not set(cell) & set("\r\n\t\x00\u202e\u200b\ufeff")


@given(st.text(alphabet="=+-@＝ \t'a1\u202e\u200b"))
def test_hostile_beginnings_are_neutralised(text: str) -> None:
    assert csv_text(plain(text))[:1] not in set("=+-@＝")


def test_five_thousand_lines_are_written_whole(tmp_path: Path) -> None:
    reason = {"text": "复查不合格", "points": Decimal("12.00"), "occurred_on": date(2017, 1, 5)}
    reason |= {"clause": "III.3.2", "legal_basis": "《消防法》第60条", "extract": "grid"}
    row = dict.fromkeys(("name", "sign_name", "address", "list_street"), "深圳市金凤五金制品有限公司")
    row |= dict.fromkeys(("enterprise_id", "uscc", "grid_no"), "914403001922038216")
    nothing = (
        "registration_state",
        "community",
        "industry",
        "tier_before",
        "lead_department",
        "last_checked_on",
        "street_then",
    )
    row |= dict.fromkeys(nothing)
    row |= {
        "kind": "ranked",
        "tier": "C",
        "score": Decimal("33.00"),
        "verify_identity_first": False,
        "has_last": True,
    }
    row |= {"categories": ["unsafe"], "measures": ["责令限期整改"], "other_departments": ["区安监局"]}
    row |= {"reasons": [reason] * 4, "favourable": ["商事登记在册"], "documents": []}
    names = Names({"grid": "各街道办事处"}, {})
    rows = [["LH20170331-440303001", n, *cells(Line(row, names))] for n in range(5000)]
    write_csv(tmp_path / "list.csv", rows)
    write_xlsx(tmp_path / "list.xlsx", Sheet("桂园街道", date(2017, 3, 31), rows, ["属实"]))
    assert len(read_csv(tmp_path / "list.csv")) == 5000


HOSTILE = (
    "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1",
    '=DDE("cmd";"/c calc";"1")', "＝1+1", '=HYPERLINK("http://x","点")', "\u200b=1+1", "'=1+1", "1E5",
    "0012", "3-4", '",=1+1,"', " =1+1",
)  # fmt: skip

OWN = {"list_street": "桂园街道", "kind": "ranked", "tier": "C", "tier_before": "D", "tier_then": "D"}
OWN |= {"registration_state": "registered", "street_then": "桂园街道", "kind_then": "ranked"}
OWN |= {"categories": ["unsafe"], "has_last": True}

FREE = ("uscc", "name", "sign_name", "community", "grid_no", "address", "industry", "enterprise_id")


def _hostile_rows() -> list[list[Any]]:
    """A line for each hostile text, which stands in every cell that anybody else could have filled."""
    rows = []
    for number, text in enumerate(HOSTILE, start=1):
        reason = {"text": text, "points": Decimal("1.00"), "occurred_on": None, "clause": text}
        reason |= {"legal_basis": text, "extract": "grid"}
        row = {**dict.fromkeys(FREE, text), **OWN, "score": Decimal("1.00"), "reasons": [reason]}
        row |= {"favourable": [text], "documents": [{"document": text, "deadline": None}], "measures": [text]}
        row |= {"last_checked_on": None, "lead_department": text, "other_departments": [text]}
        row |= {"verify_identity_first": False}
        rows.append(["LH20170331-440303001", number, *cells(Line(row, Names({"grid": text}, {})))])
    return rows


def test_nothing_runs_in_any_column_and_every_cell_comes_back(tmp_path: Path) -> None:
    rows = _hostile_rows()
    sheet = Sheet("桂园街道", date(2017, 3, 31), rows, ["属实"], [row[:7] for row in rows])
    write_csv(tmp_path / "list.csv", rows)
    write_xlsx(tmp_path / "list.xlsx", sheet)
    told = read_csv(tmp_path / "list.csv")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    every = [cell for page in book for line in page.iter_rows() for cell in line]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in every)
    printed = list(book["清单"].iter_rows(min_row=2, values_only=True))
    for row, line, shown in zip(rows, told, printed, strict=True):
        for value, cell, seen in zip(row, line.values(), shown, strict=True):
            assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
            told_as = str(value).replace("\n", "；")
            assert cell.rstrip("\t") in (told_as, f"'{told_as}")
            assert ("" if seen is None else seen) == (float(value) if isinstance(value, Decimal) else value)


def test_hostile_cells_come_back_as_they_were_when_the_list_is_read_in(
    tmp_path: Path, sources: dict[str, Any]
) -> None:
    # An apostrophe before a formula is the guard itself, in a workbook as in a CSV.
    texts = [plain(text) for text in HOSTILE if not text.startswith("'")]
    rows = [
        [*row[:-4], "属实", "2017-04-05", "", text] for row, text in zip(_hostile_rows(), texts, strict=False)
    ]
    for number, row in enumerate(rows):
        row[2] = f"E{number:02}"
    inbox = tmp_path / "inbox" / "street_returns"
    inbox.mkdir(parents=True)
    write_csv(inbox / "a_20170406.csv", rows)
    write_xlsx(inbox / "b_20170407.xlsx", Sheet("桂园街道", date(2017, 3, 31), rows, ["属实"]))
    settings = Settings(
        inbox=tmp_path / "inbox", warehouse=tmp_path / "w.duckdb", out=tmp_path / "out",
        restricted=tmp_path / "restricted", as_of=date(2017, 4, 10),
    )  # fmt: skip
    night = Night.begin(settings, datetime(2017, 4, 10, tzinfo=UTC))
    ingest.extract(night, sources["street_returns"])
    with night.connect() as con:
        query = (
            "SELECT remark FROM stg_street_returns WHERE file = ? AND result = 'confirmed' ORDER BY \"row\""
        )
        for file in ("a_20170406.csv", "b_20170407.xlsx"):
            assert [remark for (remark,) in con.execute(query, [file]).fetchall()] == texts
