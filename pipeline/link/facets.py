"""What is compared: each profile's normalised fields as small integers, equal where the texts are.

Index 0 of every vocabulary is "nothing there". Two profiles agree on a field where their integers are
equal and not 0; the texts themselves are looked at only where they differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.link.addresses import AddressParts, parse_address, read_community, read_street, road_key
from pipeline.link.folding import fold, pinyin_key
from pipeline.link.identifiers import is_filler, read_code
from pipeline.link.joining import combine
from pipeline.link.names import NameParts, is_bare_party
from pipeline.link.ordering import Ints
from pipeline.link.parties import FORMER, Parties
from pipeline.link.persons import read_person, read_phones
from pipeline.link.vocabulary import NameFacets, Vocabularies, Vocabulary

UNLICENSED = {"licensing": ("licence_missing", "none", "three_nothings"), "offence": ("unlicensed",)}
LICENSED = ("licensed", "permit_missing")
CLOSED = ("deregistered", "revoked", "voided", "moved_out")
Bools = npt.NDArray[np.bool_]
SLOT_ROLE = {
    "uscc": "uscc_or_org_code",
    "registration": "registration_no",
    "org": "org_code",
    "taxpayer": "taxpayer_id",
}


@dataclass(frozen=True)
class Facets:
    """All profiles, field by field; arrays of one length.

    `name` is the registered or party name, `sign` the shop sign; `bare` marks rows whose party is a
    person and that have no sign; `closed` marks registry rows of firms
    that are deregistered, revoked, voided or moved away, `registered` rows of the registry; `unlicensed`
    marks rows that say of a shop that it showed no licence, `licensed` that it showed one; `site` is road
    and number, `door` a room of a site or building.
    """

    extract: Ints
    name: NameFacets
    sign: NameFacets
    person: Ints
    person_sound: Ints
    phone: Ints
    phone_other: Ints
    street: Ints
    community: Ints
    road: Ints
    site: Ints
    building: Ints
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

    def take(self, index: Ints) -> "Facets":
        """Some profiles, in the order of the index."""
        taken: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            taken[one.name] = value.take(index) if isinstance(value, NameFacets) else value[index]
        return Facets(**taken)

    def renamed(self, name: NameFacets) -> "Facets":
        """The same profiles under other names."""
        return replace(self, name=name)

    def without_codes(self, where: Bools) -> "Facets":
        """The same profiles, some of them without their codes."""
        keep = np.where(where, 0, 1)
        return replace(
            self, uscc=self.uscc * keep, org=self.org * keep, registration=self.registration * keep
        )

    def with_former(self, owner: Ints, names: NameFacets) -> "Facets":
        """These profiles, and behind them those of `owner` once more under former names."""
        index = np.concatenate([np.arange(len(self)), owner])
        longer = self.take(index)
        return longer.renamed(self.name.followed_by(names))

    def __len__(self) -> int:
        return len(self.extract)


def build_facets(parties: Parties, vocabularies: Vocabularies) -> Facets:
    """Normalises every distinct text once and numbers the parts."""
    v = vocabularies
    name, persons, bare = _choose_names(parties, v)
    said = _numbers(v.person, map(read_person, parties.values["person"]))[parties.columns["person"]]
    person = np.where(said > 0, said, persons)
    sounds = _numbers(v.person_sound, map(pinyin_key, v.person.words))
    phones = [(*read_phones(text), "", "")[:2] for text in parties.values["phone"]]
    phone = np.array([[v.phone.add(number) for number in pair] for pair in phones], dtype=np.int64)
    phone = phone[parties.columns["phone"]]
    signs = v.name_facets(v.parts(text, sign=True) for text in parties.values["sign"])
    return Facets(
        extract=parties.columns["extract"],
        name=name,
        sign=signs.take(parties.columns["sign"]),
        person=person,
        person_sound=sounds[person],
        phone=phone[:, 0],
        phone_other=phone[:, 1],
        bare=bare,
        closed=_marked(parties, "status", CLOSED),
        registered=_said(parties, pc.equal(parties.table["extract"], "registry")),
        unlicensed=np.maximum.reduce([_marked(parties, *item) for item in UNLICENSED.items()]),
        licensed=_marked(parties, "licensing", LICENSED),
        **_place_facets(parties, v.place),
        **_code_facets(parties, v.code),
    )


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
    parts: list[NameParts] = []
    for profile in np.flatnonzero(parties.columns[FORMER]):
        for text in parties.values[FORMER][parties.columns[FORMER][profile]].split("|"):
            found = vocabularies.parts(text)
            if found.trade:
                owners.append(int(profile))
                parts.append(found)
    return np.array(owners, dtype=np.int64), vocabularies.name_facets(parts)


def _choose_names(parties: Parties, vocabularies: Vocabularies) -> tuple[NameFacets, Ints, Ints]:
    """Name, person that stood in a name column, and whether nothing but a person is named (0/1).

    The column of firms' names goes before the column that holds firms or persons.
    """
    named, party = parties.columns["name"], parties.columns["party"]
    texts = [*parties.values["name"], *parties.values["party"]]
    is_person = [False] * len(parties.values["name"])
    is_person += [bool(text) and is_bare_party(text) for text in parties.values["party"]]
    at = np.where(named > 0, named, len(parties.values["name"]) + party)
    parts = [vocabularies.parts(text) for text in texts]
    owners = [
        read_person((p.full if p.person else p.owner) or (text if person else ""))
        for p, text, person in zip(parts, texts, is_person, strict=True)
    ]
    parts = [p._replace(person=p.person or person) for p, person in zip(parts, is_person, strict=True)]
    persons = _numbers(vocabularies.person, owners)
    alone = np.array(is_person)[at] & (parties.columns["sign"] == 0)
    return vocabularies.name_facets(parts).take(at), persons[at], alone.astype(np.int64)


def _numbers(vocabulary: Vocabulary, texts: Iterable[str | None]) -> Ints:
    return np.array([vocabulary.add(text) for text in texts], dtype=np.int64)


def _place_facets(parties: Parties, vocabulary: Vocabulary) -> dict[str, Ints]:
    add = vocabulary.add
    parsed = [parse_address(text) for text in parties.values["address"]]
    at = parties.columns["address"]
    columns = {
        "road": [add(p.road and f"road {road_key(p.road)}") for p in parsed],
        "site": [add(p.number and f"site {road_key(p.road or p.building)}#{p.number}") for p in parsed],
        "building": [add(p.building and f"building {road_key(p.building)}") for p in parsed],
        "block": [add(p.block and f"block {p.block}") for p in parsed],
        "floor": [add(p.floor and f"floor {p.floor}") for p in parsed],
        "room": [add(p.rooms[0] if p.rooms else "") for p in parsed],
        "shared": [int(p.shared) for p in parsed],
    }
    found = {name: np.array(values, dtype=np.int64)[at] for name, values in columns.items()}
    codes = [_house_code(text) for text in parties.values["house_code"]]
    found["house_code"] = _numbers(vocabulary, codes)[parties.columns["house_code"]]
    spot = np.where(found["site"] > 0, found["site"], found["building"])
    found["door"] = combine(spot, found["block"] + 1, found["room"], dense=True)
    found["street"] = _division(parties, vocabulary, "street", parsed)
    found["community"] = _division(parties, vocabulary, "community", parsed)
    return found


def _division(parties: Parties, vocabulary: Vocabulary, name: str, parsed: list[AddressParts]) -> Ints:
    read = read_street if name == "street" else read_community
    said = _numbers(vocabulary, [read(text) for text in parties.values[name]])[parties.columns[name]]
    inside = _numbers(vocabulary, [getattr(p, name) for p in parsed])[parties.columns["address"]]
    return np.where(said > 0, said, inside)


def _house_code(text: str) -> str:
    code = fold(text)
    return "" if not code or len(code) < 4 or is_filler(code) else f"house {code}"


def _code_facets(parties: Parties, vocabulary: Vocabulary) -> dict[str, Ints]:
    """Codes of each profile; where several columns hold one kind, the first that is filled counts."""
    names = ("uscc", "org", "registration", "hint", "token")
    found = {name: np.zeros(parties.count, dtype=np.int64) for name in names}
    for slot, role in SLOT_ROLE.items():
        for column, is_partial in ((slot, False), (f"{slot}_partial", True)):
            read = [
                read_code(None, text, role) if is_partial else read_code(text, None, role)
                for text in parties.values[column]
            ]
            for name in names:
                numbers = _numbers(vocabulary, [getattr(codes, name) for codes in read])
                here = numbers[parties.columns[column]]
                found[name] = np.where(found[name] > 0, found[name], here)
    for slot in ("taxpayer", "social"):
        keys = [_group_code(text) for text in parties.values[slot]]
        found[slot] = _numbers(vocabulary, keys)[parties.columns[slot]]
    return found


def _group_code(text: str) -> str:
    code = fold(text)
    return "" if len(code) < 4 or is_filler(code[-9:]) else f"group {code}"
