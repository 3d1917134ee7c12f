"""The district's firms: what each one is, before any department has seen it."""

from dataclasses import dataclass

import numpy as np

from pipeline.district import codes, people, places
from pipeline.district.draw import Days, Dice, Flags, Ints, Objects, choose, no_days, nothing, objects
from pipeline.district.kinds import BRANCH, COMPANY, PARTNERSHIP, PROPRIETORSHIP, SHOP, SOLE, WORKS
from pipeline.district.naming import Names, compose_names
from pipeline.district.people import People
from pipeline.district.places import Places, Site
from pipeline.district.words import industries

_KIND_WEIGHTS = (46, 42, 1.2, 2.3, 6.5, 1, 1)
_STATUSES = ("active", "deregistered", "revoked", "moved_out", "dormant", "liquidating", "voided")
_STATUS_WEIGHTS = (85, 8, 3.2, 1.4, 1.2, 0.8, 0.2)
_ELSEWHERE_REGIONS = ("440300", "440304", "440305", "440307", "440100", "310115", "441900", "420100")
_NEW_CODES = np.datetime64("2015-10-01")


@dataclass(frozen=True)
class Firms:
    """All entities, one array entry each: registered here, registered elsewhere, unregistered.

    Attributes:
        kind: `COMPANY` … `SHOP` (a shop is unregistered).
        in_registry: the registry extract holds it.
        industry: index into `words.industries()`.
        names: registered name and its parts, former name, sign.
        uscc: 统一社会信用代码; null for the unregistered.
        registration_no: 注册号; null for most of the newer ones.
        person: who runs it, index into `People`.
        phone: its number; many share a bookkeeping agent's.
        established_on: day of registration, or of opening.
        status: word of the registry's vocabulary.
        status_on: day of that status; null while active.
        registered_at: registered address.
        operating_at: where it trades.
        former_at: where it was before it moved; its present place if it never did.
        moved: it moved, and some departments have not noticed.
        physical: it has a place that a grid officer can see.
        parent: index of the firm whose branch it is; -1 otherwise.
        headcount: people who work there.
        exempt: trade that needs no licence.
    """

    kind: Ints
    in_registry: Flags
    industry: Ints
    names: Names
    uscc: Objects
    registration_no: Objects
    person: Ints
    phone: Objects
    established_on: Days
    status: Objects
    status_on: Days
    registered_at: Site
    operating_at: Site
    former_at: Site
    moved: Flags
    physical: Flags
    parent: Ints
    headcount: Ints
    exempt: Flags

    @property
    def registered(self) -> Flags:
        """Registered anywhere."""
        return np.asarray(self.kind != SHOP)

    def trade(self, attribute: str) -> Objects:
        """An attribute of each firm's industry."""
        return objects([getattr(item, attribute) for item in industries()])[self.industry]


