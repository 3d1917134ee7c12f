"""Ingest of each form, typed, checked and archived, beside bare readers on the same bytes in the same run."""

import io
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from pipeline import ingest
from pipeline.declaration import load_source
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

AS_OF = date(2017, 3, 31)
SOURCE = load_source(PROJECT_ROOT / "sources" / "tax")
ROWS = 300_000
SHEET_ROWS = 30_000
HEADER = [column.headers[0] for column in SOURCE.columns.values()]


def rows(count: int) -> list[list[str]]:
    """Rows of the tax extract as a department sends them; most values differ from row to row."""
    return [
        [
            f"91440300MA5{n:07d}" if n % 3 else f"440303{n * 48271 % 10**9:09d}",
            f"深圳市样例{n}号贸易有限公司",
            "罗湖区国家税务局",
            "样例" + "甲乙丙丁戊己庚辛"[n % 8],
            f"深圳市罗湖区样例路{n % 900}号{n % 31}栋{n % 1700}",
            f"25{n % 1000000:06d}",
            "正常",
            "",
            "2016Q4",
            f"{n * 7 % 99991}.50",
            f"{n % 977}",
            "0",
            "B",
        ]
        for n in range(count)
    ]


def delimited(codec: str) -> bytes:
    return "\n".join(",".join(cells) for cells in [HEADER, *rows(ROWS)]).encode(codec)


def parquet() -> bytes:
    sink = io.BytesIO()
    columns = zip(*rows(ROWS), strict=True)
    pq.write_table(pa.table(dict(zip(HEADER, map(list, columns), strict=True))), sink)
    return sink.getvalue()


def workbook() -> bytes:
    sink = io.BytesIO()
    pd.DataFrame(rows(SHEET_ROWS), columns=HEADER).to_excel(sink, index=False, engine="xlsxwriter")
    return sink.getvalue()


def text_readers(path: Path, codec: str) -> dict[str, Callable[[], int]]:
    def utf8() -> bytes:
        data = path.read_bytes()
        return data if codec == "utf-8" else data.decode(codec).encode()

    def by_duckdb() -> int:
        copy = path.with_suffix(".utf8")
        copy.write_bytes(utf8())
        return len(duckdb.read_csv(str(copy), all_varchar=True).to_arrow_table())

    return {
        "pandas.read_csv": lambda: len(pd.read_csv(path, dtype=str, encoding=codec)),
        "pyarrow.csv": lambda: pacsv.read_csv(io.BytesIO(utf8())).num_rows,
        "duckdb read_csv": by_duckdb,
    }


FORMS: dict[str, tuple[str, int, Callable[[], bytes], Callable[[Path], dict[str, Callable[[], int]]]]] = {
    "CSV GB18030": ("csv", ROWS, lambda: delimited("gb18030"), lambda path: text_readers(path, "gb18030")),
    "CSV UTF-8": ("csv", ROWS, lambda: delimited("utf-8"), lambda path: text_readers(path, "utf-8")),
    "XLSX": (
        "xlsx",
        SHEET_ROWS,
        workbook,
        lambda path: {"pandas.read_excel": lambda: len(pd.read_excel(path, dtype=str, engine="calamine"))},
    ),
    "Parquet": ("parquet", ROWS, parquet, lambda path: {"pandas": lambda: len(pd.read_parquet(path))}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reader", range(4))
def test_ingest_beside_bare_readers(form: str, reader: int, timed: Any, tmp_path: Path) -> None:
    suffix, count, make, readers_of = FORMS[form]
    path = tmp_path / "inbox" / "tax" / f"tax_20170320.{suffix}"
    path.parent.mkdir(parents=True)
    path.write_bytes(make())
    readers = {**readers_of(path), "ingest: typed, checked, archived": lambda: take_in(tmp_path)}
    if reader >= len(readers):
        pytest.skip("fewer readers of this form")
    what = list(readers)[reader]
    assert timed(f"{form}, {count:,} rows", what, path.stat().st_size, count, readers[what]) == count


def take_in(place: Path) -> int:
    settings = Settings(
        inbox=place / "inbox",
        warehouse=place / "warehouse.duckdb",
        out=place / "out",
        restricted=place / "restricted",
        as_of=AS_OF,
    )
    shutil.rmtree(settings.restricted, ignore_errors=True)
    return ingest.extract(Night.begin(settings, datetime.now(UTC)), SOURCE).accepted
