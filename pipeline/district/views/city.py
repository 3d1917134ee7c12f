"""区城管局's cases on the street, and the permits of all permit offices."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Ints, choose, no_days, nothing, objects, present
from pipeline.district.habits import Habit, miswritten
from pipeline.district.kinds import SHOP, SOLE
from pipeline.district.naming import nickname
from pipeline.district.places import sites, street_of
from pipeline.district.table import Rows, join, rows
from pipeline.district.words import permits as kinds
from pipeline.district.world import Batch, Department, World, address_at, as_known, look, numbers_of, year_of

_PATROL = Department(
    habit=Habit(
        form=0.05, region=0.24, short=0.16, parent=0.1, sign=0.08, former=0.2, typo=0.07, script=0.015
    ),
    writing=Writing(
        cities=(1, 2, 1, 5, 0.1),
        street=0.35,
        community=0.15,
        no_road=0.08,
        no_name=0.35,
        no_unit=0.25,
        slip=0.02,
    ),
    codes=(14, 2, 1, 1, 2, 4, 2, 8, 66),
    registered_address=0.02,
    stale_address=0.1,
    person=0.6,
    phone=0.0,
)
_PERMIT_OFFICE = Department(
    habit=Habit(form=0.06, region=0.07, short=0.02, sign=0.015, former=0.5, typo=0.03),
    writing=Writing(cities=(6, 2, 1, 1, 0.2), street=0.35, community=0.08, no_unit=0.06, noise=0.01),
    codes=(37, 2, 1, 1, 3, 6, 2, 2, 46),
    registered_address=0.12,
    stale_address=0.45,
    person=0.85,
    phone=0.0,
)
_OFFENCES = ("obstruction", "unauthorised_structure", "unlicensed", "illegal_land_use")


def street_cases(world: World) -> list[Batch]:
    """Cases of the long unlicensed, of shops that mended, and of hawkers who are no firm."""
    dice, f, w = Dice(world.seed, "street_cases"), world.firms, world.fates
    n = len(f.kind)
    open_shop = w.open_now & np.isin(f.kind, (SOLE, SHOP)) & ~w.unlicensed_shop
    bad = np.flatnonzero((w.unlicensed_shop & dice.chance(0.55, n)) | (w.ghost & dice.chance(0.2, n)))
    again = bad[dice.chance(0.3, len(bad))]
    usual = np.flatnonzero(open_shop & dice.chance(0.055, n))
    found = join(
        [
            _bad(world, dice, bad, 0),
            _bad(world, dice, again, 110),
            _usual(world, dice, usual),
            _hawkers(world, dice),
        ]
    )
    day = found.columns["opened_on"]
    found = found.take(np.argsort(day, kind="stable"))
    found = found.with_columns(
        case_no=numbers_of("罗城管立字〔{y}〕{n}号", dice, len(found), year_of(found.columns["opened_on"]))
    )
    opened = found.columns["opened_on"]
    changed = (opened >= world.seen_on - 75) | dice.chance(0.015, len(found))
    found, known = as_known(world, found, 8), ~world.not_yet(opened, 8)
    return [
        Batch(
            "street_cases",
            "城管案件台账",
            world.seen_on - 70,
            found.take(opened < world.seen_on - 72),
        ),
        Batch("street_cases", "城管案件台账", world.seen_on - 8, found.take(known & changed)),
    ]


def _case(world: World, dice: Dice, entity: Ints, **columns: np.ndarray) -> Rows:
    f, n = world.firms, len(entity)
    seen = look(world, dice, entity, _PATROL)
    shop = f.kind[entity] == SHOP
    sign = choose(
        shop | dice.chance(0.55, n), miswritten(dice, f.names.sign[entity], Habit(typo=0.02)), nothing(n)
    )
    name = choose(shop | dice.chance(0.2, n), seen.person, seen.name)
    common = {
        "case_no": nothing(n),
        "name": name,
        "sign_name": choose(~present(name) & ~present(sign), seen.name, sign),
        "licence_no": seen.code,
        "address": seen.address,
        "street": choose(
            dice.chance(0.8, n), street_of(world.places, f.operating_at.take(entity)), nothing(n)
        ),
        "penalty": dice.pick(["责令改正", "罚款500元", "罚款2000元", "警告", None], n, (5, 2, 1, 1, 3)),
        "fine": dice.pick([np.nan, 200.0, 500.0, 1000.0, 2000.0], n).astype(np.float64),
    }
    return rows(entity, seen.usable, **{**common, **columns})


def _bad(world: World, dice: Dice, entity: Ints, back: int) -> Rows:
    w, n = world.fates, len(entity)
    due = np.maximum(w.event_on[entity] - back, world.firms.established_on[entity] + 30)
    return _case(
        world,
        dice,
        entity,
        offence=dice.pick(_OFFENCES, n, (30, 14, 52, 4)),
        opened_on=due - dice.whole(10, 25, n),
        rectify_by=due,
        rectified=choose(dice.chance(0.85, n), "overdue", "open"),
        closed_on=no_days(n),
        standing=choose(dice.chance(0.6, n), "in_force", nothing(n)),
    )


def _usual(world: World, dice: Dice, entity: Ints) -> Rows:
    """Goods on the pavement, cleared the same week; a few still within their term."""
    n = len(entity)
    first = np.maximum(world.firms.established_on[entity] + 5, world.as_of - 600)
    opened = dice.days(first, np.full(n, world.as_of - 10))
    due = opened + dice.whole(3, 15, n)
    done = due < world.as_of - 12
    return _case(
        world,
        dice,
        entity,
        offence=dice.pick(_OFFENCES[:2], n, (85, 15)),
        opened_on=opened,
        rectify_by=due,
        rectified=choose(done, "done", "open"),
        closed_on=np.where(done, due + 2, no_days(n)),
        standing=dice.pick([None, "in_force", "repaired", "revoked"], n, (60, 32, 6, 2)),
    )


def _hawkers(world: World, dice: Dice) -> Rows:
    n = max(5, int(world.firms.in_registry.sum()) // 120)
    building = dice.whole(0, len(world.places.kind) - 1, n)
    site = sites(dice, world.places, building)
    opened = dice.days(np.full(n, world.as_of - 600), np.full(n, world.as_of - 10))
    writing = Writing(cities=(1, 2, 1, 5, 0), street=0.4, community=0.1, no_unit=1.0)
    return rows(
        np.full(n, -1),
        case_no=nothing(n),
        name=nickname(dice, n),
        sign_name=nothing(n),
        licence_no=nothing(n),
        address=address_at(world, dice, site, writing) + dice.pick(["门口", "路边", "对面人行道", "附近"], n),
        street=street_of(world.places, site),
        penalty=dice.pick(["教育放行", "暂扣物品", "警告"], n),
        fine=np.full(n, np.nan),
        offence=np.full(n, "obstruction", dtype=object),
        opened_on=opened,
        rectify_by=no_days(n),
        rectified=np.full(n, "done", dtype=object),
        closed_on=opened,
        standing=nothing(n),
    )


def permits(world: World) -> list[Batch]:
    """Permits of the trades that need one, a file for each office; the lapsed have an old one or none."""
    dice, f, w = Dice(world.seed, "permits"), world.firms, world.fates
    need = f.trade("permit")
    held = (
        f.registered
        & (f.status != "voided")
        & (dice.chance(0.8, len(need)) & ~w.lapsed | (w.lapsed & dice.chance(0.65, len(need))))
    )
    offices: dict[str, list[Rows]] = {}
    for kind in kinds():
        entity = np.flatnonzero(held & (need == kind.permit))
        found = _permits(world, dice, entity, kind.kind, kind.prefix, kind.years)
        found = found.take(~world.not_yet(f.established_on[entity], 18))
        offices.setdefault(kind.department, []).append(found)
    out = []
    for turn, (office, parts) in enumerate(offices.items()):
        out.append(
            Batch(
                "permits",
                f"{office}许可",
                world.seen_on - 18 + turn,
                join(parts),
                "xlsx" if turn == 4 else "",
            )
        )
    return out


def _permits(world: World, dice: Dice, entity: Ints, kind: str, prefix: str, years: int) -> Rows:
    f, w, n = world.firms, world.fates, len(entity)
    lapsed = w.lapsed[entity]
    gone = ~w.open_now[entity] & dice.chance(0.5, n)
    ended = np.where(lapsed, w.event_on[entity] - dice.whole(5, 40, n), world.as_of - dice.whole(30, 900, n))
    running = world.as_of + dice.whole(20, 365 * years - 60, n)
    to = np.where(lapsed | gone, ended, running)
    runs, term = world.not_yet(to, 18), 365 * years
    ahead = (to - term - (world.seen_on - 18)).astype(np.int64)
    to = np.where(
        runs, to - term * (-(-ahead // term)).clip(0), to
    )  # a permit not given yet followed another
    seen = look(world, dice, entity, _PERMIT_OFFICE)
    status = choose(
        lapsed,
        dice.pick(["expired", "revoked", None], n, (6, 1, 3)),
        choose(gone, dice.pick(["expired", "surrendered"], n), "valid"),
    )
    number = dice.whole(0, 999, n)
    return rows(
        entity,
        seen.usable,
        kind=np.full(n, kind, dtype=object),
        permit_no=objects([f"{prefix}{i * 37 + v % 37 + 10001:07d}" for i, v in enumerate(number.tolist())]),
        name=seen.name,
        uscc=seen.code,
        legal_rep=seen.person,
        address=seen.address,
        valid_from=to - 365 * years,
        valid_to=to,
        status=choose(f.exempt[entity], nothing(n), choose(runs, "valid", status)),
    )
