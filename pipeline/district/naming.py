"""How firms are named, and what departments make of a name: short, signed, renamed, mistyped."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from opencc import OpenCC

from pipeline.district.draw import Dice, Flags, Ints, Objects, blank, choose, nothing, objects
from pipeline.district.people import falling
from pipeline.district.words import (
    CITIES,
    EXEMPT_SIGNS,
    FIRST,
    FOREIGN,
    GIVEN_FIRST,
    HOMELANDS,
    HOMOPHONES,
    LOOKALIKES,
    SECOND,
    SIGN_WORDS,
    SOLE_SIGNS,
    SURNAMES,
    THIRD,
    industries,
)

_ROUNDS = 12  # redraws of a name that another firm already has


@dataclass(frozen=True)
class Names:
    """Names of all entities.

    Attributes:
        region: 深圳市, 深圳市罗湖区 …; may be empty.
        stem: trade name (字号).
        word: 行业.
        form: 组织形式; may be empty.
        tail: branch or office after the parent's name.
        full: the registered name; of the unregistered, the sign.
        former: name before a renaming; null for most.
        sign: what hangs over the door; null where nothing does.
    """

    region: Objects
    stem: Objects
    word: Objects
    form: Objects
    tail: Objects
    full: Objects
    former: Objects
    sign: Objects


@dataclass(frozen=True)
class Habit:
    """What a department makes of names, as shares of its firms.

    Attributes:
        form: 有限责任公司 for 有限公司 and the like.
        region: region left out or another one put.
        short: trade name and 行业 only.
        sign: the sign instead of the registered name.
        former: the former name, of those that have one.
        typo: a homophone or a look-alike character.
        script: traditional characters.
        wide: full-width characters, spaces, other brackets.
    """

    form: float = 0.06
    region: float = 0.06
    short: float = 0.02
    sign: float = 0.0
    former: float = 0.4
    typo: float = 0.025
    script: float = 0.006
    wide: float = 0.03


def compose_names(
    seed: int,
    kind: Ints,
    in_registry: Flags,
    industry: Ints,
    parent: Ints,
    twin: Ints,
    owner: Objects,
    exempt: Flags,
) -> Names:
    """Names of all entities; registered names are unique but for a few sole proprietors."""
    dice = Dice(seed, "names")
    n = len(kind)
    region = _regions(dice, kind, in_registry)
    word, form = _words(dice, kind, industry)
    stem = _stems(dice, n)
    inside = np.isin(kind, (0,)) & dice.chance(0.07, n)
    for _ in range(_ROUNDS):
        stem = np.where(twin >= 0, stem[twin], stem)
        full = _join(region, stem, word, form, inside)
        again = _repeated(full) & ~((kind == 1) & dice.chance(0.04, n))
        if not again.any():
            break
        stem[again] = _stems(dice, n)[again]
        twin = np.where(again, -1, twin)
    head = choose(parent >= 0, full[np.maximum(parent, 0)], full)
    tail = _tails(dice, kind)
    for turn, i in enumerate(np.flatnonzero(_repeated(head + tail) & np.isin(kind, (4, 5))).tolist()):
        tail[i] = f"第{3 + turn}分公司"
    full = head + tail
    full = choose((kind == 1) & dice.chance(0.004, n), owner, full)
    sign = _signs(dice, kind, stem, word, form, industry)
    shops = _shop_signs(dice, owner, exempt)
    sign = choose(kind == 7, shops, sign)
    return Names(
        region, stem, word, form, tail, choose(kind == 7, shops, full), _formers(dice, kind, region, word, form, inside), sign
    )


def as_written(dice: Dice, names: Names, index: Ints, habit: Habit) -> Objects:
    """The names of some entities as a department holds them."""
    n = len(index)
    full, sign, former = names.full[index], names.sign[index], names.former[index]
    out = choose(dice.chance(habit.form, n), objects([_other_form(t) if t else t for t in full]), full)
    short = objects([s + w if s else None for s, w in zip(names.stem[index], names.word[index], strict=True)])
    plain = names.tail[index] == ""
    registered = names.form[index] != ""
    out = choose(dice.chance(habit.short, n) & plain & registered, short, out)
    out = choose(dice.chance(habit.region, n), objects([_other_region(t, i) if t else t for i, t in enumerate(out)]), out)
    out = choose(dice.chance(habit.former, n) & np.not_equal(former, None), former, out)
    out = choose(dice.chance(habit.sign, n) & np.not_equal(sign, None), sign, out)
    return miswritten(dice, out, habit)


def miswritten(dice: Dice, names: Objects, habit: Habit) -> Objects:
    """Names with slips of hand and keyboard."""
    out = names.copy()
    for share, slip in ((habit.typo, _typo), (habit.script, _traditional), (habit.wide, _widened)):
        for i in np.flatnonzero(dice.chance(share, len(out))).tolist():
            if out[i]:
                out[i] = slip(out[i], int(dice.rng.integers(0, 1000)))
    return out


def _stems(dice: Dice, n: int) -> Objects:
    first = dice.pick(list(FIRST), n, falling(len(FIRST)))
    second = dice.pick(list(SECOND), n, falling(len(SECOND)))
    third = dice.pick(list(THIRD), n, falling(len(THIRD)))
    foreign = dice.pick(FOREIGN, n)
    length = dice.index(4, n, (62, 27, 6, 5))
    stem = first + second
    stem = choose(length == 1, stem + third, stem)
    stem = choose(length == 2, stem + dice.pick(list(FIRST), n) + third, stem)
    return choose(length == 3, foreign + second, stem)


def _regions(dice: Dice, kind: Ints, in_registry: Flags) -> Objects:
    n = len(kind)
    company = dice.pick(["深圳市", "深圳", "深圳市罗湖区", "广东", "中国", ""], n, (86, 8, 2, 1, 0.3, 0.7))
    sole = dice.pick(["深圳市罗湖区", "罗湖区", "深圳市", ""], n, (46, 34, 8, 12))
    away = dice.pick(CITIES, n)
    away_sole = dice.pick(["深圳市福田区", "福田区", "深圳市龙岗区", "南山区", "深圳市宝安区"], n)
    out = choose(np.isin(kind, (1, 3)), sole, company)
    out = choose(~in_registry & dice.chance(0.5, n), away, out)
    out = choose(~in_registry & (kind == 1), away_sole, out)
    return choose((kind == 5) | ((kind == 4) & dice.chance(0.3, n)), away, out)


def _words(dice: Dice, kind: Ints, industry: Ints) -> tuple[Objects, Objects]:
    """行业 and 组织形式 of each."""
    n = len(kind)
    trades = industries()
    u = dice.rng.random((n, 2))
    pairs = zip(industry.tolist(), u.tolist(), strict=True)
    drawn = [(t.words[int(a * len(t.words))], t.forms[int(b * len(t.forms))]) for t, (a, b) in ((trades[i], v) for i, v in pairs)]
    word, place = objects([d[0] for d in drawn]), objects([d[1] for d in drawn])
    company = dice.pick(["有限公司", "有限责任公司", "股份有限公司", "集团有限公司"], n, (93, 4, 2, 1))
    form = choose(kind == 2, dice.pick(["（有限合伙）", "（普通合伙）", "合伙企业（有限合伙）"], n), company)
    form = choose(kind == 6, dice.pick(["厂", "公司", "总公司", "一厂", "二厂"], n), form)
    own_form = np.isin(kind, (1, 3))
    return choose(own_form, place, word), choose(own_form, "", form)


def _join(region: Objects, stem: Objects, word: Objects, form: Objects, inside: Flags) -> Objects:
    city = objects([r.removesuffix("市") or "深圳" for r in region])
    return choose(inside, stem + word + "（" + city + "）" + form, region + stem + word + form)


def _repeated(full: Objects) -> Flags:
    """True for every name that an earlier entity already has."""
    seen: set[str] = set()
    out = np.zeros(len(full), dtype=bool)
    for i, name in enumerate(full.tolist()):
        if name in seen:
            out[i] = True
        seen.add(name)
    return out


def _tails(dice: Dice, kind: Ints) -> Objects:
    n = len(kind)
    places = ["罗湖", "东门", "水贝", "国贸", "莲塘", "布心", "笋岗", "翠竹", "人民南", "春风路", "田贝", "第一", "第二", "万象城"]
    branch = dice.pick(places, n) + dice.pick(["分公司", "分店", "营业部", "店", "门市部"], n, (6, 3, 1, 1, 0.6))
    return choose(kind == 4, branch, choose(kind == 5, "驻深圳办事处", ""))


def _signs(dice: Dice, kind: Ints, stem: Objects, word: Objects, form: Objects, industry: Ints) -> Objects:
    """Signs: the trade name with a plainer word, a brand that the licence does not name, or none."""
    n = len(kind)
    plain = objects([t.business[:2] for t in industries()])[industry]
    brand = _stems(dice, n)
    kinds = dice.index(5, n, (50, 16, 14, 12, 8))
    out = stem + word
    out = choose(kinds == 1, stem + plain, out)
    out = choose(kinds == 2, brand + word + dice.pick(["", "（水贝店）", "(罗湖店)", "（东门店）", "(国贸店)"], n), out)
    out = choose(kinds == 3, stem, out)
    return choose(kinds == 4, None, out)


def _shop_signs(dice: Dice, owner: Objects, exempt: Flags) -> Objects:
    """Signs of shops without a licence: a nickname or a homeland, and a trade; some have none."""
    n = len(owner)
    nick = dice.pick(SIGN_WORDS, n) + objects([name[0] if i % 2 else name[-1] for i, name in enumerate(owner)])
    home = dice.pick(HOMELANDS, n)
    stem = _stems(dice, n)
    kinds = dice.index(3, n, (3, 3, 4))
    word = choose(exempt, dice.pick(EXEMPT_SIGNS, n), dice.pick(SOLE_SIGNS, n))
    out = choose(kinds == 0, nick, choose(kinds == 1, home, stem)) + word
    return choose(dice.chance(0.1, n), None, out)


def _formers(dice: Dice, kind: Ints, region: Objects, word: Objects, form: Objects, inside: Flags) -> Objects:
    n = len(kind)
    renamed = np.isin(kind, (0, 1, 3)) & dice.chance(0.055, n)
    return choose(renamed, _join(region, _stems(dice, n), word, form, inside), nothing(n))


_FORMS = (("有限责任公司", "有限公司"), ("股份有限公司", "股份公司"), ("有限公司", "有限责任公司"), ("商行", "商店"))


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


@cache
def _confusions() -> dict[str, Sequence[str]]:
    table: dict[str, str] = {}
    for group in (*HOMOPHONES, *LOOKALIKES):
        for character in group:
            table[character] = table.get(character, "") + group.replace(character, "")
    return dict(table)


def _typo(name: str, turn: int) -> str:
    """A homophone or a look-alike in the trade name; failing that, one character lost."""
    known = [i for i, character in enumerate(name[:-2]) if character in _confusions() and not name.startswith("深圳", i - 1)]
    if known:
        i = known[turn % len(known)]
        others = _confusions()[name[i]]
        return name[:i] + others[turn % len(others)] + name[i + 1 :]
    i = turn % max(len(name) - 2, 1)
    return name[:i] + name[i + 1 :] if len(name) > 6 else name


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


def nickname(dice: Dice, n: int) -> Objects:
    """Bare personal names of hawkers and builders who are no firm."""
    return dice.pick(list(SURNAMES), n) + dice.pick(list(GIVEN_FIRST), n) + choose(dice.chance(0.7, n), dice.pick(list(GIVEN_FIRST), n), blank(n))
