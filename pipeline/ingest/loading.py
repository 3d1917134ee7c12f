"""One file from its bytes to typed rows: unpack, decode, find the header, mask, type, batch by batch."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.declaration import Source
from pipeline.ingest.decode import TextBlocks
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.find import InboxFile, open_file
from pipeline.ingest.header import HeaderIndex, Mapping
from pipeline.ingest.identity_number import mask_codes, mask_texts
from pipeline.ingest.raw import RawTable
from pipeline.ingest.refusal import Refused
from pipeline.ingest.sheets import read_parquet, read_workbook
from pipeline.ingest.survey import refuse_survey
from pipeline.ingest.typed import TypedBatch, count_records, type_records
from pipeline.ingest.unpack import content

Stamp = tuple[int, int, int]
_UNFORESEEN = "文件内容无法读取，请用原系统重新导出后重报"
_UNREADABLE = "文件读不出来，请检查文件是否完整、是否被占用"
_GROWING = "文件在读取时仍在变动，请等传输完成后重新运行"
_ODD = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, MemoryError)


@dataclass
class LoadedFile:
    """A file of the inbox or of the archive, and what was counted in it.

    Attributes:
        name: the file's name.
        sha256: hash of its bytes; None if they could not be read.
        extract_date: the day in its name.
        size: number of bytes.
        number: its place among the files of the night; rows of the night's tables name it.
        header: its header cells; empty if none was found.
        titles: cells above the header.
        mapping: where its columns lie.
        rows: records below the header that have a value.
        accepted: of these, accepted.
        rejected: of these, not accepted.
        not_data: of these, totals, footers, repeated headers, lines left to fill in.
        nulled_cells: bad cells of accepted rows.
        nulled_rows: accepted rows with a bad cell.
        refusal: why it was refused, one sentence; None if it was not.
        refused_column: the column that is the reason, if one is.
        sender_rows: who sent it, and how many accepted rows each.
        remarks: what the department should read beside a file that is used all the same.
        archived: it comes from the archive.
        stands_in: it comes from the archive because nothing newer came.
        withdrawn: its department took it back.
        kept: its records as Parquet, to be archived; None if archived before.
        facts: encoding, delimiter, header_row, unknown_columns.
        stamp: size, time of change and number of the file that was hashed; None for archived ones.
    """

    name: str
    sha256: str | None
    extract_date: date | None
    size: int
    number: int
    header: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    mapping: Mapping | None = None
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    not_data: int = 0
    nulled_cells: int = 0
    nulled_rows: int = 0
    ticked: dict[str, bool] = field(default_factory=dict)
    refusal: str | None = None
    refused_column: str | None = None
    sender_rows: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    archived: bool = False
    stands_in: bool = False
    withdrawn: bool = False
    kept: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    stamp: Stamp | None = None

    @property
    def is_used(self) -> bool:
        """Its rows enter the night."""
        return self.refusal is None and self.mapping is not None

    @property
    def senders(self) -> tuple[str, ...]:
        """Who sent it."""
        return tuple(self.sender_rows)

    @property
    def order(self) -> tuple[date, str]:
        """Later files win: by extract date, then by name."""
        return (self.extract_date or date.min, self.name)

    def refuse(self, why: str, column: str | None = None) -> None:
        """Refuses the file as a whole; its data rows count as rejected."""
        self.refusal, self.refused_column = why, column
        self.accepted, self.rejected = 0, self.rows - self.not_data
        self.nulled_cells = self.nulled_rows = 0

    def count(self, batch: TypedBatch) -> None:
        """Adds what a batch of its records came to."""
        self.rows += batch.rows
        self.not_data += batch.not_data
        self.accepted += batch.accepted.num_rows
        self.rejected = self.rows - self.not_data - self.accepted
        self.nulled_cells += batch.nulled_cells
        self.nulled_rows += batch.nulled_rows
        for name, only in batch.ticked.items():
            if only is not None:
                self.ticked[name] = self.ticked.get(name, True) and only


def _read_ahead(records: Iterable[RawTable]) -> Iterator[RawTable]:
    """The same records; the next are read while the last are worked on."""
    coming = iter(records)
    with ThreadPoolExecutor(1) as ahead:
        upcoming = ahead.submit(next, coming, None)
        while (raw := upcoming.result()) is not None:
            upcoming = ahead.submit(next, coming, None)
            yield raw


def stamp_of(found: os.stat_result) -> Stamp:
    """Size, time of change and number of a file: what tells whether it is still the same."""
    return found.st_size, found.st_mtime_ns, found.st_ino


@dataclass(frozen=True)
class Reader:
    """What reading the files of one extract needs.

    Attributes:
        source: the declaration.
        key: the key of the hashes that stand for identity numbers.
        pool: columns are worked on side by side.
        scratch: a folder of the night for records on their way to the archive.
    """

    source: Source
    key: bytes
    pool: Executor
    scratch: Path

    def look(self, item: InboxFile, number: int) -> LoadedFile:
        """A file of the inbox before it is read: its hash and size, and whether its name rules it out."""
        loaded = LoadedFile(item.name, None, item.extract_date, 0, number)
        try:
            with open_file(item.path) as stream:
                loaded.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                loaded.size = stream.tell()
                loaded.stamp = (loaded.size, *stamp_of(os.fstat(stream.fileno()))[1:])
        except OSError:
            loaded.refuse(_UNREADABLE)
        if item.refusal:
            loaded.refuse(item.refusal)
        return loaded

    def refuse_changed(self, item: InboxFile, loaded: LoadedFile) -> None:
        """Refuses a file that changed while it was read: its hash is not that of its records."""
        try:
            now = item.path.stat()
        except OSError:
            loaded.refuse(_UNREADABLE)
            return
        if stamp_of(now) != loaded.stamp:
            loaded.refuse(_GROWING)

    def read(self, item: InboxFile) -> Iterator[RawTable]:
        """The records of a file of the inbox, identity numbers masked.

        Raises:
            Refused: if it cannot be read, or must not be.
        """
        for raw in self._read(item.path):
            refuse_survey(raw.titles)
            yield self._masked(raw, item.extract_date or date.max)

    def typed(self, loaded: LoadedFile, records: Iterable[RawTable]) -> Iterator[tuple[RawTable, TypedBatch]]:
        """The records of a file with their typed rows; counts them on the file.

        Whatever is wrong with the file becomes its refusal, never an error.
        """
        try:
            for raw in _read_ahead(records):
                batch = self._type(loaded, raw)
                loaded.count(batch)
                yield raw, batch
            self._require_columns(loaded)
        except Refused as problem:
            loaded.refuse(problem.what, problem.column)
        except OSError:
            loaded.refuse(_UNREADABLE)
        except (*_ODD, pa.ArrowException):
            loaded.refuse(_UNFORESEEN)

    def _read(self, path: Path) -> Iterator[RawTable]:
        index = HeaderIndex(self.source)
        with content(path) as (kind, stream):
            if kind == "parquet":
                yield from read_parquet(stream)
            elif kind in ("xlsx", "xls"):
                yield from read_workbook(stream, index)
            else:
                yield from read_delimited(TextBlocks(stream), index)

    def _masked(self, raw: RawTable, extract_date: date) -> RawTable:
        """The same records with every identity-card number of a person masked."""
        mapping = HeaderIndex(self.source).map(raw.header)
        names = {position: name for name, position in mapping.positions.items()}
        masks = [self._mask(names.get(position), extract_date) for position in range(len(raw.columns))]
        columns = self.pool.map(lambda mask, column: mask(column), masks, raw.columns)
        header, titles = (
            tuple(mask_texts(pa.array(cells, pa.string()), extract_date).to_pylist())
            for cells in (raw.header, raw.titles)
        )
        return replace(raw, columns=list(columns), header=header, titles=titles)

    def _mask(self, name: str | None, extract_date: date) -> "partial[pa.Array]":
        declared = self.source.columns[name] if name else None
        if declared is None or declared.type != "code":
            return partial(mask_texts, latest=extract_date)
        if declared.role is None:
            return partial(mask_texts, latest=extract_date, strict=True)
        old = declared.role == "taxpayer_id"
        return partial(mask_codes, latest=extract_date, key=self.key, old_tax_ids=old)

    def _type(self, loaded: LoadedFile, raw: RawTable) -> TypedBatch:
        mapping = loaded.mapping or HeaderIndex(self.source).map(raw.header)
        loaded.header, loaded.titles, loaded.mapping = raw.header, raw.titles, mapping
        loaded.facts = {
            "encoding": raw.encoding,
            "delimiter": raw.delimiter,
            "header_row": raw.header_row,
            "unknown_columns": "、".join(mapping.unknown) or None,
        }
        if self._missing(mapping):
            return count_records(raw, mapping, self.source, loaded.rows + 1)
        assert loaded.extract_date is not None
        return type_records(raw, mapping, self.source, loaded.extract_date, loaded.rows + 1, self.pool)

    def _missing(self, mapping: Mapping) -> list[str]:
        columns = self.source.columns.items()
        return [name for name, column in columns if column.required and name not in mapping.positions]

    def _require_columns(self, loaded: LoadedFile) -> None:
        missing = self._missing(loaded.mapping) if loaded.mapping else []
        if missing:
            titles = "、".join(f"“{self.source.columns[name].headers[0]}”" for name in missing)
            raise Refused(f"缺少必填列{titles}，请补上该列后重报", column=missing[0])
