"""What a case of the dirt corpus (`dirt/*.yml`) says, and the file that is made from it.

A case describes one file: as `text` (lines as they stand), as `records` (cells by header; required
cells that are not given are filled in), as `sheets` of a workbook or as Parquet `columns`. Its
`expect` names what must come of the file; what it does not name must not happen.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline import strictyaml
from pipeline.declaration import Column, Source
from pipeline.errors import SourceError
from tests.ingest import writing

FOLDER = Path(__file__).parent / "dirt"
_DEFAULTS = {"text": "样例{n}", "code": "K{n}", "date": "2017-1-{n}", "period": "2016-{n:02d}"}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Numbers with a right check digit, of nobody: sequence 000. They are made here and stand in no file.
_PERSONS = {"id18": "44030319550203000", "id18x": "44030319560203000", "id18b": "11010119490101000"}


class Strict(BaseModel):
    """A model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Cell(Strict):
    """A workbook's cell that is no text."""

    number: float | None = None
    day: datetime | None = None
    flag: bool | None = None
    formula: str | None = None
    value: str | float = ""

    def plain(self) -> Any:
        """The cell as `writing` takes it."""
        if self.formula is not None:
            return writing.Formula(self.formula, self.value)
        return next(value for value in (self.number, self.day, self.flag) if value is not None)


class Sheet(Strict):
    """A sheet; merged ranges by their corners (`A1:E1`)."""

    name: str = "数据"
    merges: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | str | None, ...], ...]

    def made(self) -> writing.Sheet:
        """The sheet as `writing` takes it."""
        rows = [[cell.plain() if isinstance(cell, Cell) else cell for cell in row] for row in self.rows]
        return writing.Sheet(self.name, rows, self.merges)


class ParquetColumn(Strict):
    """A typed column of a Parquet file; a list's members have ` | ` between them."""

    header: str
    type: str = "string"
    values: tuple[str | None, ...]

    def made(self) -> pa.Array:
        """The column."""
        kind, read = _PARQUET[self.type]
        return pa.array([None if value is None else read(value) for value in self.values], kind)


_PARQUET: dict[str, tuple[pa.DataType, Any]] = {
    "string": (pa.string(), str),
    "large_string": (pa.large_string(), str),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), str),
    "int": (pa.int64(), int),
    "double": (pa.float64(), float),
    "decimal": (pa.decimal128(18, 2), Decimal),
    "bool": (pa.bool_(), lambda word: word == "true"),
    "date": (pa.date32(), date.fromisoformat),
    "timestamp": (pa.timestamp("us"), datetime.fromisoformat),
    "timestamp_ns": (pa.timestamp("ns"), datetime.fromisoformat),
    "list": (pa.list_(pa.string()), lambda text: text.split(" | ")),
    "binary": (pa.binary(), str.encode),
    "null": (pa.null(), str),
}


class Damage(Strict):
    """Bytes put in the place of a text that the file holds once (or of its first occurrence)."""

    find: str
    put: str = Field(description="bytes in hexadecimal")


class Made(Strict):
    """How the file is made.

    Attributes:
        file: its name; the date at its end is the extract date.
        encoding: a codec of Python, or one `with mark`.
        delimiter: what `text` (where it has commas outside quotes) and `records` have between fields.
        ends: line ends; `mixed` takes them in turn.
        quote: `all` cells of records, or those that need it.
        repeat: a text of the file → how often it stands there.
        lines_in: line number from 1 → codec of that line alone.
        damage: bytes that are changed.
        cut: so many bytes are missing at the end.
        pack: wrapped in these, one after another.
        inside: name of the file inside a zip; further ones lie beside it.
        above: lines above the header of records.
        below: lines below records.
    """

    file: str = "台账_20170601.csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    ends: Literal["lf", "crlf", "cr", "mixed"] = "lf"
    quote: Literal["all", "needed"] = "needed"
    repeat: dict[str, int] = Field(default_factory=dict)
    lines_in: dict[int, str] = Field(default_factory=dict)
    damage: tuple[Damage, ...] = ()
    cut: int = 0
    pack: tuple[Literal["gzip", "zip"], ...] = ()
    inside: tuple[str, ...] = ("内.csv",)
    above: str = ""
    below: str = ""


class Line(Strict):
    """A line of rejected_row: a row or a cell, its column, and a part of the reason."""

    row: int
    column: str | None = None
    reason: str = ""
    value: str | None = None


class Expect(Strict):
    """What comes of the file.

    Attributes:
        rows: the staged rows in order, each with the named columns and their values as text.
        rejected: rejected rows.
        nulled: cells of accepted rows that hold no value of their type.
        not_data: number of records that are no data.
        state: what extract_status says.
        refusal: a part of the sentence, where the file is refused.
        counted: number of records of a refused file.
        facts: columns of inbox_file (encoding, delimiter, header_row, unknown_columns).
    """

    rows: tuple[dict[str, str | None], ...] = ()
    rejected: tuple[Line, ...] = ()
    nulled: tuple[Line, ...] = ()
    not_data: int = 0
    state: Literal["fresh", "stale", "refused"] = "fresh"
    refusal: str | None = None
    counted: int | None = None
    facts: dict[str, str | None] = Field(default_factory=dict)


