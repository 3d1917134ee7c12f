"""Persons and phones of a place, from its archive where alone they are kept; files that others may read."""

import json
import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.declaration import load_sources
from pipeline.publish.database.persons import _SURNAMED
from pipeline.settings import PROJECT_ROOT

# As people write a name: a surname that is known and one or two characters; places and shops are none.
NAME = re.compile(_SURNAMED.replace(r"\p{Han}", "[㐀-鿿]"))
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{4}[0-9Xx](?![0-9A-Za-z])")


def kept_persons(restricted: Path) -> tuple[set[str], set[str]]:
    """Names of three characters and more, and mobile numbers, of the archived files' personal columns."""
    names, phones = set(), set()
    for source in load_sources(PROJECT_ROOT / "sources").values():
        headers = {role: _headers(source, role) for role in ("person", "phone")}
        for path in (restricted / "archive" / source.extract).glob("*.json"):
            header = json.loads(path.read_text(encoding="utf-8"))["header"]
            table = pq.read_table(path.with_suffix(".parquet"))
            for number, title in enumerate(header):
                cells = [str(cell).strip() for cell in table[f"c{number}"].to_pylist() if cell]
                if title in headers["person"]:
                    names |= {cell for cell in cells if len(cell) > 2 and NAME.fullmatch(cell)}
                if title in headers["phone"]:
                    phones |= {phone for cell in cells for phone in MOBILE.findall(cell)}
    return names - {"经营者", "负责人"}, phones


def _headers(source: object, role: str) -> set[str]:
    columns = source.columns.values()  # type: ignore[attr-defined]
    return {header for column in columns if column.role == role for header in column.headers}


def told_in(content: bytes, words: set[str]) -> set[str]:
    """Which words stand in some bytes, also as JSON or SQL would escape them."""
    text = content.decode("utf-8", errors="replace")
    escaped = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return {word for word in words if word in text or word in escaped}


@contextmanager
def loose_files(folder: Path) -> Iterator[set[str]]:
    """What others may read, write or enter in a folder at any moment while the block runs."""
    found: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for root, folders, files in os.walk(folder):
                for name in (*folders, *files, "."):
                    with suppress(FileNotFoundError):
                        mode = os.lstat(f"{root}/{name}").st_mode
                        found.update({f"{root}/{name}"} if mode & 0o077 and not stat.S_ISLNK(mode) else ())

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield found
    finally:
        over.set()
        looker.join()
