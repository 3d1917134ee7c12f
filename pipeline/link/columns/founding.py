"""Firms that the registry founds, and what their codes point to."""

from dataclasses import dataclass

import numpy as np

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.joining import LabelledSets
from pipeline.link.columns.ordering import Ints, distinct_pairs, numbered
from pipeline.link.columns.shelving import IN_MEMORY, Shelf


@dataclass(frozen=True)
class Firms:
    """Registered firms.

    Attributes:
        count: how many.
        of_row: firm of each registry row, in the order of `rows`.
        rows: positions of the registry rows in the party table.
        uscc, org, registration: code → firm, -1 where the code is nobody's or two firms'.
        own_uscc, own_org: code of each firm, 0 where it has none.
    """

    count: int
    rows: Ints
    of_row: Ints
    uscc: Ints
    org: Ints
    registration: Ints
    own_uscc: Ints
    own_org: Ints


def found_firms(rows: Ints, profile: Ints, record: Ints, facets: Facets, codes: int) -> Firms:
    """Makes firms of registry rows.

    Rows are one firm where they share a valid code, a registration number or a record_id, or where they
    have no code and say the same in every word; two valid and different codes are two firms whatever
    else they share.

    Args:
        rows: positions of the registry rows in the party table.
        profile: their profiles.
        record: a number per record_id.
        facets: all profiles.
        codes: size of the vocabulary of codes.
    """
    uscc, org = facets.uscc[profile], facets.org[profile]
    registration = facets.registration[profile]
    sets = LabelledSets(len(rows), uscc, org)
    sets.join_equal(uscc)
    sets.join_equal(org)
    sets.join_equal(record + 1)
    sets.join_equal(registration)
    sets.join_equal(np.where(uscc + org + registration == 0, profile + 1, 0))
    root = sets.roots()
    _, _, of_row = numbered(root)
    count = int(of_row.max(initial=-1)) + 1
    return Firms(
        count,
        rows,
        of_row,
        _owners(uscc, of_row, codes),
        _owners(org, of_row, codes),
        _owners(registration, of_row, codes),
        _own(uscc, of_row, count),
        _own(org, of_row, count),
    )


def _owners(code: Ints, firm: Ints, codes: int) -> Ints:
    owner = np.full(codes, -1, dtype=np.int64)
    held = code > 0
    owner[code[held]] = firm[held]
    clash = code[held][owner[code[held]] != firm[held]]
    owner[clash] = -1
    return owner


def _own(code: Ints, firm: Ints, count: int) -> Ints:
    own = np.zeros(count, dtype=np.int64)
    held = code > 0
    own[firm[held]] = code[held]
    return own


@dataclass(frozen=True)
class Units:
    """Profiles outside the registry, grouped by codes that only one party can have.

    Attributes:
        profiles: the profiles outside the registry.
        unit: unit of each of them, from 0, in the order of their smallest profile.
        firm: registered firm that codes give to each unit, -1 for none.
        uscc, org: valid code of each unit, 0 for none.
        suspect: whether each profile's code points to a firm that everything else denies.
        pointed: the firm that a suspect profile's code points to, -1 for none.
    """

    profiles: Ints
    unit: Ints
    firm: Ints
    uscc: Ints
    org: Ints
    suspect: Ints
    pointed: Ints

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.firm)


def pointed_firm(facets: Facets, firms: Firms) -> tuple[Ints, Ints]:
    """The firm that each profile's codes point to (-1: none), and whether two codes disagree (0/1)."""
    if firms.count == 0:
        return np.full(len(facets), -1, dtype=np.int64), np.zeros(len(facets), dtype=np.int64)
    found = [
        owner[code] for owner, code in (
            (firms.uscc, facets.uscc), (firms.org, facets.org), (firms.registration, facets.registration)
        )
    ]  # fmt: skip
    best = np.where(found[0] >= 0, found[0], np.where(found[1] >= 0, found[1], found[2]))
    clash = np.logical_or.reduce([(one >= 0) & (one != best) for one in found])
    own = firms.own_uscc[np.maximum(best, 0)]
    clash |= (best >= 0) & (facets.uscc > 0) & (own > 0) & (own != facets.uscc)
    return best, clash.astype(np.int64)


def group_units(
    facets: Facets,
    profiles: Ints,
    label: Ints,
    distrusted: Ints,
    doubtful: Ints,
    led: Ints,
    apart: tuple[Ints, Ints],
    shelf: Shelf = IN_MEMORY,
) -> Units:
    """Groups profiles by equal codes, taxpayer ids and social insurance numbers.

    A taxpayer id or an insurance number under more than six trade names is a shared filler and groups
    nothing. An owner's token groups rows of one trade name only: an owner may have several shops.

    Args:
        facets: all profiles.
        profiles: those outside the registry, ascending.
        label: firm that each profile's codes, or a judgement, give it, -1 for none.
        distrusted: 1 for profiles whose codes group nothing.
        doubtful: firm that a suspect profile's codes point to, -1 for none.
        led: profiles that are grouped with no other.
        apart: pairs of profiles that must not be one unit.
        shelf: where what is looked at lies.
    """
    f = facets.take(profiles, shelf)
    trusted = 1 - distrusted[profiles]
    uscc, org = f.uscc * trusted, f.org * trusted
    sets = LabelledSets(len(profiles), label[profiles] + 1, uscc, org)
    sets.part(*(np.searchsorted(profiles, side) for side in apart))
    extract = (f.extract + 1) * ~np.isin(profiles, led)
    for key in (uscc, org, f.registration * trusted):
        sets.join_equal(key)
    for key in (f.taxpayer * trusted, f.social):
        sets.join_equal(extract, _few_names(key, f.name.sound))
    sets.join_equal(extract, f.token, np.where(f.name.sound > 0, f.name.sound, f.person_sound))
    roots = sets.roots()
    kept, _, unit = numbered(roots)
    return Units(
        profiles,
        unit,
        sets.labels(0)[kept] - 1,
        sets.labels(1)[kept],
        sets.labels(2)[kept],
        (doubtful[profiles] >= 0).astype(np.int64),
        doubtful[profiles],
    )


def _few_names(key: Ints, name: Ints, most: int = 6) -> Ints:
    counts = np.bincount(distinct_pairs(key, name)[0], minlength=int(key.max(initial=0)) + 1)
    return np.where(counts[key] <= most, key, 0)
