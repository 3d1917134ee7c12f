"""From the resolution to rows: every record's enterprise, decision and reason, and the open pairs."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.founding import Firms
from pipeline.link.columns.ordering import Ints, distinct
from pipeline.link.columns.parties import Parties
from pipeline.link.columns.premises import premises_of
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.columns.whereabouts import BASES, whereabouts
from pipeline.link.decisions.deciding import CERTAIN_CODE, DECISIONS, NONE_CODE, Floats
from pipeline.link.decisions.resolving import Resolver
from pipeline.link.decisions.standing import Resolution
from pipeline.link.explaining import wording
from pipeline.link.explaining.judged_bases import judged_bases
from pipeline.link.explaining.reasons import reasons
from pipeline.link.identification.before import Before
from pipeline.link.judgement.judging import Judged
from pipeline.link.pairs.comparing import Scored
from pipeline.link.texts.addresses import parse_address
from pipeline.link.texts.names import is_bare_party, parse_name

Texts: TypeAlias = tuple[Ints, pa.Array]  # a number per profile, 0 for nothing, and what it stands for
STATES = ("registered", "valid_code_not_held", "not_found")
LONGEST_PERSON = 4
_BRACKETS = "[(（\\[【〔{〈《「『﹙]"
_BRACKET = re.compile(_BRACKETS)
# What begins and ends with a letter or a digit has nothing to be stripped off.
_MAY_BE_SHOWN_OTHERWISE = rf"{_BRACKETS}|^[^\p{{L}}\p{{N}}]|[^\p{{L}}\p{{N}}]$"


@dataclass(frozen=True)
class Linked:
    """The outcome row by row.

    Attributes:
        row_entity: entity of each row, -1 for none; entities that no row has are left out.
        decision, probability, basis: of each row (`basis` indexes `bases`).
        bases: the distinct reasons.
        kind: REGISTERED, CODE_NOT_HELD or NOT_FOUND per entity.
        entities: how many there are.
        renumber: number here of each entity of the resolution, -1 for those that no row has.
        compared: the units that a comparison decided, ascending.
        scored: their comparisons with what decided them.
    """

    row_entity: Ints
    decision: Ints
    probability: Floats
    basis: Ints
    bases: list[str]
    kind: Ints
    entities: int
    renumber: Ints
    compared: Ints
    scored: Scored


def assemble(
    parties: Parties,
    facets: Facets,
    words: Vocabularies,
    firms: Firms,
    found: Resolution,
    resolver: Resolver,
    judged: Judged,
) -> Linked:
    """Spreads the decisions over all rows and gives each its reason."""
    entity = np.full(parties.count, -1, dtype=np.int64)
    decision = np.full(parties.count, NONE_CODE, dtype=np.int64)
    probability = np.zeros(parties.count)
    units = found.units
    entity[units.profiles] = found.entity[units.unit]
    decision[units.profiles] = found.decision[units.unit]
    probability[units.profiles] = found.probability[units.unit]
    linked = decision >= 2
    entity[~linked] = -1
    compared = np.flatnonzero(found.partner >= 0)
    scored = resolver.explain(found.member[compared], found.partner[compared])
    bases, basis = reasons(facets.first(parties.count), found, compared, scored, resolver.model)
    bases, basis = judged_bases(bases, basis, found, judged)
    row_entity, row_decision = entity[parties.profile], decision[parties.profile]
    row_probability, row_basis = probability[parties.profile], basis[parties.profile]
    row_entity[firms.rows], row_decision[firms.rows] = firms.of_row, CERTAIN_CODE
    row_probability[firms.rows], row_basis[firms.rows] = 1.0, bases.index(wording.REGISTRY_ROW)
    used = distinct(row_entity[row_entity >= 0])
    renumber = np.full(len(found.kind) + 1, -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    return Linked(
        renumber[row_entity],
        row_decision,
        row_probability,
        row_basis,
        bases,
        found.kind[used],
        len(used),
        renumber,
        compared,
        scored,
    )


def link_rows(
    parties: Parties, facets: Facets, words: Vocabularies, linked: Linked, shelf: Shelf = IN_MEMORY
) -> pa.Table:
    """One row per record with all that the tables of this room need but the ids of enterprises; on a shelf.

    Columns: those of the parties, what is shown of each row, its decision, and `entity`, null for none.
    """
    own = facets.first(parties.count)
    with ThreadPoolExecutor(1) as beside:
        shown = beside.submit(_shown, parties, own)
        premises, premises_ids = premises_of(own, words)
        where = whereabouts(parties, own, words, premises, _firm_of_profile(parties, linked))
    names, signs, buildings = shown.result()
    place, code = words.place.held(), words.code.held()
    of_profile = {
        "street": (where.street, place),
        "street_basis": (where.basis, pa.array(["", *BASES])),
        "community": (where.community, place),
        "building": buildings,
        "uscc_valid": (own.uscc, code),
        "registration_valid": (own.registration, code),
        "premises_id": (premises, pa.array(premises_ids)),
        "address": (parties.columns["address"], parties.values["address"].held),
        "house_code": (
            parties.columns["house_code"],
            pc.utf8_trim_whitespace(parties.values["house_code"].held),
        ),
        "name_shown": names,
        "sign_shown": signs,
    }
    columns = {name: _coded(number[parties.profile], texts) for name, (number, texts) in of_profile.items()}
    columns |= {
        "entity": pa.array(linked.row_entity, mask=linked.row_entity < 0),
        "decision": _coded(linked.decision + 1, pa.array(["", *DECISIONS])),
        "basis": _coded(linked.basis + 1, pa.array(["", *linked.bases])),
        "probability": pa.array(linked.probability),
        "shared_address": pa.array((own.shared > 0)[parties.profile]),
        "door": pa.array(own.door[parties.profile].astype(np.int64)),
    }
    told, held = shelf.table(pa.table(columns)), parties.table
    both = {name: table[name] for table in (held, told) for name in table.column_names}
    return pa.table(dict(sorted(both.items())))


def with_ids(rows: pa.Table, ids: pa.StringArray, before: Before) -> pa.Table:
    """`link_rows` with `enterprise_id`, and `previous_enterprise_id` where it was another one.

    Args:
        rows: what `link_rows` gave.
        ids: the id of each entity.
        before: by which the id is known that each record had.
    """
    entity = rows["entity"].cast(pa.int32()).combine_chunks()
    now = pa.DictionaryArray.from_arrays(entity, ids)
    rows = rows.append_column("enterprise_id", now)
    return rows.append_column("previous_enterprise_id", _previous(rows, entity, ids, before))


def _firm_of_profile(parties: Parties, linked: Linked) -> Ints:
    """The entity of each profile; those without one have a number of their own behind all entities."""
    firm = linked.entities + np.arange(parties.count)
    linked_rows = np.flatnonzero(linked.row_entity >= 0)
    np.minimum.at(firm, parties.profile[linked_rows], linked.row_entity[linked_rows])
    return firm


def _coded(number: Ints, texts: pa.Array) -> pa.DictionaryArray:
    """Each row's text, every text held once; null where the number is 0."""
    return pa.DictionaryArray.from_arrays(pa.array(number.astype(np.int32), mask=number == 0), texts)


