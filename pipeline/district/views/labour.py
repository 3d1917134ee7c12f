"""区人力资源局: who works where and is insured, complaints and their outcome, the labour market by trade."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Ints, choose, no_days, nothing, objects, present
from pipeline.district.habits import Habit
from pipeline.district.kinds import BRANCH, COMPANY, SHOP, SOLE
from pipeline.district.table import Rows, join, rows
from pipeline.district.words import industries
from pipeline.district.world import Batch, Department, World, look, numbers_of, with_person_number, year_of

_INSURANCE = Department(
    habit=Habit(form=0.06, region=0.07, short=0.01, former=0.5, typo=0.022, script=0.005),
    writing=Writing(cities=(5, 2, 1, 2, 0.3), street=0.35, community=0.06, no_unit=0.08),
    codes=(30, 2, 1, 1, 3, 8, 2, 1, 52),
    registered_address=0.45,
    stale_address=0.5,
    person=0.0,
    phone=0.0,
)
_INSPECTORS = Department(
    habit=Habit(
        form=0.07, region=0.24, short=0.16, parent=0.12, sign=0.15, former=0.3, typo=0.06, script=0.01
    ),
    writing=Writing(
        cities=(2, 3, 1, 4, 0.1), street=0.4, community=0.15, no_road=0.06, no_unit=0.18, slip=0.02
    ),
    codes=(22, 2, 1, 1, 3, 5, 3, 2, 61),
    registered_address=0.1,
    stale_address=0.3,
    person=0.6,
    phone=0.45,
)
_PLACES = ("wage_arrears", "social_insurance", "no_contract", "overtime", "other")


def employment(world: World) -> list[Batch]:
    """Three months; a firm's own number, few codes; what came late is sent again with the next month."""
    dice, f, w = Dice(world.seed, "employment"), world.firms, world.fates
    share = np.select([f.kind == COMPANY, f.kind == SOLE, f.kind == SHOP], [0.42, 0.07, 0.0], 0.3)
    share = np.where((f.status == "active") | w.ghost, share, 0.0)
    known = np.flatnonzero(
        dice.chance(np.where(f.headcount >= 8, np.minimum(share * 2, 0.9), share), len(share))
        | (w.labour & dice.chance(0.8, len(share)))
    )
    seen = look(world, dice, known, _INSURANCE)
    number = objects([f"{600001 + 3 * i}" if i % 4 else f"0{60001 + i}" for i in range(len(known))])
    number = choose(dice.chance(0.06, len(known)), nothing(len(known)), number)
    out, held = [], None
    for back in (2, 1, 0):
        cut = world.seen_on - 9 - 30 * back
        month = cut.astype("datetime64[M]") - 1
        here = np.flatnonzero((f.established_on[known] < cut - 40) & dice.chance(0.96, len(known)))
        entity = known[here]
        found = rows(
            entity,
            seen.usable[here],
            social_insurance_no=number[here],
            uscc=seen.code[here],
            name=seen.name[here],
            address=seen.address[here],
            month=np.full(len(here), str(month), dtype=object),
            **_heads(world, dice, entity, cut),
        )
        sent = found if held is None else join([found, held])
        held = found.take(dice.chance(0.01, len(found)))
        out.append(Batch("employment", f"用工参保_{str(month).replace('-', '')}", cut, sent))
    return out


