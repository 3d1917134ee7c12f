"""What no night can be faster than: bytes read and written, rows sorted, pairs compared, each of them bare.

Every floor is measured in the run that measured the night, on the same files, with nothing else done to
them: no checks, no reasons kept, no names taken apart.
"""

import csv
import gzip
import io
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from pipeline import db

WORKERS = 2
COMPARED_AT_ONCE = 1 << 20
LINKED = ("record_link", "record_premises", "premises", "enterprise", "record_comparison", "review_pair")
SCORED = ("feature", "premises_feature", "rule_outcome", "evidence", "risk", "duty_due", "duty_owed")
_TEXT = {"csv", "txt", "tsv"}


@dataclass(frozen=True)
class Floor:
    """A floor in seconds, and what was done in them."""

    seconds: float
    told: str


def of_extract(folder: Path, place: Path) -> Floor:
    """An extract's files read bare, its records written once as Parquet and once as a table."""
    started = time.perf_counter()
    tables = [table for path in sorted(folder.iterdir()) if (table := _read(path)) is not None]
    for number, table in enumerate(tables):
        pq.write_table(table, place / f"{folder.name}{number}.parquet", compression="zstd")
        _as_table(table, place / f"{folder.name}{number}.duckdb")
    return Floor(time.perf_counter() - started, "files read bare, records written as Parquet and as a table")


def of_reading(warehouse: Path) -> Floor:
    """All source rows scanned into memory."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        views = _tables(con, "source_")
        return Floor(_seconds(lambda: _scanned(con, views)), "all source rows read into memory")


def of_texts(warehouse: Path) -> Floor:
    """Every distinct text folded once (NFKC), by two processes."""
    texts: set[str] = set()
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for view in _tables(con, "source_"):
            for column in con.execute(f'FROM "{view}"').to_arrow_table().columns:
                if pa.types.is_string(column.type):
                    texts.update(pc.unique(column).to_pylist())
    texts.discard(None)  # type: ignore[arg-type]
    ordered = sorted(texts)
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(_folded, [ordered[:1], ordered[1:2]]))  # they have started
        halves = [ordered[at::WORKERS] for at in range(WORKERS)]
        seconds = _seconds(lambda: list(pool.map(_folded, halves)))
    return Floor(seconds, f"{len(ordered):,} distinct texts folded once")


def of_pairs(warehouse: Path, pairs: int) -> Floor:
    """As many pairs sorted as numbers, and compared by RapidFuzz at its own rate: one text of each."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        rows = con.execute("SELECT name FROM enterprise WHERE name IS NOT NULL ORDER BY enterprise_id")
        names = [row[0] for row in rows.fetchall()]
    draw = np.random.default_rng(1)
    some = min(pairs, COMPARED_AT_ONCE)
    left, right = ([names[at] for at in draw.integers(0, len(names), some)] for _ in range(2))
    numbers = draw.integers(0, 1 << 45, pairs)
    compared = _seconds(partial(_compared, left, right)) * pairs / max(some, 1)
    return Floor(compared + _seconds(numbers.sort), f"{pairs:,} pairs sorted and compared by RapidFuzz")


def of_tables(warehouse: Path, place: Path, names: Iterable[str]) -> Floor:
    """Some published tables written once, as they stand."""
    path = place / f"copied{len(list(place.iterdir()))}.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(f"ATTACH '{warehouse}' AS made (READ_ONLY)")
        held = [name for name in names if name in _tables(con, "", "made")]

        def copy() -> None:
            for name in held:
                con.execute(f'CREATE TABLE "{name}" AS FROM made."{name}"')
            con.execute("CHECKPOINT")

        return Floor(_seconds(copy), "its tables written once")


def of_publishing(warehouse: Path, lists: Path, place: Path) -> Floor:
    """Every published table written as a table and as Parquet, every cell of a list as XLSX."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        names = _tables(con, "")

        def parquet() -> None:
            for name in names:
                con.execute(f"COPY \"{name}\" TO '{place / name}.parquet' ({db.PARQUET})")

        written = _seconds(parquet)
    cells = _seconds(lambda: [_booked(path, place) for path in sorted(lists.rglob("*.csv"))])
    copied = of_tables(warehouse, place, names).seconds
    return Floor(written + cells + copied, "its tables written as tables and Parquet, its cells as XLSX")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _read(path: Path) -> pa.Table | None:
    name, data = path.name.lower(), path.read_bytes()
    if name.endswith(".gz"):
        name, data = name.removesuffix(".gz"), gzip.decompress(data)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            first = packed.namelist()[0]
            name, data = first.lower(), packed.read(first)
    form = name.rpartition(".")[2]
    if form == "parquet":
        return pq.read_table(io.BytesIO(data))
    if form in _TEXT:
        return _read_text(data)
    frame = pd.read_excel(io.BytesIO(data), dtype=str, header=None, engine="calamine")
    return pa.Table.from_pandas(frame.rename(columns=str), preserve_index=False)


def _read_text(data: bytes) -> pa.Table | None:
    for codec in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = data.decode(codec)
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    lines = text.split("\n", 40)
    width = max(map(len, lines[:40]))
    between = max(",\t;|", key=lambda mark: sum(line.count(mark) for line in lines[:40]))
    widest = max(line.count(between) for line in lines[:40]) + 1 if width else 1
    names = [f"c{at}" for at in range(widest)]
    return pacsv.read_csv(
        io.BytesIO(text.encode()),
        read_options=pacsv.ReadOptions(column_names=names, block_size=16 << 20),
        parse_options=pacsv.ParseOptions(
            delimiter=between, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
        convert_options=pacsv.ConvertOptions(column_types={name: pa.string() for name in names}),
    )


def _as_table(table: pa.Table, path: Path) -> None:
    with duckdb.connect(str(path)) as con:
        con.register("read", table)
        con.execute("CREATE TABLE kept AS FROM read")


def _tables(con: duckdb.DuckDBPyConnection, prefix: str, catalog: str | None = None) -> list[str]:
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, $prefix) "
        "AND database_name = coalesce($catalog, current_database()) ORDER BY 1",
        {"prefix": prefix, "catalog": catalog},
    )
    return [str(row[0]) for row in rows.fetchall()]


def _scanned(con: duckdb.DuckDBPyConnection, views: Iterable[str]) -> None:
    for view in views:
        con.execute(f'FROM "{view}"').to_arrow_table()


def _folded(texts: list[str]) -> int:
    return sum(len(unicodedata.normalize("NFKC", text)) for text in texts)


def _compared(left: list[str], right: list[str]) -> None:
    process.cpdist(left, right, scorer=JaroWinkler.similarity, workers=WORKERS)


def _booked(path: Path, place: Path) -> None:
    with (
        path.open(encoding="utf-8-sig", newline="") as file,
        xlsxwriter.Workbook(str(place / "bare.xlsx"), {"in_memory": True}) as book,
    ):
        page = book.add_worksheet()
        for number, row in enumerate(csv.reader(file)):
            for position, cell in enumerate(row):
                page.write_string(number, position, cell)
