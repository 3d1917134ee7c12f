"""国税、地税 and 区经济促进局: declarations by quarter, and how firms' production runs."""

import numpy as np

from pipeline.district.addresses import Writing
from pipeline.district.draw import Dice, Flags, Floats, Ints, Objects, choose, no_days, nothing, objects
from pipeline.district.habits import Habit
from pipeline.district.kinds import BRANCH, COMPANY, OFFICE, SHOP, SOLE
from pipeline.district.table import Rows, join, rows
from pipeline.district.world import Batch, Department, Seen, World, look

_TAX = Department(
    habit=Habit(
        form=0.05, region=0.06, short=0.006, parent=0.01, former=0.5, typo=0.022, script=0.005, wide=0.04
    ),
    writing=Writing(
        cities=(5, 2, 2, 1, 0.4), street=0.3, community=0.04, no_unit=0.06, no_name=0.14, noise=0.02
    ),
    registered_address=0.55,
    person=0.86,
    phone=0.7,
)
_OPERATIONS = Department(
    habit=Habit(form=0.06, region=0.1, short=0.04),
    writing=Writing(street=0.4, community=0.1, no_unit=0.2),
    codes=(36, 2, 1, 1, 3, 9, 2, 1, 45),
)


def quarters(
    as_of: np.datetime64, count: int
) -> list[tuple[str, np.datetime64, np.datetime64, np.datetime64]]:
    """The last quarters that were reported by as-of, oldest first: name, first and last day, extract date."""
    cut = as_of - 12
    out = []
    for back in range(count):
        at = cut - 91 * back
        month = (at - 15).astype("datetime64[M]")
        end = month - int(month.astype(int) % 3)
        start = end - 3
        name = f"{start.astype('datetime64[Y]')}Q{int(start.astype(int)) % 12 // 3 + 1}"
        out.append((name, start.astype("datetime64[D]"), end.astype("datetime64[D]") - 1, at))
    return out[::-1]


def tax(world: World) -> list[Batch]:
    """Four quarters of 国税, one of 地税; late and corrected rows come with the next quarter."""
    dice, f = Dice(world.seed, "tax"), world.firms
    share = np.select([f.kind == SOLE, f.kind == COMPANY, f.kind == SHOP], [0.63, 0.9, 0.0], 0.65)
    known = np.flatnonzero(dice.chance(np.where(f.in_registry, share, share * 0.3), len(share)))
    seen = look(world, dice, known, _TAX)
    ids, usable = _taxpayer_ids(world, dice, known)
    level = dice.rng.normal(np.where(f.kind[known] == SOLE, 10.6, 12.6), 1.6)
    out, held = [], None
    for name, first, last, cut in quarters(world.seen_on, 4):
        here = (
            (f.established_on[known] < last) & ~(f.status_on[known] < first) & dice.chance(0.97, len(known))
        )
        here |= world.fates.ghost[known] & dice.chance(0.5, len(known))
        found = _declarations(
            world, dice, known, seen, ids, usable, level, name, first, last, np.flatnonzero(here)
        )
        late = dice.chance(0.015, len(found))
        sent = found.take(~late) if held is None else join([found.take(~late), held])
        held = join([found.take(late), found.take(dice.chance(0.004, len(found)) & ~late)])
        out.append(Batch("tax", f"国税申报_{name}", cut, sent))
    local = out[-1].rows.take(dice.chance(0.22, len(out[-1].rows)))
    local = local.with_columns(tax_office=np.full(len(local), "罗湖区地方税务局", dtype=object))
    return [*out, Batch("tax", "地税申报", world.seen_on - 10, local)]


def _declarations(
    world: World,
    dice: Dice,
    known: Ints,
    seen: Seen,
    ids: Objects,
    usable: Flags,
    level: Floats,
    period: str,
    first: np.datetime64,
    last: np.datetime64,
    here: Ints,
) -> Rows:
    f, n = world.firms, len(here)
    entity = known[here]
    still_busy = world.fates.idle[entity] & (world.fates.idle_since[entity] > last)
    quiet = (world.fates.dormant_tax[entity] & ~still_busy) | dice.chance(0.06, n)
    sales = np.where(quiet, 0.0, np.round(np.exp(level[here] + dice.rng.normal(0, 0.3, n)), 2))
    lost = (quiet & dice.chance(0.45, n)) | (f.status[entity] == "revoked") & dice.chance(0.5, n)
    lost &= ~world.not_yet(f.status_on[entity], 12)
    status = choose(lost, "non_normal", choose(dice.chance(0.01, n), "suspended", "normal"))
    since = dice.days(np.full(n, first - 300), np.full(n, first + 60))
    owing = np.where(dice.chance(0.012, n), np.round(np.exp(dice.rng.normal(9, 1.2, n)), 2), 0.0)
    return rows(
        entity,
        usable[here],
        taxpayer_id=ids[here],
        name=seen.name[here],
        tax_office=np.full(n, "罗湖区国家税务局", dtype=object),
        legal_rep=seen.person[here],
        address=seen.address[here],
        phone=seen.phone[here],
        status=status,
        status_on=np.where(lost, since, no_days(n)),
        period=np.full(n, period, dtype=object),
        sales=sales,
        tax_paid=np.round(sales * 0.031, 2),
        arrears=owing,
        credit_grade=choose(
            f.kind[entity] == COMPANY, dice.pick(["A", "B", "M", "C", "D"], n, (8, 50, 30, 9, 3)), nothing(n)
        ),
    )


