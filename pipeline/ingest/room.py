"""The room's two doors: one extract at a time, then what only shows when all have come."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.ingest import status
from pipeline.ingest.admission import admit
from pipeline.ingest.ahead import Ahead
from pipeline.ingest.archive import GONE, Archive, to_bring_back
from pipeline.ingest.archived import RecordsWriter
from pipeline.ingest.entries import Entry, Forgotten, Withdrawal
from pipeline.ingest.find import InboxFile, find_files
from pipeline.ingest.intake import Intake
from pipeline.ingest.loading import LoadedFile, Reader
from pipeline.ingest.refusal import Refused
from pipeline.ingest.staging import count_superseded, rejected_rows, stage
from pipeline.ingest.tables import SHARED, ensure, replace_rows, rows_to_table, sort
from pipeline.keys import load_key
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


def extract(night: Night, source: Source, ahead: Ahead | None = None) -> ExtractSummary:
    """Finds, reads, checks, archives and stages one extract, and writes its tables.

    Writes `stg_<extract>` and the extract's rows of `rejected_row`, `extract_status`, `check_result`
    and `inbox_file`. A file that cannot be used is refused with one sentence; the last good one
    stands in for it.

    Args:
        night: the night.
        source: the extract's declaration.
        ahead: holds what of the inbox was read already.

    Raises:
        SourceError: if the source's stage.sql does not run.
    """
    night.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with night.connect() as con, ThreadPoolExecutor(night.settings.threads) as pool:
        return _take_in(con, night, source, pool, ahead)


def _take_in(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    source: Source,
    pool: ThreadPoolExecutor,
    ahead: Ahead | None,
) -> ExtractSummary:
    settings = night.settings
    reader = Reader(source, load_key(settings.restricted), pool, night.folder)
    archive = Archive(settings.restricted, source.extract)
    intake = Intake(con, source, settings.as_of)
    found = find_files(settings.inbox / source.extract, settings.as_of)
    inbox = [_read(reader, intake, item, number, ahead) for number, item in enumerate(found)]
    history = archive.history(settings.as_of)
    _leave_out(inbox, archive.withdrawn(settings.as_of), archive.forgotten())
    checks = admit(con, inbox, source, history, accept=source.extract in settings.accept)
    for item in inbox:
        if item.refusal:
            intake.refuse(item)
        elif item.is_used:
            archive.store(item, night.started_at)
        if item.kept:
            item.kept.unlink(missing_ok=True)
    brought = _bring_back(archive, reader, intake, inbox, settings.as_of)
    checks += admit(con, brought, source, history, accept=False)
    files = inbox + brought
    archive.note_night(settings.as_of, files)
    con.execute("BEGIN")
    rows = _write(con, source, intake, files, checks, night)
    con.execute("COMMIT")
    return _summary(source, files, rows)


def _read(reader: Reader, intake: Intake, item: InboxFile, number: int, ahead: Ahead | None) -> LoadedFile:
    """Reads a file of the inbox into the intake, its records kept for the archive."""
    loaded = reader.look(item, number)
    if loaded.refusal is None:
        loaded.kept = reader.scratch / f"records_{number}.parquet"
        writer = RecordsWriter(loaded.kept)
        under_way: list[Future[None]] = []
        kept = ahead.records(item, loaded.stamp) if ahead and loaded.stamp else None
        for raw, batch in reader.typed(loaded, reader.read(item) if kept is None else kept):
            _finish(under_way)
            under_way = [reader.pool.submit(writer.add, raw), reader.pool.submit(intake.add, loaded, batch)]
        _finish(under_way)
        writer.close()
        if loaded.refusal is None:
            reader.refuse_changed(item, loaded)
    intake.close(loaded)
    return loaded


def _finish(under_way: Iterable[Future[None]]) -> None:
    """Waits for a batch to be written; the next one is read meanwhile."""
    for work in under_way:
        work.result()


def _leave_out(
    inbox: Iterable[LoadedFile],
    withdrawn: Mapping[tuple[str, str | None], Withdrawal],
    forgotten: Mapping[str, Forgotten],
) -> None:
    """Refuses the files that their department took back, and those that were forgotten."""
    for item in inbox:
        gone = forgotten.get(item.sha256 or "")
        if gone and item.extract_date and item.extract_date <= gone.upto:
            item.refuse(f"{gone.sentence}，请移出收件夹")
        taken_back = withdrawn.get((item.name, item.sha256))
        if taken_back:
            item.withdrawn = True
            item.refuse(f"{taken_back.by}已撤回该文件（{taken_back.why}）")


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
        items = status.attention(rows, failed, sources)
        items += status.unknown_folders(night.settings.inbox, night.settings.as_of, sources)
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


def _bring_back(
    archive: Archive, reader: Reader, intake: Intake, inbox: list[LoadedFile], as_of: date
) -> list[LoadedFile]:
    used = archive.used_by(as_of)
    entries = to_bring_back(archive.entries(as_of), inbox, reader.source, used)
    files = [_restored(archive, reader, intake, entry, len(inbox) + n) for n, entry in enumerate(entries)]
    lost = [
        LoadedFile(path.name, None, None, 0, len(inbox) + len(files) + n, archived=True)
        for n, path in enumerate(archive.damaged_notes())
    ]
    for item in files:
        item.stands_in = not used.get((item.name, item.sha256), False)
    for item in lost:
        item.refuse(GONE)
    return files + lost


def _restored(archive: Archive, reader: Reader, intake: Intake, entry: Entry, number: int) -> LoadedFile:
    """Reads an archived file into the intake, typed by today's declaration."""
    loaded = LoadedFile(entry.file, entry.sha256, entry.extract_date, 0, number, archived=True)
    loaded.remarks = entry.despite
    try:
        records, note = archive.records(entry)
        loaded.size = note["bytes"]
    except (Refused, KeyError) as problem:
        loaded.refuse(GONE if isinstance(problem, KeyError) else problem.what)
        return loaded
    for _, batch in reader.typed(loaded, records):
        intake.add(loaded, batch)
    intake.close(loaded)
    if loaded.is_used:
        loaded.sender_rows = entry.sender_rows
    return loaded


