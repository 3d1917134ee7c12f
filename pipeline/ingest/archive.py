"""Accepted files, kept content-addressed in the restricted store so that any night can be rebuilt.

`<restricted>/archive/<extract>/<sha256>.parquet` holds a file's records as text, identity numbers
masked; `<sha256>.json` beside it says what the file was and under which names it came.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.declaration import Source
from pipeline.ingest.loading import LoadedFile, interpret
from pipeline.ingest.raw import RawTable


@dataclass(frozen=True)
class Entry:
    """One name under which an archived file came.

    Attributes:
        sha256: hash of its bytes.
        file: its name in the inbox.
        extract_date: the day in that name.
        senders: who sent it.
        sequence: rises with every entry of the extract; of two files of one name the later counts.
    """

    sha256: str
    file: str
    extract_date: date
    senders: tuple[str, ...]
    sequence: int


class Archive:
    """The archive of one extract.

    Args:
        restricted: the restricted folder.
        extract: the extract's name.
    """

    def __init__(self, restricted: Path, extract: str) -> None:
        self.folder = restricted / "archive" / extract

    def entries(self, as_of: date) -> list[Entry]:
        """What the archive holds up to as-of; of two files of one name the later."""
        found = [
            Entry(
                note["sha256"],
                item["file"],
                date.fromisoformat(item["extract_date"]),
                tuple(item["senders"]),
                item["sequence"],
            )
            for note in map(_read_note, sorted(self.folder.glob("*.json")))
            for item in note["files"]
        ]
        seen = sorted((item for item in found if item.extract_date <= as_of), key=lambda item: item.sequence)
        latest = {item.file: item for item in seen}
        return sorted(latest.values(), key=lambda item: (item.extract_date, item.file))

    def store(self, loaded: LoadedFile) -> None:
        """Keeps an accepted file; storing it again changes nothing."""
        assert loaded.raw is not None and loaded.sha256 and loaded.extract_date and loaded.typed
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self.folder / f"{loaded.sha256}.parquet"
        if not target.exists():
            _replace(target, lambda path: pq.write_table(_as_table(loaded.raw), path, compression="zstd"))
        self._note(loaded)

    def restore(self, entry: Entry, source: Source) -> LoadedFile:
        """An archived file, typed by today's declaration.

        Raises:
            Refused: if today's declaration requires a column that it lacks.
        """
        note = _read_note(self.folder / f"{entry.sha256}.json")
        table = pq.read_table(self.folder / f"{entry.sha256}.parquet")
        loaded = LoadedFile(
            entry.file, entry.sha256, entry.extract_date, note["bytes"], senders=entry.senders, archived=True
        )
        interpret(loaded, _as_raw(table, note), source)
        loaded.raw = None
        return loaded

    def _note(self, loaded: LoadedFile) -> None:
        path = self.folder / f"{loaded.sha256}.json"
        note = _read_note(path) if path.exists() else _new_note(loaded)
        day = (loaded.extract_date or date.min).isoformat()
        if (loaded.name, day) in {(item["file"], item["extract_date"]) for item in note["files"]}:
            return
        sequences = [
            item["sequence"] for other in self.folder.glob("*.json") for item in _read_note(other)["files"]
        ]
        note["files"].append(
            {
                "file": loaded.name,
                "extract_date": day,
                "senders": list(loaded.senders),
                "sequence": max(sequences, default=0) + 1,
            }
        )
        text = json.dumps(note, ensure_ascii=False, indent=1, sort_keys=True)
        _replace(path, lambda place: place.write_text(text, encoding="utf-8"))


def to_bring_back(entries: Sequence[Entry], inbox: Sequence[LoadedFile], source: Source) -> list[Entry]:
    """Which archived files a night uses beside the accepted files of the inbox.

    Append: all that the inbox does not hold. Snapshot: a sender's newest, unless the inbox has an
    accepted file of that sender at least as new.
    """
    used = [item for item in inbox if item.is_used]
    names = {item.name for item in used}
    hashes = {item.sha256 for item in used}
    absent = [item for item in entries if item.file not in names and item.sha256 not in hashes]
    if source.mode == "append":
        return absent
    newest: dict[str, tuple[date, str]] = {}
    for item in used:
        for sender in item.senders:
            newest[sender] = max(newest.get(sender, (date.min, "")), item.order)
    wanted: dict[str, Entry] = {}
    for entry in absent:
        for sender in entry.senders:
            if (entry.extract_date, entry.file) > newest.get(sender, (date.min, "")):
                wanted[sender] = entry
    chosen = {(item.file, item.sha256) for item in wanted.values()}
    return [item for item in absent if (item.file, item.sha256) in chosen]


def _new_note(loaded: LoadedFile) -> dict[str, Any]:
    assert loaded.raw is not None and loaded.mapping is not None and loaded.typed is not None
    return {
        "sha256": loaded.sha256,
        "bytes": loaded.size,
        "header": list(loaded.raw.header),
        "titles": list(loaded.raw.titles),
        "header_row": loaded.raw.header_row,
        "encoding": loaded.raw.encoding,
        "delimiter": loaded.raw.delimiter,
        "units": loaded.mapping.units,
        "unknown_columns": list(loaded.mapping.unknown),
        "rows": loaded.typed.rows,
        "accepted": loaded.typed.accepted.num_rows,
        "rejected": loaded.typed.rejected_rows,
        "not_data": loaded.typed.not_data,
        "files": [],
    }


def _read_note(path: Path) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return note


def _as_table(raw: RawTable | None) -> pa.Table:
    assert raw is not None
    columns = {f"c{i}": column for i, column in enumerate(raw.columns)}
    return pa.table(
        {**columns, "surplus": pa.array(raw.surplus, pa.int32()), "short": pa.array(raw.short, pa.bool_())}
    )


def _as_raw(table: pa.Table, note: dict[str, Any]) -> RawTable:
    names = [f"c{i}" for i in range(len(note["header"]))]
    return RawTable(
        header=tuple(note["header"]),
        columns=[_one(table.column(name)) for name in names],
        surplus=np.asarray(_one(table.column("surplus"))),
        short=np.asarray(pc.cast(_one(table.column("short")), pa.int8())).astype(bool),
        header_row=note["header_row"],
        delimiter=note["delimiter"],
        encoding=note["encoding"],
        titles=tuple(note["titles"]),
    )


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _replace(target: Path, write: Any) -> None:
    """Writes beside the target and puts the whole file in its place in one step, mode 0600."""
    building = target.with_name(f".{target.name}.{os.getpid()}")
    write(building)
    building.chmod(0o600)
    building.replace(target)
