"""The whole district before any department looks at it, and the ways in which departments look."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pipeline.district import addresses, fates, firms, people, places
from pipeline.district.addresses import Writing
from pipeline.district.codes import USCC_ALPHABET
from pipeline.district.draw import Dice, Flags, Ints, Objects, choose, no_days, nothing, objects
from pipeline.district.fates import Fates
from pipeline.district.firms import Firms
from pipeline.district.habits import Habit, as_written
from pipeline.district.people import People, miswrite
from pipeline.district.places import Places, Site
from pipeline.district.table import Column, Rows


@dataclass(frozen=True)
class World:
    """Everything that is true of the district, and the day on which departments hand over.

    Attributes:
        seed: chooses the district.
        as_of: the day until which fates are told.
        seen_on: the day on which departments hand over what they know by then; mostly as-of itself.
        places, people, firms, fates: what there is, and what befalls it until as-of.
    """

    seed: int
    as_of: np.datetime64
    seen_on: np.datetime64
    places: Places
    people: People
    firms: Firms
    fates: Fates

    @property
    def ahead(self) -> int:
        """Days from the handing over to as-of."""
        return int((self.as_of - self.seen_on).astype(np.int64))

    def not_yet(self, days: Column, lag: int) -> Flags:
        """Facts that an earlier handing over cannot hold: dated later than `lag` days before it.

        What is handed over on as-of itself holds all that was drawn for it, misprinted days too.
        """
        return np.asarray((days > self.seen_on - lag) & (self.ahead > 0))


@dataclass(frozen=True)
class Batch:
    """What a department hands over in one go.

    Attributes:
        extract: the source.
        label: first part of the file's name.
        cut: extract date.
        rows: the rows.
        form: `csv`, `txt`, `xlsx`, `parquet`, `csv.gz`, `csv.zip`; chosen by chance where empty.
    """

    extract: str
    label: str
    cut: np.datetime64
    rows: Rows
    form: str = ""


@dataclass(frozen=True)
class Department:
    """How one department knows firms.

    Attributes:
        habit: what it makes of names.
        writing: how it writes addresses.
        codes: weights of the ways in which it gives a code (see `code_column`).
        registered_address: share that it knows by the registered address, not the operating one.
        stale_address: share of the moved firms that it knows at their former place.
        person: share with the person in charge.
        phone: share with a phone.
    """

    habit: Habit = field(default_factory=Habit)
    writing: Writing = field(default_factory=Writing)
    codes: tuple[float, ...] = (27, 2, 2, 1, 4, 6, 2, 2, 54)
    registered_address: float = 0.3
    stale_address: float = 0.4
    person: float = 0.8
    phone: float = 0.6


@dataclass(frozen=True)
class Seen:
    """Some firms as a department knows them; one entry per firm."""

    name: Objects
    address: Objects
    person: Objects
    phone: Objects
    code: Objects
    usable: Flags


def build(seed: int, count: int, as_of: date, seen_on: date | None = None) -> World:
    """The district of so many registered firms on that day; departments hand over then, or earlier."""
    day = np.datetime64(as_of, "D")
    seen = np.datetime64(seen_on or as_of, "D")
    where = places.build(seed, count)
    who = people.build(seed, count)
    all_firms = firms.build(seed, count, day, where, who)
    return World(seed, day, seen, where, who, all_firms, fates.draw(seed, all_firms, day))


def look(world: World, dice: Dice, index: Ints, department: Department) -> Seen:
    """The firms of `index` as a department knows them."""
    f, n = world.firms, len(index)
    site = f.operating_at.take(index)
    site = site.where(dice.chance(department.registered_address, n), f.registered_at.take(index))
    site = site.where(f.moved[index] & dice.chance(department.stale_address, n), f.former_at.take(index))
    person = miswrite(dice, world.people.name[f.person[index]], 0.03)
    code, usable = code_column(dice, f, index, department.codes)
    return Seen(
        as_written(dice, f.names, index, department.habit),
        addresses.write(dice, world.places, site, department.writing),
        choose(dice.chance(department.person, n), person, nothing(n)),
        choose(dice.chance(department.phone, n), f.phone[index], nothing(n)),
        code,
        usable,
    )


def address_at(world: World, dice: Dice, site: Site, writing: Writing) -> Objects:
    """Addresses of given sites."""
    return addresses.write(dice, world.places, site, writing)


def code_column(dice: Dice, f: Firms, index: Ints, weights: tuple[float, ...]) -> tuple[Objects, Flags]:
    """Codes as a department gives them, and which of them are whole and right.

    The weights stand for: whole, lower case, with Excel's apostrophe, full width, masked, damaged by
    Excel, mistyped, 注册号 instead, nothing.
    """
    n = len(index)
    way = dice.index(9, n, weights)
    turn = dice.rng.integers(0, 1000, n)
    uscc, number = f.uscc[index], f.registration_no[index]
    out: list[str | None] = []
    usable = np.zeros(n, dtype=bool)
    for i, (w, code, no, t) in enumerate(zip(way.tolist(), uscc, number, turn.tolist(), strict=True)):
        if code is None or w == 8:
            out.append(None)
            continue
        text = no if w == 7 and no else _WAYS[w](code, t)
        out.append(text)
        usable[i] = w <= 3 or (w == 7) or text == code
    return objects(out), usable


def _damaged(code: str, turn: int) -> str:
    """What a spreadsheet makes of eighteen digits; codes with letters stay whole."""
    if not code.isdigit():
        return code
    return f"{code[0]}.{code[1:6]}E+17" if turn % 3 else code[:15] + "000"


def _mistyped(code: str, turn: int) -> str:
    """One character wrong, or the letter O for the digit."""
    if turn % 3 == 0 and "0" in code[8:]:
        i = code.index("0", 8)
        return code[:i] + "O" + code[i + 1 :]
    i = 9 + turn % 8
    return code[:i] + ("7" if code[i] != "7" else "1") + code[i + 1 :]


_WIDE = {ord(character): ord(character) + 0xFEE0 for character in USCC_ALPHABET}
_WAYS = (
    lambda code, turn: code,
    lambda code, turn: code.lower(),
    lambda code, turn: "'" + code,
    lambda code, turn: code.translate(_WIDE),
    lambda code, turn: code[:6] + "*" * 6 + code[12:],
    _damaged,
    _mistyped,
    lambda code, turn: code,
)


def as_known(world: World, found: Rows, lag: int) -> Rows:
    """Documents with a term to mend, as they stood when handed over: open before the term and the end."""
    due, closed = found.columns["rectify_by"], found.columns["closed_on"]
    still_open = world.not_yet(due, lag) | world.not_yet(closed, lag)
    return found.with_columns(
        rectified=choose(still_open, "open", found.columns["rectified"]),
        closed_on=np.where(still_open, no_days(len(found)), closed),
        standing=choose(still_open, None, found.columns["standing"]),
    )


def numbers_of(pattern: str, dice: Dice, n: int, years: Objects) -> Objects:
    """Document numbers, each once: the pattern's {y} is the year, {n} the running number."""
    start = int(dice.whole(100, 900, 1)[0])
    return objects([pattern.format(y=y, n=start + i) for i, y in enumerate(years.tolist())])


def year_of(days: np.ndarray) -> Objects:
    """The year of each day."""
    return objects((days.astype("datetime64[Y]").astype(int) + 1970).tolist())


def with_person_number(world: World, dice: Dice, entity: Ints, texts: Objects, share: float) -> Objects:
    """Texts into which, here and there, somebody wrote the identity-card number of the person in charge."""
    out = texts.copy()
    hit = np.flatnonzero(dice.chance(share, len(texts)) & (entity >= 0))
    for i in hit.tolist():
        if out[i]:
            out[i] = f"{out[i]}（身份证{world.people.number[world.firms.person[entity[i]]]}）"
    return out
