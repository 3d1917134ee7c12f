"""What makes rows the same record: keys, contents, senders."""

import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Source
from pipeline.ingest.loading import LoadedFile
from pipeline.ingest.parsed import by_value, plain

WHOLE_EXTRACT = ""
_SEPARATOR = "\x1f"
# Anything but capitals, digits, signs and common characters may be written in more than one way.
_UNEVEN = r"[a-z\s]|[^\x00-\x7f\x{4e00}-\x{9fff}]"
_OFFICE = re.compile(r"(?:街道办事处|街道办|街道|办事处)$")
# A value this rare in one sender's file is a slip in a row, not another sender.
_SLIP_SHARE = 0.02
_SENDER_SHARE = 0.8


def senders_of_rows(accepted: pa.Table, source: Source) -> pa.Array:
    """The sender of every accepted row of one file; the whole extract where the source names none."""
    if source.sender is None:
        return pa.repeat(pa.scalar(WHOLE_EXTRACT), accepted.num_rows)
    names, _ = by_value(_one(accepted.column(source.sender)), _office, pa.string())
    if source.columns[source.sender].type == "enum" or not len(names):
        return names
    counts = Counter(names.to_pylist())
    chief, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    if times < _SENDER_SHARE * len(names):
        return names
    rare = [name for name, number in counts.items() if number <= _SLIP_SHARE * len(names)]
    slips = pc.is_in(names, value_set=pa.array(rare, pa.string()))
    return pc.if_else(slips, pa.scalar(chief), names)


def name_senders(loaded: LoadedFile, source: Source) -> None:
    """Notes on a file who sent it, and how many accepted rows each."""
    assert loaded.typed is not None
    counts = Counter(senders_of_rows(loaded.typed.accepted, source).to_pylist())
    loaded.sender_rows = dict(sorted(counts.items())) or {WHOLE_EXTRACT: 0}


def key_texts(accepted: pa.Table, source: Source) -> pa.Array:
    """One text per row that stands for its key; null where a key column is null.

    Case, width and inner spaces do not tell keys apart. With `key_any` the first filled key column
    is the key.
    """
    parts = [_key_part(_one(accepted.column(name))) for name in source.key]
    if source.key_any:
        named = [
            pc.binary_join_element_wise(name, part, "=") for name, part in zip(source.key, parts, strict=True)
        ]
        return pc.coalesce(*named)
    joined = parts[0]
    for part in parts[1:]:
        joined = pc.binary_join_element_wise(joined, part, _SEPARATOR)
    return joined


def content_texts(accepted: pa.Table, keys: pa.Array) -> pa.Array:
    """All typed values of the rows without a key, as one text; null for rows with a key.

    Hashes of identity numbers are left out: their key differs from place to place.
    """
    wanted = pc.is_null(keys)
    rows = accepted.filter(wanted)
    joined = pa.repeat(pa.scalar(""), rows.num_rows)
    for name in rows.column_names:
        if name != "row":
            part = pc.coalesce(_as_text(_one(rows.column(name)), name), pa.scalar("\x00"))
            joined = pc.binary_join_element_wise(joined, part, _SEPARATOR)
    return pc.replace_with_mask(pa.nulls(len(keys), pa.string()), wanted, joined)


def staged_rows(files: Sequence[LoadedFile], source: Source) -> pa.Table:
    """What identity rests on, one row per accepted row of the files, in their order.

    Columns: ordinal, file, row, extract_date, sender, key_text, content, group_no, is_copy. Files of
    the same bytes share group_no; all but the latest of them are copies.
    """
    latest: dict[str | None, LoadedFile] = {}
    for item in sorted(files, key=lambda item: item.order):
        latest[item.sha256] = item
    groups = {sha: n for n, sha in enumerate(sorted(latest, key=lambda sha: latest[sha].order))}
    tables = [_staged(item, source, groups[item.sha256], latest[item.sha256] is not item) for item in files]
    table = pa.concat_tables(tables) if tables else _empty_staged()
    return table.add_column(0, "ordinal", pa.array(range(table.num_rows), pa.int64()))


def _staged(item: LoadedFile, source: Source, group_no: int, is_copy: bool) -> pa.Table:
    assert item.typed is not None
    accepted = item.typed.accepted
    count = accepted.num_rows
    senders = senders_of_rows(accepted, source)
    keys = key_texts(accepted, source)
    content = content_texts(accepted, keys)
    if source.sender is not None:
        keys = pc.binary_join_element_wise(senders, keys, _SEPARATOR)
    return pa.table(
        {
            "file": pa.repeat(pa.scalar(item.name), count),
            "row": _one(accepted.column("row")),
            "extract_date": pa.repeat(pa.scalar(item.extract_date, pa.date32()), count),
            "sender": senders,
            "key_text": keys,
            "content": content,
            "group_no": pa.repeat(pa.scalar(group_no, pa.int64()), count),
            "is_copy": pa.repeat(pa.scalar(is_copy), count),
        }
    )


def _empty_staged() -> pa.Table:
    text = ("file", "sender", "key_text", "content")
    fields = [(name, pa.string()) for name in text]
    fields += [("row", pa.int64()), ("group_no", pa.int64()), ("is_copy", pa.bool_())]
    return pa.schema([*fields, ("extract_date", pa.date32())]).empty_table()


def _office(name: str) -> str:
    return _OFFICE.sub("", plain(name))


def _key_part(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return pc.cast(column, pa.string())
    uneven = pc.fill_null(pc.match_substring_regex(column, _UNEVEN), False)
    if not pc.any(uneven).as_py():
        return column
    even, _ = by_value(column.filter(uneven), lambda text: plain(text).upper(), pa.string())
    return pc.replace_with_mask(column, uneven, even)


def _as_text(column: pa.Array, name: str) -> pa.Array:
    if pa.types.is_list(column.type):
        return pc.binary_join(column, "\x1e")
    text = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    if name.endswith("_partial"):
        hashed = pc.fill_null(pc.starts_with(text, "ID#"), False)
        return pc.if_else(hashed, pa.scalar("ID#"), text)
    return text


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
