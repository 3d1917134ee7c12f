"""What an enemy or a careless clerk may put into the inbox ends as one refused file, within bounds."""

import io
import os
import pickle
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import workbook, workbook_reader
from pipeline.declaration import load_source
from pipeline.ingest.amounts import read_amounts
from pipeline.ingest.decode import LONGEST_LINE, ODD_CHARACTERS, TextBlocks, tidy
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.find import find_files, open_file, shown_name
from pipeline.ingest.header import HeaderIndex
from pipeline.ingest.locate import MOST_COLUMNS
from pipeline.ingest.refusal import Refused
from pipeline.ingest.sheets import read_workbook
from pipeline.ingest.stock import _record
from pipeline.ingest.units import UNITS
from pipeline.ingest.words import read_texts
from pipeline.settings import PROJECT_ROOT
from tests.ingest import writing
from tests.ingest.mutation import rezipped

AS_OF = date(2017, 6, 30)
HEADER = "案件编号,当事人,案发地点,立案日期"
INDEX = HeaderIndex(load_source(PROJECT_ROOT / "sources" / "street_cases"))
SMALL = 512 * 1024**2
GBK = "税务_20170601.csv".encode("gb18030")


def lines(text: str) -> str:
    return f"{HEADER}\nA1,样例,路1号,2017-1-1\n{text}"


def sheet_with(inside: bytes, after: bytes = b"") -> bytes:
    """A good workbook whose first sheet holds something more."""
    whole = writing.workbook(writing.Sheet("数据", [HEADER.split(","), ["A1", "样例", "路1号", "2017-1-1"]]))
    return rezipped(whole, lambda part: part.replace(b"</sheetData>", inside + b"</sheetData>" + after))


def cells_of(text: str) -> list[list[str | None]]:
    tables = read_delimited(TextBlocks(io.BytesIO(text.encode())), INDEX)
    return [
        list(row) for table in tables for row in zip(*(c.to_pylist() for c in table.columns), strict=True)
    ]


# ---- what lies in the inbox


def test_links_pipes_and_folders_are_refused_by_name_and_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "hash.key"
    secret.write_text("secret", encoding="utf-8")
    inbox = tmp_path / "tax"
    inbox.mkdir()
    (inbox / "a_20170601.csv").symlink_to(secret)
    (inbox / "b_20170601.csv").symlink_to("/nowhere")
    (inbox / "c_20170601.csv").symlink_to("/dev/zero")
    os.mkfifo(inbox / "d_20170601.csv")
    (inbox / "e_20170601.csv").mkdir()
    (inbox / "processed").mkdir()
    (inbox / "f_20170601.csv").write_text(HEADER, encoding="utf-8")
    found = {item.name[0]: item for item in find_files(inbox, AS_OF)}
    assert sorted(found) == ["a", "b", "c", "d", "e", "f"]
    assert [key for key, item in found.items() if item.refusal is None] == ["f"]
    for key in "abcde":
        with pytest.raises(OSError):
            open_file(found[key].path)


