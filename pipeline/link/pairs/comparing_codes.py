"""Comparisons of codes: valid ones by their number, damaged and masked ones by what is left of them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.model import Model
from pipeline.link.pairs.remembering import Remembered

Bits = npt.NDArray[np.uint64]
_END = 8  # characters that one 64-bit number holds
_EDITS = 2
_SHORTEST = 13  # of a damaged code
_FEWEST = 10  # characters that a masked code must show at its ends


class CodeComparer:
    """Compares the codes of aligned pairs."""

    def __init__(self, model: Model, words: Vocabularies) -> None:
        self._code = model.comparisons["code"].code
        self._words = words
        self._left_over = Remembered(self._are_left_over)
        codes = words.code.held()
        self._ends = _Ends(codes)
        masked = pc.match_substring(codes, "*").to_numpy(zero_copy_only=False)
        self._masked: Bools = masked.astype(bool)
        self._whole = _are_whole(codes)

    def levels(self, a: Facets, b: Facets) -> Ints:
        """Level codes of aligned pairs."""
        differs = both_differ(a.uscc, b.uscc) | both_differ(a.org, b.org)
        equal = np.zeros(len(a), dtype=bool)
        for name in ("uscc", "org", "registration"):
            mine, other = getattr(a, name), getattr(b, name)
            equal |= (mine > 0) & (mine == other)
        level = np.where(equal, np.int8(self._code("valid_equal")), np.int8(0))
        hint = np.flatnonzero((a.hint > 0) & ~equal & ~differs)
        fits = self._fits(a, b, hint)
        # A whole code with one wrong character still looks like its firm's; one that does not denies it.
        against = self._whole[a.hint[hint]] & (b.uscc[hint] > 0)
        level[hint] = np.where(
            fits, self._code("damaged_equal"), np.where(against, self._code("damaged_differs"), 0)
        )
        np.putmask(level, differs & ~equal, self._code("valid_differs"))
        return level

    def _fits(self, a: Facets, b: Facets, at: Ints) -> Bools:
        """Whether the left side's damaged code can be what is left of one of the right side's codes."""
        result = np.zeros(len(at), dtype=bool)
        hint = a.hint[at]
        for codes in (b.uscc, b.registration, b.hint, b.org):
            code = codes[at]
            held = np.flatnonzero((code > 0) & ~result)
            masked = self._masked[hint[held]]
            held = held[~masked | self._ends.may_fit(hint[held], code[held])]
            result[held] = self._left_over(hint[held], code[held]) > 0
        return result

    def _are_left_over(self, hint: Ints, code: Ints) -> Ints:
        hints, codes = map(self._words.code.texts, (hint, code))
        edits = process.cpdist(hints, codes, scorer=Levenshtein.distance, score_cutoff=_EDITS, dtype=np.int32)
        fits: Bools = np.asarray((edits <= _EDITS) | self._masked[hint])
        for i in np.flatnonzero(fits).tolist():
            fits[i] = _damaged(hints[i], codes[i], int(edits[i]))
        return fits.astype(np.int8)


class _Ends:
    """The first and last characters of each code, to tell quickly what a masked code cannot be."""

    def __init__(self, codes: pa.StringArray) -> None:
        self._readable = pc.string_is_ascii(codes).to_numpy(zero_copy_only=False).astype(bool)
        plain = pc.if_else(pa.array(self._readable), codes, "")
        self._first = _packed(pc.utf8_rpad(pc.utf8_slice_codeunits(plain, 0, _END), _END, " "))
        self._last = _packed(pc.utf8_lpad(pc.utf8_slice_codeunits(plain, -_END), _END, " "))
        self._before, self._behind = (
            _shown(self._first, from_front=True),
            _shown(self._last, from_front=False),
        )

    def may_fit(self, hint: Ints, code: Ints) -> Bools:
        """Whether what a masked code shows at its ends may be the ends of another; False is certain."""
        apart = (self._first[hint] ^ self._first[code]) & self._before[hint]
        apart |= (self._last[hint] ^ self._last[code]) & self._behind[hint]
        return np.asarray((apart == 0) | ~self._readable[hint] | ~self._readable[code])


def _packed(texts: pa.StringArray) -> Bits:
    """Texts of eight one-byte characters as numbers, the first character lowest."""
    return np.frombuffer("".join(texts.to_pylist()).encode("ascii"), dtype="<u8").astype(np.uint64)


def _shown(ends: Bits, *, from_front: bool) -> Bits:
    """Bits of the characters before the first (behind the last) asterisk."""
    letters = ends.astype("<u8").view(np.uint8).reshape(len(ends), _END)
    shown = letters != ord("*")
    if from_front:
        shown = np.logical_and.accumulate(shown, axis=1)
    else:
        shown = np.logical_and.accumulate(shown[:, ::-1], axis=1)[:, ::-1]
    bits = np.ascontiguousarray(shown).astype(np.uint8) * np.uint8(255)
    return bits.view("<u8").ravel().astype(np.uint64)


def both_differ(a: Ints, b: Ints) -> Bools:
    """Where both sides say something, and not the same."""
    return np.asarray((a > 0) & (b > 0) & (a != b))


def _are_whole(codes: pa.StringArray) -> Bools:
    """Whether enough of each code is left to tell that it is another firm's."""
    whole = pc.and_(pc.equal(pc.utf8_length(codes), 18), pc.less_equal(pc.count_substring(codes, "*"), 6))
    whole = pc.and_(whole, pc.invert(pc.ends_with(codes, "*")))
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=bool)


def _damaged(hint: str, code: str, edits: int) -> bool:
    """Whether a damaged or masked code can be what is left of a whole one."""
    if "*" not in hint:
        return edits <= _EDITS and len(hint) >= _SHORTEST
    head, tail = hint.partition("*")[0], hint.rpartition("*")[2]
    return len(head) + len(tail) >= _FEWEST and code.startswith(head) and code.endswith(tail)
