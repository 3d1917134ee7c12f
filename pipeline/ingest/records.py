"""What makes rows the same record: keys, contents, senders."""

import re
from collections.abc import Mapping
from concurrent.futures import Executor

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Source
from pipeline.ingest.parsed import by_value, plain

WHOLE_EXTRACT = ""
_SEPARATOR = "\x1f"
# Anything but capitals, digits, signs and common characters may be written in more than one way.
_UNEVEN = r"[a-z\s]|[^\x00-\x7f\x{4e00}-\x{9fff}]"
_OFFICE = re.compile(r"(?:街道办事处|街道办|街道|办事处)$")
# A value this rare in one sender's file is a slip in a row, not another sender.
_SLIP_SHARE = 0.02
_SENDER_SHARE = 0.8


def sender_names(rows: pa.Table, source: Source) -> pa.Array:
    """The sender that every row names; the whole extract where the source knows no senders."""
    if source.sender is None:
        return pa.repeat(pa.scalar(WHOLE_EXTRACT), rows.num_rows)
    names, _ = by_value(_one(rows.column(source.sender)), _office, pa.string())
    return names


def slips(counts: Mapping[str, int], source: Source) -> dict[str, str]:
    """Which named senders are slips in the rows of another one's file: named → meant.

    Args:
        counts: named sender → accepted rows of one file.
        source: the declaration.
    """
    if source.sender is None or source.columns[source.sender].type == "enum" or not counts:
        return {}
    total = sum(counts.values())
    chief, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    if times < _SENDER_SHARE * total:
        return {}
    return {name: chief for name, number in counts.items() if number <= _SLIP_SHARE * total}


def key_texts(rows: pa.Table, source: Source, pool: Executor) -> pa.Array:
    """One text per row that stands for its key; null where a key column is null.

    Case, width and inner spaces do not tell keys apart. With `key_any` the first filled key column
    is the key.
    """
    parts = list(pool.map(_key_part, [_one(rows.column(name)) for name in source.key]))
    if source.key_any:
        named = [
            pc.binary_join_element_wise(name, part, "=") for name, part in zip(source.key, parts, strict=True)
        ]
        return pc.coalesce(*named)
    joined = parts[0]
    for part in parts[1:]:
        joined = pc.binary_join_element_wise(joined, part, _SEPARATOR)
    return joined


def content_texts(rows: pa.Table, keys: pa.Array) -> pa.Array:
    """All typed values of the rows without a key, as one text; null for rows with a key.

    Hashes of identity numbers are left out: their key differs from place to place.
    """
    wanted = pc.is_null(keys)
    missing = pa.nulls(len(keys), pa.string())
    if not pc.any(wanted).as_py():
        return missing
    keyless = rows.filter(wanted)
    joined = pa.repeat(pa.scalar(""), keyless.num_rows)
    for name in keyless.column_names:
        if name != "row":
            part = pc.coalesce(_as_text(_one(keyless.column(name)), name), pa.scalar("\x00"))
            joined = pc.binary_join_element_wise(joined, part, _SEPARATOR)
    return pc.replace_with_mask(missing, wanted, joined)


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
