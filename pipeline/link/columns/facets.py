"""What is compared: each profile's normalised fields as small integers, equal where the texts are.

Index 0 of every vocabulary is "nothing there". Two profiles agree on a field where their integers are
equal and not 0; the texts themselves are looked at only where they differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.columns.aliases import learned_sites
from pipeline.link.columns.joining import combine
from pipeline.link.columns.normalising import (
    ALONE,
    CODE_COLUMNS,
    Batch,
    Hands,
    code_taker,
    collect,
    in_batches,
    take_addresses,
    take_communities,
    take_groups,
    take_house_codes,
    take_names,
    take_persons,
    take_phones,
    take_streets,
)
from pipeline.link.columns.ordering import Bools, Ints
from pipeline.link.columns.parties import FORMER, Parties
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.columns.vocabulary import NAME_WORDS, NameFacets, Vocabularies
from pipeline.link.texts.folding import pinyin_key
from pipeline.link.texts.persons import surname_length

UNLICENSED = {"licensing": ("licence_missing", "none", "three_nothings"), "offence": ("unlicensed",)}
LICENSED = ("licensed", "permit_missing")
CLOSED = ("deregistered", "revoked", "voided", "moved_out")
Columns = tuple[dict[str, Ints], dict[str, Ints]]
_WORK: dict[str, Batch] = {
    "name": take_names,
    "party": partial(take_names, parties=True),
    "sign": partial(take_names, signs=True),
    "address": take_addresses,
    "person": take_persons,
    "phone": take_phones,
    "street": take_streets,
    "community": take_communities,
    "house_code": take_house_codes,
}
SLOT_ROLE = {
    "uscc": "uscc_or_org_code",
    "registration": "registration_no",
    "org": "org_code",
    "taxpayer": "taxpayer_id",
}
NAMES = ("name", "sign")  # fields of facets that are names
GROUP_SLOTS = ("taxpayer", "social")  # codes by which rows of one extract know one another


@dataclass(frozen=True)
class Facets:
    """All profiles, field by field; arrays of one length, of narrow numbers.

    `name` is the registered or party name, `sign` the shop sign; `person_other` is a second person, whom a
    name column names beside the column of persons (the licence's holder beside the operator), or after whom
    the shop is named; `bare` marks
    rows whose party is a person and that have no sign; `closed` marks registry rows of firms that are
    deregistered, revoked, voided or moved away, `registered` rows of the registry; `unlicensed` marks rows
    that say of a shop that it showed no licence, `licensed` that it showed one; `site` is road and number,
    `landmark` the village or building that a place is known by, `door` a room of a site or building.
    """

    extract: Ints
    name: NameFacets
    sign: NameFacets
    person: Ints
    person_sound: Ints
    person_other: Ints
    person_other_sound: Ints
    phone: Ints
    phone_other: Ints
    street: Ints
    community: Ints
    road: Ints
    site: Ints
    building: Ints
    landmark: Ints
    block: Ints
    floor: Ints
    room: Ints
    door: Ints
    house_code: Ints
    shared: Ints
    bare: Ints
    closed: Ints
    registered: Ints
    unlicensed: Ints
    licensed: Ints
    uscc: Ints
    org: Ints
    registration: Ints
    hint: Ints
    token: Ints
    taxpayer: Ints
    social: Ints

    def columns(self) -> list[Ints]:
        """All columns; a name's stand where the name does."""
        found: list[Ints] = []
        for one in fields(self):
            value = getattr(self, one.name)
            found += value.columns() if isinstance(value, NameFacets) else [value]
        return found

    @classmethod
    def of(cls, columns: Iterable[Ints]) -> Self:
        """Facets of columns that stand as `columns` gives them."""
        rest = iter(columns)
        told = [NameFacets.of(rest) if one.name in NAMES else next(rest) for one in fields(cls)]
        return cls(*told)  # type: ignore[arg-type]

    def take(self, index: Ints, shelf: Shelf = IN_MEMORY) -> "Facets":
        """Some profiles, in the order of the index, on a shelf."""
        return _laid(len(index), (column[index] for column in self.columns()), shelf)

    def laid(self, shelf: Shelf) -> "Facets":
        """The same profiles on a shelf, in narrow numbers."""
        return _laid(len(self), self.columns(), shelf)

    def first(self, count: int) -> "Facets":
        """The first profiles, as they stand; nothing is copied."""
        return Facets.of(column[:count] for column in self.columns())

    def without_codes(self, where: Bools) -> "Facets":
        """The same profiles, some of them without their codes."""
        keep = np.where(where, 0, 1).astype(np.int32)
        return replace(
            self, uscc=self.uscc * keep, org=self.org * keep, registration=self.registration * keep
        )

    def with_former(self, owner: Ints, names: NameFacets, shelf: Shelf = IN_MEMORY) -> "Facets":
        """These profiles, and behind them those of `owner` once more under former names, on a shelf."""
        former = replace(self.take(owner), name=names)
        both = zip(self.columns(), former.columns(), strict=True)
        return _laid(len(self) + len(owner), map(np.concatenate, both), shelf)

    def __len__(self) -> int:
        return len(self.extract)


WIDTH = len(fields(Facets)) + len(NAMES) * (len(fields(NameFacets)) - 1)  # columns


def _laid(count: int, columns: Iterable[Ints], shelf: Shelf) -> Facets:
    """Facets of columns that are made one at a time, as narrow numbers on a shelf."""
    room = shelf.empty((WIDTH, count), np.int32)
    for held, column in zip(room, columns, strict=True):
        held[:] = column
    return Facets.of(room)


def build_facets(
    parties: Parties, vocabularies: Vocabularies, hands: Hands = ALONE, shelf: Shelf = IN_MEMORY
) -> Facets:
    """Normalises every distinct text once and numbers the parts.

    Args:
        parties: the rows and their profiles.
        vocabularies: take up the texts behind the numbers.
        hands: gives whoever takes so many texts apart; the result is the same.
        shelf: where the facets are to lie.
    """
    v = vocabularies
    with hands(sum(map(len, parties.values.values()))) as workers:
        work = {name: (take, parties.values[name]) for name, take in _WORK.items()}
        for slot, role in SLOT_ROLE.items():
            for column, partly in ((slot, False), (f"{slot}_partial", True)):
                work[column] = code_taker(role, partly), parties.values[column]
        for slot in GROUP_SLOTS:
            work[f"{slot}_group"] = take_groups, parties.values[slot]
        taken = {name: collect(batches, v) for name, batches in workers.take(work)}
    sounds = v.sounds()
    name, owner, bare = _choose_names(parties, taken["name"], taken["party"], sounds)
    said = taken["person"][0]["person"][parties.columns["person"]]
    person = np.where(said > 0, said, owner)
    sign = _name_facets(*taken["sign"], sounds).take(parties.columns["sign"])
    owner = np.where(owner > 0, owner, _named_after(name, sign, v))
    person_other = np.where(owner != person, owner, 0)
    syllables = v.person_sound.add_all(map(pinyin_key, v.person.words))
    phone = {name: taken["phone"][0][name][parties.columns["phone"]] for name in ("phone", "phone_other")}
    return Facets(
        extract=parties.columns["extract"],
        name=name,
        sign=sign,
        person=person,
        person_sound=syllables[person],
        person_other=person_other,
        person_other_sound=syllables[person_other],
        bare=bare,
        closed=_marked(parties, "status", CLOSED),
        registered=_said(parties, pc.equal(parties.table["extract"], "registry")),
        unlicensed=np.maximum.reduce([_marked(parties, *item) for item in UNLICENSED.items()]),
        licensed=_marked(parties, "licensing", LICENSED),
        **phone,
        **_place_facets(parties, taken),
        **_code_facets(parties, taken),
    ).laid(shelf)


def share_a_name(a: Facets, b: Facets, at: Ints) -> Bools:
    """Whether name or sign of the left side is name or sign of the right one, for some aligned pairs."""
    pairs = [(one.trade[at], other.trade[at]) for one in (a.name, a.sign) for other in (b.name, b.sign)]
    return np.asarray(np.logical_or.reduce([(one > 0) & (one == other) for one, other in pairs]))


def _named_after(name: NameFacets, sign: NameFacets, vocabularies: Vocabularies) -> Ints:
    """The person after whom a shop is named (王小明小吃店), where someone of that name is met tonight."""
    trades = vocabularies.trade.words
    like = [text if 2 <= len(text) <= 3 and surname_length(text) else "" for text in trades]
    person = vocabularies.person.known(like)
    of_name = np.where(name.formal > 0, 0, person[name.trade])
    return np.where(of_name > 0, of_name, person[sign.trade])


def _marked(parties: Parties, fact: str, words: tuple[str, ...]) -> Ints:
    """1 for profiles with a row in which a fact is one of some words."""
    return _said(parties, pc.is_in(parties.table[fact], pa.array(words)))


def _said(parties: Parties, of_row: pa.ChunkedArray) -> Ints:
    marked = np.zeros(parties.count, dtype=np.int64)
    marked[parties.profile[of_row.to_numpy(zero_copy_only=False).astype(bool)]] = 1
    return marked


def former_names(parties: Parties, vocabularies: Vocabularies) -> tuple[Ints, NameFacets]:
    """Former names: the profile that each belongs to, and the names."""
    owners: list[int] = []
    texts: list[str] = []
    for profile in np.flatnonzero(parties.columns[FORMER]).tolist():
        for text in parties.values[FORMER][parties.columns[FORMER][profile]].split("|"):
            owners.append(profile)
            texts.append(text)
    taken = collect(map(take_names, in_batches(texts)), vocabularies)
    names = _name_facets(*taken, vocabularies.sounds())
    told = np.flatnonzero(names.trade > 0)
    return np.array(owners, dtype=np.int64)[told], names.take(told)


def _name_facets(columns: dict[str, Ints], flags: dict[str, Ints], sounds: Ints) -> NameFacets:
    parts = {name: columns[name] for name in NAME_WORDS}
    told = {name: flags[name] for name in ("formal", "known", "person")}
    return NameFacets(sound=sounds[columns["trade"]], **parts, **told)


def _choose_names(
    parties: Parties, named: Columns, party: Columns, sounds: Ints
) -> tuple[NameFacets, Ints, Ints]:
    """Name, person that stood in a name column, and whether nothing but a person is named (0/1).

    The column of firms' names goes before the column that holds firms or persons.
    """
    columns, flags = (
        {name: np.concatenate([first[name], second[name]]) for name in first}
        for first, second in zip(named, party, strict=True)
    )
    at = parties.columns["name"]
    at = np.where(at > 0, at, len(parties.values["name"]) + parties.columns["party"])
    alone = (flags["bare"][at] > 0) & (parties.columns["sign"] == 0)
    names = _name_facets(columns, flags, sounds)
    return names.take(at), columns["owner"][at], alone.astype(np.int64)


def _place_facets(parties: Parties, taken: dict[str, Columns]) -> dict[str, Ints]:
    columns, flags = taken["address"]
    found = {name: values[parties.columns["address"]] for name, values in (columns | flags).items()}
    for name in ("street", "community"):
        said = taken[name][0][name][parties.columns[name]]
        found[name] = np.where(said > 0, said, found[name])
    found["house_code"] = taken["house_code"][0]["house_code"][parties.columns["house_code"]]
    found["site"] = learned_sites(
        found["site"], found["road"], found["building"], found["house_code"], found["shared"] == 0
    )
    spot = np.where(found["site"] > 0, found["site"], found["building"])
    found["door"] = combine(spot, found["block"] + 1, found["room"], dense=True)
    return found


def _code_facets(parties: Parties, taken: dict[str, Columns]) -> dict[str, Ints]:
    """Codes of each profile; where several columns hold one kind, the first that is filled counts."""
    found = {name: np.zeros(parties.count, dtype=np.int64) for name in CODE_COLUMNS}
    for slot in SLOT_ROLE:
        for column in (slot, f"{slot}_partial"):
            for name in CODE_COLUMNS:
                here = taken[column][0][name][parties.columns[column]]
                found[name] = np.where(found[name] > 0, found[name], here)
    for slot in GROUP_SLOTS:
        found[slot] = taken[f"{slot}_group"][0]["group"][parties.columns[slot]]
    return found
