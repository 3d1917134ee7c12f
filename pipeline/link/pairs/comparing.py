"""Comparisons of aligned pairs, field by field: level codes and weights, whole arrays at a time."""

from dataclasses import dataclass, fields

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.link.columns.facets import Facets, share_a_name
from pipeline.link.columns.ordering import Bools, Ints, distinct, distinct_pairs
from pipeline.link.columns.vocabulary import NameFacets, Vocabularies
from pipeline.link.model import THOUSANDTHS, Model
from pipeline.link.pairs.comparing_codes import CodeComparer, both_differ
from pipeline.link.pairs.comparing_names import NameComparer
from pipeline.link.pairs.marks import Marks
from pipeline.link.pairs.remembering import Remembered
from pipeline.link.pairs.weighing import WeightTable

# A small district does not make names common: rarity is measured against at least this many firms.
LEAST_POPULATION = 3000
RARE = (
    "trade_name",
    "industry",
    "person",
    "phone",
    "place",
)  # what agrees there weighs less where it is common
FIELDS = ("trade_name", "industry", "form", "region", "branch", "person", "phone", "place", "licence", "code")


@dataclass(frozen=True)
class Scored:
    """Aligned pairs: level code per field (rows of `levels` in the order of FIELDS), weights, their sum."""

    levels: dict[str, Ints]
    weights: dict[str, Ints]
    total: Ints

    def take(self, at: Ints) -> "Scored":
        """Some of the pairs."""
        return Scored(
            {field: codes[at] for field, codes in self.levels.items()},
            {field: weight[at] for field, weight in self.weights.items()},
            self.total[at],
        )

    def at(self, model: Model, field: str, *levels: str) -> Bools:
        """Where a field's level is one of some."""
        return is_level(model, field, self.levels[field], *levels)


def is_level(model: Model, field: str, codes: Ints, *levels: str) -> Bools:
    """Which of a field's level codes are one of some levels."""
    comparison = model.comparisons[field]
    wanted = np.zeros(len(comparison.levels) + 1, dtype=bool)
    wanted[[comparison.code(level) for level in levels]] = True
    return np.asarray(wanted[codes])


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
    door: Ints

    @property
    def most(self) -> int:
        """The most firms that bear one value."""
        return max(int(getattr(self, f.name).max(initial=0)) for f in fields(self) if f.name != "count")


def frequencies(views: Facets, entity: Ints, words: Vocabularies, doors: int) -> Frequencies:
    """Counts distinct firms per value over all views of firms; `doors` is how many doors there are."""

    def counted(value: Ints, size: int) -> Ints:
        held = value > 0
        bearers, _ = distinct_pairs(value[held], entity[held])
        return np.bincount(bearers, minlength=size).astype(np.int32)

    return Frequencies(
        count=max(len(distinct(entity)), LEAST_POPULATION),
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
        door=counted(views.door, doors),
    )


