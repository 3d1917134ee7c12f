"""区安监局 and 消防监管大队: inspections, terms and rechecks; and the departments' key lists."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Flags, Ints, Objects, choose, no_days, nothing, present
from pipeline.district.habits import Habit
from pipeline.district.table import Rows, join, rows
from pipeline.district.words import listed
from pipeline.district.world import Batch, Department, World, look, numbers_of, with_person_number, year_of

_BRIGADE = Department(
    habit=Habit(
        form=0.06, region=0.2, short=0.12, parent=0.12, sign=0.17, former=0.3, typo=0.06, script=0.015
    ),
    writing=Writing(
        cities=(2, 3, 1, 4, 0.2),
        street=0.5,
        community=0.25,
        no_road=0.05,
        no_name=0.2,
        no_unit=0.14,
        slip=0.02,
    ),
    codes=(24, 2, 1, 1, 3, 6, 3, 2, 58),
    registered_address=0.06,
    stale_address=0.25,
    person=0.7,
    phone=0.5,
)


def inspections(world: World) -> list[Batch]:
    """Two senders, two files each: the newer brings rechecks of what the older had open."""
    dice, f, w = Dice(world.seed, "safety_inspections"), world.firms, world.fates
    n = len(f.kind)
    seen = np.flatnonzero(w.open_now & ~w.unsafe & dice.chance(0.21, n))
    twice = seen[dice.chance(0.14, len(seen))]
    bad = np.flatnonzero(w.unsafe)
    again = bad[dice.chance(0.5, len(bad))]
    found = join(
        [
            _bad(world, dice, bad, 0),
            _bad(world, dice, again, 130),
            _usual(world, dice, seen),
            _usual(world, dice, twice),
        ]
    )
    out = []
    for kind, label, pattern in (
        ("work_safety", "安全生产检查", "（罗）安监检记〔{y}〕{n}号"),
        ("fire", "消防监督检查", "罗公消监字〔{y}〕第{n}号"),
    ):
        own = found.take(found.columns["kind"] == kind)
        own = own.take(np.argsort(own.columns["inspected_on"], kind="stable"))
        day = own.columns["inspected_on"]
        own = own.with_columns(document_no=numbers_of(pattern, dice, len(own), year_of(day)))
        out += _slices(world, dice, _then(world, own), label)
    return out


def _then(world: World, found: Rows) -> Rows:
    """The documents as they stood: before a recheck it is pending, and nothing was halted for failing it."""
    n, cut = len(found), found.columns
    pending = world.not_yet(cut["rechecked_on"], 6)
    open_still = pending | world.not_yet(cut["closed_on"], 6)
    return found.with_columns(
        rechecked_on=np.where(pending, no_days(n), cut["rechecked_on"]),
        recheck=choose(pending, "pending", cut["recheck"]),
        suspended=choose(pending, nothing(n), cut["suspended"]),
        closed_on=np.where(open_still, no_days(n), cut["closed_on"]),
        standing=choose(open_still, nothing(n), cut["standing"]),
    )


def _slices(world: World, dice: Dice, found: Rows, label: str) -> list[Batch]:
    """What was inspected before the first cut, and all that is newer or has been rechecked since."""
    first = world.seen_on - 58
    older = found.columns["inspected_on"] < first - 5
    checked = found.columns["rechecked_on"]
    later = older & (checked >= first - 5)
    open_then = found.with_columns(
        rechecked_on=np.where(later, no_days(len(found)), checked),
        recheck=choose(later, "pending", found.columns["recheck"]),
        closed_on=np.where(later, no_days(len(found)), found.columns["closed_on"]),
    )
    resent = older & ~later & dice.chance(0.01, len(found))
    newer = (~older | later | resent) & ~world.not_yet(found.columns["inspected_on"], 6)
    return [
        Batch("safety_inspections", label, first, open_then.take(older)),
        Batch("safety_inspections", label, world.seen_on - 6, found.take(newer)),
    ]


def _frame(world: World, dice: Dice, entity: Ints, inspected: np.ndarray, **columns: np.ndarray) -> Rows:
    n = len(entity)
    seen = look(world, dice, entity, _BRIGADE)
    hazard = with_person_number(world, dice, entity, columns.pop("hazard"), 0.003)
    name = choose(~present(seen.name), world.firms.trade("business")[entity] + "店", seen.name)
    common = {
        "document_no": nothing(n),
        "name": name,
        "uscc": seen.code,
        "address": seen.address,
        "legal_rep": seen.person,
        "phone": seen.phone,
        "inspected_on": inspected,
        "hazard": hazard,
        "key_unit": choose(dice.chance(0.05, n), True, choose(dice.chance(0.4, n), nothing(n), False)),
    }
    return rows(entity, seen.usable, **{**common, **columns})


def _bad(world: World, dice: Dice, entity: Ints, back: int) -> Rows:
    """A serious hazard, the term over, the recheck failed on the day of the event."""
    w, n = world.fates, len(entity)
    event = np.maximum(w.event_on[entity] - back, world.firms.established_on[entity] + 45)
    three = w.three_in_one[entity]
    return _frame(
        world,
        dice,
        entity,
        event - dice.whole(20, 40, n),
        kind=choose(three | dice.chance(0.5, n), "fire", "work_safety"),
        hazard=choose(three, dice.pick(listed("three_in_one"), n), dice.pick(listed("serious_hazards"), n)),
        severity=dice.pick(["major", "considerable"], n),
        rectify_by=event - dice.whole(1, 8, n),
        rechecked_on=event,
        recheck=choose(dice.chance(0.97, n), "failed", "pending"),
        fine=dice.pick([0.0, 5000.0, 10000.0, 20000.0, 50000.0], n).astype(np.float64),
        suspended=choose(dice.chance(0.4, n), True, False),
        closed_on=no_days(n),
        standing=choose(dice.chance(0.7, n), "in_force", nothing(n)),
    )


def _usual(world: World, dice: Dice, entity: Ints) -> Rows:
    """General hazards that passed; now and then a serious one: passed, within its term, or not rechecked."""
    n = len(entity)
    first = np.maximum(world.firms.established_on[entity] + 10, world.as_of - 400)
    inspected = dice.days(first, np.full(n, world.as_of - 9))
    due = inspected + dice.whole(7, 30, n)
    checked = due + dice.whole(0, 12, n)
    done = checked < world.as_of - 9
    forgotten = done & dice.chance(0.035, n)
    failed = done & ~forgotten & dice.chance(0.008, n)
    passed = done & ~forgotten & ~failed
    serious = dice.chance(0.05, n) & ~failed
    recheck: Objects = choose(passed, "passed", choose(failed, "failed", "pending"))
    known: Flags = passed | failed
    return _frame(
        world,
        dice,
        entity,
        inspected,
        kind=dice.pick(["fire", "work_safety"], n),
        hazard=choose(
            serious, dice.pick(listed("serious_hazards"), n), dice.pick(listed("general_hazards"), n)
        ),
        severity=choose(
            serious,
            dice.pick(["considerable", "major"], n, (7, 3)),
            choose(dice.chance(0.06, n), nothing(n), "general"),
        ),
        rectify_by=due,
        rechecked_on=np.where(known, checked, no_days(n)),
        recheck=recheck,
        fine=np.where(serious & dice.chance(0.4, n), 5000.0, np.nan),
        suspended=choose(dice.chance(0.3, n), nothing(n), False),
        closed_on=np.where(passed, checked + 1, no_days(n)),
        standing=dice.pick([None, "in_force", "repaired", "under_review"], n, (60, 36, 3, 1)),
    )


def key_lists(world: World) -> list[Batch]:
    """Five lists of five offices; being on one says only that one is looked at often."""
    dice, f, w = Dice(world.seed, "key_lists"), world.firms, world.fates
    n = len(f.kind)
    ok = w.open_now & f.registered
    dirty = ok & (f.trade("approval").astype(np.float64) > 0.3)
    mark = f.trade("mark")
    shares = {
        "pollution": np.where(w.polluting, 0.4, np.where(dirty, 0.04, 0.0)),
        "work_safety": np.where(
            ok & np.isin(mark, ("chemical", "gold", "wood", "store")),
            0.03,
            np.where(w.unsafe & f.registered, 0.1, 0.0),
        ),
        "fire": np.where(ok & (mark == "crowd"), 0.3, 0.001 * ok),
        "labour": np.where(w.labour, 0.35, 0.004 * ok),
        "slope": 0.002 * ok,
    }
    labels = {
        "pollution": "重点污染源名单",
        "work_safety": "安全生产重点企业",
        "fire": "消防重点单位",
        "labour": "劳资重点企业",
        "slope": "插花地隐患点周边企业",
    }
    out = []
    for turn, (kind, share) in enumerate(shares.items()):
        entity = np.flatnonzero(dice.chance(share, n) | ((np.arange(n) == 0) & (kind == "slope")))
        m = len(entity)
        seen = look(world, dice, entity, Department(codes=(38, 2, 1, 1, 3, 5, 2, 2, 46)))
        found = rows(
            entity,
            seen.usable,
            list_kind=np.full(m, kind, dtype=object),
            name=seen.name,
            uscc=seen.code,
            address=seen.address,
            listed_on=dice.days(np.full(m, world.as_of - 500), np.full(m, world.as_of - 90)),
            last_checked_on=np.where(
                dice.chance(0.2, m),
                no_days(m),
                dice.days(np.full(m, world.as_of - 80), np.full(m, world.as_of - 32)) - world.ahead,
            ),
        )
        found = found.take(~world.not_yet(found.columns["listed_on"], 30))
        out.append(
            Batch("key_lists", labels[kind], world.seen_on - 30 + turn, found, "xlsx" if turn % 2 else "csv")
        )
    return out
