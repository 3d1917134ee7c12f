"""Parts of trade names and codes under which rows and firms are looked for, numbered once for a night."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.ordering import Ints, offsets, order_of
from pipeline.link.columns.vocabulary import Vocabularies

Points = npt.NDArray[np.uint32]
# Where a code's tail, middle and front lie, counted from its end.
_OF_CODE = ((-5, None), (-10, -5), (-13, -5))
_SHORTEST_CODE = 9
_SHORTENED = range(3, 7)  # lengths of the trade names that may lack a character


class Pieces:
    """Parts of the texts behind the integers of facets.

    Attributes:
        first, last, start, end: numbers of each trade name's first and last character, its first and last
            two; 0 where it has fewer.
        of_code: three arrays with a number per code: its pieces that one wrong character cannot all touch;
            0 where masked, all alike, or too short.
    """

    def __init__(self, words: Vocabularies) -> None:
        trades = words.trade.held()
        has_two = pc.greater(pc.utf8_length(trades), 1)
        self.first: Ints = _numbers(pc.utf8_slice_codeunits(trades, 0, 1))
        self.last: Ints = _numbers(pc.utf8_slice_codeunits(trades, -1))
        self.start: Ints = _numbers(pc.if_else(has_two, pc.utf8_slice_codeunits(trades, 0, 2), ""))
        self.end: Ints = _numbers(pc.if_else(has_two, pc.utf8_slice_codeunits(trades, -2), ""))
        self._count, self._flat = _shortened(trades)
        self._start = np.cumsum(self._count) - self._count
        self.of_code: list[Ints] = _of_codes(words.code.held())

    def shortened(self, trade: Ints) -> tuple[Ints, Ints]:
        """Numbers of the trade names less one character, and the positions in `trade` that have them."""
        size = self._count[trade]
        return self._flat[offsets(self._start[trade], size)], np.repeat(np.arange(len(trade)), size)


def _numbers(texts: pa.StringArray) -> Ints:
    """Equal texts have equal numbers; the empty text has 0."""
    numbers: Ints = pc.dictionary_encode(texts).indices.to_numpy().astype(np.int64) + 1
    return np.where(pc.equal(texts, "").to_numpy(zero_copy_only=False), 0, numbers)


def _of_codes(codes: pa.StringArray) -> list[Ints]:
    whole = pc.and_(
        pc.invert(pc.starts_with(codes, "group ")), pc.greater_equal(pc.utf8_length(codes), _SHORTEST_CODE)
    )
    found = []
    for start, stop in _OF_CODE:
        part = pc.utf8_slice_codeunits(codes, start, stop)
        telling = pc.and_(whole, pc.invert(pc.match_substring(part, "*")))
        tells = telling.to_numpy(zero_copy_only=False)
        tells[tells] = _differing(part.filter(telling)) > 2
        found.append(_numbers(pc.if_else(pa.array(tells), part, "")))
    return found


def _differing(texts: pa.StringArray) -> Ints:
    """How many different characters each text has."""
    length: Ints = pc.utf8_length(texts).to_numpy().astype(np.int64)
    result = np.zeros(len(length), dtype=np.int64)
    for size in np.unique(length[length > 0]).tolist():
        at = np.flatnonzero(length == size)
        points = np.sort(_points(texts.take(pa.array(at)), size), axis=1)
        result[at] = 1 + (points[:, 1:] != points[:, :-1]).sum(axis=1)
    return result


def _points(texts: pa.StringArray, size: int) -> Points:
    """The characters of texts that are all so long, a row a text."""
    letters = np.asarray(texts.to_pylist(), dtype=f"<U{size}")
    return letters.view(np.uint32).reshape(len(letters), size)


def _shortened(trades: pa.StringArray) -> tuple[Ints, Ints]:
    """For each trade name, how many forms it has (itself and less one character), and their numbers in turn.

    Of a run of equal characters it is one whichever is missing.
    """
    length: Ints = pc.utf8_length(trades).to_numpy().astype(np.int64)
    owners, texts = [], []
    for size in _SHORTENED:
        at = np.flatnonzero(length == size)
        words = trades.take(pa.array(at))
        points = _points(words, size)
        owners.append(at)
        texts.append(words)
        for missing in range(size):
            new = np.ones(len(at), dtype=bool)
            if missing:
                new = points[:, missing] != points[:, missing - 1]
            left = np.delete(points[new], missing, axis=1)
            owners.append(at[new])
            texts.append(pa.array(np.ascontiguousarray(left).view(f"<U{size - 1}").ravel(), pa.string()))
    owner = np.concatenate(owners)
    numbers = _numbers(pa.chunked_array(texts).combine_chunks())
    return np.bincount(owner, minlength=len(length)).astype(np.int64), numbers[order_of(owner)]
