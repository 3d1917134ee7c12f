"""The room's two doors: one extract at a time, then what only shows when all have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.ingest import status
from pipeline.ingest.admission import admit
from pipeline.ingest.archive import GONE, Archive, Entry, to_bring_back
from pipeline.ingest.find import find_files
from pipeline.ingest.identity_number import load_key
from pipeline.ingest.loading import LoadedFile, load
from pipeline.ingest.refusal import Refused
from pipeline.ingest.staging import count_superseded, stage
from pipeline.ingest.tables import SHARED, ensure, replace_rows, rows_to_table, sort
from pipeline.night import Attention, Night, record_attention


@dataclass(frozen=True)
class ExtractSummary:
    """What came of one extract; the counts are over the files that the night uses or refused."""

    extract: str
    files: int
    refused: int
    from_archive: int
    rows: int
    accepted: int
    rejected: int
    not_data: int
    superseded: int
    nulled_cells: int

    def __str__(self) -> str:
        text = (
            f"{self.files} files, {self.rows} rows = {self.accepted} accepted + {self.rejected} rejected "
            f"+ {self.not_data} not data"
        )
        text += f", {self.refused} refused" if self.refused else ""
        return text + (f", {self.from_archive} from the archive" if self.from_archive else "")


@dataclass(frozen=True)
class IngestSummary:
    """What came of all extracts."""

    extracts: int
    files: int
    refused: int
    rows: int
    accepted: int
    rejected: int
    not_data: int
    attention: tuple[Attention, ...]

    def __str__(self) -> str:
        return (
            f"{self.files} files of {self.extracts} extracts, {self.rows} rows; "
            f"{self.refused} files refused, {len(self.attention)} things want a person"
        )


def extract(night: Night, source: Source) -> ExtractSummary:
    """Finds, reads, checks, archives and stages one extract, and writes its tables.

    Writes `stg_<extract>` and the extract's rows of `rejected_row`, `extract_status`, `check_result`
    and `inbox_file`. A file that cannot be used is refused with one sentence; the last good one
    stands in for it.

    Args:
        night: the night.
        source: the extract's declaration.

    Raises:
        SourceError: if the source's stage.sql does not run.
    """
    settings = night.settings
    night.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = load_key(settings.restricted)
    inbox = [load(item, source, key) for item in find_files(settings.inbox / source.extract, settings.as_of)]
    archive = Archive(settings.restricted, source.extract)
    history = archive.history(settings.as_of)
    checks = admit(inbox, source, history, accept=source.extract in settings.accept)
    for item in inbox:
        if item.is_used:
            archive.store(item, night.started_at)
        item.raw = None
    files = inbox + _bring_back(archive, inbox, source, night)
    archive.note_night(settings.as_of, files)
    with night.connect() as con:
        con.execute("BEGIN")
        rows = _write(con, source, files, checks, night)
        con.execute("COMMIT")
    return _summary(source, files, rows)


def finish(night: Night, sources: Mapping[str, Source]) -> IngestSummary:
    """Gives every source its table and its status, sorts the shared tables, and notes what wants a person.

    Args:
        night: the night.
        sources: all declared sources.

    Raises:
        RunError: if no file came at all and none is archived; an empty day is not published.
    """
    with night.connect() as con:
        con.execute("BEGIN")
        for name in SHARED:
            ensure(con, name)
        _complete(con, sources, night)
        for name in SHARED:
            sort(con, name)
        rows = db.read_arrow(con, "SELECT * FROM extract_status ORDER BY ALL").to_pylist()
        failed = db.read_arrow(con, "SELECT * FROM check_result WHERE NOT passed ORDER BY ALL").to_pylist()
        items = status.attention(rows, failed, sources) + _unknown_folders(night, sources)
        record_attention(con, items)
        con.execute("COMMIT")
    if not any(row["file"] for row in rows):
        raise RunError(
            f"no file of any extract up to {night.settings.as_of} lies in the inbox or in the archive",
            where=str(night.settings.inbox),
            mend="put the departments' files into <inbox>/<extract>/ or name the right folder",
        )
    return IngestSummary(
        extracts=len(sources),
        files=sum(row["file"] is not None for row in rows),
        refused=sum(row["state"] == "refused" for row in rows),
        rows=sum(row["rows"] for row in rows),
        accepted=sum(row["accepted"] for row in rows),
        rejected=sum(row["rejected"] for row in rows),
        not_data=sum(row["not_data"] for row in rows),
        attention=tuple(items),
    )


def _bring_back(archive: Archive, inbox: list[LoadedFile], source: Source, night: Night) -> list[LoadedFile]:
    as_of = night.settings.as_of
    entries = to_bring_back(archive.entries(as_of), inbox, source, archive.used_by(as_of))
    return [_restored(archive, entry, source) for entry in entries] + [
        _lost(LoadedFile(path.name, None, None, 0, archived=True)) for path in archive.damaged_notes()
    ]


def _restored(archive: Archive, entry: Entry, source: Source) -> LoadedFile:
    try:
        return archive.restore(entry, source)
    except (Refused, OSError, KeyError, pa.ArrowException):
        return _lost(LoadedFile(entry.file, entry.sha256, entry.extract_date, 0, archived=True))


def _lost(file: LoadedFile) -> LoadedFile:
    file.refuse(GONE)
    return file


def _write(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    files: list[LoadedFile],
    checks: list[dict[str, Any]],
    night: Night,
) -> list[dict[str, Any]]:
    used = [item for item in files if item.is_used]
    stage(con, source, used, night.settings.as_of)
    superseded = count_superseded(con, source.extract)
    rows = status.status_rows(source, files, superseded, night.settings.as_of)
    if not rows and not source.optional:
        rows = [status.missing_row(source)]
    replace_rows(con, "extract_status", source.extract, rows_to_table("extract_status", rows))
    replace_rows(con, "rejected_row", source.extract, _rejected(source, files))
    replace_rows(con, "check_result", source.extract, rows_to_table("check_result", checks))
    seen = rows_to_table("inbox_file", status.inbox_rows(source, files))
    replace_rows(con, "inbox_file", source.extract, seen)
    return rows


def _rejected(source: Source, files: list[LoadedFile]) -> pa.Table:
    tables = [
        item.typed.rejected.append_column(
            "file", pa.repeat(pa.scalar(item.name), item.typed.rejected.num_rows)
        )
        for item in files
        if item.typed is not None
    ]
    if not tables:
        return SHARED["rejected_row"].empty_table()
    table = pa.concat_tables(tables)
    return table.append_column("extract", pa.repeat(pa.scalar(source.extract), table.num_rows))


def _complete(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], night: Night) -> None:
    """Sources that could not be worked through get an empty table and a row that says so."""
    for source in sources.values():
        if f"stg_{source.extract}" in db.table_names(con):
            continue
        stage(con, source, [], night.settings.as_of)
        row = rows_to_table("extract_status", [status.unforeseen_row(source)])
        replace_rows(con, "extract_status", source.extract, row)


def _unknown_folders(night: Night, sources: Mapping[str, Source]) -> list[Attention]:
    """Folders of the inbox with files in them that no source declares."""
    inbox = night.settings.inbox
    folders = sorted(inbox.iterdir()) if inbox.is_dir() else []
    return [
        Attention(
            "unknown_folder",
            folder.name,
            f"收件夹中的 {folder.name} 不是已登记的数据来源，其中的文件没有读取，请改放到对应的文件夹。",
        )
        for folder in folders
        if folder.is_dir()
        and folder.name not in sources
        and find_files(folder, night.settings.as_of)
        and not folder.name.startswith(".")
    ]


def _summary(source: Source, files: list[LoadedFile], rows: list[dict[str, Any]]) -> ExtractSummary:
    counted = ("rows", "accepted", "rejected", "not_data", "superseded", "nulled_cells")
    return ExtractSummary(
        extract=source.extract,
        files=len(files),
        refused=sum(item.refusal is not None for item in files),
        from_archive=sum(item.archived for item in files),
        **{name: sum(row[name] for row in rows) for name in counted},
    )