class Comparator:
    """Compares rows of one set of facets with rows of another under a model."""

    def __init__(self, model: Model, words: Vocabularies, counts: Frequencies) -> None:
        self._model = model
        self._words = words
        self._counts = counts
        self._names = NameComparer(model, words)
        self._weights = WeightTable(model, RARE, counts.most + 1, counts.count)
        self._codes = CodeComparer(model, words)
        self._one_character_apart, self._one_digit_apart = map(
            Remembered, (self._persons_near, self._phones_near)
        )
        self._person_marks = Marks(words.person.words)
        self._phone_marks = Marks(words.phone.words, counted=True)

    def __reduce__(self) -> tuple[type["Comparator"], tuple[Model, Vocabularies, Frequencies]]:
        """Travels as what it was made from; what it remembers of pairs changes no answer."""
        return Comparator, (self._model, self._words, self._counts)

    @property
    def model(self) -> Model:
        """The model in use."""
        return self._model

    def score(self, left: Facets, right: Facets) -> Scored:
        """Compares position by position; both sides have one length."""
        levels, name = self._names.levels(left, right)
        levels["person"], *person = self._person(left, right)
        levels["phone"] = self._phone(left, right)
        levels["place"], bearers = self._place(left, right)
        seen = (left.unlicensed > 0) & (right.registered > 0) & (right.closed == 0)
        shown = (left.licensed > 0) & (right.registered > 0) & (right.closed == 0)
        shown &= levels["place"] == self._code("place", "same_room")
        levels["licence"] = np.where(seen, self._code("licence", "none_seen"), 0)
        levels["licence"] = np.where(shown & ~seen, self._code("licence", "shown"), levels["licence"])
        levels["code"] = self._codes.levels(left, right)
        shares = self._shares(levels, name, right, *person) | {"place": bearers}
        weights = {field: self._weights.of(field, levels[field], shares.get(field)) for field in FIELDS}
        weights["phone"] = self._beside_person(weights["phone"], levels["person"])
        # A sign that names another shop names its trade too: one contradiction, not two.
        other_sign = is_level(self._model, "trade_name", levels["trade_name"], "sign_differs")
        weights["industry"] = np.where(other_sign, np.maximum(weights["industry"], 0), weights["industry"])
        total = np.zeros(len(left), dtype=np.int64)
        for weight in weights.values():
            total += weight
        return Scored(levels, weights, total)

    def _shares(
        self, levels: dict[str, Ints], name: NameFacets, right: Facets, person: Ints, sound: Ints
    ) -> dict[str, Ints]:
        """How many firms bear the value that agreed, per field with frequencies."""
        counts = self._counts

        def at(field: str, level: str) -> Ints:
            return np.flatnonzero(levels[field] == self._code(field, level))

        found = {field: np.zeros(len(right), dtype=np.int32) for field in RARE if field != "place"}
        for field, level, bearers, value in (
            ("trade_name", "exact", counts.trade, name.trade),
            ("trade_name", "homophone", counts.sound, name.sound),
            ("industry", "exact", counts.industry, name.industry),
            ("person", "exact", counts.person, person),
            ("person", "homophone", counts.person_sound, sound),
            ("phone", "exact", counts.phone, right.phone),
        ):
            agrees = at(field, level)
            found[field][agrees] = bearers[value[agrees]]
        return found

    def _beside_person(self, phone: Ints, person: Ints) -> Ints:
        """A phone proves little more where the person agrees too: an owner has one for all shops."""
        most = self._model.comparisons["phone"].most_beside_person
        if most is None:
            return phone
        known = (person > 0) & (person <= self._code("person", "homophone"))
        return np.where(known, np.minimum(phone, most * THOUSANDTHS), phone)

    def _code(self, field: str, level: str) -> int:
        return self._model.comparisons[field].code(level)

    def _person(self, a: Facets, b: Facets) -> tuple[Ints, Ints, Ints]:
        """Level of the persons that agree best, and the right side's who was compared, with the sound."""
        level, person, sound = self._person_level(a, b), b.person.copy(), b.person_sound.copy()
        exact, alike = self._code("person", "exact"), self._code("person", "homophone")
        for mine, other in (
            ("person_other", "person"), ("person", "person_other"), ("person_other", "person_other")
        ):  # fmt: skip
            # Few rows name a second person.
            at = np.flatnonzero((a.person_other if mine == "person_other" else b.person_other) > 0)
            x, y = getattr(a, mine)[at], getattr(b, other)[at]
            heard, spoken = getattr(a, f"{mine}_sound")[at], getattr(b, f"{other}_sound")[at]
            found = np.where((x > 0) & (x == y), exact, np.where((heard > 0) & (heard == spoken), alike, 0))
            # Whom a shop is named after tells nothing more of shops that bear the same name.
            better = (found > 0) & ((level[at] == 0) | (found < level[at])) & ~share_a_name(a, b, at)
            level[at[better]] = found[better]
            person[at[better]], sound[at[better]] = y[better], spoken[better]
        return level, person, sound

    def _person_level(self, a: Facets, b: Facets) -> Ints:
        both = (a.person > 0) & (b.person > 0)
        level = np.where(both, self._code("person", "differs"), 0)
        rest = np.flatnonzero(both & (a.person_sound != b.person_sound))
        rest = rest[self._person_marks.may_be_edits_apart(a.person[rest], b.person[rest], 1)]
        near = self._one_character_apart(a.person[rest], b.person[rest]) > 0
        level[rest[near]] = self._code("person", "one_character")
        level = np.where(both & (a.person_sound == b.person_sound), self._code("person", "homophone"), level)
        return np.where(both & (a.person == b.person), self._code("person", "exact"), level).astype(np.int8)

    def _persons_near(self, a: Ints, b: Ints) -> Ints:
        mine, other = map(self._words.person.texts, (a, b))
        edits = process.cpdist(mine, other, scorer=Levenshtein.distance, score_cutoff=1, dtype=np.int32)
        # Of two characters one tells nothing.
        shorter = np.minimum(self._person_marks.sizes[a], self._person_marks.sizes[b])
        return np.asarray((edits == 1) & (shorter >= 3), dtype=np.int64)

    def _phone(self, a: Facets, b: Facets) -> Ints:
        both = (a.phone > 0) & (b.phone > 0)
        equal = (a.phone > 0) & (a.phone == b.phone)
        at = np.flatnonzero((a.phone_other > 0) | (b.phone_other > 0))
        for mine in (a.phone[at], a.phone_other[at]):
            for other in (b.phone[at], b.phone_other[at]):
                equal[at] |= (mine > 0) & (mine == other)
        level = np.where(both, self._code("phone", "differs"), 0)
        rest = np.flatnonzero(both & ~equal)
        rest = rest[self._phone_marks.may_be_edits_apart(a.phone[rest], b.phone[rest], 1)]
        near = self._one_digit_apart(a.phone[rest], b.phone[rest]) > 0
        level[rest[near]] = self._code("phone", "one_digit")
        return np.where(equal, self._code("phone", "exact"), level).astype(np.int8)

    def _phones_near(self, a: Ints, b: Ints) -> Ints:
        mine, other = map(self._words.phone.texts, (a, b))
        edits = process.cpdist(mine, other, scorer=Levenshtein.distance, score_cutoff=1, dtype=np.int32)
        return np.asarray(edits == 1, dtype=np.int64)

    def _place(self, a: Facets, b: Facets) -> tuple[Ints, Ints]:
        """Level of two places, and how many firms share the place that agrees."""
        site = (a.site > 0) & (a.site == b.site)
        building = (a.building > 0) & (a.building == b.building) & ~both_differ(a.road, b.road)
        # Houses without a road are numbered in their village.
        building &= ~(both_differ(a.site, b.site) & (a.road == 0) & (b.road == 0))
        block_differs = both_differ(a.block, b.block)
        room = (a.room > 0) & (a.room == b.room) & ~both_differ(a.floor, b.floor)
        room_differs = both_differ(a.room, b.room) | both_differ(a.floor, b.floor) | block_differs
        house = (a.house_code > 0) & (a.house_code == b.house_code)
        number = site | building
        road = (a.road > 0) & (a.road == b.road)
        area = (a.community > 0) & (a.community == b.community)
        # The same room of the same building under a misspelt road is no other place.
        misspelt = (a.building > 0) & (a.building == b.building) & room
        apart = (
            (both_differ(a.site, b.site) & ~building)
            | (both_differ(a.road, b.road) & ~misspelt)
            | (both_differ(a.building, b.building) & ~site)
            | (both_differ(a.street, b.street) & ~number)
        )
        level = np.zeros(len(a), dtype=np.int8)
        for name, where in (
            ("differs", apart),
            ("same_area", area & ~apart),
            ("same_road", road & ~apart),
            # A road and a room, where one side leaves out the number: likely the same house.
            ("same_number", road & room & ~apart & ~block_differs),
            ("other_room", number & room_differs),
            ("same_number", (number | house) & ~room_differs),
            ("same_house", house & ~room_differs),
            ("same_room", (number | house) & room & ~block_differs),
            ("shared", (a.shared > 0) | (b.shared > 0)),
        ):
            np.putmask(level, where, self._code("place", name))
        bearers = np.zeros(len(a), dtype=np.int32)
        at = np.flatnonzero(number | house | road)
        bearers[at] = self._of_place(b, at, site[at], building[at], house[at], level[at])
        return level, bearers

    def _of_place(self, b: Facets, at: Ints, site: Bools, building: Bools, house: Bools, level: Ints) -> Ints:
        """How many firms share the place in which the right sides at some positions agree."""
        counts = self._counts
        bearers = np.where(
            site,
            counts.site[b.site[at]],
            np.where(building, counts.building[b.building[at]], counts.road[b.road[at]]),
        )
        bearers = np.where(house & ~site & ~building, counts.house_code[b.house_code[at]], bearers)
        door = b.door[at]
        behind = np.where(door > 0, counts.door[door], 1 + bearers // 8)
        return np.where(level == self._code("place", "same_room"), behind, bearers)
