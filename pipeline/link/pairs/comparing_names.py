"""Comparisons of names: trade name, industry, organisation form, branch; whole arrays at a time."""

import re
from functools import partial

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.columns.vocabulary import NameFacets, TradeFacets, Vocabularies, Vocabulary
from pipeline.link.model import Model
from pipeline.link.pairs.marks import Marks
from pipeline.link.pairs.remembering import Remembered
from pipeline.link.texts.folding import pinyin_key, read_alike, shape_key
from pipeline.link.texts.names import branch_core

ALIKE = 0.86
# Jaro–Winkler adds a tenth of what is missing for each of up to four equal first characters.
_PREFIX, _BOOST, _ROUNDING = 4, 0.1, 1e-4
_LONG = 6  # characters of a full name that may have a slip
_ONE_EDIT = 2  # characters of one side only, where one was replaced
_COMMON = "业品用材器店行用务工"
_SHORT_FORMS = {"stock": "company"}
_NUMERALS = re.compile(r"[零〇一二三四五六七八九十百千\d]+")


class NameComparer:
    """Compares the names and signs of aligned pairs under a model's levels."""

    def __init__(self, model: Model, words: Vocabularies) -> None:
        self._model = model
        self._words = words
        self._shapes = _numbered([shape_key(word) for word in words.trade.words])
        self._trade_marks, self._full_marks, self._industry_marks = (
            Marks(vocabulary.words) for vocabulary in (words.trade, words.full, words.industry)
        )
        self._sizes = self._trade_marks.sizes
        self._lengths = np.maximum(self._sizes, 1).astype(np.float32)
        self._numerals: Bools = np.array(
            [bool(_NUMERALS.search(word)) for word in words.trade.words], dtype=bool
        )
        self._industries = list(words.industry.words)
        self._telling = [frozenset(word) - frozenset(_COMMON) for word in self._industries]
        # 某某股份 is what a 股份有限公司 is called for short.
        self._classes = _numbered([_SHORT_FORMS.get(word, word) for word in words.form_class.words])
        self._overlap, self._trade_texts, self._one_slip_apart = map(
            Remembered, (self._overlaps, self._levels_of_trades, self._are_one_slip_apart)
        )
        self._branch_sounds = _numbered([pinyin_key(branch_core(word)) for word in words.branch.words])

    def levels(self, left: Facets, right: Facets) -> tuple[dict[str, Ints], NameFacets]:
        """Levels of the five name fields, and the right side's name that agreed best."""
        chosen, trade = self._best_name(left, right)
        mine = _choose(chosen >= 2, left.sign, left.name)
        other = _choose(chosen % 2 == 1, right.sign, right.name)
        same = (trade > 0) & (trade <= self._code("trade_name", "alike"))
        industry = np.where(trade > 0, self._industry(mine, other), 0)
        industry[trade == self._code("trade_name", "full_one_edit")] = self._code("industry", "exact")
        form = np.where(same, self._form(mine, other), 0)
        branch = np.where(same, self._branch(mine, other), 0)
        region = np.where(same, self._region(mine, other), 0)
        found = {"trade_name": trade, "industry": industry, "form": form, "region": region, "branch": branch}
        return found, other

    def _code(self, field: str, level: str) -> int:
        return self._model.comparisons[field].code(level)

    def _best_name(self, left: Facets, right: Facets) -> tuple[Ints, Ints]:
        """Which of name and sign agree best on the two sides (0–3), and the level."""
        code = partial(self._code, "trade_name")
        best, chosen = np.zeros(len(left), dtype=np.int8), np.zeros(len(left), dtype=np.int8)
        pairs = (
            (left.name, right.name),
            (left.name, right.sign),
            (left.sign, right.name),
            (left.sign, right.sign),
        )
        for which, (a, b) in enumerate(pairs):
            at = np.flatnonzero((a.trade > 0) & (b.trade > 0))
            level = self._level(TradeFacets.of(a, at), TradeFacets.of(b, at), named=which == 0)
            held = best[at]
            better = (level > 0) & ((held == 0) | (level < held))
            if which > 0:
                better &= (held == 0) | (level < code("sign_differs"))
            best[at[better]], chosen[at[better]] = level[better], which
        near = self._nearly_full(left.name, right.name, np.flatnonzero(best > code("full_one_edit")))
        best[near] = code("full_one_edit")
        formal = (self._trade_formal_differs(left.name, right.name)) & (best == code("sign_differs"))
        np.putmask(best, formal, code("differs"))
        return chosen, best

    def _level(self, a: TradeFacets, b: TradeFacets, *, named: bool) -> Ints:
        """Level of two trade names; `named` says that neither is a sign."""
        differs, sign_differs = self._code("trade_name", "differs"), self._code("trade_name", "sign_differs")
        level = self._trade(a, b)
        softer = level == differs
        if named:
            softer &= (a.formal == 0) | (b.formal == 0)
        np.putmask(level, softer, sign_differs)
        either, both = (a.person > 0) | (b.person > 0), (a.person > 0) & (b.person > 0)
        np.putmask(level, (either & (level >= sign_differs)) | both, 0)
        return level

    def _trade_formal_differs(self, a: NameFacets, b: NameFacets) -> Bools:
        both = (a.formal > 0) & (b.formal > 0) & (a.trade > 0) & (b.trade > 0)
        return np.asarray(both & (a.sound != b.sound))

    def _nearly_full(self, a: NameFacets, b: NameFacets, at: Ints) -> Ints:
        """Where, of some positions, two long names, place aside, differ by one homophone or by a swap."""
        mine, other = a.full[at], b.full[at]
        rest = np.flatnonzero((mine > 0) & (other > 0) & (mine != other) & (a.trade[at] != b.trade[at]))
        rest = rest[self._full_marks.may_be_edits_apart(mine[rest], other[rest], 1)]
        return at[rest[self._one_slip_apart(mine[rest], other[rest]) > 0]]

    def _are_one_slip_apart(self, a: Ints, b: Ints) -> Ints:
        sizes = self._full_marks.sizes
        at = np.flatnonzero((sizes[a] == sizes[b]) & (sizes[a] >= _LONG))
        left, right = self._words.full.texts(a[at]), self._words.full.texts(b[at])
        edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32)
        near = np.flatnonzero(edits == 1)
        differing, alike = read_alike([left[i] for i in near], [right[i] for i in near])
        result = np.zeros(len(a), dtype=np.int8)
        # At one edit, two differing characters are swapped ones.
        result[at[near]] = alike | (differing == 2)
        return result

    def _trade(self, a: TradeFacets, b: TradeFacets) -> Ints:
        """Level of two trade names; one that only says the trade (快餐) hardly tells shops apart."""
        level = self._trade_words(a, b)
        alike = self._code("trade_name", "alike")
        at = np.flatnonzero((a.known == 0) | (b.known == 0))
        at = at[~((a.full[at] > 0) & (a.full[at] == b.full[at]) & (a.formal[at] > 0) & (b.formal[at] > 0))]
        mine, other, generic = TradeFacets.of(a, at), TradeFacets.of(b, at), level[at]
        person = (mine.person > 0) | (other.person > 0)
        near = np.where(person, self._bears_person(mine, other, generic), generic <= alike)
        level[at] = np.where(near, alike, 0)
        return level

    def _bears_person(self, a: TradeFacets, b: TradeFacets, level: Ints) -> Bools:
        """Whether what may be a person's name is the other side's trade name, or stands whole inside it."""
        mine, other = self._sizes[a.trade], self._sizes[b.trade]
        inside = ((a.person > 0) & (mine >= 3) & (mine < other)) | (
            (b.person > 0) & (other >= 3) & (other < mine)
        )
        inside &= level == self._code("trade_name", "contained")
        return np.asarray(inside | (level <= self._code("trade_name", "look_alike")))

    def _trade_words(self, a: TradeFacets, b: TradeFacets) -> Ints:
        """Level of two trade names; compared as text only where they may be alike without being equal."""
        code = partial(self._code, "trade_name")
        level = np.full(len(a.trade), code("differs"), dtype=np.int8)
        np.putmask(level, a.sound == b.sound, code("homophone"))
        np.putmask(level, a.trade == b.trade, code("exact"))
        rest = np.flatnonzero(level == code("differs"))
        rest = rest[self._may_be_alike(a.trade[rest], b.trade[rest])]
        level[rest] = self._trade_texts(a.trade[rest], b.trade[rest])
        return level

    def _may_be_alike(self, a: Ints, b: Ints) -> Bools:
        """Whether two different trade names may be at any other level than `differs`."""
        mine, other = self._trade_marks.only_in(a, b)
        sizes = self._lengths[a], self._lengths[b]
        # So many characters may be found on the other side, in the best order, the first ones in front.
        shared = np.minimum(sizes[0] - mine, sizes[1] - other)
        jaro = (shared / sizes[0] + shared / sizes[1] + 1) / 3
        winkler = jaro + np.minimum(shared, _PREFIX) * _BOOST * (1 - jaro)
        near = (winkler >= ALIKE - _ROUNDING) | (mine == 0) | (other == 0) | (mine + other <= _ONE_EDIT)
        return np.asarray(near | (self._shapes[a] == self._shapes[b]))

    def _levels_of_trades(self, a: Ints, b: Ints) -> Ints:
        """Levels of distinct pairs of different trade names."""
        left, right = map(self._words.trade.texts, (a, b))
        edits = process.cpdist(left, right, scorer=Levenshtein.distance, dtype=np.int32)
        alike = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
        longer, shorter = (
            np.maximum(self._sizes[a], self._sizes[b]),
            np.minimum(self._sizes[a], self._sizes[b]),
        )
        inside = (edits == longer - shorter) & (shorter >= 2)
        for i in np.flatnonzero(inside):
            inside[i] = left[i] in right[i] or right[i] in left[i]
        code = self._code
        level = np.full(len(a), code("trade_name", "differs"), dtype=np.int64)
        level[alike >= ALIKE] = code("trade_name", "alike")
        level[(edits == 1) & (shorter <= 2)] = code("trade_name", "one_edit_short")
        level[(edits == 1) & (shorter >= 3)] = code("trade_name", "one_edit")
        level[inside] = code("trade_name", "contained")
        replaced = np.flatnonzero((edits == 1) & (longer == shorter))
        _, heard = read_alike([left[i] for i in replaced], [right[i] for i in replaced])
        level[replaced[heard]] = code("trade_name", "homophone")
        for i in np.flatnonzero((edits <= 2) & (self._numerals[a] | self._numerals[b])):
            if _other_number(left[i], right[i]):
                level[i] = code("trade_name", "differs")
        level[self._shapes[a] == self._shapes[b]] = code("trade_name", "look_alike")
        return level

    def _industry(self, a: NameFacets, b: NameFacets) -> Ints:
        """Level of two trades: equal, one inside the other, sharing a character that tells, or not."""
        mine, other = a.industry, b.industry
        level = np.zeros(len(mine), dtype=np.int8)
        np.putmask(level, (mine > 0) & (mine == other), self._code("industry", "exact"))
        np.putmask(level, (mine > 0) ^ (other > 0), self._code("industry", "one_missing"))
        rest = np.flatnonzero((mine > 0) & (other > 0) & (mine != other))
        level[rest] = self._code("industry", "differs")
        rest = rest[self._industry_marks.may_share(mine[rest], other[rest])]
        level[rest] = self._overlap(mine[rest], other[rest])
        return level

    def _overlaps(self, a: Ints, b: Ints) -> Ints:
        found = [self._overlap_of(*pair) for pair in zip(a.tolist(), b.tolist(), strict=True)]
        return np.array([self._code("industry", level) for level in found], dtype=np.int64)

    def _overlap_of(self, a: int, b: int) -> str:
        mine, other = self._industries[a], self._industries[b]
        if mine in other or other in mine:
            return "contained"
        return "differs" if self._telling[a].isdisjoint(self._telling[b]) else "shares"

    def _form(self, a: NameFacets, b: NameFacets) -> Ints:
        both = (a.form > 0) & (b.form > 0)
        same_class = self._classes[a.form_class] == self._classes[b.form_class]
        level = np.where(same_class, self._code("form", "same_class"), self._code("form", "differs"))
        level = np.where(a.form == b.form, self._code("form", "exact"), level)
        return np.where(both, level, 0).astype(np.int8)

    def _region(self, a: NameFacets, b: NameFacets) -> Ints:
        """Whether the names' own places agree: another city, or another district of it, is another firm."""
        city = (a.city > 0) & (b.city > 0)
        apart = city & (
            (a.city != b.city) | ((a.district > 0) & (b.district > 0) & (a.district != b.district))
        )
        level = np.where(apart, self._code("region", "differs"), self._code("region", "same"))
        whole = (a.full > 0) & (a.full == b.full) & (a.formal > 0) & (b.formal > 0) & (a.branch == b.branch)
        level = np.where(whole & ~apart, self._code("region", "whole"), level)
        return np.where(city, level, 0).astype(np.int8)

    def _branch(self, a: NameFacets, b: NameFacets) -> Ints:
        one = (a.branch > 0) ^ (b.branch > 0)
        formal = (a.formal > 0) & (b.formal > 0)
        level = np.where(
            one, np.where(formal, self._code("branch", "parent"), self._code("branch", "one_missing")), 0
        )
        level = np.where(one & formal & (b.branch > 0), self._code("branch", "shortened"), level)
        both = (a.branch > 0) & (b.branch > 0)
        level = np.where(both, self._code("branch", "differs"), level)
        sounds = self._branch_sounds
        level = np.where(both & (sounds[a.branch] == sounds[b.branch]), self._code("branch", "alike"), level)
        return np.where(both & (a.branch == b.branch), self._code("branch", "exact"), level).astype(np.int8)


def _numbered(words: list[str]) -> Ints:
    """Numbers that are equal where the texts are."""
    return Vocabulary().add_all(words)


def _choose(which: Bools, yes: NameFacets, no: NameFacets) -> NameFacets:
    """The names with those at some positions taken from another column."""
    at = np.flatnonzero(which)
    if not len(at):
        return no
    chosen = {}
    for name in NameFacets.__dataclass_fields__:
        column = getattr(no, name).copy()
        column[at] = getattr(yes, name)[at]
        chosen[name] = column
    return NameFacets(**chosen)


def _other_number(a: str, b: str) -> bool:
    """Whether two names differ in their numbers only (一厂, 二厂): then they are two firms."""
    if a == b or _NUMERALS.findall(a) == _NUMERALS.findall(b):
        return False
    return _NUMERALS.sub("", a) == _NUMERALS.sub("", b)
