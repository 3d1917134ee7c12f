"""One file from its bytes to typed rows: unpack, decode, find the header, mask, type."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.declaration import Source
from pipeline.ingest.decode import decode
from pipeline.ingest.delimited import read_delimited
from pipeline.ingest.find import InboxFile
from pipeline.ingest.header import HeaderIndex, Mapping
from pipeline.ingest.identity_number import mask_codes, mask_texts
from pipeline.ingest.raw import RawTable, find_not_data
from pipeline.ingest.refusal import Refused
from pipeline.ingest.sheets import read_parquet, read_workbook
from pipeline.ingest.typed import TypedFile, type_file, whole_file_rejected
from pipeline.ingest.unpack import unpack

_UNFORESEEN = "文件内容无法读取，请用原系统重新导出后重报"


@dataclass
class LoadedFile:
    """A file of the inbox or of the archive, as far as it could be read.

    Attributes:
        name: the file's name.
        sha256: hash of its bytes; None if they could not be read.
        extract_date: the day in its name.
        size: number of bytes.
        raw: its records with identity numbers masked; None if refused before, or archived.
        mapping: where its columns lie.
        typed: its typed rows.
        refusal: why it was refused, one sentence; None if it was not.
        refused_column: the column that is the reason, if one is.
        sender_rows: who sent it, by the sender column of its rows, and how many accepted rows each.
        remarks: what the department should read beside a file that is used all the same.
        archived: it comes from the archive.
        facts: encoding, delimiter, header_row, unknown_columns.
    """

    name: str
    sha256: str | None
    extract_date: date | None
    size: int
    raw: RawTable | None = None
    mapping: Mapping | None = None
    typed: TypedFile | None = None
    refusal: str | None = None
    refused_column: str | None = None
    sender_rows: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    archived: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_used(self) -> bool:
        """Its rows enter the night."""
        return self.refusal is None and self.typed is not None

    @property
    def senders(self) -> tuple[str, ...]:
        """Who sent it."""
        return tuple(self.sender_rows)

    @property
    def order(self) -> tuple[date, str]:
        """Later files win: by extract date, then by name."""
        return (self.extract_date or date.min, self.name)

    def refuse(self, why: str, column: str | None = None) -> None:
        """Refuses the file as a whole; its data rows become rejected rows."""
        self.refusal, self.refused_column = why, column
        if self.typed is not None:
            rows = self.typed.data_rows
            self.typed = replace(
                self.typed,
                accepted=self.typed.accepted.slice(0, 0),
                rejected=whole_file_rejected(rows.tolist(), f"整份文件被退回：{why}", column),
                rejected_rows=len(rows),
                nulled_cells=0,
            )


def load(item: InboxFile, source: Source, key: bytes) -> LoadedFile:
    """Reads one file of the inbox; whatever is wrong with it becomes its refusal, never an error.

    Args:
        item: the file.
        source: its declaration.
        key: the key of the hashes that stand for identity numbers.
    """
    loaded = LoadedFile(item.name, None, item.extract_date, 0)
    try:
        data = item.path.read_bytes()
        loaded.sha256, loaded.size = hashlib.sha256(data).hexdigest(), len(data)
        if item.refusal or item.extract_date is None:
            loaded.refusal = item.refusal
            return loaded
        raw = _read(item.name, data, source)
        interpret(loaded, masked(raw, source, item.extract_date, key), source)
    except Refused as problem:
        loaded.refuse(problem.what, problem.column)
    except OSError:
        loaded.refuse("文件读不出来，请检查文件是否完整、是否被占用")
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        RecursionError,
        MemoryError,
        pa.ArrowException,
    ):
        loaded.refuse(_UNFORESEEN)
    return loaded


def interpret(loaded: LoadedFile, raw: RawTable, source: Source) -> None:
    """Maps and types the records of a file.

    Raises:
        Refused: if a required column is missing; the records are counted all the same.
    """
    mapping = HeaderIndex(source).map(raw.header)
    loaded.raw, loaded.mapping = raw, mapping
    loaded.facts = {
        "encoding": raw.encoding,
        "delimiter": raw.delimiter,
        "header_row": raw.header_row,
        "unknown_columns": "、".join(mapping.unknown) or None,
    }
    missing = [
        name for name, column in source.columns.items() if column.required and name not in mapping.positions
    ]
    if missing:
        loaded.typed = _only_counted(raw, mapping, source)
        titles = "、".join(f"“{source.columns[name].headers[0]}”" for name in missing)
        raise Refused(f"缺少必填列{titles}，请补上该列后重报", column=missing[0])
    assert loaded.extract_date is not None
    loaded.typed = type_file(raw, mapping, source, loaded.extract_date)


def masked(raw: RawTable, source: Source, extract_date: date, key: bytes) -> RawTable:
    """The same records with every identity-card number of a person masked."""
    mapping = HeaderIndex(source).map(raw.header)
    names = {position: name for name, position in mapping.positions.items()}
    columns = []
    for position, column in enumerate(raw.columns):
        declared = source.columns[names[position]] if position in names else None
        if declared is None or declared.type != "code":
            columns.append(mask_texts(column, extract_date))
        elif declared.role is None:
            columns.append(mask_texts(column, extract_date, strict=True))
        else:
            old = declared.role == "taxpayer_id"
            columns.append(mask_codes(column, extract_date, key, old_tax_ids=old))
    header, titles = (
        tuple(mask_texts(pa.array(cells, pa.string()), extract_date).to_pylist())
        for cells in (raw.header, raw.titles)
    )
    return replace(raw, columns=columns, header=header, titles=titles)


def _read(name: str, data: bytes, source: Source) -> RawTable:
    kind, content = unpack(name, data)
    index = HeaderIndex(source)
    if kind == "parquet":
        return read_parquet(content)
    if kind in ("xlsx", "xls"):
        return read_workbook(content, index)
    text, encoding = decode(content)
    return read_delimited(text, index, encoding)


def _only_counted(raw: RawTable, mapping: Mapping, source: Source) -> TypedFile:
    """The counts of a file whose rows cannot be typed."""
    not_data = find_not_data(raw, mapping, source)
    numbers = np.arange(1, raw.rows + 1)[~not_data]
    empty = whole_file_rejected([], "", None)
    nothing = pa.table({"row": pa.array([], pa.int64())})
    return TypedFile(nothing, empty, raw.rows, int(not_data.sum()), len(numbers), 0, numbers)
