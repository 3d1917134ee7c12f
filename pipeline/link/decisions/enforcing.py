"""What people judged, held against the outcome: nothing that was decided since may go against it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline.link.columns.ordering import Ints
from pipeline.link.decisions.deciding import CERTAIN_CODE, NONE_CODE, PROBABLE_CODE
from pipeline.link.decisions.standing import NOT_FOUND, Resolution
from pipeline.link.judgement.judging import Judged


def enforce(found: Resolution, judged: Judged, may_found: Callable[[Ints], Ints]) -> Resolution:
    """Puts judged profiles where they were said to belong, and out of where they must not be.

    A profile that was put out stands alone: as an enterprise of its own where it may found one.

    Args:
        found: the outcome of codes, fields and clusters.
        judged: the judgements.
        may_found: 1 where a profile may found an enterprise.
    """
    if not judged.targets:
        return found
    outcome = _Outcome(found, may_found)
    homes = [home(found, judged, at) for at in range(len(judged.targets))]
    for profile in judged.led().tolist():
        outcome.put(profile, homes[judged.same[profile][0]])
    for profile, at in sorted(judged.other):
        outcome.part(profile, homes[at])
    return outcome.result()


def home(found: Resolution, judged: Judged, target: int) -> int:
    """Tonight's entity of a target, -1 for none: where its founding record is, else most of its records."""
    known = judged.targets[target]
    if known.firm >= 0:
        return known.firm
    anchors = known.anchors
    counts: dict[int, int] = {}
    for profile in anchors:
        entity = _entity(found, profile)
        if entity >= 0:
            counts[entity] = counts.get(entity, 0) + 1
    if known.origin in anchors and _entity(found, known.origin) >= 0:
        return _entity(found, known.origin)
    return max(counts, key=lambda entity: counts[entity], default=-1)


def _entity(found: Resolution, profile: int) -> int:
    unit = int(found.units.unit[np.searchsorted(found.units.profiles, profile)])
    return int(found.entity[unit]) if found.decision[unit] >= PROBABLE_CODE else -1


class _Outcome:
    """The outcome while judgements are held against it, unit by unit."""

    def __init__(self, found: Resolution, may_found: Callable[[Ints], Ints]) -> None:
        self._found = found
        self._may_found = may_found
        self._entity, self._decision = found.entity.copy(), found.decision.copy()
        self._probability, self._partner = found.probability.copy(), found.partner.copy()
        self._founds, self._kinds = found.founds.copy(), found.kind.tolist()

    def put(self, profile: int, home: int) -> None:
        """Gives a profile's unit an entity; where there is none, it stands alone."""
        unit = self._unit(profile)
        if home < 0:
            self._alone(unit, profile)
            return
        self._settle(unit, home, CERTAIN_CODE, 1.0)
        self._founds[unit] = int(self._kinds[home] == NOT_FOUND)

    def part(self, profile: int, home: int) -> None:
        """Takes a profile's unit out of an entity, if it is there."""
        unit = self._unit(profile)
        if home >= 0 and self._entity[unit] == home and self._decision[unit] >= PROBABLE_CODE:
            self._alone(unit, profile)

    def result(self) -> Resolution:
        """The outcome as it stands now."""
        return replace(
            self._found, entity=self._entity, decision=self._decision, probability=self._probability,
            partner=self._partner, founds=self._founds, kind=np.array(self._kinds, dtype=np.int64),
        )  # fmt: skip

    def _unit(self, profile: int) -> int:
        units = self._found.units
        return int(units.unit[np.searchsorted(units.profiles, profile)])

    def _alone(self, unit: int, profile: int) -> None:
        if not self._may_found(np.array([profile], dtype=np.int64))[0]:
            self._settle(unit, -1, NONE_CODE, 0.0)
            return
        self._settle(unit, len(self._kinds), CERTAIN_CODE, 1.0)
        self._founds[unit] = 1
        self._kinds.append(NOT_FOUND)

    def _settle(self, unit: int, entity: int, decision: int, probability: float) -> None:
        self._entity[unit], self._decision[unit], self._probability[unit] = entity, decision, probability
        self._partner[unit], self._founds[unit] = -1, 0
