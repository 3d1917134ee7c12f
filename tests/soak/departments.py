"""What the departments send: all their files at first, then a tenth of the extracts a day anew."""

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import xlsxwriter

from pipeline.declaration import Source
from pipeline.ingest import stock
from pipeline.ingest.archive import Archive
from pipeline.ingest.archived import read_note

EVERY = 10  # nights from one file of an extract to the next
ENOUGH = 20  # rows; of fewer none is left out
PERIOD, DAY = re.compile(r"_\d{4}(Q\d|\d\d)(?=_)"), re.compile(r"_\d{8}")


@dataclass(frozen=True)
class Series:
    """Files that follow one another: the newest of the first night, its lines and its data rows."""

    extract: str
    name: str
    above: list[list[str]]
    rows: list[list[str]]


@dataclass
class Departments:
    """The departments of a place.

    Attributes:
        inbox: where their files go.
        sources: the declarations.
        series: what they send anew; known after the first night, from its archive.
        sent: hashes of all contents that ever lay in the inbox, by extract, with their newest day.
    """

    inbox: Path
    sources: Mapping[str, Source]
    series: list[Series] = field(default_factory=list)
    sent: dict[str, dict[str, date]] = field(default_factory=dict)

    def note_sent(self) -> None:
        """Adds what lies in the inbox to what was sent."""
        for path in self.inbox.glob("*/*"):
            found = DAY.findall(path.name)[-1]
            known = self.sent.setdefault(path.parent.name, {})
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            known[sha256] = max(date.fromisoformat(found[1:]), known.get(sha256, date.min))

    def learn(self, restricted: Path, scratch: Path) -> None:
        """Takes the rows of the first night's newest files from its archive."""
        for extract in self.sources:
            newest = {}
            for entry in Archive(restricted, extract).history():
                kind = DAY.sub("", PERIOD.sub("", entry.file)).split(".")[0]
                if entry.extract_date >= getattr(newest.get(kind), "extract_date", date.min):
                    newest[kind] = entry
            for entry in newest.values():
                note = read_note(restricted / "archive" / extract / f"{entry.sha256}.json")
                target = scratch / "restored.csv"
                stock.restore(restricted, entry.sha256, target, extract)
                lines = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
                header = len(note["titles"]) + 1
                self.series.append(Series(extract, entry.file, lines[:header], lines[header:]))

    def send(self, night: int, day: date) -> int:
        """Writes the files of a day, every extract each tenth day; returns how many.

        A snapshot comes whole, but for one row; of what is only added to comes a tenth of the rows.
        """
        due = [name for number, name in enumerate(sorted(self.sources)) if (number - night) % EVERY == 0]
        sent = [series for series in self.series if series.extract in due and series.rows]
        for series in sent:
            start = night * 7 % len(series.rows)
            rows = series.rows[start:] + series.rows[:start]
            if self.sources[series.extract].mode == "append":
                rows = rows[: max(1, len(rows) // EVERY)]
            elif len(rows) > ENOUGH:
                rows = rows[1:]
            name = DAY.sub("", series.name).partition(".")
            suffix = name[2].replace("parquet", "csv").removesuffix(".zip")
            self._write(self.inbox / series.extract / f"{name[0]}_{day:%Y%m%d}.{suffix}", series.above + rows)
        return len(sent)

    def _write(self, path: Path, lines: list[list[str]]) -> None:
        if path.suffix == ".xlsx":
            with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
                sheet = book.add_worksheet()
                for number, cells in enumerate(lines):
                    sheet.write_row(number, 0, cells)
            return
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        data = text.getvalue().encode()
        path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
