"""商事主体登记: the registrar's own extract; every firm registered here, its names and codes mostly right."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Objects, choose, no_days, nothing, objects, present
from pipeline.district.habits import Habit, miswritten
from pipeline.district.kinds import BRANCH, COMPANY, OFFICE, PARTNERSHIP, PROPRIETORSHIP, SOLE, WORKS
from pipeline.district.places import Site, street_of
from pipeline.district.table import rows
from pipeline.district.words import industries, listed
from pipeline.district.world import Batch, World, address_at

_TYPES = {
    COMPANY: ("有限责任公司", "有限责任公司（自然人独资）", "有限责任公司（法人独资）", "股份有限公司"),
    SOLE: ("个体工商户", "个体工商户", "个体户"),
    PARTNERSHIP: ("合伙企业", "有限合伙企业"),
    PROPRIETORSHIP: ("个人独资企业",),
    BRANCH: ("分公司", "有限责任公司分公司"),
    OFFICE: ("办事机构", "分公司"),
    WORKS: ("全民所有制", "集体所有制", "有限责任公司"),
}
_ABNORMAL = (
    "未依照规定公示年度报告",
    "通过登记的住所或者经营场所无法联系",
    "公示企业信息隐瞒真实情况、弄虚作假",
)


def batches(world: World) -> list[Batch]:
    """One snapshot of all firms registered here."""
    dice, f = Dice(world.seed, "registry"), world.firms
    entity = np.flatnonzero(f.in_registry)
    n = len(entity)
    kind = f.kind[entity]
    site = f.registered_at.take(entity)
    stale = f.moved[entity] & dice.chance(0.45, n)
    site = site.where(stale, f.former_at.take(entity))
    status, status_on = f.status[entity], f.status_on[entity]
    abnormal = dice.chance(np.where(f.physical[entity], 0.035, 0.16), n)
    listed = dice.days(
        np.maximum(f.established_on[entity] + 200, world.as_of - 700), np.full(n, world.as_of - 30)
    )
    lifted = abnormal & dice.chance(0.3, n)
    no_number = dice.chance(0.012, n)
    code = choose(no_number & present(f.registration_no[entity]), None, f.uscc[entity])
    found = rows(
        entity,
        present(code),
        uscc=code,
        registration_no=choose(dice.chance(0.25, n), None, f.registration_no[entity]),
        name=miswritten(dice, f.names.full[entity], Habit(typo=0.0, script=0.0, wide=0.012)),
        former_names=choose(dice.chance(0.6, n), f.names.former[entity], nothing(n)),
        entity_type=_types(dice, kind),
        legal_rep=choose(dice.chance(0.03, n), nothing(n), world.people.name[f.person[entity]]),
        established_on=f.established_on[entity],
        registered_capital=_capital(dice, kind),
        address=_addresses(world, dice, site, kind),
        street=choose(dice.chance(0.5, n), street_of(world.places, site), nothing(n)),
        industry_code=choose(dice.chance(0.07, n), nothing(n), _industry_codes(dice, f.industry[entity])),
        industry_edition=choose(dice.chance(0.9, n), "2011", nothing(n)),
        business_scope=_scopes(dice, f.industry[entity]),
        status=choose(world.not_yet(status_on, 3), "active", status),
        status_on=choose_days(status_on, dice.chance(0.9, n) & ~world.not_yet(status_on, 3)),
        abnormal_on=choose_days(listed, abnormal & ~world.not_yet(listed, 3)),
        abnormal_off=_lifted(world, dice, listed, lifted),
        abnormal_reason=choose(
            abnormal & ~world.not_yet(listed, 3), dice.pick(_ABNORMAL, n, (5, 4, 0.3)), nothing(n)
        ),
        phone=choose(dice.chance(0.25, n), nothing(n), f.phone[entity]),
    )
    order = dice.rng.permutation(n)
    order = order[~world.not_yet(f.established_on[entity], 3)[order]]
    return [Batch("registry", "商事主体登记信息", world.seen_on - 3, found.take(order), "csv")]


def _lifted(world: World, dice: Dice, listed: np.ndarray, lifted: np.ndarray) -> np.ndarray:
    off = dice.days(listed + 20, np.full(len(listed), world.as_of - 5))
    return choose_days(off, lifted & ~world.not_yet(off, 3))


def choose_days(days: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """The days where flagged, else null."""
    return np.where(flags, days, no_days(len(days)))


def _types(dice: Dice, kind: np.ndarray) -> Objects:
    out = nothing(len(kind))
    for value, words in _TYPES.items():
        out = choose(kind == value, dice.pick(words, len(kind)), out)
    return out


def _capital(dice: Dice, kind: np.ndarray) -> np.ndarray:
    n = len(kind)
    company = dice.pick([10.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 3000.0], n, (8, 10, 20, 8, 10, 8, 3))
    sole = dice.pick([1.0, 3.0, 5.0, 10.0, 20.0], n)
    amount = np.where(np.isin(kind, (SOLE, PROPRIETORSHIP)), sole, company).astype(np.float64)
    return np.where(np.isin(kind, (BRANCH, OFFICE)), np.nan, amount)


def _addresses(world: World, dice: Dice, site: Site, kind: np.ndarray) -> Objects:
    """Registered addresses: the city always, the street in a quarter of cases; shared desks say so."""
    writing = Writing(
        cities=(96, 0.5, 2, 1, 0.5),
        street=0.25,
        community=0.012,
        no_road=0.06,
        no_name=0.08,
        no_unit=0.03,
        noise=0.05,
    )
    text = address_at(world, dice, site, writing)
    shared = (
        np.isin(site.building, world.places.secretary)
        & (site.floor == 2)
        & (site.room == 1)
        & (kind == COMPANY)
    )
    house = objects([f"(入驻深圳市{name[:2]}商务秘书有限公司)" for name in world.places.name])
    return choose(shared, text + house[np.maximum(site.building, 0)], text)


def _industry_codes(dice: Dice, industry: np.ndarray) -> Objects:
    """With the letter, without it, or only the first digits of it."""
    code = objects([t.code for t in industries()])[industry]
    bare = objects([t.code[1:] for t in industries()])[industry]
    group = objects([t.code[:3] for t in industries()])[industry]
    way = dice.index(3, len(code), (70, 24, 6))
    return choose(way == 1, bare, choose(way == 2, group, code))


def _scopes(dice: Dice, industry: np.ndarray) -> Objects:
    n = len(industry)
    main = objects(
        [
            f"{t.words[0]}；{t.business}的{'加工、生产、' if t.code[0] == 'C' else ''}销售"
            for t in industries()
        ]
    )
    tail = dice.pick(listed("scope_ends"), n)
    return choose(dice.chance(0.06, n), nothing(n), main[industry] + tail)
