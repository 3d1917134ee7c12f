"""Which record counts for which entity, and which record founds it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.link.columns.ordering import Ints, distinct, is_among, order_of, rank_of
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.identification.identity import Held


@dataclass(frozen=True)
class Members:
    """Every record that has an entity, once: it counts for the entity of its newest row.

    Attributes:
        row: that row.
        records: the record ids.
        entity: the entities.
        sources: extract and sender of each.
        first_day: the day on which each was first cut, in days since 1970.
    """

    row: Ints
    records: pa.Array
    entity: Ints
    sources: pa.Array
    first_day: Ints

    @property
    def held(self) -> Held:
        """The records with their entities."""
        return Held(self.records, self.entity)


@dataclass(frozen=True)
class Founding:
    """What founds tonight's entities, in their order.

    Attributes:
        records: the founding record of each, were it new.
        registered: entities that a row of the registry founds.
    """

    records: pa.StringArray
    registered: frozenset[int]


def members_of(parties: Parties, row_entity: Ints, shelf: Shelf = IN_MEMORY) -> Members:
    """The records whose rows have an entity; a row that was superseded goes behind all others.

    Args:
        parties: tonight's rows.
        row_entity: entity of each row, -1 for none.
        shelf: where the records are to lie.
    """
    held = np.flatnonzero(row_entity >= 0)
    coded = parties.table["record_id"].take(pa.array(held)).combine_chunks().dictionary_encode()
    record, records = coded.indices.to_numpy(), shelf.texts(coded.dictionary)
    del coded
    day = _days(parties)[held]
    in_force = ~parties.table["superseded"].to_numpy(zero_copy_only=False).astype(bool)[held]
    count = len(records)
    order = order_of(rank_of([(record, count), (in_force, 2), _from_first(day)], len(held)))
    newest = np.zeros(count, dtype=np.int64)
    newest[record[order]] = order  # the last one written stays: the best comes last
    first_day = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first_day, record, day)
    row = held[newest]
    sources = parties.table["source"].take(pa.array(row)).combine_chunks().cast(pa.string())
    return Members(row, records, row_entity[row], shelf.texts(sources), first_day)


def founding_of(members: Members, parties: Parties, row_entity: Ints, registry: str) -> Founding:
    """What founds each entity: of the registry before others, then the smallest day, extract and record id.

    An entity all of whose records count elsewhere is founded by one of its rows.

    Args:
        members: the records that have an entity.
        parties: tonight's rows.
        row_entity: entity of each row, -1 for none.
        registry: the name of its extract.
    """
    lent = np.flatnonzero((row_entity >= 0) & ~is_among(row_entity, distinct(members.entity)))
    row = np.concatenate([members.row, lent])
    entity, day = row_entity[row], np.concatenate([members.first_day, _days(parties)[lent]])
    names = list(parties.values["extract"])  # sorted
    extract = parties.columns["extract"][parties.profile[row]]
    elsewhere = extract != (names.index(registry) if registry in names else -1)
    count = int(entity.max(initial=-1)) + 1
    key = rank_of([(elsewhere, 2), _from_first(day), (extract, len(names))], len(row))
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, entity, key)
    best = np.flatnonzero(key == first[entity])
    records = [""] * count
    told = parties.table["record_id"].take(pa.array(row[best])).to_pylist()
    for number, record in zip(entity[best].tolist(), told, strict=True):
        records[number] = min(record, records[number] or record)
    registered = distinct(entity[best[~elsewhere[best]]])
    return Founding(pa.array(records, pa.string()), frozenset(registered.tolist()))


def _days(parties: Parties) -> Ints:
    days: Ints = parties.table["extract_date"].cast(pa.int32()).to_numpy().astype(np.int64)
    return days


def _from_first(day: Ints) -> tuple[Ints, int]:
    """Days as numbers from 0, and a bound above them."""
    first = int(day.min(initial=0))
    return day - first, int(day.max(initial=0)) - first + 1
