"""What an enterprise's rows say of it: of each kind of word the one that most of them say."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.facets import Bools
from pipeline.link.columns.ordering import Ints, is_first, order_of

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
# A shared registration address says nothing of where a firm is.
PLACES = frozenset({"street", "community", "address"})


def said_table(rows: pa.Table) -> pa.Table:
    """`link_said`: enterprise_id, and a column for each kind of word; null where no current row says one.

    Ties go to the newer, then to the longer, then to the smaller word.

    Args:
        rows: `link_row`.
    """
    firm, firms = _numbered(rows["enterprise_id"])
    current = (firm >= 0) & ~_flags(rows["superseded"])
    placed = current & ~_flags(rows["shared_address"])
    day = rows["extract_date"].cast(pa.int32()).to_numpy()
    said = {"enterprise_id": firms}
    for kind, column in WORDS.items():
        number, words = _numbered(rows[column])
        at = np.flatnonzero((placed if kind in PLACES else current) & (number >= 0))
        chosen = _most(firm[at], number[at], day[at], len(firms), len(words))
        said[kind] = words.take(pa.array(chosen, mask=chosen < 0))
    return pa.table(said)


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


def _numbered(column: pa.ChunkedArray) -> tuple[Ints, pa.StringArray]:
    """Each row's text as a number, the longer before the shorter, then by the text; -1 for null and empty."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    coded = coded.unify_dictionaries().combine_chunks()
    same = coded.dictionary.cast(pa.string()).dictionary_encode()
    words = same.dictionary
    table = pa.table({"size": pc.utf8_length(words), "word": words})
    order = pc.sort_indices(table, sort_keys=[("size", "descending"), ("word", "ascending")])
    rank = np.full(len(words) + 1, -1, dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(words))
    rank[:-1][pc.equal(words, "").to_numpy(zero_copy_only=False)] = -1
    of_entry = np.append(rank[same.indices.fill_null(len(words)).to_numpy()], -1)
    number: Ints = of_entry[coded.indices.fill_null(len(of_entry) - 1).to_numpy()]
    return number, words.take(order)


def _flags(column: pa.ChunkedArray) -> Bools:
    return np.asarray(column.to_numpy()).astype(bool)
