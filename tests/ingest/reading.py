"""What ingest makes of one file, without a night around it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from pipeline.declaration import Source
from pipeline.ingest.find import InboxFile
from pipeline.ingest.loading import LoadedFile, Reader
from pipeline.ingest.typed import FAULT_SCHEMA, TypedBatch


@dataclass(frozen=True)
class ReadFile:
    """A file as far as it was read: what was counted in it, and its typed batches."""

    loaded: LoadedFile
    batches: list[TypedBatch]

    @property
    def accepted(self) -> pa.Table:
        """The accepted rows; none of a file that was refused."""
        if self.loaded.refusal or not self.batches:
            return pa.table({"row": pa.array([], pa.int64())})
        return pa.concat_tables([batch.accepted for batch in self.batches])

    @property
    def faults(self) -> pa.Table:
        """Rejected rows and nulled cells."""
        return pa.concat_tables([batch.faults for batch in self.batches] or [FAULT_SCHEMA.empty_table()])


def read_file(path: Path, day: date, source: Source) -> ReadFile:
    """Reads one file; columns are worked on one after another."""
    item = InboxFile(path.name, path, day)
    with ThreadPoolExecutor(1) as pool:
        reader = Reader(source, b"k" * 32, pool, path.parent)
        loaded = reader.look(item, 0)
        return ReadFile(loaded, [batch for _, batch in reader.typed(loaded, reader.read(item))])
