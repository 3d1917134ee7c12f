"""Whatever table of values is drawn, and in whatever form it is written, the same values are read."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.declaration import Column, Source, load_sources
from pipeline.ingest.units import find_unit
from pipeline.settings import PROJECT_ROOT
from tests.ingest import writing
from tests.ingest.reading import ReadFile, read_file

SOURCES = load_sources(PROJECT_ROOT / "sources")
DAY = date(2017, 6, 1)
KEY = b"k" * 32
CODECS = (
    "utf-8",
    "utf-8-sig",
    "gb18030",
    "utf-16-le with mark",
    "utf-16-be with mark",
    "utf-16-le",
    "utf-16-be",
)
TITLES = ("某区台账", "填报单位：某局", "截至日期：2017年5月31日")
WORDS = st.text("湖贝路样例店铺甲乙丙丁𠮷㐂AbZ7", min_size=1, max_size=6)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
Drawn = tuple[Any, str, Any]
"""What is meant, how it is written as text, and how with a type of its own."""


def _texts() -> st.SearchStrategy[Drawn]:
    joints = st.sampled_from(["", "", ",", ";", "|", '"', " ", "\n", "，", "（", "'"])
    made = st.builds("{}{}{}".format, WORDS, joints, WORDS)
    return made.map(lambda text: (text.replace("\n", " "), text, text))


def _codes() -> st.SearchStrategy[Drawn]:
    written: list[Callable[[str], str]] = [
        str,
        str.lower,
        lambda c: f"'{c}",
        lambda c: c.translate(FULL_WIDTH),
    ]
    codes = st.from_regex(r"[A-HJ-NP-Z]0{0,3}[1-9]{1,6}", fullmatch=True)
    return st.tuples(codes, st.sampled_from(written)).map(lambda it: (it[0], it[1](it[0]), it[1](it[0])))


def _dates() -> st.SearchStrategy[Drawn]:
    forms: list[Callable[[date], str]] = [
        date.isoformat,
        lambda day: f"{day.year}-{day.month}-{day.day}",
        lambda day: f"{day:%Y/%m/%d}",
        lambda day: f"{day:%Y%m%d}",
        lambda day: f"{day.year}.{day.month}.{day.day}",
        lambda day: f"{day.year}年{day.month}月{day.day}日",
        lambda day: f"{day.year}-{day.month}-{day.day} 0:00",
        lambda day: f"{day} 00:00:00",
        lambda day: str((day - date(1899, 12, 30)).days),
    ]
    days = st.dates(date(1949, 1, 1), date(2027, 6, 1)).filter(lambda day: day != date(2099, 12, 31))
    return st.tuples(days, st.sampled_from(forms)).map(lambda it: (it[0], it[1](it[0]), it[0]))


def _periods() -> st.SearchStrategy[Drawn]:
    years = st.integers(1950, 2026)
    months = ("{y}-{m:02d}", "{y}{m:02d}", "{y}年{m}月", "{y}/{m:02d}", "{y}.{m:02d}", "{y}-{m:02d}-01")
    quarters = ("{y}Q{q}", "{y}年第{q}季度", "{y}年{q}季度", "{y}-Q{q}")
    by_month = st.builds(
        lambda y, m, form: (f"{y}-{m:02d}", form.format(y=y, m=m)),
        years,
        st.integers(1, 12),
        st.sampled_from(months),
    )
    by_quarter = st.builds(
        lambda y, q, form: (f"{y}Q{q}", form.format(y=y, q=q)),
        years,
        st.integers(1, 4),
        st.sampled_from(quarters),
    )
    by_year = st.builds(
        lambda y, form: (str(y), form.format(y=y)), years, st.sampled_from(("{y}", "{y}年", "{y}年度"))
    )
    return st.one_of(by_month, by_quarter, by_year).map(lambda it: (*it, it[1]))


def _numbers(column: Column) -> st.SearchStrategy[Drawn]:
    unit = find_unit(column.unit or "")
    factor = unit.factor if unit else 1
    forms: list[Callable[[float], tuple[float, str]]] = [
        lambda n: (n * factor, f"{n}"),
        lambda n: (n * factor, f"{n:,}"),
        lambda n: (n * factor, f"{n:,.2f}"),
        lambda n: (n * factor, f"{n}".translate(FULL_WIDTH)),
        lambda n: (n * factor, f"({-n:,})" if n < 0 else f" {n} "),
    ]
    if unit and unit.family == "money":
        forms += [
            lambda n: (n, f"{n}元"),
            lambda n: (n * 10000, f"{n}万元"),
            lambda n: (n * 1000, f"￥{n}千元"),
        ]
    whole = st.integers(-(10**9), 10**9)
    numbers = st.one_of(whole, whole.map(lambda n: n / 100))
    made = st.tuples(numbers, st.sampled_from(forms))
    return made.map(lambda it: (*it[1](it[0]), it[0])).map(
        lambda it: (it[0], it[1], it[2] if math.isclose(it[2] * factor, it[0]) else it[1])
    )


def _truths() -> st.SearchStrategy[Drawn]:
    words = {True: ("是", "有", "Y", "1", "true", "TRUE"), False: ("否", "无", "N", "0", "false", "×")}
    return st.booleans().flatmap(
        lambda truth: st.sampled_from(words[truth]).map(lambda word: (truth, word, truth))
    )


def _words(column: Column) -> st.SearchStrategy[Drawn]:
    pairs = [(canonical, word) for canonical, words in column.values.items() for word in words]
    return st.sampled_from(pairs).map(lambda pair: (*pair, pair[1]))


def cells(column: Column) -> st.SearchStrategy[Drawn]:
    """Values of a column with the ways in which they are written."""
    if column.list:
        return st.lists(WORDS, min_size=1, max_size=3, unique=True).map(
            lambda names: (names, "；".join(names), "、".join(names))
        )
    made: dict[str, Callable[[], st.SearchStrategy[Drawn]]] = {
        "text": _texts,
        "code": _codes,
        "date": _dates,
        "period": _periods,
        "number": lambda: _numbers(column),
        "bool": _truths,
        "enum": lambda: _words(column),
    }
    some = made[column.type]()
    return some if column.required else st.one_of(some, some, st.just((None, "", None)))


@dataclass(frozen=True)
class Table:
    """A drawn table: its columns, their headers, and its rows of drawn cells."""

    source: Source = field(repr=False)
    names: tuple[str, ...]
    headers: tuple[str, ...]
    rows: list[tuple[Drawn, ...]]

    def written(self, kind: int) -> list[list[Any]]:
        """Header and rows, as text (1) or typed (2)."""
        return [list(self.headers), *([cell[kind] for cell in row] for row in self.rows)]


@st.composite
def tables(draw: Any) -> Table:
    source = SOURCES[draw(st.sampled_from(sorted(SOURCES)))]
    columns = draw(st.permutations(list(source.columns)))
    needed = {name for name, column in source.columns.items() if column.required}
    count = draw(st.integers(3, len(columns)))
    names = [name for n, name in enumerate(columns) if name in needed or n < count]
    marks = draw(st.sampled_from(["{}", "*{}", " {}", "{} "]))
    headers = [marks.format(draw(st.sampled_from(source.columns[name].headers))) for name in names]
    row = st.tuples(*(cells(source.columns[name]) for name in names))
    some = row.filter(lambda cells: any(cell[0] is not None for cell in cells))
    return Table(source, tuple(names), tuple(headers), draw(st.lists(some, min_size=1, max_size=5)))


@st.composite
def as_text(draw: Any, table: Table) -> tuple[str, bytes]:
    delimiter = draw(st.sampled_from([",", "\t", ";", "|"]))
    end = draw(st.sampled_from(sorted(writing.ENDS.values())))
    lines = writing.delimited(table.written(1), delimiter=delimiter, end=end, quote_all=draw(st.booleans()))
    titles = "".join(title + end for title in draw(st.lists(st.sampled_from(TITLES), max_size=3)))
    below = draw(st.sampled_from(["", end, "合计" + delimiter + end]))
    data = writing.encoded(titles + lines + below, draw(st.sampled_from(CODECS)))
    return draw(
        st.sampled_from(
            [
                ("表_20170601.csv", data),
                ("表_20170601.csv.gz", writing.gzipped(data)),
                ("表_20170601.zip", writing.zipped(("表.txt", data))),
            ]
        )
    )


@st.composite
def as_workbook(draw: Any, table: Table) -> tuple[str, bytes]:
    titles = [[title] for title in draw(st.lists(st.sampled_from(TITLES), max_size=3))]
    rows = [*titles, *table.written(draw(st.sampled_from([1, 2])))]
    cover = [writing.Sheet("封面", [["某区"]])] if draw(st.booleans()) else []
    merges = [f"A{n}:C{n}" for n in range(1, len(titles) + 1)]
    return "表_20170601.xlsx", writing.workbook(*cover, writing.Sheet("数据", rows, merges))


@st.composite
def as_parquet(draw: Any, table: Table) -> tuple[str, bytes]:
    typed = draw(st.booleans())
    columns = {}
    for n, header in enumerate(table.headers):
        values = [row[n][2 if typed else 1] for row in table.rows]
        kinds = {type(value) for value in values} - {type(None)}
        if kinds <= {int, float}:
            values = [None if value is None else float(value) for value in values]
        elif len(kinds) > 1:
            values = [row[n][1] for row in table.rows]
        columns[header] = pa.array(values)
    return "表_20170601.parquet", writing.parquet(columns)


def same(found: Any, meant: Any) -> bool:
    if isinstance(meant, float | int) and not isinstance(meant, bool):
        return isinstance(found, float) and math.isclose(found, meant, rel_tol=1e-9, abs_tol=1e-6)
    return bool(found == meant)


def read(folder: Path, name: str, data: bytes, source: Source) -> ReadFile:
    path = folder / name
    path.write_bytes(data)
    return read_file(path, DAY, source)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_values_come_back(folder: Path, data: st.DataObject) -> None:
    table = data.draw(tables())
    form = data.draw(st.sampled_from([as_text, as_text, as_workbook, as_parquet]))
    name, content = data.draw(form(table))
    seen = read(folder, name, content, table.source)
    assert seen.loaded.refusal is None, (name, content)
    assert seen.faults.to_pylist() == [], (name, content)
    assert seen.loaded.rows == seen.accepted.num_rows + seen.loaded.not_data
    found = seen.accepted.select(table.names).to_pylist()
    assert len(found) == len(table.rows)
    for row, meant in zip(found, table.rows, strict=True):
        for column, cell in zip(table.names, meant, strict=True):
            assert same(row[column], cell[0]), (column, row[column], cell)
