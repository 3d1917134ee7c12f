"""One row per record with the columns that tell of identity, and the distinct profiles among them.

A profile is an extract with one set of identifying cells: twelve tax periods of one taxpayer are one
profile, and are compared once. Profiles are ordered by content, so that nothing depends on row order.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.declaration import Role, Source
from pipeline.link.addresses import read_street
from pipeline.link.folding import fold
from pipeline.link.ordering import Ints, numbered

PLACE = ("extract", "file", "row", "record_id", "extract_date", "superseded")
TEXTS: dict[str, tuple[Role, ...]] = {
    "name": ("name",),
    "party": ("name_or_person",),
    "sign": ("sign_name",),
    "person": ("person",),
    "phone": ("phone",),
    "address": ("address",),
    "street": ("street",),
    "community": ("community",),
    "house_code": ("house_code",),
}
CODES: dict[str, tuple[Role, ...]] = {
    "uscc": ("uscc", "uscc_or_org_code", "uscc_or_registration_no"),
    "registration": ("registration_no",),
    "org": ("org_code",),
    "taxpayer": ("taxpayer_id",),
    "social": ("social_insurance_no",),
}
FORMER = "former"
KEY = (*TEXTS, FORMER, *(f"{slot}{end}" for slot in CODES for end in ("", "_partial")))
# Facts that these alone can state: of the enterprise, and whether an officer on the spot saw no licence.
FACTS: dict[str, tuple[str, ...]] = {
    "registry": ("entity_type", "status", "status_on", "established_on", "industry_code"),
    "grid": ("grid_no", "trading", "inspected_on", "licensing"),
    "street_cases": ("offence",),
}
_DATES = frozenset({"status_on", "established_on", "inspected_on"})


@dataclass(frozen=True)
class Parties:
    """All accepted rows of the identifying extracts.

    Attributes:
        table: one row per record: where it stands, `source` (extract and sender), KEY columns as text, FACTS.
        profile: profile of each row.
        columns: for each of `extract` and KEY, a value index per profile; 0 is null.
        values: for each of them, the texts; index 0 is the empty text.
    """

    table: pa.Table
    profile: Ints
    columns: dict[str, Ints]
    values: dict[str, list[str]]

    @property
    def count(self) -> int:
        """The number of profiles."""
        return len(self.columns["extract"])

    def texts(self, column: str) -> list[str]:
        """The column's text of each profile; empty where null."""
        values = self.values[column]
        return [values[code] for code in self.columns[column]]


def read_parties(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> Parties:
    """Reads `stg_<extract>` of every identifying source by the declared roles."""
    present = db.table_names(con)
    tables = [
        _read_source(con, source)
        for name, source in sorted(sources.items())
        if source.identifies and f"stg_{name}" in present
    ]
    table = pa.concat_tables(tables) if tables else _schema().empty_table()
    table = table.sort_by([("extract", "ascending"), ("file", "ascending"), ("row", "ascending")])
    return _profiled(table.combine_chunks())


def _schema() -> pa.Schema:
    fields = [(name, pa.string()) for name in ("extract", "file", "record_id", "source", *KEY)]
    fields += [("row", pa.int64()), ("extract_date", pa.date32()), ("superseded", pa.bool_())]
    facts = [name for names in FACTS.values() for name in names]
    fields += [(name, pa.date32() if name in _DATES else pa.string()) for name in facts]
    return pa.schema(sorted(fields))


def _read_source(con: duckdb.DuckDBPyConnection, source: Source) -> pa.Table:
    staged = con.table(f"stg_{source.extract}").to_arrow_table()
    columns = {name: staged[name] for name in PLACE}
    for slot, roles in TEXTS.items():
        columns[slot] = _first_of(staged, source.with_role(*roles))
    for slot, roles in CODES.items():
        names = source.with_role(*roles)
        columns[slot] = _first_of(staged, names)
        columns[f"{slot}_partial"] = _first_of(staged, tuple(f"{name}_partial" for name in names))
    columns["source"] = _source_and_sender(staged, source)
    columns[FORMER] = _joined(staged, source.with_role("former_name"))
    for name in FACTS.get(source.extract, ()):
        columns[name] = staged[name]
    schema = _schema()
    arrays = [
        columns[field.name].cast(field.type) if field.name in columns else pa.nulls(len(staged), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _source_and_sender(staged: pa.Table, source: Source) -> pa.ChunkedArray:
    """The extract, and who sent the row where the extract knows senders; streets by their official names."""
    if source.sender is None:
        return pa.chunked_array([pa.repeat(pa.scalar(source.extract), len(staged))])
    named, words = encode(staged[source.sender].cast(pa.string()))
    senders = pa.array([f"{source.extract}/{read_street(word) or fold(word)}" for word in words])
    return pa.chunked_array([senders.take(pa.array(named))])


def _first_of(staged: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    found = [staged[name].cast(pa.string()) for name in names if name in staged.column_names]
    if not found:
        return pa.chunked_array([pa.nulls(len(staged), pa.string())])
    return pc.coalesce(*found) if len(found) > 1 else found[0]


def _joined(staged: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    if not names:
        return pa.chunked_array([pa.nulls(len(staged), pa.string())])
    column = staged[names[0]]
    return pc.binary_join(column, "|") if pa.types.is_list(column.type) else column.cast(pa.string())


def _profiled(table: pa.Table) -> Parties:
    names = ("extract", *KEY)
    codes: dict[str, Ints] = {}
    values: dict[str, list[str]] = {}
    for name in names:
        codes[name], values[name] = encode(table[name])
    combined = np.zeros(len(table), dtype=np.int64)
    for name in names:
        combined = combined * len(values[name]) + codes[name]
        combined = numbered(combined)[2]
    _, first, profile = numbered(combined)
    columns = {name: codes[name][first] for name in names}
    return Parties(table, profile, columns, values)


def encode(column: pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Indices into the sorted distinct texts; index 0 is null and the empty text."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(pc.fill_null(array, ""))
    words: list[str] = encoded.dictionary.to_pylist()
    order = sorted({"", *words})
    position = {word: i for i, word in enumerate(order)}
    renumber = np.array([position[word] for word in words], dtype=np.int64)
    indices = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return (renumber[indices] if len(words) else indices), order
