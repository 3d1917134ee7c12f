"""What the generations hold of persons beyond the terms of the sources: keyed hashes, removed as well.

Ids, names of firms, rankings and lists of published nights stay: they are no data of this kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.declaration import Source
from pipeline.journal import read_journal
from pipeline.schema import put_table

# Kinds of handles that a person or a phone is part of (link/handles.py).
_OF_PERSONS = r"operator|phone"


@dataclass(frozen=True)
class Expired:
    """What was found, over all generations.

    Attributes:
        persons: rows of `persons.parquet`, one a record, column and value.
        handles: rows of `identity.parquet` by which an enterprise is known again by operator or phone.
    """

    persons: int
    handles: int


def expire(restricted: Path, sources: Mapping[str, Source], today: date, *, remove: bool) -> Expired:
    """Finds (and removes) what is beyond its term; the caller holds the lock of the place.

    A row of `persons.parquet` has the term of its source, from the day of its file. Handles of a whole
    generation go once its day is beyond every term; those of the newest day are in force and stay.

    Args:
        restricted: the restricted folder.
        sources: the declarations.
        today: the day.
        remove: whether to remove it.
    """
    days = {
        str(entry["run_id"]): _day(entry["as_of"]) for entry in read_journal(restricted / "journal.jsonl")
    }
    newest = max(days.values(), default=today)
    persons = handles = 0
    for folder in sorted((restricted / "generations").glob("*")):
        day = days.get(folder.name)
        if day is None:
            continue  # of a night that died; the next one removes it
        persons += _cut(
            folder / "persons.parquet", partial(_late, day=day, sources=sources, today=today), remove
        )
        if day < newest and all(source.expires_on(day) < today for source in sources.values()):
            handles += _cut(folder / "identity.parquet", _handles_of_persons, remove)
    return Expired(persons, handles)


def _cut(path: Path, find: Callable[[pa.Table], pa.Array], remove: bool) -> int:
    """How many rows of a file `find` marks; where wanted, the file without them takes its place."""
    if not path.is_file():
        return 0
    table = pq.read_table(path)
    marked = find(table)
    count = int(pc.sum(marked).as_py() or 0)
    if count and remove:
        put_table(path, table.filter(pc.invert(marked)))
    return count


def _late(table: pa.Table, day: date, sources: Mapping[str, Source], today: date) -> pa.Array:
    """Rows beyond their source's term; of a row without a day that of its night counts."""
    since = pc.fill_null(table["extract_date"], pa.scalar(day, pa.date32())).to_pylist()
    extracts = table["extract"].to_pylist()
    pairs = set(zip(extracts, since, strict=True))
    late = {pair for pair in pairs if pair[0] in sources and sources[pair[0]].expires_on(pair[1]) < today}
    return pa.array([pair in late for pair in zip(extracts, since, strict=True)], pa.bool_())


def _handles_of_persons(table: pa.Table) -> pa.Array:
    kinds = pc.fill_null(table["handle"], "")
    return pc.match_substring_regex(kinds, f"^[a-z+]*({_OF_PERSONS})[a-z+]*:").combine_chunks()


def _day(text: object) -> date:
    return date.fromisoformat(str(text))
