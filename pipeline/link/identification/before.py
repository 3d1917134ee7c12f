"""What an earlier night knew of enterprises, held as columns: a city's records are tens of millions."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipeline.link.columns.held_texts import are_among, places_of
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.identification.handles import NO_HANDLES, Handles
from pipeline.link.identification.looks import Look

LOOK = [field.name for field in fields(Look)]
KNOWN = pa.schema(
    [
        ("enterprise_id", pa.string()),
        ("founding_record_id", pa.string()),
        ("first_as_of", pa.date32()),
        *((name, pa.string()) for name in LOOK),
        ("present", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Told:
    """Who founded an enterprise, and the day on which it was first seen."""

    founding_record_id: str
    first_as_of: date


@dataclass(frozen=True)
class Former(Told):
    """What is kept of an enterprise id that another took over, so that it can come to life again.

    Attributes:
        records: those that had it when it was taken over.
    """

    records: frozenset[str]


@dataclass(frozen=True)
class Before:
    """The identity state of the last published night; empty on an empty place.

    Attributes:
        known: what was known of each id in force, sorted by the id, with the columns of KNOWN, of which the
            look's are empty where nothing was seen. `present`: it was there, or what would tell of it had
            not come.
        records: the records that had an id, each once.
        holder: the row of `known` that each of them had.
        sources: extract and sender that each of them stands in.
        handles: handles, each with the row of `known` that had it.
        aliases: old id → the id that took it over, and since when.
        former: old id → what it was when it was taken over.
    """

    known: pa.Table = field(default_factory=KNOWN.empty_table)
    records: pa.StringArray = field(default_factory=lambda: pa.array([], pa.string()))
    holder: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sources: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    handles: Handles = NO_HANDLES
    aliases: dict[str, tuple[str, date]] = field(default_factory=dict)
    former: dict[str, Former] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether no night went before."""
        return not self.known.num_rows

    @cached_property
    def ids(self) -> pa.StringArray:
        """The ids in force, sorted."""
        return self.known["enterprise_id"].combine_chunks()

    @cached_property
    def present(self) -> Bools:
        """Which rows of `known` were there."""
        return np.asarray(self.known["present"].to_numpy()).astype(bool)

    def row_of(self, name: str) -> int:
        """The row of `known` that an id has; -1 where it is not in force."""
        ids, count = self.ids, self.known.num_rows
        at = bisect_left(range(count), name, key=lambda row: ids[row].as_py())
        return at if at < count and ids[at].as_py() == name else -1

    def rows_of(self, ids: pa.Array) -> Ints:
        """The row of `known` that each id has; -1 where it is not in force."""
        return places_of(ids, self.ids)

    def holders_of(self, records: pa.Array | pa.ChunkedArray) -> Ints:
        """The row of `known` that each record had; -1 where it had none."""
        at = places_of(records, self.records)
        return np.where(at >= 0, self.holder[at], -1) if len(self.records) else at

    def held_by(self, records: Iterable[str]) -> dict[str, str]:
        """The ids of those of some records that had one."""
        at = np.flatnonzero(are_among(self.records, records))
        told = (self.records.take(pa.array(at)), self.ids.take(pa.array(self.holder[at])))
        return dict(zip(*(column.to_pylist() for column in told), strict=True))

    def records_of(self, names: set[str]) -> dict[str, list[str]]:
        """The records of some ids; of those that others took over, the records that they had then."""
        held: dict[str, list[str]] = defaultdict(list)
        wanted = np.array(sorted(row for row in map(self.row_of, names) if row >= 0), dtype=np.int64)
        at = np.flatnonzero(np.isin(self.holder, wanted))
        holders = self.ids.take(pa.array(self.holder[at])).to_pylist()
        for record_id, name in zip(self.records.take(pa.array(at)).to_pylist(), holders, strict=True):
            held[name].append(record_id)
        for name in names & self.former.keys():
            held[name] = list(self.former[name].records)
        return held

    def called(self, name: str) -> str:
        """An id as it was called then: itself, or the one that had taken it over."""
        return self.aliases[name][0] if name in self.aliases else name

    def knows(self, name: str) -> bool:
        """Whether a firm has or had an id."""
        return name in self.former or self.row_of(name) >= 0

    def told_of(self, name: str) -> Told:
        """What is told of an id that a firm had, in force or taken over."""
        row = self.row_of(name)
        if row < 0:
            return self.former[name]
        told = self.known.select(["founding_record_id", "first_as_of"]).slice(row, 1).to_pylist()[0]
        return Told(**told)

    def awaited(self, sources: Iterable[str], waiting: Iterable[str]) -> Bools:
        """Rows of `known` that may still be there: a record waits for a clerk, or is in what did not come.

        Args:
            sources: extract and sender of everything that came.
            waiting: records that wait for a clerk tonight.
        """
        open_to = are_among(self.records, waiting) | ~are_among(self.sources, sources)
        found = np.zeros(self.known.num_rows, dtype=bool)
        found[self.holder[open_to]] = True
        return found
