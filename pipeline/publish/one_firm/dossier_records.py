"""What the departments' rows say of one firm, in their own words, and what of it the firm may be told."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Column, Source
from pipeline.publish.database.dictionary import normal_unit
from pipeline.publish.database.inputs import quoted
from pipeline.publish.database.source_views import columns
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import department_names, short_title

_ROWS_WITH_ROOM = 12
_LONGEST_VALUE = 36
_BRACKETS = re.compile(r"[（(].*$")
_NAMES = ("name", "sign_name")
# A number of a document as clerks write it; with such words in it, somebody typed more than the number.
_MORE_THAN_A_NUMBER = re.compile("公司|集团|企业|经营部|[厂店铺行馆]|举报|投诉|反映|信访")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """One current row that is the firm's.

    Attributes:
        day: the day that it speaks of; the file's where it names none.
        document: number of the document, empty where it is of none.
        text: what it says, label and value.
        file: the file's name in the extract's folder.
        row: the n-th row below the header.
        filed_on: the day of the file.
        certain: whether the row is surely the firm's; otherwise probably, at `probability`.
    """

    day: date
    document: str
    text: str
    file: str
    row: int
    filed_on: date
    certain: bool
    probability: float


@dataclass(frozen=True)
class Told:
    """What one extract knows of the firm: its newest rows one by one, the others counted."""

    department: str
    title: str
    records: tuple[Record, ...]
    others: int
    oldest: date | None


@dataclass(frozen=True)
class Known:
    """All rows of a firm, by extract.

    Attributes:
        told: what each extract says, in the order of the extracts.
        names: name on the rows → how many rows bear it.
        addresses: addresses on the rows that are surely the firm's, the registry's first, then the newest.
    """

    told: tuple[Told, ...]
    names: Mapping[str, int]
    addresses: tuple[str, ...]


def known(
    con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], enterprise_id: str, *, for_firm: bool
) -> Known:
    """What the departments know of one firm.

    Args:
        con: a published warehouse.
        sources: the declarations.
        enterprise_id: the firm.
        for_firm: only rows that are surely its own, and of them only what the declarations tell a firm.
    """
    departments = department_names(sources)
    said: dict[str, list[Record]] = {}
    names: dict[str, int] = {}
    addresses: list[tuple[bool, date, str]] = []
    for extract, source in sources.items():
        rows = _rows(con, source, enterprise_id) if source.identifies else []
        if for_firm:
            rows = [row for row in rows if row["link_decision"] == "certain"]
        for row in rows:
            for name in _texts(source, row, *_NAMES):
                names[name] = names.get(name, 0) + 1
            if row["link_decision"] == "certain":
                found = _texts(source, row, "address")
                addresses += [(extract != "registry", row["extract_date"], text) for text in found]
        said[extract] = list(_records(source, rows, for_firm=for_firm))
    addresses.sort(key=lambda item: item[2])
    addresses.sort(key=lambda item: item[1], reverse=True)
    addresses.sort(key=lambda item: item[0])
    shown = {extract: sources[extract].dossier.newest for extract in said}
    has_room = for_firm or sum(min(shown[name], len(rows)) for name, rows in said.items()) <= _ROWS_WITH_ROOM
    told = [
        _newest(departments[name], sources[name], records, shown[name] if has_room else 1)
        for name, records in said.items()
        if records
    ]
    return Known(tuple(told), names, tuple(dict.fromkeys(text for *_, text in addresses)))


def _newest(department: str, source: Source, records: list[Record], shown: int) -> Told:
    others = records[shown:]
    oldest = min((record.day for record in others), default=None)
    return Told(department, short_title(source), tuple(records[:shown]), len(others), oldest)


def _rows(con: duckdb.DuckDBPyConnection, source: Source, enterprise_id: str) -> list[dict[str, Any]]:
    """The current rows of one extract that are one firm's."""
    shown = [quoted(name) for name, _ in columns(source)]
    periods = ["period_start", "period_end"] if _period(source) else []
    wanted = ["file", '"row"', "extract_date", "link_decision", "link_probability", *shown, *periods]
    rows: list[dict[str, Any]] = db.read_arrow(
        con,
        f"SELECT {', '.join(dict.fromkeys(wanted))} FROM {quoted('source_' + source.extract)} "
        'WHERE enterprise_id = $enterprise_id ORDER BY file, "row"',
        {"enterprise_id": enterprise_id},
    ).to_pylist()
    return rows


def _records(source: Source, rows: list[dict[str, Any]], *, for_firm: bool) -> Iterator[Record]:
    """The rows as records, the newest first."""
    once = source.dossier.told_once
    said = [_record(source, row, for_firm=for_firm) for row in rows if not once or row[once]]
    yield from sorted(
        (record for record in said if record.text or record.document),
        key=lambda record: (-record.day.toordinal(), record.file, record.row),
    )


def _record(source: Source, row: Row, *, for_firm: bool) -> Record:
    facts = _told(source, row) if for_firm else _facts(source, row)
    document = plain(row[source.dossier.document]) if source.dossier.document else ""
    if for_firm and _MORE_THAN_A_NUMBER.search(document):
        document = ""
    return Record(
        day=_day(source, row),
        document=document,
        text="；".join(facts),
        file=row["file"],
        row=row["row"],
        filed_on=row["extract_date"],
        certain=row["link_decision"] == "certain",
        probability=row["link_probability"],
    )


def _day(source: Source, row: Row) -> date:
    for name in source.dossier.on:
        day: date | None = row["period_end"] if source.columns[name].type == "period" else row[name]
        if day:
            return day
    filed_on: date = row["extract_date"]
    return filed_on


def _facts(source: Source, row: Row) -> Iterator[str]:
    """Everything that a dossier may show: no names, no codes, amounts of tax and pay as words."""
    for name, column in columns(source):
        if name in source.dossier.left_out or column.role or column.type == "code":
            continue
        if column.show in ("list", "band"):
            yield from _fact(column, row[name])


def _told(source: Source, row: Row) -> Iterator[str]:
    """What the firm itself may be told, of free text only the declared words."""
    for name in source.dossier.told:
        column, value = source.columns[name], row[name]
        if name in source.dossier.words:
            value = "、".join(word for word in source.dossier.words[name] if word in plain(value)) or None
        yield from _fact(column, value)


def _fact(column: Column, value: Any) -> Iterator[str]:
    label = _BRACKETS.sub("", column.headers[0])
    if value is None or value == "":
        return
    if column.type == "bool":
        if value:
            yield label.removeprefix("是否")
    elif column.show == "band":
        yield label + {"0": "为零", "负数": "为负"}.get(value, "有")
    elif column.type == "number":
        yield f"{label} {_number(value)}{normal_unit(column.unit)}"
    elif column.type == "enum":
        yield f"{label} {column.values[value][0]}"
    else:
        text = plain(str(value))
        yield f"{label} {text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + '…'}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0")


def _texts(source: Source, row: Row, *roles: str) -> list[str]:
    found = (plain(row[name]) for name, column in columns(source) if column.role in roles)
    return [text for text in found if text]


def _period(source: Source) -> bool:
    return any(column.type == "period" for column in source.columns.values())