def _heads(world: World, dice: Dice, entity: Ints, cut: np.datetime64) -> dict[str, np.ndarray]:
    f, w, n = world.firms, world.fates, len(entity)
    staff = f.headcount[entity].astype(np.float64)
    elsewhere = (f.kind[entity] == BRANCH) & dice.chance(0.5, n)
    insured = np.round(staff * dice.rng.uniform(0.75, 1.0, n))
    insured = np.where(elsewhere, 0, np.where(dice.chance(0.05, n), np.round(staff * 0.3), insured))
    bad = w.labour[entity]
    share = dice.rng.uniform(0.0, 0.25, n)
    owed = np.where(dice.chance(0.015, n), 1, 0)
    idle = w.idle[entity] & ~((w.idle_since[entity] > cut) & (world.ahead > 0))
    vacancies = np.where(dice.chance(0.8, n), np.nan, dice.whole(0, 20, n))
    earlier = np.where(bad & (world.ahead > 0), (w.event_on[entity] - cut).astype(np.int64) // 30, 0)
    months = dice.whole(3, 10, n) - earlier.clip(0)  # each month before the event owed one less
    bad &= months > 0
    insured = np.where(bad, np.floor(staff * share), insured)
    return {
        "employees": np.where(idle, np.minimum(staff, 2), staff),
        "insured": np.where(idle, 0, insured),
        "vacancies": vacancies,
        "arrears_months": np.where(bad, months, owed).astype(np.float64),
    }


def labour_cases(world: World) -> list[Batch]:
    """Complaints that became cases; those of the low-end were refused or penalised, most others settled."""
    dice, f, w = Dice(world.seed, "labour_cases"), world.firms, world.fates
    n = len(f.kind)
    bad = np.flatnonzero(w.labour)
    again = bad[dice.chance(0.45, len(bad))]
    usual = np.flatnonzero(
        dice.chance(np.where(w.open_now & ~w.labour, np.where(f.headcount > 8, 0.05, 0.016), 0.0), n)
    )
    found = join([_bad(world, dice, bad, 0), _bad(world, dice, again, 90), _usual(world, dice, usual)])
    found = found.take(np.argsort(found.columns["received_on"], kind="stable"))
    found = found.with_columns(
        case_no=numbers_of("罗劳监案字[{y}]第{n}号", dice, len(found), year_of(found.columns["received_on"]))
    )
    received = found.columns["received_on"]
    recent = (found.columns["outcome"] == "settled") & (found.columns["closed_on"] > world.seen_on - 50)
    known = ~world.not_yet(received, 7)
    before = found.with_columns(
        outcome=choose(recent, "open", found.columns["outcome"]),
        closed_on=np.where(recent, no_days(len(found)), found.columns["closed_on"]),
    )
    return [
        Batch(
            "labour_cases",
            "劳动监察案件",
            world.seen_on - 50,
            before.take(received < world.seen_on - 55),
        ),
        Batch(
            "labour_cases",
            "劳动监察案件",
            world.seen_on - 7,
            found.take(((received >= world.seen_on - 55) | recent) & known),
        ),
        Batch(
            "labour_cases",
            "案件信息更正",
            world.seen_on - 5,
            found.take(dice.chance(0.01, len(found)) & known),
            "csv",
        ),
    ]


def _case(world: World, dice: Dice, entity: Ints, **columns: np.ndarray) -> Rows:
    n = len(entity)
    seen = look(world, dice, entity, _INSPECTORS)
    name = choose(~present(seen.name), world.firms.trade("business")[entity] + "店", seen.name)
    common = {
        "case_no": nothing(n),
        "name": name,
        "uscc": seen.code,
        "address": seen.address,
        "legal_rep": with_person_number(world, dice, entity, seen.person, 0.004),
        "phone": seen.phone,
        "key_watch": choose(dice.chance(0.03, n), "重点监控", nothing(n)),
    }
    return rows(entity, seen.usable, **{**common, **columns})


def _bad(world: World, dice: Dice, entity: Ints, back: int) -> Rows:
    """Wages withheld, ordered to pay, refused or penalised; some handed to the police."""
    f, w, n = world.firms, world.fates, len(entity)
    closed = np.maximum(w.event_on[entity] - back, f.established_on[entity] + 40)
    filed = closed - dice.whole(20, 30, n)
    people = np.maximum(1, np.round(f.headcount[entity] * dice.rng.uniform(0.3, 0.9, n)))
    outcome = dice.pick(["refused", "penalised"], n, (6, 4))
    under_way = world.not_yet(closed, 7)
    outcome = choose(under_way, "open", outcome)
    return _case(
        world,
        dice,
        entity,
        complaint=choose(dice.chance(0.8 if not back else 0.5, n), "wage_arrears", "social_insurance"),
        people=people,
        amount=np.round(people * dice.rng.uniform(6000, 21000, n), 2),
        received_on=filed - dice.whole(1, 6, n),
        filed_on=np.where(world.not_yet(filed, 7), no_days(n), filed),
        closed_on=np.where(outcome == "penalised", closed, no_days(n)),
        outcome=outcome,
        standing=choose(dice.chance(0.6, n) & ~under_way, "in_force", nothing(n)),
        to_police=choose(dice.chance(0.15, n) & ~under_way, True, False),
    )


def _usual(world: World, dice: Dice, entity: Ints) -> Rows:
    """Settled, dismissed or under way."""
    n = len(entity)
    first = np.maximum(world.firms.established_on[entity] + 20, world.as_of - 700)
    received = dice.days(first, np.full(n, world.as_of - 10))
    young = received > world.as_of - 60
    outcome = choose(
        young,
        dice.pick(["open", "settled"], n),
        dice.pick(["settled", "dismissed", "penalised"], n, (72, 24, 4)),
    )
    filed = received + dice.whole(1, 5, n)
    people = dice.whole(1, 4, n).astype(np.float64)
    closed = np.minimum(filed + dice.whole(10, 60, n), world.as_of - 8)
    under_way = world.not_yet(closed, 7)
    outcome = choose(under_way, "open", outcome)
    return _case(
        world,
        dice,
        entity,
        complaint=dice.pick(_PLACES, n, (30, 20, 25, 15, 10)),
        people=people,
        amount=np.where(dice.chance(0.3, n), np.nan, np.round(people * dice.rng.uniform(800, 9000, n), 2)),
        received_on=received,
        filed_on=np.where(dice.chance(0.1, n) | world.not_yet(filed, 7), no_days(n), filed),
        closed_on=np.where(outcome == "open", no_days(n), closed),
        outcome=outcome,
        standing=choose(
            outcome == "penalised",
            dice.pick(["repaired", "in_force"], n),
            choose(dice.chance(0.9, n), nothing(n), "under_review"),
        ),
        to_police=choose(dice.chance(0.3, n), nothing(n), False),
    )


def labour_market(world: World) -> list[Batch]:
    """Demand and seekers by trade, four quarters."""
    dice = Dice(world.seed, "labour_market")
    names = sorted({t.name for t in industries()})
    month = (world.seen_on - 20).astype("datetime64[M]")
    end = month - int(month.astype(int) % 3)
    quarters = [end - 3 * k - 3 for k in (3, 2, 1, 0)]
    period = objects(
        [f"{q.astype('datetime64[Y]')}Q{int(q.astype(int)) % 12 // 3 + 1}" for q in quarters for _ in names]
    )
    n = len(period)
    found: Rows = rows(
        np.full(n, -1),
        period=period,
        industry=objects(names * 4),
        demand=dice.whole(5, 900, n).astype(np.float64),
        seekers=dice.whole(5, 1400, n).astype(np.float64),
    )
    return [Batch("labour_market", "人力资源市场供求", world.seen_on - 15, found, "csv")]
