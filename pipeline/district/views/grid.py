"""十个街道办的网格采集, and 规土监察大队's buildings: what stands at a place, whoever holds the licence."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Days, Dice, Flags, Ints, Objects, choose, nothing, objects, present
from pipeline.district.habits import Habit, miswritten
from pipeline.district.kinds import SHOP
from pipeline.district.naming import nickname
from pipeline.district.places import KINDS, Site, street_of
from pipeline.district.table import Rows, rows
from pipeline.district.words import listed
from pipeline.district.world import Batch, Department, World, address_at, look, with_person_number
from pipeline.reference import communities, streets

_GRID = Department(
    habit=Habit(
        form=0.06, region=0.24, short=0.1, parent=0.1, former=0.25, typo=0.06, script=0.015, wide=0.05
    ),
    writing=Writing(
        cities=(2, 2, 1, 5, 0.2),
        street=0.7,
        community=0.5,
        no_road=0.05,
        no_name=0.2,
        no_unit=0.06,
        slip=0.03,
    ),
    codes=(17, 2, 1, 1, 3, 7, 2, 6, 61),
    registered_address=0.0,
    stale_address=0.0,
    person=0.72,
    phone=0.62,
)


def batches(world: World) -> list[Batch]:
    """Ten files of ten streets; two streets also sent an earlier one, which the newest replaces."""
    dice, f, w = Dice(world.seed, "grid"), world.firms, world.fates
    n = len(f.kind)
    gone = np.isin(f.status, ("deregistered", "revoked", "dormant")) & f.physical & ~w.open_now
    seen_share = np.select([w.ghost, f.kind == SHOP, w.open_now, gone], [0.93, 0.96, 0.86, 0.16], 0.0)
    entity = np.flatnonzero(dice.chance(seen_share, n))
    found = _rows(world, dice, entity)
    found = found.take(~((f.established_on[entity] > found.columns["inspected_on"]) & (world.ahead > 0)))
    out = []
    for turn, street in enumerate(streets()):
        own = np.flatnonzero(found.columns["street"] == street)
        own = own[np.argsort(found.columns["grid_no"][own].astype(str), kind="stable")]
        cut = world.seen_on - 1 - turn % 6
        short = street.removesuffix("街道")
        if turn in (2, 7):
            earlier = found.take(own[dice.chance(0.9, len(own))])
            old = earlier.columns["inspected_on"] - 35
            out.append(Batch("grid", f"{short}网格采集", cut - 33, earlier.with_columns(inspected_on=old)))
        out.append(Batch("grid", f"{short}网格采集", cut, found.take(own), "xlsx" if turn in (1, 6) else ""))
    return out


def _rows(world: World, dice: Dice, entity: Ints) -> Rows:
    f, w, n = world.firms, world.fates, len(entity)
    site, b = f.operating_at.take(entity), f.operating_at.building[entity]
    seen = look(world, dice, entity, _GRID)
    shop = f.kind[entity] == SHOP
    community = world.places.community[b]
    house = choose(dice.chance(0.13, n), nothing(n), world.places.house_code[b])
    damaged = dice.chance(0.03, n) & present(house)
    cell = objects(
        [
            f"{communities()[c].code}{1 + x % 18:02d}"
            for c, x in zip(community.tolist(), b.tolist(), strict=True)
        ]
    )
    sign = choose(dice.chance(0.12, n), nothing(n), miswritten(dice, f.names.sign[entity], Habit(typo=0.02)))
    area = np.round(f.headcount[entity] * dice.rng.uniform(6, 28, n), 0)
    trading = choose(w.open_now[entity], "open", dice.pick(["closed", "moved"], n))
    # Places are visited in one rhythm: what stands here on as-of was visited as long before any other day.
    inspected = dice.days(np.full(n, world.as_of - 75), np.full(n, world.as_of - 8)) - world.ahead
    trading = choose(world.not_yet(f.status_on[entity], 0) & f.physical[entity], "open", trading)
    return rows(
        entity,
        seen.usable,
        grid_no=cell,
        street=street_of(world.places, site),
        community=choose(
            dice.chance(0.9, n), objects([c.name for c in communities()])[community] + "社区", nothing(n)
        ),
        house_code=choose(damaged, "4.40303E+18", house),
        address=seen.address,
        sign_name=sign,
        licence_name=choose(shop | dice.chance(0.1, n), nothing(n), seen.name),
        licence_no=seen.code,
        operator=with_person_number(world, dice, entity, seen.person, 0.002),
        phone=seen.phone,
        business=with_person_number(
            world, dice, entity, choose(dice.chance(0.06, n), nothing(n), f.trade("business")[entity]), 0.001
        ),
        licensing=_licensing(world, dice, entity, inspected),
        employees=np.where(dice.chance(0.1, n), np.nan, f.headcount[entity]),
        area_m2=np.where(dice.chance(0.15, n), np.nan, area),
        mixed_use=_mixed(world, dice, entity),
        trading=trading,
        inspected_on=inspected,
    )


def _licensing(world: World, dice: Dice, entity: Ints, inspected: Days) -> Objects:
    """What the officer wrote: the unlicensed are mostly seen as such, newcomers now and then too.

    On an earlier day a permit had not lapsed yet, a firm not yet been struck off, a shop just opened.
    """
    f, w, n = world.firms, world.fates, len(entity)
    shop = (f.kind == SHOP)[entity]
    out = choose(dice.chance(0.09, n), nothing(n), "licensed")
    out = choose(dice.chance(0.012, n) & ~shop, "permit_missing", out)
    earlier = world.ahead > 0
    unlapsed = (w.event_on[entity] > inspected) & earlier
    unstruck = (f.status_on[entity] > inspected) & earlier
    out = choose(w.lapsed[entity] & dice.chance(0.85, n) & ~unlapsed, "permit_missing", out)
    ghostly = dice.pick(["licensed", "licence_missing", None], n, (5, 3, 2))
    out = choose(w.ghost[entity] & ~unstruck, ghostly, out)
    new = f.established_on[entity] > world.seen_on - 90
    harmless = dice.pick([None, "licensed", "permit_missing", "licence_missing"], n, (52, 34, 9, 5))
    harmless = choose(new & dice.chance(0.3, n), "licence_missing", harmless)
    out = choose(shop, harmless, out)
    long_open = dice.pick(["none", "three_nothings", "licence_missing"], n, (42, 33, 25))
    out = choose(w.unlicensed_shop[entity] & ~(new & earlier), long_open, out)
    return choose(f.exempt[entity], dice.pick(["exempt", None, "licensed"], n, (80, 15, 5)), out)


def _mixed(world: World, dice: Dice, entity: Ints) -> Objects:
    """三合一: true of the three-in-one, and of a few village shops that were put right since."""
    w, n = world.fates, len(entity)
    village = world.places.kind[world.firms.operating_at.building[entity]] == KINDS.index("village")
    yes = (w.three_in_one[entity] & dice.chance(0.9, n)) | (village & dice.chance(0.008, n))
    return choose(dice.chance(0.12, n) & ~yes, nothing(n), yes.astype(object))


def illegal_buildings(world: World) -> list[Batch]:
    """Illegal buildings, in villages and works: the party a bare name, the occupant a firm."""
    dice, f = Dice(world.seed, "illegal_buildings"), world.firms
    likely = np.isin(world.places.kind, (KINDS.index("village"), KINDS.index("works")))
    count = max(20, int(f.in_registry.sum()) // 45)
    building = np.flatnonzero(likely)[dice.whole(0, int(likely.sum()) - 1, count)]
    occupant = _occupants(dice, world, building)
    here = Site(building, np.ones(count, dtype=np.int64), np.ones(count, dtype=np.int64))
    community = objects([c.name for c in communities()])[world.places.community[building]] + "社区"
    seen = look(world, dice, np.maximum(occupant, 0), Department(habit=Habit(short=0.05, sign=0.1)))
    filled = (occupant >= 0) & present(seen.name)
    person = nickname(dice, count)
    own = filled & dice.chance(0.12, count)
    writing = Writing(cities=(1, 1, 1, 4, 0), street=0.5, community=0.5, no_unit=1.0, slip=0.02)
    found = rows(
        np.where(filled, occupant, -1),
        building_no=objects([f"WJ{440303}{i + 1001:06d}" for i in range(count)]),
        street=street_of(world.places, here),
        community=choose(dice.chance(0.2, count), nothing(count), community),
        house_code=choose(dice.chance(0.4, count), nothing(count), world.places.house_code[building]),
        address=address_at(world, dice, here, writing),
        area_m2=np.round(np.exp(dice.rng.normal(5.2, 0.9, count)), 1),
        use=dice.pick(listed("building_uses"), count),
        party=choose(own, seen.name, choose(dice.chance(0.15, count), nothing(count), person)),
        occupant=choose(filled, seen.name, nothing(count)),
        status=dice.pick(["open", "demolished", "sealed", "legacy"], count, (30, 14, 5, 51)),
        opened_on=dice.days(np.full(count, world.as_of - 2200), np.full(count, world.as_of - 40)),
    )
    found = found.take(~world.not_yet(found.columns["opened_on"], 20))
    return [Batch("illegal_buildings", "违法建筑台账", world.seen_on - 20, found, "xlsx")]


def _occupants(dice: Dice, world: World, building: Ints) -> Ints:
    """A firm that trades in each building, for six in ten of those that have one; else -1."""
    f = world.firms
    here: dict[int, list[int]] = {}
    for i in np.flatnonzero(world.fates.open_now & f.registered).tolist():
        here.setdefault(int(f.operating_at.building[i]), []).append(i)
    told: Flags = dice.chance(0.6, len(building))
    turn = dice.whole(0, 1_000_000, len(building))
    out = np.full(len(building), -1)
    for k in np.flatnonzero(told).tolist():
        tenants = here.get(int(building[k]))
        if tenants:
            out[k] = tenants[int(turn[k]) % len(tenants)]
    return out
