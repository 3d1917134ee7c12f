"""A planted identity-card number, in any column of any extract, is nowhere afterwards."""

import csv
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline.declaration import Column, Source, load_source
from pipeline.settings import PROJECT_ROOT

EXTRACTS = sorted(path.parent.name for path in (PROJECT_ROOT / "sources").glob("*/source.yml"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PLAIN = {"date": "2017-1-2", "period": "2017Q1", "number": "1", "bool": "是", "code": "A1", "text": "样例"}
FORMS = (
    "{n}",
    "某人{n}号",
    "{n}01",
    "'{n}",
    "经营者{n}，电话13000000000",
    "{n}/{n}",
    "ID:{n}。",
    "L{n}",
)


def identity_number(year: int) -> str:
    """A number with a right check digit, of nobody: sequence 000."""
    digits = f"440303{year}0203000"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]


WITH_X = next(n for n in map(identity_number, range(1950, 1990)) if n.endswith("X"))
WITH_DIGIT = next(n for n in map(identity_number, range(1950, 1990)) if not n.endswith("X"))


def usual(column: Column, n: int) -> str:
    """A cell that the column accepts."""
    if column.type == "enum":
        return next(iter(column.values.values()))[0]
    text = PLAIN[column.type]
    return f"{text}{n}" if column.type in ("code", "text") else text


def lines(source: Source, number: str) -> Iterator[list[str]]:
    """A file: titles, header, a row for every column and form, bad rows, a footer."""
    columns = list(source.columns.values())
    yield [f"台账 {number}"]
    yield [*(column.headers[0] for column in columns), "不认识的列", f"列{number}"]
    good = [[usual(column, n) for column in columns] for n in range(60)]
    yield from ([*row, "", ""] for row in good)
    for place in range(len(columns)):
        for n, form in enumerate(FORMS):
            row = [usual(column, 100 + n) for column in columns]
            row[place] = form.format(n=number)
            yield [*row, "", ""]
    yield [number.lower()] * (len(columns) + 2)
    yield [f"填表人：{number}"]
    yield [number] * (len(columns) + 5)


def as_csv(rows: Iterator[list[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("gb18030")


def as_workbook(rows: Iterator[list[str]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("表")
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    return stream.getvalue()


def every_value(root: Path) -> Iterator[str]:
    """All values of the nights' tables and of the archive, decoded."""
    for path in root.rglob("night.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall():
                yield from map(repr, con.execute(f'SELECT * FROM "{name}"').fetchall())
    for path in root.rglob("*.parquet"):
        if "inbox" not in path.parts:
            yield from map(repr, pq.read_table(path).to_pylist())


@pytest.mark.parametrize("extract", EXTRACTS)
def test_planted_numbers_are_nowhere(
    place: Any, extract: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = load_source(PROJECT_ROOT / "sources" / extract)
    place.put(extract, "甲_20170501.csv", as_csv(lines(source, WITH_DIGIT)))
    place.put(extract, "乙_20170601.xlsx", as_workbook(lines(source, WITH_X)))
    place.put(extract, "丙_20170602.csv", f"不是表头 {WITH_X}\n{WITH_DIGIT},{WITH_X}\n")
    place.accept = (extract,)
    seen = place.night(extract)
    used = [row for row in seen.status() if row["accepted"]]
    assert len(used) == 2, "the numbers were read, not refused"
    told = "".join(capfd.readouterr()) + caplog.text
    values = list(every_value(place.root))
    assert any("ID#" in text or "<身份证号>" in text for text in values)
    for number in (WITH_DIGIT, WITH_X):
        core = number[6:17]
        assert core not in told
        assert not [text for text in values if core in text]
        for path in place.root.rglob("*"):
            if path.is_file() and "inbox" not in path.parts:
                assert core.encode() not in path.read_bytes(), path.name