class Case(Strict):
    """One named file, why it matters, and what must come of it."""

    name: str
    why: str
    extract: str
    made: Made = Made()
    text: str | None = None
    records: tuple[dict[str, str | None], ...] | None = None
    sheets: tuple[Sheet, ...] | None = None
    columns: tuple[ParquetColumn, ...] | None = None
    expect: Expect

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        given = [self.text, self.records, self.sheets, self.columns]
        if sum(content is not None for content in given) != 1:
            raise ValueError("a case has one of text, records, sheets, columns")
        return self

    @property
    def is_alone(self) -> bool:
        """Rows of other cases must not supersede its rows."""
        return any("superseded" in row or "record_id" in row for row in self.expect.rows)

    def data(self, source: Source) -> bytes:
        """The bytes of the file."""
        content = self._content(source)
        content = content[: len(content) - self.made.cut]
        for step in self.made.pack:
            content = writing.gzipped(content) if step == "gzip" else self._zipped(content)
        return content

    def _content(self, source: Source) -> bytes:
        if self.sheets is not None:
            sheets = [sheet.made() for sheet in self.sheets]
            old = self.made.file.endswith(".xls")
            return writing.old_workbook(*sheets) if old else writing.workbook(*sheets)
        if self.columns is not None:
            return writing.parquet({column.header: column.made() for column in self.columns})
        return self._damaged(self._bytes(self._text(source)))

    def _text(self, source: Source) -> str:
        text = self._lines_of_records(source) if self.records is not None else self.text or ""
        for name, number in persons().items():
            text = text.replace(f"«{name}»", number)
        for piece, times in self.made.repeat.items():
            text = text.replace(piece, piece * times, 1)
        return text

    def _lines_of_records(self, source: Source) -> str:
        assert self.records is not None
        rows = [_filled(row, source, n) for n, row in enumerate(self.records, 1)]
        header = list(dict.fromkeys(name for row in rows for name in row))
        cells = [header, *([row.get(name) or "" for name in header] for row in rows)]
        made = self.made
        lines = writing.delimited(cells, delimiter=made.delimiter, quote_all=made.quote == "all")
        return made.above + lines + made.below

    def _bytes(self, text: str) -> bytes:
        made = self.made
        if self.text is not None and made.delimiter != ",":
            text = text.replace(",", made.delimiter)
        ends = list(writing.ENDS.values()) if made.ends == "mixed" else [writing.ENDS[made.ends]]
        lines = text.split("\n")
        whole = "".join(line + ends[n % len(ends)] for n, line in enumerate(lines[:-1])) + lines[-1]
        if not made.lines_in:
            return writing.encoded(whole, made.encoding)
        return b"\n".join(line.encode(made.lines_in.get(n, made.encoding)) for n, line in enumerate(lines, 1))

    def _damaged(self, data: bytes) -> bytes:
        for damage in self.made.damage:
            found = damage.find.encode(self.made.encoding)
            assert found in data, damage.find
            data = data.replace(found, bytes.fromhex(damage.put), 1)
        return data

    def _zipped(self, data: bytes) -> bytes:
        first, *others = self.made.inside
        return writing.zipped((first, data), *((name, b"x") for name in others))


class Corpus(Strict):
    """One file of the corpus."""

    cases: tuple[Case, ...]


def load_cases() -> list[Case]:
    """All cases, by file and in their order there."""
    files = sorted(FOLDER.glob("*.yml"))
    return [case for file in files for case in strictyaml.load(file, Corpus, SourceError).cases]


def persons() -> dict[str, str]:
    """Identity numbers of nobody, by the word that stands for them in a case; `id15` is an old one."""
    made = {}
    for name, digits in _PERSONS.items():
        total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
        made[name] = digits + "10X98765432"[total % 11]
    return made | {"id15": "440303550203000", "id17": made["id18"][:17]}


def _filled(row: dict[str, str | None], source: Source, n: int) -> dict[str, str | None]:
    """A record with what it lacks of the required columns, under their usual headers."""
    known = {alias for column in source.columns.values() for alias in column.headers}
    plain = {re.sub(r"[\s*＊]", "", header) for header in row} & known | set(row)
    lacking = {
        column.headers[0]: _usual(column, n)
        for column in source.columns.values()
        if column.required and not plain.intersection(column.headers)
    }
    return lacking | row


def _usual(column: Column, n: int) -> str:
    if column.type == "enum":
        return next(iter(column.values.values()))[0]
    return _DEFAULTS[column.type].format(n=n)
