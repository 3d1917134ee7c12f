"""Decisions so far, unit by unit: what the rounds have settled and what is still open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.link.columns.founding import Units
from pipeline.link.columns.ordering import Bools, Ints, is_among, numbered
from pipeline.link.decisions.deciding import (
    CERTAIN_CODE,
    NONE_CODE,
    PROBABLE_CODE,
    REVIEW_CODE,
    Candidates,
    Floats,
    Ranked,
    decide,
    rank,
)
from pipeline.link.decisions.scoring import Kept
from pipeline.link.judgement.judging import Judged
from pipeline.link.model import Model

REGISTERED, CODE_NOT_HELD, NOT_FOUND = 0, 1, 2


@dataclass(frozen=True)
class Views:
    """Looks of entities: positions in the facets, and the entity of each."""

    at: Ints
    entity: Ints


@dataclass
class Resolution:
    """The outcome per unit; entities are firms first, then others.

    Attributes:
        entity: entity of each unit, -1 for none.
        decision: decision code of each unit.
        probability: of each unit's link.
        partner: position (in the facets) of the view that decided, -1 where none did.
        member: profile that decided, -1 where none did.
        kind: REGISTERED, CODE_NOT_HELD or NOT_FOUND, per entity.
        founds: whether the unit founded or joined an entity that is not registered.
        open_unit, open_entity, open_probability, open_left, open_right: candidates left to a clerk.
        compared_with: how many entities each unit could have been.
    """

    units: Units
    entity: Ints
    decision: Ints
    probability: Floats
    partner: Ints
    member: Ints
    kind: Ints
    founds: Ints
    open_unit: Ints
    open_entity: Ints
    open_probability: Floats
    open_left: Ints
    open_right: Ints
    compared_with: int


class Standing:
    """Decisions so far, unit by unit."""

    def __init__(
        self,
        units: Units,
        firms: int,
        judged: Judged,
        share: Floats,
        ranking: Callable[..., Ranked] = rank,
    ) -> None:
        """Nothing is settled but what codes say; `ranking` is an engine's `rank`."""
        count = units.count
        self._ranking = ranking
        self.units = units
        self._share = np.zeros(count)
        np.maximum.at(self._share, units.unit, share[units.profiles])
        self._firms = firms
        self._width = firms + count + 1
        held = (units.uscc > 0) | (units.org > 0)
        self._own = np.full(count, -1, dtype=np.int64)
        without = np.flatnonzero((units.firm < 0) & held)
        self._own[without] = firms + np.arange(len(without))
        self._led = np.zeros(count, dtype=bool)
        self._led[self._unit_of(judged.led())] = True
        self._parted = self._unit_of(judged.apart()[0]), self._unit_of(judged.apart()[1])
        denied, firm = judged.denied()
        own = self._own[self._parted[1]]
        self._denied = np.concatenate(
            [self._unit_of(denied) * self._width + firm, (self._parted[0] * self._width + own)[own >= 0]]
        )
        self.kind = np.concatenate(
            [np.full(firms, REGISTERED, dtype=np.int64), np.full(len(without), CODE_NOT_HELD, dtype=np.int64)]
        )
        self._same = np.arange(len(self.kind))
        self._compared_with = len(self.kind)
        self.entity = units.firm.copy()
        self.decision = np.where(units.firm >= 0, CERTAIN_CODE, NONE_CODE).astype(np.int64)
        self.probability = np.where(units.firm >= 0, 1.0, 0.0)
        self.partner = np.full(count, -1, dtype=np.int64)
        self.member = np.full(count, -1, dtype=np.int64)
        self.founds = np.zeros(count, dtype=np.int64)
        self._doubtful = np.zeros(count, dtype=np.int64)
        self._doubtful[units.unit[units.suspect > 0]] = 1
        nothing = np.zeros(0, dtype=np.int64)
        never = nothing.astype(bool)
        self._open = Ranked(nothing, nothing, nothing, nothing, nothing.astype(float), never, never)
        self._open_left = self._open_right = nothing
        self._pair_left = self._pair_right = np.zeros(0, dtype=np.int64)

    def open_positions(self) -> Ints:
        """Positions (in units.profiles) of profiles whose unit has no registered firm yet."""
        unit = self.units.unit
        return np.flatnonzero((self.entity[unit] < 0) & ~self._led[unit])

    def apart(self, members: Ints) -> tuple[Ints, Ints]:
        """Which of some units, by position, must not be one enterprise with which."""
        both = np.isin(self._parted[0], members) & np.isin(self._parted[1], members)
        left, right = (np.searchsorted(members, side[both]) for side in self._parted)
        return left, right

    def _unit_of(self, profiles: Ints) -> Ints:
        found: Ints = self.units.unit[np.searchsorted(self.units.profiles, profiles)]
        return found

    def rest_positions(self) -> Ints:
        """Positions of profiles whose unit was neither linked nor left to a clerk."""
        unit = self.units.unit
        settled = (self._doubtful[unit] > 0) | self._led[unit]
        return np.flatnonzero((self.decision[unit] == NONE_CODE) & ~settled)

    def views(self, registry: Views) -> Views:
        """The registry's views, those of linked units, and those of codes that the registry lacks."""
        entity = np.where(self.entity >= 0, self.entity, self._own)
        sure = (self.decision == CERTAIN_CODE) | (self._own >= 0)
        profile_entity = np.where(sure, entity, -1)[self.units.unit]
        at = np.flatnonzero(profile_entity >= 0)
        trusted = at[self.units.suspect[at] == 0]
        return Views(
            np.concatenate([registry.at, self.units.profiles[trusted]]),
            np.concatenate([registry.entity, self._same[profile_entity[trusted]]]),
        )

    def decide(self, kept: Kept, open_at: Ints, views: Views, model: Model) -> None:
        """First the units with codes of their own against registered firms, then all others."""
        unit, entity = self.units.unit[open_at[kept.left]], views.entity[kept.right]
        self._pair_left, self._pair_right = self.units.profiles[open_at[kept.left]], views.at[kept.right]
        own = self._own[unit] >= 0
        against_firm = own & (entity < self._firms)
        self._accept(self._rank(unit, entity, kept, against_firm, model), keep_open=True)
        entity = self._same[entity]
        others = ~own & (entity >= 0)
        self._accept(self._rank(unit, entity, kept, others, model), keep_open=False)

    def _rank(self, unit: Ints, entity: Ints, kept: Kept, at: Bools, model: Model) -> Ranked:
        where = np.flatnonzero(at & ~is_among(unit * self._width + entity, np.sort(self._denied)))
        candidates = Candidates(
            unit[where],
            entity[where],
            kept.weight[where],
            kept.backed[where],
            kept.denied[where],
            self._share[unit[where]],
        )
        ranked = self._ranking(candidates, len(self.kind), model)
        return replace(ranked, pair=where[ranked.pair])

    def _accept(self, ranked: Ranked, keep_open: bool) -> None:
        first = ranked.first()
        decision = decide(first)
        yes = decision >= PROBABLE_CODE
        unit, entity = first.unit[yes], first.entity[yes]
        self.entity[unit], self.decision[unit] = entity, decision[yes]
        self.probability[unit] = first.probability[yes]
        self.member[unit], self.partner[unit] = (
            self._pair_left[first.pair[yes]],
            self._pair_right[first.pair[yes]],
        )
        if keep_open:
            own = self._own[unit]
            self._same[own] = entity
            self._own[unit] = -1
            return
        rest = ~yes
        self.decision[first.unit[rest]] = decision[rest]
        self.probability[first.unit[rest]] = first.probability[rest]
        pending = is_among(ranked.unit, first.unit[rest & (decision > NONE_CODE)])
        fresh = ranked.take(np.flatnonzero(pending & (ranked.probability >= 0.05)))
        # A unit that meets nobody in this round keeps what it met in the last one.
        old = np.flatnonzero(~is_among(self._open.unit, ranked.unit))
        self._open_left = np.concatenate([self._open_left[old], self._pair_left[fresh.pair]])
        self._open_right = np.concatenate([self._open_right[old], self._pair_right[fresh.pair]])
        self._open = self._open.take(old).followed_by(fresh)

    def claims(self, linked: Ints, is_sign: Bools) -> tuple[Ints, Ints]:
        """Units and the registered firm that each claims: some linked ones, and signs left to a clerk.

        Args:
            linked: units to look at again.
            is_sign: whether each profile is known by a sign or a short form alone.
        """
        top = np.flatnonzero(np.diff(self._open.unit, prepend=-1) != 0)
        first = self._open.take(top)
        waiting = (self.decision[first.unit] == REVIEW_CODE) & is_sign[self._open_left[top]]
        unit = np.concatenate([linked, first.unit[waiting]])
        entity = np.concatenate([self.entity[linked], first.entity[waiting]])
        known = (entity >= 0) & (entity < self._firms) & (self._doubtful[unit] == 0)
        return unit[known], entity[known]

    def take_back(self, units: Ints) -> None:
        """Undoes links and open pairs: these units stand with the rest again."""
        self.entity[units] = self.member[units] = self.partner[units] = -1
        self.decision[units], self.probability[units] = NONE_CODE, 0.0
        keep = np.flatnonzero(~is_among(self._open.unit, np.sort(units)))
        self._open = self._open.take(keep)
        self._open_left, self._open_right = self._open_left[keep], self._open_right[keep]

    def found(self, members: Ints, roots: Ints) -> None:
        """Gives every cluster, and every code that the registry lacks, an entity of its own."""
        _, _, inverse = numbered(roots)
        base = len(self.kind)
        self.entity[members] = base + inverse
        own = self._own[members]
        self._same[own[own >= 0]] = self.entity[members[own >= 0]]
        clusters = int(inverse.max(initial=-1)) + 1
        coded = np.zeros(clusters, dtype=bool)
        coded[inverse[own >= 0]] = True
        self.kind = np.concatenate([self.kind, np.where(coded, CODE_NOT_HELD, NOT_FOUND)])
        self.decision[members] = CERTAIN_CODE
        self.probability[members] = 1.0
        self.founds[members] = 1

    def result(self) -> Resolution:
        """Everything, unit by unit."""
        same = np.concatenate([self._same, np.arange(len(self._same), len(self.kind))])
        entity = np.where(self.entity >= 0, same[self.entity], -1)
        left_over = (self._doubtful > 0) & (self.decision == NONE_CODE)
        self.decision[left_over] = REVIEW_CODE
        return Resolution(
            self.units, entity, self.decision, self.probability, self.partner, self.member,
            self.kind, self.founds, self._open.unit, same[self._open.entity], self._open.probability,
            self._open_left, self._open_right, self._compared_with,
        )  # fmt: skip
