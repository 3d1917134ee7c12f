"""What truly happens to firms: which are low-end and why, and what innocent firms go through too.

The reasons follow the plan's five bad types (clauses III.3.1–III.3.5) in their strict reading: an order
that was not met, a decision in force, a trade carried on without a licence for long. What the plan
only screens for (an open hazard within its term, a complaint, few insured) happens to innocent firms.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.district.draw import Days, Dice, Flags, no_days
from pipeline.district.firms import Firms
from pipeline.district.kinds import SHOP, SOLE

_IDLE_BEFORE = 480
REASONS = ("unlicensed", "unsafe", "polluting", "labour", "processing_trade")


@dataclass(frozen=True)
class Fates:
    """One entry per entity.

    Attributes:
        open_now: trades today at a place in the district.
        unlicensed_shop: without a licence for long, and told so.
        ghost: trades on though revoked or deregistered.
        lapsed: trades on without the permit that its trade needs.
        unsafe: a serious hazard, the term over, the recheck failed.
        three_in_one: of those, goods and beds under one roof.
        polluting: penalised, and not mended in time; or never approved.
        unapproved: of those, built or run without approval or acceptance.
        labour: wages withheld against an order, insurance unpaid.
        idle: processing trade with neither output nor exports for a year.
        low_end: any of these.
        event_on: day of the latest of these events; null otherwise.
        idle_since: of the idle, the day from which: a year of quarters, and the time to report them, before
            the event; null otherwise.
        dormant_tax: files nothing and pays nothing (a shell; innocent).
    """

    open_now: Flags
    unlicensed_shop: Flags
    ghost: Flags
    lapsed: Flags
    unsafe: Flags
    three_in_one: Flags
    polluting: Flags
    unapproved: Flags
    labour: Flags
    idle: Flags
    low_end: Flags
    event_on: Days
    idle_since: Days
    dormant_tax: Flags

    def reasons(self) -> list[list[str]]:
        """The reasons of each entity, in the order of `REASONS`."""
        unlicensed = self.unlicensed_shop | self.ghost | self.lapsed
        flags = np.stack([unlicensed, self.unsafe, self.polluting, self.labour, self.idle])
        return [[REASONS[k] for k in np.flatnonzero(column).tolist()] for column in flags.T]


def draw(seed: int, firms: Firms, as_of: np.datetime64) -> Fates:
    """The fate of every entity; about one in twenty is low-end, some for two reasons."""
    dice = Dice(seed, "fates")
    n = len(firms.kind)
    active = firms.status == "active"
    shop = firms.kind == SHOP
    settled = firms.established_on < as_of - 200
    ended = np.isin(firms.status, ("revoked", "deregistered", "voided")) & firms.physical
    stays = np.select([firms.status == "deregistered", ended], [0.07, 0.32], 0.0)
    ghost = ended & dice.chance(stays, n)
    trading = (active & firms.physical) | ghost
    needs_permit = firms.trade("permit") != ""
    lapsed = dice.some(trading & ~shop & settled & needs_permit, 0.035)
    long_open = shop & ~firms.exempt & (firms.established_on < as_of - 90)
    unlicensed_shop = dice.some(long_open, 0.44)
    workshop = np.not_equal(firms.trade("mark"), "")
    unsafe = trading & settled & dice.chance(np.where(workshop, 0.025, 0.007), n)
    dirty = np.isin(
        firms.trade("mark"), ("plating", "print", "chemical", "melt", "gold", "car", "plastic", "drug")
    )
    polluting = dice.some(trading & settled & ~shop & dirty & (firms.trade("approval") > 0.1), 0.065)
    labour = dice.some(trading & settled & ~shop & (firms.headcount >= 4), 0.019)
    factory = firms.trade("processing").astype(bool) & active & ~shop & (firms.kind != SOLE)
    idle = dice.some(factory & settled, 0.07)
    first = unlicensed_shop | ghost | lapsed | unsafe | polluting | labour
    more = dice.some(first & trading & settled, 0.2)
    unsafe = unsafe | dice.some(more, 0.6)
    labour = labour | dice.some(more & ~shop & (firms.headcount >= 3), 0.4)
    low_end = first | idle | unsafe | labour
    three_in_one = unsafe & np.isin(firms.kind, (SOLE, SHOP)) & dice.chance(0.55, n)
    unapproved = polluting & dice.chance(0.45, n)
    event_on = _events(dice, firms, low_end, ghost, as_of)
    return Fates(
        open_now=trading,
        unlicensed_shop=unlicensed_shop,
        ghost=ghost,
        lapsed=lapsed,
        unsafe=unsafe,
        three_in_one=three_in_one,
        polluting=polluting,
        unapproved=unapproved,
        labour=labour,
        idle=idle,
        low_end=low_end,
        event_on=event_on,
        idle_since=np.where(idle, event_on - _IDLE_BEFORE, no_days(n)),
        dormant_tax=idle | dice.some(~firms.physical & active & settled, 0.16),
    )


def _events(dice: Dice, firms: Firms, low_end: Flags, ghost: Flags, as_of: np.datetime64) -> Days:
    """Within the last ten months, after the opening, and of ghosts after their end."""
    n = len(low_end)
    first = np.maximum(firms.established_on + 60, as_of - 300)
    first = np.where(ghost, np.maximum(first, firms.status_on + 10), first)
    days = dice.days(np.minimum(first, as_of - 25), np.full(n, as_of - 22))
    return np.where(low_end, days, no_days(n))
