"""What departments make of a name: short, signed, renamed, mistyped."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from opencc import OpenCC

from pipeline.district.draw import Dice, Ints, Objects, choose, objects, present
from pipeline.district.naming import Names
from pipeline.district.words import confusions


@dataclass(frozen=True)
class Habit:
    """What a department makes of names, as shares of its firms.

    Attributes:
        form: 有限责任公司 for 有限公司 and the like.
        region: region left out or another one put.
        short: trade name and 行业 only, or the trade name with 公司 or 店, or alone.
        parent: a branch by its parent's name alone.
        sign: the sign instead of the registered name.
        former: the former name, of those that have one.
        typo: a homophone or a look-alike character.
        script: traditional characters.
        wide: full-width characters, spaces, other brackets.
    """

    form: float = 0.07
    region: float = 0.07
    short: float = 0.03
    parent: float = 0.02
    sign: float = 0.0
    former: float = 0.45
    typo: float = 0.035
    script: float = 0.008
    wide: float = 0.04


def as_written(dice: Dice, names: Names, index: Ints, habit: Habit) -> Objects:
    """The names of some entities as a department holds them."""
    n = len(index)
    full, sign, former = names.full[index], names.sign[index], names.former[index]
    out = choose(dice.chance(habit.form, n), objects([_other_form(t) if t else t for t in full]), full)
    plain = (names.tail[index] == "") & (full != sign)
    out = choose(dice.chance(habit.short, n) & plain, _shortened(dice, names, index), out)
    bare = objects([t.removesuffix(tail) if t else t for t, tail in zip(out, names.tail[index], strict=True)])
    out = choose(dice.chance(habit.parent, n) & ~plain, bare, out)
    out = choose(
        dice.chance(habit.region, n),
        objects([_other_region(t, i) if t else t for i, t in enumerate(out)]),
        out,
    )
    out = choose(dice.chance(habit.former, n) & present(former), former, out)
    out = choose(dice.chance(habit.sign, n) & present(sign), sign, out)
    return miswritten(dice, out, habit)


def miswritten(dice: Dice, names: Objects, habit: Habit) -> Objects:
    """Names with slips of hand and keyboard."""
    out = names.copy()
    for share, slip in ((habit.typo, _typo), (habit.script, _traditional), (habit.wide, _widened)):
        for i in np.flatnonzero(dice.chance(share, len(out))).tolist():
            if out[i]:
                out[i] = slip(out[i], int(dice.rng.integers(0, 1000)))
    return out


def _shortened(dice: Dice, names: Names, index: Ints) -> Objects:
    """What people call a firm: 鑫达珠宝, 鑫达公司, 鑫达."""
    stem, word = names.stem[index], names.word[index]
    end = choose(names.form[index] == "", "店", "公司")
    way = dice.index(3, len(index), (70, 20, 10))
    return choose(way == 0, stem + word, choose(way == 1, stem + end, stem))


_FORMS = (
    ("有限责任公司", "有限公司"),
    ("股份有限公司", "股份公司"),
    ("有限公司", "有限责任公司"),
    ("商行", "商店"),
)


def _other_form(name: str) -> str:
    for form, other in _FORMS:
        if name.endswith(form):
            return name.removesuffix(form) + other
    return name


def _other_region(name: str, turn: int) -> str:
    for region in ("深圳市罗湖区", "罗湖区", "深圳市", "深圳"):
        if name.startswith(region):
            return ("", "深圳市", "深圳", "")[turn % 4] + name.removeprefix(region)
    return name


def _typo(name: str, turn: int) -> str:
    """A homophone or a look-alike; or a character lost, doubled, or changed with its neighbour."""
    known = [
        i
        for i, character in enumerate(name[:-2])
        if character in confusions() and not name.startswith("深圳", i - 1)
    ]
    if known and turn % 4:
        i = known[turn % len(known)]
        others = confusions()[name[i]]
        return name[:i] + others[turn % len(others)] + name[i + 1 :]
    i = turn // 4 % max(len(name) - 2, 1)
    if len(name) < 5:
        return name
    return (
        name[:i] + name[i + 1 :],
        name[:i] + name[i] + name[i:],
        name[:i] + name[i + 1] + name[i] + name[i + 2 :],
    )[turn % 3]


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def _traditional(name: str, turn: int) -> str:
    del turn
    return str(_converter().convert(name))


def _widened(name: str, turn: int) -> str:
    ways = (
        lambda t: t.replace("（", "(").replace("）", ")"),
        lambda t: t.replace("(", "（").replace(")", "）"),
        lambda t: f" {t} ",
        lambda t: t[: len(t) // 2] + " " + t[len(t) // 2 :],
        lambda t: t.replace("公司", "公 司"),
        lambda t: t + "　",
        lambda t: t.replace("深圳市", "深圳市\u00a0").replace("KTV", "ＫＴＶ"),
    )
    return ways[turn % len(ways)](name)
