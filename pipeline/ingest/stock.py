"""What a person does with the archive: lists it, proves it whole, takes a file out of it, takes one back."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, SourceError
from pipeline.ingest.archive import Archive
from pipeline.ingest.archived import read_note
from pipeline.ingest.entries import Entry, Withdrawal
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused
from pipeline.journal import read_generations
from pipeline.private import put

_HEADINGS = ("extract", "file", "extract date", "sha256", "rows", "bytes", "accepted", "withdrawn")
_RIGHT = frozenset({"rows", "bytes"})
_SHOWN = 12
# Cells beyond the header are counted, not kept; the row stays one that has too many.
_BEYOND = "（多出的单元格）"


def list_files(restricted: Path, extract: str | None = None) -> str:
    """The accepted files as a table for a terminal, by extract, extract date and name.

    Args:
        restricted: the restricted folder.
        extract: only this extract.

    Raises:
        ConfigError: if there is no archive.
    """
    lines = [
        _line(archive.folder.name, entry, read_note(archive.folder / f"{entry.sha256}.json"))
        for archive, entry in _all(restricted, extract)
    ]
    table = _table(_HEADINGS, lines) if lines else "the archive holds no file that can be read"
    lost = sum(len(archive.damaged_notes()) for archive in _archives(restricted, extract))
    return f"{table}\n{lost} notes cannot be read; run `early-warning archive verify`" if lost else table


def verify(restricted: Path, extract: str | None = None) -> list[str]:
    """One sentence for each archived file that is missing, damaged or without its note.

    Raises:
        ConfigError: if there is no archive.
    """
    return [problem for archive in _archives(restricted, extract) for problem in _problems(archive)]


def restore(restricted: Path, which: str, out: Path, extract: str | None = None) -> Entry:
    """Writes an archived file's rows as UTF-8 CSV with the department's own headers, mode 0600.

    Identity numbers stay masked; the lines above the header are kept, because a unit may stand there.

    Args:
        restricted: the restricted folder.
        which: the file's name, or the beginning of its sha256.
        out: the file to write, or a folder for `<name>.csv`.
        extract: only this extract.

    Raises:
        ConfigError: if there is no such file, or more than one.
        SourceError: if the archived file is missing or damaged.
    """
    archive, entry = _only(which, list(_all(restricted, extract)))
    if entry.forgotten:
        raise SourceError(
            f"the content was forgotten on {entry.forgotten.on}, {entry.forgotten.term} years after "
            f"{entry.forgotten.upto}",
            where=f"{archive.folder.name}/{entry.file}",
            mend="its proofs alone are left; see `early-warning audit`",
        )
    try:
        batches, _ = archive.records(entry)
        data = "".join(_as_csv(raw, is_first=n == 0) for n, raw in enumerate(batches))
    except Refused:
        raise SourceError(
            "the archived file is missing or damaged",
            where=f"{archive.folder.name}/{entry.file}",
            mend="run `early-warning archive verify`, and ask the department for the file again",
        ) from None
    target = out / f"{entry.file}.csv" if out.is_dir() else out
    target.parent.mkdir(parents=True, exist_ok=True)
    put(target, b"\xef\xbb\xbf" + data.encode())
    return entry


def withdraw(
    restricted: Path, which: str, withdrawal: Withdrawal | None, extract: str | None = None
) -> list[Entry]:
    """Notes that a department took a file back, or (None) that it stands again; returns its names.

    Nights of `withdrawal.since` and later leave the file out; earlier nights stay as they were.

    Raises:
        ConfigError: if there is no such file, or more than one.
        SourceError: if its note cannot be read.
    """
    archive, entry = _only(which, list(_all(restricted, extract)))
    names = [item for item in archive.history() if item.sha256 == entry.sha256]
    try:
        for item in names:
            archive.withdraw(item, withdrawal)
    except (OSError, ValueError, KeyError):
        raise SourceError(
            "the note of the archived file cannot be read",
            where=f"{archive.folder.name}/{entry.file}",
            mend="run `early-warning archive verify`",
        ) from None
    return names


def newest_night(restricted: Path) -> date | None:
    """The newest as-of that was published from a place; None before the first night."""
    days = [str(entry["as_of"]) for entry in read_generations(restricted)]
    return date.fromisoformat(max(days)) if days else None


def _archives(restricted: Path, extract: str | None) -> list[Archive]:
    folder = restricted / "archive"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise ConfigError(
            "no file was archived here yet",
            where=str(folder),
            mend="run a night first, or name another place's restricted folder with --restricted",
        )
    if extract not in (None, *names):
        raise ConfigError(
            f"no file of {extract} was archived here",
            where=str(folder),
            mend=f"name with --extract one of {', '.join(names)}",
        )
    return [Archive(restricted, name) for name in names if extract in (None, name)]


def _all(restricted: Path, extract: str | None) -> Iterator[tuple[Archive, Entry]]:
    for archive in _archives(restricted, extract):
        found = archive.history()
        for entry in sorted(found, key=lambda item: (item.extract_date, item.file, item.sequence)):
            yield archive, entry


def _only(which: str, found: Sequence[tuple[Archive, Entry]]) -> tuple[Archive, Entry]:
    wanted = [item for item in found if item[1].file == which]
    wanted = wanted or [
        item for item in found if len(which) >= 6 and item[1].sha256.startswith(which.lower())
    ]
    if not wanted:
        raise ConfigError(
            "the archive holds no such file", where=which, mend="see `early-warning archive list`"
        )
    contents = {(archive.folder.name, entry.sha256) for archive, entry in wanted}
    if len(contents) > 1:
        several = ", ".join(f"{extract} {sha[:_SHOWN]}" for extract, sha in sorted(contents))
        raise ConfigError(
            f"the archive holds several such files ({several})",
            where=which,
            mend="name one by its sha256 and its extract by --extract",
        )
    return wanted[-1]


def _problems(archive: Archive) -> Iterator[str]:
    extract = archive.folder.name
    stored = {path.stem for path in archive.folder.glob("*.parquet") if not path.name.startswith(".")}
    damaged = {path.stem for path in archive.damaged_notes()}
    noted = {path.stem for path in archive.notes()}
    for path in archive.notes():
        if path.stem in damaged:
            yield f"{extract}: the note {path.name} cannot be read; {_MEND}"
            continue
        note = read_note(path)
        problem = archive.problem(note)
        if problem:
            files = ", ".join(sorted({item["file"] for item in note["files"]}))
            yield f"{extract}: the stored copy of {files} ({path.stem[:_SHOWN]}) {problem}; {_MEND}"
    for sha256 in sorted(stored - noted):
        yield f"{extract}: {sha256}.parquet has no note beside it; {_MEND}"


_FORMULA = tuple("=+-@＝＋－＠﹢﹣﹦﹫−")
# Numbers, days, dashes for nothing, and digits kept as text.
_HARMLESS = re.compile(r'[-+−—–]*[\d.,:/%\s-]*|="[^"]*"')
_MEND = "put the folder back from a backup, or have the department send the file again"


def _line(extract: str, entry: Entry, note: dict[str, Any]) -> tuple[str, ...]:
    return (
        extract,
        entry.file,
        entry.extract_date.isoformat(),
        entry.sha256[:_SHOWN],
        f"{note['rows']:,}",
        f"{note['bytes']:,}",
        entry.accepted_at,
        _gone(entry),
    )


def _gone(entry: Entry) -> str:
    if entry.forgotten:
        return f"forgotten {entry.forgotten.on}"
    return f"since {entry.withdrawn.since}" if entry.withdrawn else ""


def _table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [headings, *lines]
    widths = [max(_width(row[i]) for row in rows) for i in range(len(headings))]
    return "\n".join(
        "  ".join(_padded(*cell) for cell in zip(row, widths, headings, strict=True)).rstrip() for row in rows
    )


def _padded(text: str, width: int, heading: str) -> str:
    space = " " * (width - _width(text))
    return space + text if heading in _RIGHT else text + space


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _as_csv(raw: RawTable, *, is_first: bool) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    if is_first:
        writer.writerows([title] for title in raw.titles)
        writer.writerow(raw.header)
    columns = [column.to_pylist() for column in raw.columns]
    surplus, short = raw.surplus.tolist(), raw.short.tolist()
    for n, cells in enumerate(zip(*columns, strict=True)):
        writer.writerow(_record(cells, surplus[n], is_short=short[n]))
    return stream.getvalue()


def _guarded(text: str) -> str:
    """What a spreadsheet would run gets an apostrophe in front, which reading takes off again."""
    runs = text.startswith(_FORMULA) and not _HARMLESS.fullmatch(text)
    return f"'{text}" if runs else text


def _record(cells: Sequence[str | None], surplus: int, *, is_short: bool) -> list[str]:
    texts = [_guarded(cell or "") for cell in cells]
    while is_short and texts and not texts[-1]:
        texts.pop()
    return texts + [_BEYOND] * surplus
