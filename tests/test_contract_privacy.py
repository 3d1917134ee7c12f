"""What is published holds no person, phone or identity number."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tests.contract_lists import csv_lists
from tests.persons import IDENTITY, kept_persons

MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _is_identity(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


def _identities(inbox: Path) -> set[str]:
    """Identity-card numbers that stand in the inbox's text files."""
    found = set()
    for path in inbox.glob("*/*"):
        written = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        encoding = "utf-16" if written[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
        if path.suffix in (".csv", ".txt", ".gz"):
            found |= {number for number in IDENTITY.findall(written.decode(encoding)) if _is_identity(number)}
    return found


def _published(place: Any) -> Iterator[tuple[str, list[str]]]:
    """Every place of what a night publishes, with its texts."""
    for view, column in place.rows(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND data_type LIKE '%VARCHAR%'"
    ):
        found = place.rows(f'SELECT DISTINCT "{column}"::VARCHAR FROM {view}')
        yield f"{view}.{column}", [str(row[0] or "") for row in found]
    for path, lines in csv_lists(place):
        yield path.name, [cell for line in lines for cell in line.values()]
        book = CalamineWorkbook.from_path(str(path.with_suffix(".xlsx")))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        yield f"{path.stem}.xlsx", [str(cell) for sheet in sheets for row in sheet for cell in row]
    yield "report.html", [(place.night / "report.html").read_text(encoding="utf-8")]


def test_no_person_phone_or_identity_number_is_published(whole_night: Any, district_made: Path) -> None:
    persons, phones = kept_persons(whole_night.folder / "restricted")
    identities = _identities(district_made / "inbox")
    assert len(persons) > 100
    assert len(phones) > 100
    assert identities
    firms = "\n".join(str(row[0]) for row in whole_night.rows("SELECT DISTINCT name FROM source_registry"))
    inside = {name for name in persons if name not in firms}  # 罗湖区王小明五金店 is a registered name
    for where, texts in _published(whole_night):
        text = "\n".join(texts)
        assert not [number for number in IDENTITY.findall(text) if _is_identity(number)], where
        assert not identities & set(IDENTITY.findall(text)), where
        assert not set(MOBILE.findall(text)) & phones, where
        assert not [name for name in inside if name in text], where
        assert not persons & {cell.strip() for cell in texts}, where
