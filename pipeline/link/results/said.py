"""What rows say of their enterprise, or of their premises: of each kind the word that most of them say."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.ordering import Bools, Ints, distinct_pairs, is_first, order_of

WORDS = {
    "name": "name_shown",
    "sign": "sign_shown",
    "street": "street",
    "community": "community",
    "address": "address",
    "building": "building",
    "uscc": "uscc_valid",
    "registration_no": "registration_valid",
}
OF_PREMISES = ("house_code", "address", "street", "community")
# A shared registration address says nothing of where a firm is.
PLACES = frozenset({"street", "community", "address"})


def said_table(rows: pa.Table) -> pa.Table:
    """`link_said`: entity, and a column for each kind of word; null where no current row says one.

    Ties go to the newer, then to the longer, then to the smaller word.

    Args:
        rows: `link_row`.
    """
    firm = rows["entity"].fill_null(-1).to_numpy()
    firms = int(firm.max(initial=-1)) + 1
    current = (firm >= 0) & ~_flags(rows["superseded"])
    placed = current & ~_flags(rows["shared_address"])
    day = rows["extract_date"].cast(pa.int32()).to_numpy()
    said = {"entity": pa.array(np.arange(firms))}
    for kind, column in WORDS.items():
        number, words = _numbered(rows[column])
        at = np.flatnonzero((placed if kind in PLACES else current) & (number >= 0))
        chosen = _most(firm[at], number[at], day[at], firms, len(words))
        said[kind] = words.take(pa.array(chosen, mask=chosen < 0))
    return pa.table(said)


def premises_table(rows: pa.Table) -> pa.Table:
    """`premises`: premises_id, the words OF_PREMISES, and `enterprise_count`: how many are there now.

    Ties go to the shorter, then to the smaller word. A shared registration address does not count as being
    there.

    Args:
        rows: `link_row`.
    """
    premises, ids = _numbered(rows["premises_id"])
    at = np.flatnonzero(premises >= 0)
    told: dict[str, pa.Array] = {"premises_id": ids}
    for kind in OF_PREMISES:
        number, words = _numbered(rows[kind], longest_first=False)
        said = at[number[at] >= 0]
        chosen = _most(premises[said], number[said], np.zeros_like(said), len(ids), len(words))
        told[kind] = words.take(pa.array(chosen, mask=chosen < 0))
    entity = rows["entity"].fill_null(-1).to_numpy()
    there = at[(entity[at] >= 0) & ~_flags(rows["superseded"])[at] & ~_flags(rows["shared_address"])[at]]
    told["enterprise_count"] = pa.array(
        np.bincount(distinct_pairs(premises[there], entity[there])[0], minlength=len(ids))
    )
    return pa.table(told).sort_by("premises_id")


def _most(firm: Ints, word: Ints, day: Ints, firms: int, words: int) -> Ints:
    """Of each firm the word that it has most often, then last, then the smallest; -1 where it has none."""
    chosen = np.full(firms, -1, dtype=np.int64)
    if not len(firm):
        return chosen
    key = firm * words + word
    order = order_of(key)
    key = key[order]
    start = np.flatnonzero(is_first(key))
    newest = np.maximum.reduceat(day[order], start)
    times = np.diff(start, append=len(key))
    owner, told = key[start] // words, key[start] % words
    # The last one written stays: the best comes last.
    best = np.lexsort((-told, newest, times))
    chosen[owner[best]] = told[best]
    return chosen


def _numbered(column: pa.ChunkedArray, *, longest_first: bool = True) -> tuple[Ints, pa.StringArray]:
    """Each row's text as a number, by length, then by the text; -1 for null and empty."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    coded = coded.unify_dictionaries().combine_chunks()
    at = coded.indices.fill_null(len(coded.dictionary)).to_numpy()
    used = np.zeros(len(coded.dictionary) + 1, dtype=bool)
    used[at] = True
    used = np.flatnonzero(used[:-1])  # most words of a vocabulary are of other columns
    same = coded.dictionary.take(pa.array(used)).cast(pa.string()).dictionary_encode()
    words = same.dictionary
    table = pa.table({"size": pc.utf8_length(words), "word": words})
    by_size = "descending" if longest_first else "ascending"
    order = pc.sort_indices(table, sort_keys=[("size", by_size), ("word", "ascending")])
    rank = np.full(len(words), -1, dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(words))
    rank[pc.equal(words, "").to_numpy(zero_copy_only=False)] = -1
    of_entry = np.full(len(coded.dictionary) + 1, -1, dtype=np.int64)
    of_entry[used] = rank[same.indices.to_numpy()]
    return of_entry[at], words.take(order)


def _flags(column: pa.ChunkedArray) -> Bools:
    return np.asarray(column.to_numpy()).astype(bool)
