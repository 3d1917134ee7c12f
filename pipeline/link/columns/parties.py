"""One row per record with the columns that tell of identity, and the distinct profiles among them.

A profile is an extract with one set of identifying cells: twelve tax periods of one taxpayer are one
profile, and are compared once. Profiles are ordered by content, so that nothing depends on row order.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import db
from pipeline.beside import beside
from pipeline.declaration import Role, Source
from pipeline.link.columns.held_texts import Texts
from pipeline.link.columns.ordering import Ints, narrow, numbered, order_of, rank_of
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.texts.addresses import read_street
from pipeline.link.texts.folding import fold

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
_CODED = pa.dictionary(pa.int32(), pa.string())
THREADS = 2
AT_ONCE = 1 << 18  # rows
_DATES = frozenset({"status_on", "established_on", "inspected_on"})


@dataclass(frozen=True)
class Parties:
    """All accepted rows of the identifying extracts.

    Attributes:
        table: one row per record: where it stands, `source` (extract and sender), FACTS.
        profile: profile of each row.
        columns: for each of `extract` and KEY, a value index per profile; 0 is null.
        values: for each of them, the texts; index 0 is the empty text.
    """

    table: pa.Table
    profile: Ints
    columns: dict[str, Ints]
    values: dict[str, Texts]

    @property
    def count(self) -> int:
        """The number of profiles."""
        return len(self.columns["extract"])


def identifying(con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> list[Source]:
    """The identifying sources of which there is `stg_<extract>`, by name."""
    present = db.table_names(con)
    each = sorted(sources.items())
    return [source for name, source in each if source.identifies and f"stg_{name}" in present]


def read_rows(
    con: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], shelf: Shelf = IN_MEMORY
) -> pa.Table:
    """Reads `stg_<extract>` of every identifying source by the declared roles, by extract, file and row.

    Args:
        con: the night's connection.
        sources: the declarations.
        shelf: where the rows are to lie.
    """
    with beside(con, THREADS) as side:
        begun = [side.query(_read_source, source, shelf) for source in identifying(con, sources)]
        return pa.concat_tables([_schema().empty_table(), *(read.result() for read in begun)])


def _schema() -> pa.Schema:
    fields = [(name, pa.string()) for name in ("extract", "record_id")]
    fields += [(name, _CODED) for name in ("file", "source", *KEY)]
    fields += [("row", pa.int64()), ("extract_date", pa.date32()), ("superseded", pa.bool_())]
    facts = [name for names in FACTS.values() for name in names]
    fields += [(name, pa.date32() if name in _DATES else pa.string()) for name in facts]
    return pa.schema(sorted(fields, key=lambda item: item[0]))


def _read_source(con: duckdb.DuckDBPyConnection, source: Source, shelf: Shelf) -> pa.Table:
    """The rows of one extract: read some at a time, for their texts fill many times what their numbers do."""
    read = (_rows_of(pa.Table.from_batches([batch]), source) for batch in _staged(con, source))
    return _in_order(pa.concat_tables([_schema().empty_table(), *map(shelf.table, read)]), shelf)


def _rows_of(staged: pa.Table, source: Source) -> pa.Table:
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
        _as_type(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(len(staged), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _staged(con: duckdb.DuckDBPyConnection, source: Source) -> pa.RecordBatchReader:
    """The columns of a staged table that tell of identity, no others."""
    table = con.table(f"stg_{source.extract}")
    roles = [role for many in (*TEXTS.values(), *CODES.values()) for role in many]
    named = source.with_role(*roles, "former_name")
    wanted = {*PLACE, *named, *(f"{name}_partial" for name in named), source.sender}
    wanted |= set(FACTS.get(source.extract, ()))
    kept = [f'"{name}"' for name in table.columns if name in wanted]
    return table.project(", ".join(kept)).to_arrow_reader(AT_ONCE)


def _as_type(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind != _CODED:
        return column.cast(kind)
    return column if column.type == kind else column.cast(pa.string()).dictionary_encode()


def _in_order(table: pa.Table, shelf: Shelf) -> pa.Table:
    """The rows of one extract by file and row."""
    file, files = encode(table["file"])
    row = table["row"].to_numpy()
    order = order_of(rank_of([(file, len(files)), (row, int(row.max(initial=0)) + 1)], len(table)))
    if (np.diff(order) == 1).all():
        return table
    return shelf.table(table.unify_dictionaries().take(pa.array(order)))


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


def parties_of(table: pa.Table, shelf: Shelf = IN_MEMORY) -> Parties:
    """Finds the profiles among what `read_rows` gave, and lays all on a shelf."""
    names = ("extract", *KEY)
    codes: dict[str, Ints] = {}
    values: dict[str, Texts] = {}
    # Sorting texts is Arrow's work, which runs beside other threads.
    with ThreadPoolExecutor(THREADS) as pool:
        for name, (found, texts) in zip(names, pool.map(encoded, map(table.column, names)), strict=True):
            codes[name], values[name] = shelf.array(narrow(found)), Texts(shelf.texts(texts))
    _, first, profile = numbered(rank_of([(codes[name], len(values[name])) for name in codes], len(table)))
    columns = {name: shelf.array(codes[name][first]) for name in codes}
    kept = [name for name in table.column_names if name not in KEY]
    return Parties(_whole(table.select(kept), shelf), shelf.array(profile), columns, values)


def _whole(table: pa.Table, shelf: Shelf) -> pa.Table:
    """A table each of whose columns is one array, made whole one at a time."""
    columns = (table.select([name]).unify_dictionaries().combine_chunks() for name in table.column_names)
    return pa.table({one.column_names[0]: shelf.table(one).column(0) for one in columns})


def encode(column: pa.Array | pa.ChunkedArray) -> tuple[Ints, list[str]]:
    """Indices into the sorted distinct texts; index 0 is null and the empty text."""
    number, texts = encoded(column)
    return number, texts.to_pylist()


def encoded(column: pa.Array | pa.ChunkedArray) -> tuple[Ints, pa.StringArray]:
    """As `encode`; the texts as one array."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks()
    order = pc.sort_indices(coded.dictionary)
    words = coded.dictionary.take(order).cast(pa.string())
    blank = int(not len(words) or words[0].as_py() != "")
    number = np.zeros(len(words) + 1, dtype=np.int64)
    number[order.to_numpy()] = np.arange(len(words)) + blank
    texts = pa.concat_arrays([pa.array([""] * blank, pa.string()), words])
    return number[coded.indices.fill_null(len(words)).to_numpy()], texts