def test_a_night_tells_of_a_link_and_uses_the_file_with_a_name_in_other_bytes(place: Any) -> None:
    folder = place.put("street_cases", "乙_20170602.csv", lines("")).parent
    (folder / "甲_20170601.csv").symlink_to(place.root / "secret")
    Path(os.fsdecode(os.fsencode(folder) + b"/" + GBK)).write_text(lines(""), encoding="utf-8")
    strange = Path(os.fsdecode(os.fsencode(place.root / "inbox") + b"/" + "税务".encode("gb18030")))
    strange.mkdir()
    (strange / "a_20170601.csv").touch()
    seen = place.night("street_cases")
    states = {row["file"]: row["state"] for row in seen.status()}
    assert states["甲_20170601.csv"] == "refused"
    assert {states["乙_20170602.csv"], states["税务_20170601.csv"]} <= {"fresh", "stale"}
    told = " ".join(seen.attention())
    assert "链接" in told
    assert "收件夹中的 税务 不是" in told


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (os.fsdecode(GBK), "税务_20170601.csv"),
        ("a\n\x1b[31m\u202eb_20170601.csv", "a\\u000a\\u001b[31m\\u202eb_20170601.csv"),
        (os.fsdecode(b"a\xff_20170601.csv"), "a\\xff_20170601.csv"),
        ("a';DROP TABLE x;--\"<b>😀 _20170601.csv", "a';DROP TABLE x;--\"<b>😀 _20170601.csv"),
    ],
)
def test_a_name_is_shown_on_one_line_without_anything_hidden(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_two_names_that_would_be_shown_alike_stay_two(tmp_path: Path) -> None:
    (tmp_path / "税务_20170601.csv").touch()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + GBK)).touch()
    names = [item.name for item in find_files(tmp_path, AS_OF)]
    assert len(set(names)) == len(names) == 2
    assert all(name.isprintable() for name in names)


def test_names_inside_an_archive_lead_nowhere(place: Any) -> None:
    for n, name in enumerate(("../../evil.csv", "/tmp/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv")):
        place.put("street_cases", f"a_2017060{n + 1}.zip", writing.zipped((name, lines("").encode())))
    before = set(place.root.rglob("*evil*"))
    assert {row["state"] for row in place.night("street_cases").status()} <= {"fresh", "stale"}
    assert set(place.root.rglob("*evil*")) == before == set()


# ---- workbooks


@pytest.mark.parametrize(
    "inside",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="900000"><c r="A900000"><v>1</v></c><c r="ZZZ900000"><v>1</v></c></row>',
    ],
    ids=["the last cell there is", "a far cell"],
)
def test_a_workbook_that_takes_too_much_is_refused_and_the_process_lives(inside: bytes) -> None:
    with pytest.raises(workbook.TooBig):
        list(workbook.read_sheets(io.BytesIO(sheet_with(inside)), SMALL))


def test_one_long_text_named_many_times_is_refused() -> None:
    text = b"<si><t>" + b"x" * 2_000_000 + b"</t></si>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>8</v></c></row>' % (n, n) for n in range(3, 600))
    whole = sheet_with(rows)
    bomb = rewritten(whole, "sharedStrings", lambda part: part.replace(b"</sst>", text + b"</sst>"))
    with pytest.raises(workbook.TooBig):
        list(workbook.read_sheets(io.BytesIO(bomb), SMALL))


def rewritten(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            new.writestr(item.filename, change(part) if name in item.filename else part)
    return stream.getvalue()


def test_merged_ranges_that_overlap_without_end_are_damage() -> None:
    ranges = b"<mergeCells>" + b'<mergeCell ref="A1:A90000"/>' * 50 + b"</mergeCells>"
    far = b'<row r="90000"><c r="A90000"><v>1</v></c></row>'
    with pytest.raises(workbook.Unreadable):
        list(workbook.read_sheets(io.BytesIO(sheet_with(far, ranges)), SMALL))


def test_entities_that_multiply_are_not_followed() -> None:
    entities = b'<!ENTITY e0 "ha">' + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 11)
    )
    data = rewritten(
        sheet_with(b'<row r="3"><c r="A3" t="inlineStr"><is><t>&e10;</t></is></c></row>'),
        "sheet1",
        lambda part: part.replace(b"<worksheet", b"<!DOCTYPE x [" + entities + b"]><worksheet", 1),
    )
    try:
        sheets = list(workbook.read_sheets(io.BytesIO(data), SMALL))
    except workbook.Unreadable:
        return
    assert len(str(sheets)) < 10_000


def test_what_a_reader_gives_cannot_run() -> None:
    with pytest.raises(pickle.UnpicklingError):
        workbook._Plain(io.BytesIO(pickle.dumps(os.system))).load()