def _write(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    intake: Intake,
    files: list[LoadedFile],
    checks: list[dict[str, Any]],
    night: Night,
) -> list[dict[str, Any]]:
    intake.name_files(files)
    stage(con, source)
    superseded = count_superseded(con, source.extract)
    rows = status.status_rows(source, files, superseded, night.settings.as_of)
    if not rows and not source.optional:
        rows = [status.missing_row(source)]
    rows += status.missing_senders(source, files)
    replace_rows(con, "extract_status", source.extract, rows_to_table("extract_status", rows))
    replace_rows(con, "rejected_row", source.extract, rejected_rows(con, source, files))
    replace_rows(con, "check_result", source.extract, rows_to_table("check_result", checks))
    seen = rows_to_table("inbox_file", status.inbox_rows(source, files))
    replace_rows(con, "inbox_file", source.extract, seen)
    return rows


def _complete(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], night: Night) -> None:
    """Sources that could not be worked through get an empty table and a row that says so."""
    for source in sources.values():
        if f"stg_{source.extract}" in db.table_names(con):
            continue
        Intake(con, source, night.settings.as_of).name_files([])
        stage(con, source)
        row = rows_to_table("extract_status", [status.unforeseen_row(source)])
        replace_rows(con, "extract_status", source.extract, row)


def _summary(source: Source, files: list[LoadedFile], rows: list[dict[str, Any]]) -> ExtractSummary:
    counted = ("rows", "accepted", "rejected", "not_data", "superseded", "nulled_cells")
    return ExtractSummary(
        extract=source.extract,
        files=len(files),
        refused=sum(item.refusal is not None for item in files),
        from_archive=sum(item.archived for item in files),
        **{name: sum(row[name] for row in rows) for name in counted},
    )
