"""A small night around a few files, to see what ingest makes of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import db, ingest
from pipeline.declaration import Source, load_source
from pipeline.night import Night
from pipeline.settings import PROJECT_ROOT, Settings

AS_OF = date(2017, 6, 30)


@dataclass
class Place:
    """An inbox, a restricted store, and nights on them."""

    root: Path
    nights: int = 0
    accept: tuple[str, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)

    def put(self, extract: str, name: str, content: bytes | str) -> Path:
        """Puts a file into the inbox."""
        path = self.root / "inbox" / extract / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def clear(self) -> None:
        """Empties the inbox."""
        for path in (self.root / "inbox").glob("*/*"):
            path.unlink()

    def night(self, *extracts: str, as_of: date = AS_OF, finish: bool = True) -> "Seen":
        """Runs a night over some extracts."""
        self.nights += 1
        settings = Settings(
            inbox=self.root / "inbox",
            warehouse=self.root / "w.duckdb",
            out=self.root / "out",
            restricted=self.root / "restricted",
            as_of=as_of,
            accept=self.accept,
        )
        night = Night(settings, f"night{self.nights}", "2017-06-30T00:00:00Z", "test")
        sources = {name: load_source(PROJECT_ROOT / "sources" / name) for name in extracts}
        for source in sources.values():
            ingest.extract(night, source)
        if finish:
            ingest.finish(night, sources)
        return Seen(night)


@dataclass
class Seen:
    """What a night left in its tables."""

    night: Night

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self.night.connect() as con:
            return [dict(row) for row in db.read_arrow(con, query).to_pylist()]

    def staged(self, extract: str) -> list[dict[str, Any]]:
        """All staged rows, by file and row."""
        return self.rows(f'SELECT * FROM "stg_{extract}" ORDER BY extract_date, file, "row"')

    def current(self, extract: str) -> list[dict[str, Any]]:
        """Staged rows that nothing replaced."""
        return [row for row in self.staged(extract) if not row["superseded"]]

    def status(self) -> list[dict[str, Any]]:
        """The rows of extract_status for files and whole extracts, by file; each adds up."""
        rows = self.rows(
            "SELECT * FROM extract_status WHERE file IS NOT NULL OR sender IS NULL ORDER BY extract, file"
        )
        for row in rows:
            assert row["rows"] == row["accepted"] + row["rejected"] + row["not_data"], row
        return rows

    def absent(self, extract: str) -> set[str]:
        """Senders of an extract of whom no file ever came."""
        found = self.rows("SELECT extract, sender FROM extract_status WHERE file IS NULL")
        return {row["sender"] for row in found if row["extract"] == extract and row["sender"]}

    def rejected(self) -> list[dict[str, Any]]:
        """The rows of rejected_row."""
        return self.rows("SELECT * FROM rejected_row ORDER BY ALL")

    def attention(self) -> list[str]:
        """The sentences that want a person; of senders of whom no file ever came, see `absent`."""
        rows = self.rows("SELECT sentence FROM attention WHERE kind <> 'absent' ORDER BY ALL")
        return [row["sentence"] for row in rows]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty place."""
    return Place(tmp_path)


@pytest.fixture(scope="session")
def new_place() -> Callable[[Path], Place]:
    """Makes a place in a folder."""
    return Place