def test_a_reader_without_memory_says_so() -> None:
    """It runs alone, so that the limit of its memory is no limit of ours."""
    command = [sys.executable, workbook_reader.__file__, "/nowhere", str(1 << 20), "5"]
    ended = subprocess.run(command, input=b"x", capture_output=True, check=False)
    assert ended.returncode != 0 or pickle.loads(ended.stdout) in ("damaged", "too big")


def test_a_stray_cell_far_to_the_right_costs_no_column() -> None:
    data = sheet_with(b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row>')
    (table,) = read_workbook(io.BytesIO(data), INDEX)
    assert len(table.header) == 4


# ---- text


def test_a_header_of_thousands_of_columns_is_refused_and_one_of_empty_ones_is_not() -> None:
    assert cells_of(lines("").replace("\n", "," * 5000 + "\n"))[0][:2] == ["A1", "样例"]
    named = ",".join(f"x{n}" for n in range(MOST_COLUMNS))
    with pytest.raises(Refused, match="列"):
        cells_of(f"{HEADER},{named}\n")
    wide = cells_of(lines("A2,样例,路2号,2017-1-1" + "," * 9000 + "\n") * 3)
    assert len(wide[0]) == 4


def test_a_line_without_end_is_refused_before_it_is_held() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(Refused, match="换行"):
        list(TextBlocks(stream))  # type: ignore[arg-type]
    assert stream.given <= 4 * LONGEST_LINE


def test_a_gigantic_cell_is_no_value_and_the_other_rows_stand(place: Any) -> None:
    giant = "汉" * 1_000_000
    place.put(
        "street_cases", "a_20170601.csv", lines(f"A2,样例二,{giant},2017-1-2\nA3,{giant},路,2017-1-3\n")
    )
    seen = place.night("street_cases")
    longest = max(len(str(value)) for row in seen.staged("street_cases") for value in row.values())
    assert longest < 40_000
    assert {row["case_no"] for row in seen.staged("street_cases")} >= {"A1"}
    assert [row["reason"] for row in seen.rejected() if row["row"] == 2] == ["必填列“案发地点”无法识别"]
    assert max(len(str(row)) for row in seen.rejected()) < 2000


def test_names_that_differ_by_what_cannot_be_seen_are_one_name() -> None:
    odd = [chr(code) for code in range(0x110000) if _is_invisible(chr(code))]
    assert len(odd) > 150
    assert tidy("样" + "".join(odd) + "例") == "样例"
    assert tidy("样\u2800例\u3000甲") == "样 例 甲"
    assert all(re.match(ODD_CHARACTERS, character) for character in odd)


def _is_invisible(character: str) -> bool:
    """What Unicode calls controls and formats, but for line ends and what parts words or scripts."""
    kept = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"
    seen = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
    return (
        unicodedata.category(character) in ("Cc", "Cf")
        and character not in kept + seen
        and not 0x110BD <= ord(character) <= 0x110CD
        and not 0x13430 <= ord(character) <= 0x1345F
    )


def test_a_number_beyond_measure_spoils_its_cell_alone() -> None:
    cells = ["1e99", "9" * 400, "亿" * 300, "壹" + "万" * 30, "1E308", "NaN", "-inf", "-5", "1" * 5000]
    parsed = read_amounts(pa.array(cells), UNITS["万元"])
    assert parsed.values.to_pylist() == [None] * 7 + [-50000.0, None]


def test_a_restored_file_runs_nothing_and_means_the_same() -> None:
    cells = ['=HYPERLINK("http://x")', "-1+cmd|' /C calc'!A0", "@SUM(A1)", "＝1+1", "-5", "—", "-1,200.5"]
    written = _record([*cells, '="0012"', "2017-01-01", None], 0, is_short=False)
    assert [text[:1] for text in written[:4]] == ["'"] * 4
    assert written[4:] == [*cells[4:], '="0012"', "2017-01-01", ""]
    assert read_texts(pa.array(written[:4])).values.to_pylist() == cells[:4]
