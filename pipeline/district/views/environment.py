"""区环保水务局: approvals of projects, and penalties for breaches."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Ints, choose, no_days, nothing, objects
from pipeline.district.habits import Habit
from pipeline.district.table import Rows, join, rows
from pipeline.district.words import by_mark, industries, listed
from pipeline.district.world import (
    Batch,
    Department,
    World,
    as_known,
    look,
    numbers_of,
    with_person_number,
    year_of,
)

_OFFICE = Department(
    habit=Habit(form=0.08, region=0.14, short=0.06, parent=0.06, sign=0.03, former=0.5, typo=0.05),
    writing=Writing(cities=(4, 3, 1, 2, 0.2), street=0.4, community=0.12, no_unit=0.15, noise=0.0),
    codes=(28, 2, 1, 1, 3, 8, 3, 2, 52),
    registered_address=0.25,
    stale_address=0.5,
    person=0.7,
    phone=0.0,
)


def approvals(world: World) -> list[Batch]:
    """Approvals of a share of each trade; of the unapproved, refusals and failed acceptances."""
    dice, f, w = Dice(world.seed, "eia_approvals"), world.firms, world.fates
    share = f.trade("approval").astype(np.float64)
    held = f.registered & dice.chance(share, len(share)) & ~w.unapproved
    held[0] = not w.unapproved[0]  # even the smallest district has one
    entity = np.flatnonzero(held | (w.unapproved & dice.chance(0.65, len(share))))
    n = len(entity)
    bad = w.unapproved[entity]
    seen = look(world, dice, entity, _OFFICE)
    mark = f.trade("mark")[entity]
    first = np.maximum(f.established_on[entity] - 60, world.as_of - 3600)
    decided = dice.days(first, np.full(n, world.as_of - 25))
    refused = bad & dice.chance(0.4, n)
    decision = choose(refused, "refused", choose(dice.chance(0.02, n), "pending", "approved"))
    acceptance = dice.pick(["passed", "not_required", "none", None], n, (60, 22, 6, 12))
    names = objects([t.business for t in industries()])[f.industry[entity]]
    found = rows(
        entity,
        seen.usable,
        approval_no=numbers_of("深罗环批[{y}]{n}号", dice, n, year_of(decided)),
        name=seen.name,
        uscc=seen.code,
        legal_rep=seen.person,
        project=choose(
            dice.chance(0.3, n),
            names + "项目",
            names + dice.pick(["建设项目", "迁建项目", "扩建项目", "新建项目"], n),
        ),
        address=seen.address,
        industry_code=choose(dice.chance(0.3, n), nothing(n), f.trade("code")[entity]),
        products=choose(
            dice.chance(0.25, n),
            nothing(n),
            names + dice.pick(["500件/年", "1万件/年", "20吨/年", "营业面积200平方米"], n),
        ),
        process=objects([by_mark("processes").get(m) for m in mark]),
        equipment=objects([by_mark("equipment").get(m) for m in mark]),
        eia_class=choose(mark == "plating", "report", dice.pick(["form", "registration"], n, (4, 6))),
        decision=decision,
        decided_on=decided,
        acceptance=choose(
            bad, dice.pick(["none", "failed"], n), choose(decision == "approved", acceptance, nothing(n))
        ),
    )
    mended = dice.chance(0.012, n)
    known = ~world.not_yet(decided, 14)
    return [
        Batch("eia_approvals", "建设项目环评审批", world.seen_on - 60, found.take(known), "xlsx"),
        Batch("eia_approvals", "环评审批更正", world.seen_on - 14, found.take(known & mended), "csv"),
    ]


def penalties(world: World) -> list[Batch]:
    """Penalties: unmended ones of the polluting, mended, repaired, old and open ones of the others."""
    dice, f, w = Dice(world.seed, "env_penalties"), world.firms, world.fates
    dirty = f.trade("approval").astype(np.float64) > 0.1
    share = np.where(f.registered, np.where(dirty, 0.022, 0.0012), 0.0)
    past = dice.chance(share, len(dirty)) & ~w.polluting
    past[0] = not w.polluting[0]  # even the smallest district has one
    bad = np.flatnonzero(w.polluting)
    again = bad[dice.chance(0.45, len(bad))]
    parts = [
        _bad(world, dice, bad, 0),
        _bad(world, dice, again, 150),
        _past(world, dice, np.flatnonzero(past)),
    ]
    found = join(parts)
    found = found.with_columns(
        decision_no=numbers_of(
            "深罗环罚字〔{y}〕{n}号", dice, len(found), year_of(found.columns["decided_on"])
        )
    )
    found = found.take(np.argsort(found.columns["decided_on"], kind="stable"))
    found = as_known(world, found, 9).take(~world.not_yet(found.columns["decided_on"], 9))
    return [Batch("env_penalties", "环境行政处罚", world.seen_on - 9, found, "xlsx")]


def _frame(world: World, dice: Dice, entity: Ints, decided: np.ndarray, **columns: np.ndarray) -> Rows:
    n = len(entity)
    seen = look(world, dice, entity, _OFFICE)
    common = {
        "decision_no": nothing(n),
        "name": seen.name,
        "uscc": seen.code,
        "legal_rep": seen.person,
        "address": with_person_number(world, dice, entity, seen.address, 0.004),
        "fine": dice.pick([1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 20.0], n).astype(np.float64),
        "decided_on": decided,
    }
    return rows(entity, seen.usable, **{**common, **columns})


def _bad(world: World, dice: Dice, entity: Ints, back: int) -> Rows:
    w, n = world.fates, len(entity)
    due = w.event_on[entity] - back
    offence = choose(
        w.unapproved[entity], dice.pick(listed("unapproved"), n), dice.pick(listed("breaches"), n)
    )
    return _frame(
        world,
        dice,
        entity,
        due - dice.whole(30, 80, n),
        offence=offence,
        rectify_by=due,
        rectified=choose(dice.chance(0.88, n), "overdue", "open"),
        key_source=choose(dice.chance(0.3, n), True, False),
        closed_on=no_days(n),
        standing=choose(dice.chance(0.8, n), "in_force", nothing(n)),
    )


def _past(world: World, dice: Dice, entity: Ints) -> Rows:
    """Done in time, repaired, revoked, or fresh with the term still running."""
    n = len(entity)
    fresh = dice.chance(0.12, n)
    old = np.maximum(world.firms.established_on[entity] + 30, world.as_of - 1500)
    decided = np.where(
        fresh, world.as_of - dice.whole(12, 25, n), dice.days(old, np.full(n, world.as_of - 120))
    )
    standing = dice.pick(["in_force", "repaired", "revoked", "under_review", None], n, (50, 24, 5, 3, 18))
    due = decided + 60
    return _frame(
        world,
        dice,
        entity,
        decided,
        offence=dice.pick((*listed("breaches")[:2], *listed("unapproved")[:2], "未按规定申报排污"), n),
        rectify_by=due,
        rectified=choose(fresh, "open", "done"),
        key_source=choose(dice.chance(0.06, n), True, False),
        closed_on=np.where(fresh, no_days(n), due),
        standing=standing,
    )
