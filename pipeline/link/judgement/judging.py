"""Judgements as profiles of this night: what each enterprise named is tonight, and who must be apart."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms
from pipeline.link.columns.held_texts import are_among
from pipeline.link.columns.ordering import Ints
from pipeline.link.columns.parties import Parties
from pipeline.link.identification.before import Before
from pipeline.link.judgement.judgements import MOVING, Judgement

CODES = ("uscc", "org", "registration")


@dataclass(frozen=True)
class Target:
    """An enterprise that a judgement names, as tonight's rows know it.

    Attributes:
        enterprise_id: the id that the judgement names.
        called: the id as it was called before tonight, where another had taken it over.
        firm: the registered firm that it is, -1 for none.
        anchors: profile of each of its records outside the registry, by record_id; without those that were
            themselves judged to be some enterprise, or not to be this one.
        origin: profile of its founding record, -1 where that did not come.
    """

    enterprise_id: str
    called: str
    firm: int
    anchors: tuple[int, ...]
    origin: int


@dataclass(frozen=True)
class Judged:
    """Judgements as profiles outside the registry and targets.

    Attributes:
        targets: the enterprises named.
        same: profile → the target that it was said to be, and the day.
        other: (profile, target) → the day on which they were said to be different.
        implied: (profile, target) that are different because a record was said to be the target and not the
            enterprise of the profile; only the linking itself heeds them.
    """

    targets: tuple[Target, ...]
    same: dict[int, tuple[int, date]]
    other: dict[tuple[int, int], date]
    implied: frozenset[tuple[int, int]] = frozenset()

    def same_firm(self, profiles: Ints) -> Ints:
        """The registered firm that each profile was said to be, -1 for none."""
        firm = np.full(int(profiles.max(initial=0)) + 1, -1, dtype=np.int64)
        for profile, (target, _) in self.same.items():
            firm[profile] = self.targets[target].firm
        return firm[profiles]

    def led(self) -> Ints:
        """Profiles that were said to be an enterprise that the registry does not hold."""
        found = [profile for profile, (at, _) in self.same.items() if self.targets[at].firm < 0]
        return np.array(sorted(found), dtype=np.int64)

    def denied(self) -> tuple[Ints, Ints]:
        """Profiles, and the registered firm that each is not, as was said or follows."""
        return _columns([(p, self.targets[t].firm) for p, t in self._parted() if self.targets[t].firm >= 0])

    def _parted(self) -> list[tuple[int, int]]:
        return sorted({*self.other, *self.implied})

    def denies(self, profiles: Ints, firm: Ints) -> Ints:
        """1 where a profile was said not to be the firm beside it."""
        return _among(profiles, firm, *self.denied())

    def apart(self, profiles: Ints | None = None, pointed: Ints | None = None) -> tuple[Ints, Ints]:
        """Profiles that must never be one enterprise: a judged one, and each that its target is known by.

        Args:
            profiles: those outside the registry; given, those that point to a denied firm are parted too.
            pointed: the firm that each profile's code points to.
        """
        mine, theirs = _columns(
            [(p, anchor) for p, t in self._parted() for anchor in self.targets[t].anchors]
        )
        if profiles is None or pointed is None:
            return mine, theirs
        judged, firm = self.denied()
        bearers: dict[int, list[int]] = defaultdict(list)
        for profile in profiles[np.isin(pointed[profiles], firm)].tolist():
            bearers[int(pointed[profile])].append(profile)
        denied = zip(judged.tolist(), firm.tolist(), strict=True)
        more, those = _columns([(p, other) for p, f in denied for other in bearers[f] if p != other])
        return np.concatenate([mine, more]), np.concatenate([theirs, those])

    def parted_records(self, parties: Parties) -> set[tuple[str, str]]:
        """Records, and the enterprise that each was said not to be; all records of a profile are alike."""
        parted: dict[int, list[str]] = defaultdict(list)
        for profile, target in sorted(self.other):
            parted[profile] += {self.targets[target].enterprise_id, self.targets[target].called}
        at = np.flatnonzero(np.isin(parties.profile, list(parted)))
        records = parties.table["record_id"].take(pa.array(at)).to_pylist()
        return {
            (record, name)
            for record, profile in zip(records, parties.profile[at].tolist(), strict=True)
            for name in parted[profile]
        }

    def moved_records(self, parties: Parties, before: Before) -> set[str]:
        """Records said to be another enterprise than they were, whose old id others that came have too."""
        at = np.flatnonzero(np.isin(parties.profile, list(self.same)))
        records = parties.table["record_id"].take(pa.array(at)).to_pylist()
        said = {
            record: self.targets[self.same[profile][0]].called
            for record, profile in zip(records, parties.profile[at].tolist(), strict=True)
        }
        had = before.held_by(said)
        moved = {record for record, name in had.items() if name != said[record]}
        others = before.records_of({had[record] for record in moved})
        came = _coming(parties, {record for records in others.values() for record in records} - moved)
        held = {name for name, records in others.items() if not came.isdisjoint(records)}
        return {record for record in moved if had[record] in held}

    def refused_codes(self, facets: Facets) -> Ints:
        """Profiles whose codes a judgement overrides: who they are, or are not, is known better."""
        mine, theirs = self.apart()
        shared = np.zeros(len(mine), dtype=bool)
        for name in CODES:
            code: Ints = getattr(facets, name)
            shared |= (code[mine] > 0) & (code[mine] == code[theirs])
        return np.unique(np.concatenate([mine[shared], self.led()]))


def nothing_judged() -> Judged:
    """No judgement at all."""
    return Judged((), {}, {})


def judge(
    judgements: Sequence[Judgement], parties: Parties, firms: Firms, before: Before, registry: str
) -> Judged:
    """Judgements as tonight's profiles.

    Records of one profile are alike in all that tells of identity, so that a judgement holds for all of
    them; of several the last holds. Rows of the registry are their own firms whatever was said.

    Args:
        judgements: those in force, in the order in which they were given.
        parties: tonight's rows.
        firms: tonight's registered firms.
        before: which enterprise each record had, by which an enterprise is known.
        registry: name of the extract that founds firms.
    """
    told = [one for one in judgements if one.verdict in MOVING]
    if not told:
        return nothing_judged()
    named = sorted({one.enterprise_id for one in told})
    number = {name: at for at, name in enumerate(named)}
    held = before.records_of({*named, *(before.called(name) for name in named)})
    origins = {name: before.told_of(name).founding_record_id for name in named if before.knows(name)}
    records = {one.record_id for one in told} | {r for own in held.values() for r in own}
    rows = _rows_of(parties, records | set(origins.values()))
    is_registry = pc.equal(parties.table["extract"], registry).to_numpy(zero_copy_only=False)
    firm_at = dict(zip(firms.rows.tolist(), firms.of_row.tolist(), strict=True))
    targets = []
    for name in named:
        called = before.called(name)
        # An id that another took over is where its own records are, so long as any of them comes.
        own = held[name] if any(rows.get(record) for record in held[name]) else held[called]
        origin = origins.get(name)
        target = _target(name, called, sorted(own), origin, rows, is_registry, firm_at, parties.profile)
        targets.append(target)
    same: dict[int, tuple[int, date]] = {}
    other: dict[tuple[int, int], date] = {}
    for one in told:
        at = number[one.enterprise_id]
        if targets[at].firm < 0 and not targets[at].anchors:
            continue
        for profile in {int(parties.profile[row]) for row in rows[one.record_id] if not is_registry[row]}:
            _take(same, other, profile, at, one)
    return _known_by_others(targets, same, other)


def _coming(parties: Parties, records: set[str]) -> set[str]:
    """Which of some records came tonight."""
    found = parties.table["record_id"].filter(pa.array(are_among(parties.table["record_id"], records)))
    return set(found.to_pylist())


def _known_by_others(
    targets: Sequence[Target], same: dict[int, tuple[int, date]], other: dict[tuple[int, int], date]
) -> Judged:
    """Leaves the judged profiles out of what their targets are known by.

    An unregistered enterprise of which nothing else came is the judged profiles alone: nothing can be said
    of them that they are not; they are linked as any other, and carry its id.
    """
    kept = tuple(
        replace(target, anchors=tuple(p for p in target.anchors if p not in same and (p, at) not in other))
        for at, target in enumerate(targets)
    )
    leads = {at for at, target in enumerate(kept) if target.firm >= 0 or target.anchors}
    leading = {at: _leading(at, targets, leads, same, other) for at in range(len(targets))}
    led = {p: (leading[at], day) for p, (at, day) in same.items() if leading[at] >= 0}
    parted = {(p, leading[at]): day for (p, at), day in other.items() if leading[at] >= 0}
    # Who is one firm and not another tells the two apart: what the other is known by does not follow.
    implied = frozenset(
        (anchor, led[profile][0])
        for profile, at in parted
        if profile in led
        for anchor in kept[at].anchors
        if anchor not in kept[led[profile][0]].anchors
    )
    return Judged(kept, led, parted, implied)


def _leading(
    at: int,
    targets: Sequence[Target],
    leads: set[int],
    same: dict[int, tuple[int, date]],
    other: dict[tuple[int, int], date],
) -> int:
    """The target that tells where one is: itself, or that which all its records were said to be; else -1."""
    own = targets[at].anchors
    said = {same[p][0] if p in same and (p, at) not in other else at for p in own}
    return at if at in leads else said.pop() if len(said) == 1 and said <= leads else -1


def _take(
    same: dict[int, tuple[int, date]],
    other: dict[tuple[int, int], date],
    profile: int,
    at: int,
    one: Judgement,
) -> None:
    if one.verdict == "same":
        other.pop((profile, at), None)
        same[profile] = (at, one.day)
        return
    if profile in same and same[profile][0] == at:
        del same[profile]
    other[profile, at] = one.day


def _rows_of(parties: Parties, records: set[str]) -> dict[str, list[int]]:
    """Positions of the rows of some records, those in force before superseded ones."""
    found = pc.is_in(parties.table["record_id"], pa.array(sorted(records), pa.string()))
    at = np.flatnonzero(found.to_numpy(zero_copy_only=False))
    few = parties.table.select(["record_id", "superseded"]).take(pa.array(at))
    rows: dict[str, list[int]] = defaultdict(list)
    for gone in (False, True):
        for row, record_id, superseded in zip(
            at.tolist(), few["record_id"].to_pylist(), few["superseded"].to_pylist(), strict=True
        ):
            if bool(superseded) == gone:
                rows[record_id].append(row)
    return rows


def _target(
    name: str,
    called: str,
    held: Iterable[str],
    origin: str | None,
    rows: dict[str, list[int]],
    is_registry: np.ndarray,
    firm_at: dict[int, int],
    profile: Ints,
) -> Target:
    first = [rows[record][0] for record in held if rows.get(record)]
    firm = next((firm_at[row] for row in first if row in firm_at), -1)
    anchors = tuple(int(profile[row]) for row in first if not is_registry[row])
    own = [row for row in rows.get(origin or "", [])[:1] if not is_registry[row]]
    return Target(name, called, firm, anchors, int(profile[own[0]]) if own else -1)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _among(left: Ints, right: Ints, said_left: Ints, said_right: Ints) -> Ints:
    width = int(max(right.max(initial=0), said_right.max(initial=0))) + 2
    return np.isin(left * width + right, said_left * width + said_right).astype(np.int64)
