"""Comparisons of aligned pairs, field by field: level codes and weights, whole arrays at a time."""

from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

from pipeline.link.facets import Facets, NameFacets, Vocabularies, Vocabulary
from pipeline.link.folding import pinyin_key, shape_key
from pipeline.link.joining import combine
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.parties import Ints

FIELDS = ("trade_name", "industry", "form", "branch", "person", "phone", "place", "code")
ALIKE = 0.86
_COMMON = "业品用材器店行用务工"


@dataclass(frozen=True)
class Scored:
    """Aligned pairs: level code per field (rows of `levels` in the order of FIELDS), weights, their sum."""

    levels: dict[str, Ints]
    weights: dict[str, Ints]
    total: Ints


@dataclass(frozen=True)
class Frequencies:
    """How many firms bear each value, by vocabulary number; `count` firms in all."""

    count: int
    trade: Ints
    sound: Ints
    industry: Ints
    person: Ints
    person_sound: Ints
    phone: Ints
    site: Ints
    building: Ints
    road: Ints
    house_code: Ints


def frequencies(views: Facets, entity: Ints, words: Vocabularies) -> Frequencies:
    """Counts distinct firms per value over all views of firms."""

    def counted(value: Ints, size: int) -> Ints:
        held = value > 0
        pair = np.unique(value[held] * (int(entity.max(initial=0)) + 1) + entity[held])
        return np.bincount(pair // (int(entity.max(initial=0)) + 1), minlength=size).astype(np.int64)

    return Frequencies(
        count=max(len(np.unique(entity)), 1),
        trade=counted(views.name.trade, len(words.trade)),
        sound=counted(views.name.sound, len(words.sound)),
        industry=counted(views.name.industry, len(words.industry)),
        person=counted(views.person, len(words.person)),
        person_sound=counted(views.person_sound, len(words.person_sound)),
        phone=counted(views.phone, len(words.phone)),
        site=counted(views.site, len(words.place)),
        building=counted(views.building, len(words.place)),
        road=counted(views.road, len(words.place)),
        house_code=counted(views.house_code, len(words.place)),
    )


class Comparator:
    """Compares rows of one set of facets with rows of another under a model."""

    def __init__(self, model: Model, words: Vocabularies, counts: Frequencies) -> None:
        self._model = model
        self._words = words
        self._counts = counts
        self._shapes = np.array(_numbered([shape_key(word) for word in words.trade.words]), dtype=np.int64)

    def score(self, left: Facets, right: Facets) -> Scored:
        """Compares position by position; both sides have one length."""
        chosen, name_level = self._best_name(left, right)
        mine = _choose(chosen >= 2, left.sign, left.name)
        other = _choose(chosen % 2 == 1, right.sign, right.name)
        same_trade = (name_level > 0) & (name_level <= self._code("trade_name", "alike"))
        levels = {"trade_name": name_level}
        levels["industry"] = np.where(name_level > 0, self._industry(mine, other), 0)
        same_full = name_level == self._code("trade_name", "full_one_edit")
        levels["industry"][same_full] = self._code("industry", "exact")
        levels["form"] = np.where(same_trade, self._form(mine, other), 0)
        levels["branch"] = np.where(same_trade, self._branch(mine, other), 0)
        levels["person"] = self._person(left, right)
        levels["phone"] = self._phone(left, right)
        place, place_count = self._place(left, right)
        levels["place"] = place
        levels["code"] = self._codes(left, right)
        counts = self._counts
        shares = {
            "trade_name": np.where(
                name_level == 1, _at(counts.trade, other.trade), _at(counts.sound, other.sound)
            ),
            "industry": _at(counts.industry, other.industry),
            "person": np.where(
                levels["person"] == 1,
                _at(counts.person, right.person),
                _at(counts.person_sound, right.person_sound),
            ),
            "phone": _at(counts.phone, right.phone),
            "place": place_count,
        }
        weights = {
            name: self._model.weights(name, levels[name], shares.get(name), counts.count) for name in FIELDS
        }
        most = self._model.comparisons["phone"].most_beside_person
        if most is not None:
            known_person = np.isin(levels["person"], [1, 2])
            weights["phone"] = np.where(
                known_person, np.minimum(weights["phone"], most * THOUSANDTHS), weights["phone"]
            )
        total = np.sum([weights[name] for name in FIELDS], axis=0, dtype=np.int64)
        return Scored(levels, weights, total)

    def _code(self, field: str, level: str) -> int:
        return self._model.comparisons[field].code(level)

    def _best_name(self, left: Facets, right: Facets) -> tuple[Ints, Ints]:
        """Which of name and sign agree best on the two sides (0–3), and the level."""
        differs = self._code("trade_name", "differs")
        sign_differs = self._code("trade_name", "sign_differs")
        best = np.zeros(len(left), dtype=np.int64)
        chosen = np.zeros(len(left), dtype=np.int64)
        pairs = (
            (left.name, right.name),
            (left.name, right.sign),
            (left.sign, right.name),
            (left.sign, right.sign),
        )
        for which, (a, b) in enumerate(pairs):
            level = self._trade(a, b)
            softer = (level == differs) & ((which > 0) | (a.formal == 0) | (b.formal == 0))
            level = np.where(softer, sign_differs, level)
            maybe_person = ((a.person > 0) | (b.person > 0)) & (level >= sign_differs)
            level = np.where(maybe_person, 0, level)
            better = (level > 0) & ((best == 0) | (level < best))
            if which > 0:
                better &= (best == 0) | (level < sign_differs)
            best, chosen = np.where(better, level, best), np.where(better, which, chosen)
        near = self._nearly_full(left.name, right.name) & (best > self._code("trade_name", "full_one_edit"))
        best = np.where(near, self._code("trade_name", "full_one_edit"), best)
        formal = (self._trade_formal_differs(left.name, right.name)) & (best == sign_differs)
        return chosen, np.where(formal, differs, best)

    def _trade_formal_differs(self, a: NameFacets, b: NameFacets) -> np.ndarray:
        both = (a.formal > 0) & (b.formal > 0) & (a.trade > 0) & (b.trade > 0)
        return np.asarray(both & (a.sound != b.sound))

    def _nearly_full(self, a: NameFacets, b: NameFacets) -> np.ndarray:
        """Whether two long names, place aside, differ in one character only."""
        result = np.zeros(len(a.full), dtype=bool)
        rest = np.flatnonzero((a.full > 0) & (b.full > 0) & (a.full != b.full) & (a.trade != b.trade))
        if not len(rest):
            return result
        pair = combine(a.full[rest], b.full[rest])
        _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
        words = self._words.full.words
        left, right = ([words[i] for i in side.full[rest[first]]] for side in (a, b))
        edits = process.cpdist(left, right, scorer=Levenshtein.distance, score_cutoff=1, dtype=np.int32)
        sound = [pinyin_key(x) == pinyin_key(y) for x, y in zip(left, right, strict=True)]
        size = np.array([min(len(x), len(y)) for x, y in zip(left, right, strict=True)])
        result[rest] = ((edits == 1) & np.array(sound) & (size >= 6))[inverse]
        return result

    def _trade(self, a: NameFacets, b: NameFacets) -> Ints:
        """Level of two trade names; compared as text only where they are not equal."""
        level = np.zeros(len(a.trade), dtype=np.int64)
        both = (a.trade > 0) & (b.trade > 0)
        equal = both & (a.trade == b.trade)
        sound = both & ~equal & (a.sound == b.sound)
        rest = np.flatnonzero(both & ~equal & ~sound)
        level[equal], level[sound] = self._code("trade_name", "exact"), self._code("trade_name", "homophone")
        if len(rest):
            pair = combine(a.trade[rest], b.trade[rest])
            _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
            at = rest[first]
            level[rest] = self._trade_texts(a.trade[at], b.trade[at])[inverse]
        return level

    def _trade_texts(self, a: Ints, b: Ints) -> Ints:
        words = self._words.trade.words
        left, right = [words[i] for i in a], [words[i] for i in b]
        size = np.array([min(len(x), len(y)) for x, y in zip(left, right, strict=True)], dtype=np.int64)
        edits = process.cpdist(left, right, scorer=Levenshtein.distance, dtype=np.int32)
        alike = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
        inside = np.array(
            [min(len(x), len(y)) >= 2 and (x in y or y in x) for x, y in zip(left, right, strict=True)]
        )
        code = self._code
        level = np.full(len(a), code("trade_name", "differs"), dtype=np.int64)
        level[alike >= ALIKE] = code("trade_name", "alike")
        level[inside] = code("trade_name", "contained")
        level[(edits == 1) & (size <= 2)] = code("trade_name", "one_edit_short")
        level[(edits == 1) & (size >= 3)] = code("trade_name", "one_edit")
        level[inside & (size >= 2) & (edits == 1)] = code("trade_name", "contained")
        level[self._shapes[a] == self._shapes[b]] = code("trade_name", "look_alike")
        return level

    def _industry(self, a: NameFacets, b: NameFacets) -> Ints:
        return self._texts("industry", self._words.industry, a.industry, b.industry)

    def _texts(self, field: str, words: Vocabulary, a: Ints, b: Ints) -> Ints:
        """Level of two short texts: equal, one inside the other, sharing a pair of characters, or not."""
        level = np.zeros(len(a), dtype=np.int64)
        level[(a > 0) & (a == b)] = self._code(field, "exact")
        level[(a > 0) ^ (b > 0)] = self._code(field, "one_missing")
        rest = np.flatnonzero((a > 0) & (b > 0) & (a != b))
        if len(rest):
            pair = combine(a[rest], b[rest])
            _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
            found = [
                _overlap(words.words[x], words.words[y])
                for x, y in zip(a[rest[first]], b[rest[first]], strict=True)
            ]
            level[rest] = np.array([self._code(field, name) for name in found], dtype=np.int64)[inverse]
        return level

    def _form(self, a: NameFacets, b: NameFacets) -> Ints:
        both = (a.form > 0) & (b.form > 0)
        same_class = a.form_class == b.form_class
        level = np.where(same_class, self._code("form", "same_class"), self._code("form", "differs"))
        level = np.where(a.form == b.form, self._code("form", "exact"), level)
        return np.where(both, level, 0).astype(np.int64)

    def _branch(self, a: NameFacets, b: NameFacets) -> Ints:
        one = (a.branch > 0) ^ (b.branch > 0)
        formal = (a.formal > 0) & (b.formal > 0)
        level = np.where(
            one, np.where(formal, self._code("branch", "parent"), self._code("branch", "one_missing")), 0
        )
        both = (a.branch > 0) & (b.branch > 0)
        level = np.where(both, self._code("branch", "differs"), level)
        for at in np.flatnonzero(both & (a.branch != b.branch)):
            x, y = self._words.branch.words[a.branch[at]], self._words.branch.words[b.branch[at]]
            if _same_branch(x, y):
                level[at] = self._code("branch", "alike")
        return np.where(both & (a.branch == b.branch), self._code("branch", "exact"), level).astype(np.int64)

    def _person(self, a: Facets, b: Facets) -> Ints:
        both = (a.person > 0) & (b.person > 0)
        level = np.where(both, self._code("person", "differs"), 0)
        rest = np.flatnonzero(both & (a.person_sound != b.person_sound))
        words = self._words.person.words
        near = process.cpdist(
            [words[i] for i in a.person[rest]], [words[i] for i in b.person[rest]],
            scorer=Levenshtein.distance, dtype=np.int32,
        )  # fmt: skip
        size = np.array([len(words[i]) for i in a.person[rest]], dtype=np.int64)
        level[rest[(near == 1) & (size >= 3)]] = self._code("person", "one_character")
        level = np.where(both & (a.person_sound == b.person_sound), self._code("person", "homophone"), level)
        return np.where(both & (a.person == b.person), self._code("person", "exact"), level).astype(np.int64)

    def _phone(self, a: Facets, b: Facets) -> Ints:
        both = (a.phone > 0) & (b.phone > 0)
        equal = np.zeros(len(a), dtype=bool)
        for mine in (a.phone, a.phone_other):
            for other in (b.phone, b.phone_other):
                equal |= (mine > 0) & (mine == other)
        level = np.where(both, self._code("phone", "differs"), 0)
        rest = np.flatnonzero(both & ~equal)
        words = self._words.phone.words
        near = process.cpdist(
            [words[i] for i in a.phone[rest]], [words[i] for i in b.phone[rest]],
            scorer=Levenshtein.distance, dtype=np.int32,
        )  # fmt: skip
        level[rest[near == 1]] = self._code("phone", "one_digit")
        return np.where(equal, self._code("phone", "exact"), level).astype(np.int64)

    def _place(self, a: Facets, b: Facets) -> tuple[Ints, Ints]:
        """Level of two places, and how many firms share the place that agrees."""
        site = (a.site > 0) & (a.site == b.site)
        building = (a.building > 0) & (a.building == b.building) & ~_both_differ(a.road, b.road)
        block_differs = _both_differ(a.block, b.block)
        room = (a.room > 0) & (a.room == b.room) & ~_both_differ(a.floor, b.floor)
        room_differs = _both_differ(a.room, b.room) | _both_differ(a.floor, b.floor) | block_differs
        house = (a.house_code > 0) & (a.house_code == b.house_code)
        number = site | building
        road = (a.road > 0) & (a.road == b.road)
        area = (a.community > 0) & (a.community == b.community)
        # The same room of the same building under a misspelt road is no other place.
        misspelt = (a.building > 0) & (a.building == b.building) & room
        apart = (
            (_both_differ(a.site, b.site) & ~building)
            | (_both_differ(a.road, b.road) & ~misspelt)
            | (_both_differ(a.building, b.building) & ~site)
            | (_both_differ(a.street, b.street) & ~number)
        )
        code = self._code
        level = np.where(apart, code("place", "differs"), 0)
        level = np.where(area & ~apart, code("place", "same_area"), level)
        level = np.where(road & ~apart, code("place", "same_road"), level)
        level = np.where(number & room_differs, code("place", "other_room"), level)
        level = np.where((number | house) & ~room_differs, code("place", "same_number"), level)
        level = np.where(house & ~room_differs, code("place", "same_house"), level)
        level = np.where((number | house) & room & ~block_differs, code("place", "same_room"), level)
        level = np.where((a.shared > 0) | (b.shared > 0), code("place", "shared"), level)
        counts = self._counts
        bearers = np.where(
            site,
            _at(counts.site, b.site),
            np.where(building, _at(counts.building, b.building), _at(counts.road, b.road)),
        )
        bearers = np.where(house & ~number, _at(counts.house_code, b.house_code), bearers)
        bearers = np.where(level == code("place", "same_room"), 1 + bearers // 8, bearers)
        return level.astype(np.int64), bearers

    def _codes(self, a: Facets, b: Facets) -> Ints:
        code = self._code
        differs = _both_differ(a.uscc, b.uscc) | _both_differ(a.org, b.org)
        equal = np.zeros(len(a), dtype=bool)
        for name in ("uscc", "org", "registration"):
            mine, other = getattr(a, name), getattr(b, name)
            equal |= (mine > 0) & (mine == other)
        level = np.where(equal, code("code", "valid_equal"), 0)
        hint = np.flatnonzero((a.hint > 0) & ~equal & ~differs)
        level[hint] = np.where(self._fits(a, b, hint), code("code", "damaged_equal"), 0)
        return np.where(differs & ~equal, code("code", "valid_differs"), level).astype(np.int64)

    def _fits(self, a: Facets, b: Facets, at: Ints) -> np.ndarray:
        words = self._words.code.words
        return np.array(
            [
                any(
                    _damaged(words[a.hint[i]], words[code[i]])
                    for code in (b.uscc, b.registration, b.hint, b.org)
                )
                for i in at
            ],
            dtype=bool,
        )


def _numbered(words: list[str]) -> list[int]:
    """Numbers that are equal where the texts are."""
    vocabulary = Vocabulary()
    return [vocabulary.add(word) for word in words]


def _at(counts: Ints, index: Ints) -> Ints:
    return counts[index]


def _both_differ(a: Ints, b: Ints) -> np.ndarray:
    return np.asarray((a > 0) & (b > 0) & (a != b))


def _choose(which: np.ndarray, yes: NameFacets, no: NameFacets) -> NameFacets:
    return NameFacets(
        **{
            name: np.where(which, getattr(yes, name), getattr(no, name))
            for name in NameFacets.__dataclass_fields__
        }
    )


def _overlap(a: str, b: str) -> str:
    if a in b or b in a:
        return "contained"
    common = set(a) & set(b) - set(_COMMON)
    return "shares" if common else "differs"


def _same_branch(a: str, b: str) -> bool:
    return Levenshtein.distance(a, b) <= 1 and len(a) == len(b) and len(a) >= 5


def _damaged(hint: str, code: str) -> bool:
    """Whether a damaged or masked code can be what is left of a whole one."""
    if not code or code.startswith("group "):
        return False
    if "*" in hint:
        head, _, _ = hint.partition("*")
        tail = hint.rpartition("*")[2]
        known = len(head) + len(tail)
        return known >= 10 and code.startswith(head) and code.endswith(tail)
    return bool(Levenshtein.distance(hint, code, score_cutoff=2) <= 2) and len(hint) >= 13