def _taxpayer_ids(world: World, dice: Dice, known: Ints) -> tuple[Objects, Flags]:
    """Codes of all generations: 18 characters, 15 with the organisation code, the owner's card number."""
    f, n = world.firms, len(known)
    way = dice.index(6, n, (31, 8, 7, 8, 4, 42))
    sole = f.kind[known] == SOLE
    way = np.where((way == 1) & sole, 2, np.where((way == 2) & ~sole, 1, way))
    region = dice.pick(["440300", "440301", "440303"], n, (3, 5, 4))
    out = nothing(n)
    owner = world.people.number[f.person[known]]
    for i, (w, code) in enumerate(zip(way.tolist(), f.uscc[known], strict=True)):
        if w == 0:
            out[i] = code
        elif w == 1:
            out[i] = region[i] + code[8:17]
        elif w == 2:
            out[i] = owner[i] + ("" if i % 3 else "01")
        elif w == 3:
            out[i] = code[0] + "." + code[1:6] + "E+17" if code.isdigit() else code
        elif w == 4:
            out[i] = code[:6] + "******" + code[12:]
    whole = np.array([o == c for o, c in zip(out, f.uscc[known], strict=True)], dtype=bool)
    return out, whole | (way == 1)


def operations(world: World) -> list[Batch]:
    """Larger firms and processing trade, four quarters; the last one as Parquet."""
    dice, f = Dice(world.seed, "operations"), world.firms
    factory = f.trade("processing").astype(bool) & f.registered & (f.kind != SOLE)
    share = np.where(factory, 0.75, np.where(f.headcount >= 15, 0.4, 0.03))
    share = np.where(np.isin(f.kind, (SHOP, BRANCH, OFFICE, SOLE)), 0.0, share)
    share = np.where(f.status == "active", share, 0.0)
    known = np.flatnonzero(dice.chance(share, len(share)) | world.fates.idle)
    seen = look(world, dice, known, _OPERATIONS)
    processing = world.fates.idle[known] | (factory[known] & dice.chance(0.45, len(known)))
    level = dice.rng.normal(8.2, 1.3, len(known))
    out = []
    for turn, (name, _, last, cut) in enumerate(quarters(world.seen_on, 4)):
        here = np.flatnonzero((f.established_on[known] < last) & dice.chance(0.95, len(known)))
        found = _running(
            world, dice, known[here], _part(seen, here), processing[here], level[here], name, last
        )
        out.append(Batch("operations", f"企业运行监测_{name}", cut, found, "parquet" if turn == 3 else ""))
    return out


def _part(seen: Seen, index: Ints) -> Seen:
    return Seen(
        seen.name[index],
        seen.address[index],
        seen.person[index],
        seen.phone[index],
        seen.code[index],
        seen.usable[index],
    )


def _running(
    world: World,
    dice: Dice,
    entity: Ints,
    seen: Seen,
    processing: Flags,
    level: Floats,
    period: str,
    last: np.datetime64,
) -> Rows:
    n = len(entity)
    idle = world.fates.idle[entity] & (world.fates.idle_since[entity] <= last)
    slack = idle | dice.chance(0.02, n)
    revenue = np.where(slack, 0.0, np.round(np.exp(level + dice.rng.normal(0, 0.25, n)), 0))
    factory = objects([c.startswith("C") for c in world.firms.trade("code")[entity]]).astype(bool)
    heads = np.where(idle, np.minimum(world.firms.headcount[entity], 3), world.firms.headcount[entity])
    organisation = objects([c[8:16] + "-" + c[16] for c in world.firms.uscc[entity]])
    given = dice.chance(0.12, n)
    return rows(
        entity,
        seen.usable | given,
        uscc=seen.code,
        org_code=choose(given, organisation, nothing(n)),
        name=seen.name,
        address=seen.address,
        period=np.full(n, period, dtype=object),
        revenue=revenue,
        output_value=np.where(factory, np.round(revenue * 0.96), np.nan),
        profit=np.round(revenue * dice.rng.normal(0.05, 0.06, n) - np.where(slack, 20, 0)),
        basis=np.full(n, "period", dtype=object),
        employees_end=heads.astype(np.float64),
        employees_avg=np.where(dice.chance(0.3, n), np.nan, heads),
        energy_tce=np.where(factory, np.round(revenue * 0.004 + 0.4, 1), np.nan),
        processing_trade=processing.astype(object),
        export_value=np.where(processing, np.round(revenue * 0.7), np.nan),
    )