def build(seed: int, firms: int, as_of: np.datetime64, where: Places, who: People) -> Firms:
    """All entities for so many registered firms, those registered elsewhere and shops on top."""
    dice = Dice(seed, "firms")
    elsewhere, shops = max(1, firms * 4 // 100), max(1, firms * 88 // 1000)
    n = firms + elsewhere + shops
    in_registry = np.arange(n) < firms
    shop = np.arange(n) >= firms + elsewhere
    kind = np.where(shop, SHOP, dice.index(len(_KIND_WEIGHTS), n, _KIND_WEIGHTS))
    parent = _parents(dice, kind, in_registry)
    industry = _industries(dice, kind, parent)
    person = people.owners(dice, len(who.name), n)
    building = dice.index(len(where.weight), n, where.weight)
    twin = _twins(dice, kind, in_registry)
    building = np.where(twin >= 0, building[twin], building)
    status, status_on, established = _lives(dice, in_registry, shop, as_of)
    operating = places.sites(dice, where, building)
    heir = _heirs(dice, kind, status, in_registry)
    person, industry, operating, established = _succeed(
        dice, heir, person, industry, operating, established, status_on
    )
    person = np.where((parent >= 0) & dice.chance(0.5, n), person[np.maximum(parent, 0)], person)
    registered_at, former_at, moved = _addresses(dice, where, kind, operating)
    uscc, number = _identifiers(dice, kind, in_registry, established, as_of)
    exempt = shop & dice.chance(0.22, n)
    return Firms(
        kind=kind,
        in_registry=in_registry,
        industry=industry,
        names=compose_names(seed, kind, in_registry, industry, parent, twin, who.name[person], exempt),
        uscc=uscc,
        registration_no=number,
        person=person,
        phone=_phones(dice, kind, who.phone[person]),
        established_on=established,
        status=status,
        status_on=status_on,
        registered_at=registered_at,
        operating_at=operating,
        former_at=former_at,
        moved=moved,
        physical=shop | dice.chance(np.where(kind == SOLE, 0.93, 0.78), n),
        parent=parent,
        headcount=_headcounts(dice, kind),
        exempt=exempt,
    )


def _parents(dice: Dice, kind: Ints, in_registry: Flags) -> Ints:
    """Most branches have their parent here; the others belong to firms of other cities."""
    parent = np.full(len(kind), -1)
    companies = np.flatnonzero((kind == COMPANY) & in_registry)
    branches = np.flatnonzero((kind == BRANCH) & dice.chance(0.7, len(kind)))
    parent[branches] = companies[dice.whole(0, len(companies) - 1, len(branches)) // 3]
    return parent


def _industries(dice: Dice, kind: Ints, parent: Ints) -> Ints:
    trades = industries()
    company = dice.index(len(trades), len(kind), [t.company for t in trades])
    sole = dice.index(len(trades), len(kind), [t.sole for t in trades])
    factory = dice.index(len(trades), len(kind), [t.company if t.code[0] == "C" else 0 for t in trades])
    chosen = np.where(np.isin(kind, (SOLE, SHOP, PROPRIETORSHIP)), sole, company)
    chosen = np.where(kind == WORKS, factory, chosen)
    return np.where(parent >= 0, chosen[np.maximum(parent, 0)], chosen)


def _twins(dice: Dice, kind: Ints, in_registry: Flags) -> Ints:
    """A namesake, or almost one, in the same building: index of the other, else -1."""
    n = len(kind)
    twin = np.full(n, -1)
    chosen = np.flatnonzero(in_registry & np.isin(kind, (COMPANY, SOLE)) & dice.chance(0.02, n))
    twin[chosen] = (chosen + 1 + dice.whole(0, 50, len(chosen))) % int(in_registry.sum())
    twin[(twin >= 0) & (~np.isin(kind[twin], (COMPANY, SOLE)) | (twin[twin] >= 0))] = -1
    return twin


def _lives(dice: Dice, in_registry: Flags, shop: Flags, as_of: np.datetime64) -> tuple[Objects, Days, Days]:
    """Status, its day, and the day of establishment: many young, few old."""
    n = len(shop)
    age = (dice.rng.exponential(1700, n)).astype(np.int64).clip(12, 12_500)
    age = np.where(shop, (dice.rng.exponential(420, n)).astype(np.int64).clip(8, 4000), age)
    established = as_of - age
    status = choose(in_registry, dice.pick(_STATUSES, n, _STATUS_WEIGHTS), "active")
    ended = status != "active"
    established = np.where(ended, np.minimum(established, as_of - 400), established)
    last = np.maximum(established + 90, as_of - np.where(status == "deregistered", 1500, 1000))
    status_on = np.where(ended, dice.days(last, as_of - 40), no_days(n))
    return status, status_on, established


def _heirs(dice: Dice, kind: Ints, status: Objects, in_registry: Flags) -> Ints:
    """For some active firms, the deregistered one that stood at their place before; else -1."""
    heir = np.full(len(kind), -1)
    gone = np.flatnonzero(in_registry & np.isin(status, ("deregistered", "revoked")) & (kind <= SOLE))
    chosen = np.flatnonzero(
        in_registry & (status == "active") & (kind <= SOLE) & dice.chance(0.012, len(kind))
    )
    count = min(len(gone), len(chosen))
    heir[chosen[:count]] = dice.rng.permutation(gone)[:count]
    return heir


def _succeed(
    dice: Dice, heir: Ints, person: Ints, industry: Ints, site: Site, established: Days, status_on: Days
) -> tuple[Ints, Ints, Site, Days]:
    """Heirs take over place and person, mostly the trade, after their forerunner's end."""
    has, before = heir >= 0, np.maximum(heir, 0)
    same_person = has & dice.chance(0.7, len(heir))
    same_trade = has & dice.chance(0.7, len(heir))
    return (
        np.where(same_person, person[before], person),
        np.where(same_trade, industry[before], industry),
        site.where(has, site.take(before)),
        np.where(has, status_on[before] + dice.whole(5, 30, len(heir)), established),
    )


def _addresses(dice: Dice, where: Places, kind: Ints, operating: Site) -> tuple[Site, Site, Flags]:
    """Registered and former place: shops trade where they are registered, companies often do not."""
    n = len(kind)
    building = dice.index(len(where.weight), n, where.weight)
    other = places.sites(dice, where, building)
    apart = dice.chance(np.where(np.isin(kind, (SOLE, BRANCH, SHOP)), 0.05, 0.26), n)
    registered = operating.where(apart, other)
    shared = (kind == COMPANY) & dice.chance(0.045, n)
    desk = where.secretary[dice.whole(0, len(where.secretary) - 1, n)]
    registered = registered.where(shared, Site(desk, np.full(n, 2), np.full(n, 1)))
    moved = ~apart & (kind != SHOP) & dice.chance(0.07, n)
    return registered, operating.where(moved, other), moved


def _identifiers(
    dice: Dice, kind: Ints, in_registry: Flags, established: Days, as_of: np.datetime64
) -> tuple[Objects, Objects]:
    """USCC of the registered, and 注册号 of those that had one before 2015-10."""
    n = len(kind)
    new = established >= min(_NEW_CODES, as_of)
    sole = kind == SOLE
    recent = new | (sole & dice.chance(0.5, n))
    stems = np.where(recent, codes.new_stems(dice, n), codes.old_stems(dice, n))
    region = choose(dice.chance(0.86, n), "440300", "440303")
    region = choose(in_registry, region, dice.pick(_ELSEWHERE_REGIONS, n, (8, 3, 3, 2, 2, 1, 1, 1)))
    prefix = (choose(sole, "92", "91") + region).astype("<U8")
    uscc = codes.credit_codes(prefix, codes.organisation_codes(stems))
    number = codes.registration_numbers(codes.registration_stems(dice, sole))
    shop = kind == SHOP
    return choose(shop, None, uscc), choose(shop | new, None, number)


def _phones(dice: Dice, kind: Ints, own: Objects) -> Objects:
    n = len(kind)
    mixed = choose(dice.chance(np.where(kind == COMPANY, 0.3, 0.05), n), people.lines(dice, n), own)
    agent = np.isin(kind, (COMPANY, PARTNERSHIP)) & dice.chance(0.16, n)
    return choose(dice.chance(0.02, n), nothing(n), people.shared_phones(dice, mixed, agent))


def _headcounts(dice: Dice, kind: Ints) -> Ints:
    centre = np.where(np.isin(kind, (SOLE, SHOP)), 0.8, 1.9)
    return np.maximum(1, np.exp(dice.rng.normal(centre, 0.9)).astype(np.int64)).clip(1, 3000)
