"""The pairs that wait for a clerk: every undecided record with each firm that it may be."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from pipeline.link.columns.ordering import Ints, matches
from pipeline.link.columns.parties import Parties, encode
from pipeline.link.decisions.deciding import REVIEW_CODE, Floats
from pipeline.link.decisions.resolving import Resolver
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining.waterfalls import COMPARISON, patterns, prior, probability
from pipeline.link.judgement.judging import Judged
from pipeline.link.results.outcome import Linked

SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("enterprise_id", pa.string()),
        ("probability", pa.float64()),
        ("comparisons", pa.list_(COMPARISON)),
    ]
)


@dataclass(frozen=True)
class Pairs:
    """Pairs of a profile and an entity: `probability` is the unit's, -1 where only a code points there."""

    profile: Ints
    entity: Ints
    probability: Floats
    right: Ints

    def take(self, at: Ints) -> "Pairs":
        """Some of them."""
        return Pairs(*(getattr(self, one.name)[at] for one in fields(self)))


def review_table(
    parties: Parties,
    linked: Linked,
    found: Resolution,
    ids: pa.StringArray,
    resolver: Resolver,
    judged: Judged,
) -> pa.Table:
    """One row per undecided record and firm that it may be, with every comparison; never a value.

    A record has the firms that its unit met, and the one that its doubtful code points to.
    """
    pairs = _distinct(_open(found), _pointed(found, resolver))
    kept = (judged.denies(pairs.profile, pairs.entity) == 0) & (linked.renumber[pairs.entity] >= 0)
    pairs = pairs.take(np.flatnonzero(kept))
    start = prior(found.compared_with, resolver.model)
    by_code = pairs.probability < 0
    plain, coded = np.flatnonzero(~by_code), np.flatnonzero(by_code)
    chances, lists = np.zeros(len(by_code)), pa.nulls(0, SCHEMA.field("comparisons").type)
    place = np.zeros(len(by_code), dtype=np.int64)
    for at, explain in ((plain, resolver.explain), (coded, resolver.explain_codes)):
        scored = explain(pairs.profile[at], pairs.right[at])
        of_pair, told = patterns(scored, resolver.model, start, silent=True)
        place[at] = of_pair + len(lists)
        chances[at] = np.where(by_code[at], probability(scored, start), pairs.probability[at])
        lists = pa.concat_arrays([lists, told.cast(lists.type)])
    return _of_records(parties, pairs, linked.renumber, ids, chances, lists.take(pa.array(place)))


def _of_records(
    parties: Parties, pairs: Pairs, renumber: Ints, ids: pa.StringArray, chances: Floats, told: pa.Array
) -> pa.Table:
    """The pairs for every record of their profiles; of a record's rows the one in force speaks."""
    pair, row = matches(pairs.profile, parties.profile)
    record, names = encode(parties.table["record_id"].take(pa.array(row)))
    entity = renumber[pairs.entity[pair]]
    gone = parties.table["superseded"].take(pa.array(row)).to_numpy(zero_copy_only=False).astype(bool)
    order = np.lexsort((row, -chances[pair], gone, entity, record))
    key = np.stack([record, entity])[:, order]
    one = order[np.concatenate([[True], (np.diff(key) != 0).any(axis=0)])] if len(order) else order
    table = pa.table(
        [
            pa.array(names, pa.string()).take(pa.array(record[one])),
            ids.take(pa.array(entity[one])),
            pa.array(chances[pair[one]]),
            told.take(pa.array(pair[one])),
        ],
        schema=SCHEMA,
    )
    return table.sort_by([("record_id", "ascending"), ("enterprise_id", "ascending")])


def _open(found: Resolution) -> Pairs:
    """What the units left to a clerk met, for every profile of the unit."""
    waiting = np.flatnonzero(found.decision[found.open_unit] == REVIEW_CODE)
    pair, at = matches(found.open_unit[waiting], found.units.unit)
    pair = waiting[pair]
    return Pairs(
        found.units.profiles[at],
        found.open_entity[pair],
        found.open_probability[pair],
        found.open_right[pair],
    )


def _pointed(found: Resolution, resolver: Resolver) -> Pairs:
    """The firms that the doubtful codes of units left to a clerk point to, for every profile of the unit."""
    units = found.units
    doubtful = np.flatnonzero((units.pointed >= 0) & (found.decision[units.unit] == REVIEW_CODE))
    pair, at = matches(units.unit[doubtful], units.unit)
    firm = units.pointed[doubtful[pair]]
    return Pairs(units.profiles[at], firm, np.full(len(at), -1.0), resolver.looks_of(firm))


def _distinct(first: Pairs, then: Pairs) -> Pairs:
    """Each profile and entity once: as the unit met it, at its most probable, before what a code says."""
    both = Pairs(
        *(np.concatenate([getattr(first, one.name), getattr(then, one.name)]) for one in fields(Pairs))
    )
    order = np.lexsort((both.right, -both.probability, both.entity, both.profile))
    key = np.stack([both.profile, both.entity])[:, order]
    new = np.concatenate([[True], (np.diff(key) != 0).any(axis=0)]) if len(order) else np.zeros(0, dtype=bool)
    return both.take(order[new])