def _buildings(parties: Parties, name: Ints, sign: Ints) -> Texts:
    """The building, as the address writes it, of each profile that has neither name nor sign to be shown."""
    address, written = parties.columns["address"], parties.values["address"]
    nameless = (name == 0) & (sign == 0) & (address > 0)
    asked = distinct(address[nameless])
    texts = [parse_address(written[number]).building for number in asked.tolist()]
    named = np.array([bool(text) for text in texts], dtype=bool)
    at = np.flatnonzero(nameless)
    place = np.searchsorted(asked, address[at])
    found = np.zeros(len(address), dtype=np.int64)
    found[at] = np.where(named[place], place + 1, 0)
    return found, pa.array(["", *texts])


def _shown(parties: Parties, facets: Facets) -> tuple[Texts, Texts, Texts]:
    """Names, signs and buildings of each profile as they may be shown: a bare personal name is not."""
    of_party = pa.array(map(_party_shown, parties.values["party"]), pa.string())
    texts = pa.concat_arrays([_names_shown(parties.values["name"].held), of_party])
    named, party = parties.columns["name"], parties.columns["party"]
    at = np.where(named > 0, named, len(parties.values["name"]) + party)
    told = (facets.name.trade > 0) & (facets.name.person == 0)
    told &= texts.is_valid().to_numpy(zero_copy_only=False)[at]
    signs = pa.array([text.strip() for text in parties.values["sign"]])
    name, sign = np.where(told, at, 0), np.where(facets.sign.trade > 0, parties.columns["sign"], 0)
    return (name, texts), (sign, signs), _buildings(parties, name, sign)


def _names_shown(texts: pa.StringArray) -> pa.StringArray:
    """`_name_shown` of each; most names are shown as they are."""
    is_short = pc.less_equal(pc.utf8_length(texts), LONGEST_PERSON)
    asked = pc.or_(is_short, pc.match_substring_regex(texts, _MAY_BE_SHOWN_OTHERWISE))
    told = [_name_shown(text) for text in texts.filter(asked).to_pylist()]
    return pc.replace_with_mask(texts, asked, pa.array(told, pa.string()))


def _name_shown(text: str) -> str | None:
    """None for a short name without a word of trade: it may be a person's; no owner in brackets."""
    if len(text) <= LONGEST_PERSON and is_bare_party(text):
        return None
    return parse_name(text).full if _BRACKET.search(text) and parse_name(text).owner else text.strip()


def _party_shown(text: str) -> str | None:
    return None if is_bare_party(text) else _name_shown(text)


def _previous(rows: pa.Table, entity: pa.Array, ids: pa.StringArray, before: Before) -> pa.Array:
    """The id that each record had, where it is another one now; null elsewhere."""
    if before.is_empty:
        return pa.nulls(len(entity), pa.string())
    had, now = before.holders_of(rows["record_id"]), before.rows_of(ids)
    at = entity.fill_null(-1).to_numpy()
    stays = np.where(at >= 0, now[at], -1) == had
    return pa.DictionaryArray.from_arrays(pa.array(had.astype(np.int32), mask=(had < 0) | stays), before.ids)


def entity_table(linked: Linked, ids: pa.StringArray) -> pa.Table:
    """`link_entity`: entities with their ids and registration state."""
    states = [STATES[kind] for kind in linked.kind.tolist()]
    number = pa.array(np.arange(len(ids)))
    told = {"enterprise_id": ids, "state": pa.array(states, pa.string())}
    return pa.table({"entity": number, **told})


def record_of_profile(parties: Parties, wanted: Iterable[int]) -> dict[int, str]:
    """The record that stands for each of some profiles: the smallest id among its rows."""
    rows = np.flatnonzero(np.isin(parties.profile, np.array(sorted(set(wanted)), dtype=np.int64)))
    records = parties.table["record_id"].take(pa.array(rows)).to_pylist()
    result: dict[int, str] = {}
    for profile, record in zip(parties.profile[rows].tolist(), records, strict=True):
        if profile not in result or record < result[profile]:
            result[profile] = record
    return result
