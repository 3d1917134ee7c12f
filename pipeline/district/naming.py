"""How firms are named: registered name and its parts, former name, sign over the door."""

from dataclasses import dataclass

import numpy as np

from pipeline.district.draw import Dice, Flags, Ints, Objects, blank, choose, glue, nothing, objects
from pipeline.district.kinds import BRANCH, COMPANY, OFFICE, PARTNERSHIP, PROPRIETORSHIP, SHOP, SOLE, WORKS
from pipeline.district.people import falling
from pipeline.district.words import confusions, industries, listed

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
    near = (twin >= 0) & (kind == kind[twin]) & dice.chance(0.55, n)
    region, word, form = (np.where(near, part[twin], part) for part in (region, word, form))
    inside = (kind == COMPANY) & dice.chance(0.07, n)
    for _ in range(_ROUNDS):
        stem = choose(twin >= 0, stem[twin], stem)
        stem = choose(near & (twin >= 0), _almost(stem), stem)
        full = _join(region, stem, word, form, inside)
        again = _repeated(full) & ~((kind == SOLE) & dice.chance(0.04, n))
        if not again.any():
            break
        stem[again] = _stems(dice, n)[again]
        twin = np.where(again, -1, twin)
    head = choose(parent >= 0, full[np.maximum(parent, 0)], full)
    tail = _tails(dice, kind)
    for turn, i in enumerate(
        np.flatnonzero(_repeated(head + tail) & np.isin(kind, (BRANCH, OFFICE))).tolist()
    ):
        tail[i] = f"第{3 + turn}分公司"
    full = head + tail
    full = choose((kind == SOLE) & dice.chance(0.004, n), owner, full)
    sign = _signs(dice, kind, stem, word, form, industry)
    shops = _shop_signs(dice, owner, exempt)
    sign = choose(kind == SHOP, shops, sign)
    return Names(
        region,
        stem,
        word,
        form,
        tail,
        choose(kind == SHOP, shops, full),
        _formers(dice, kind, region, word, form, inside),
        sign,
    )


def _stems(dice: Dice, n: int) -> Objects:
    first = _frequent(dice, "first", n)
    second = _frequent(dice, "second", n)
    third = _frequent(dice, "third", n)
    foreign = dice.pick(listed("foreign"), n)
    length = dice.index(4, n, (62, 27, 6, 5))
    stem = first + second
    stem = choose(length == 1, stem + third, stem)
    stem = choose(length == 2, stem + dice.pick(listed("first"), n) + third, stem)
    return choose(length == 3, foreign + second, stem)


def _almost(stems: Objects) -> Objects:
    """Each with its last character that can be mistaken changed for the one it is mistaken for."""
    out = stems.copy()
    for i, stem in enumerate(stems.tolist()):
        for at in range(len(stem) - 1, -1, -1):
            if stem[at] in confusions():
                out[i] = stem[:at] + confusions()[stem[at]][0] + stem[at + 1 :]
                break
    return out


def _frequent(dice: Dice, name: str, n: int) -> Objects:
    words = listed(name)
    return dice.pick(words, n, falling(len(words), 0.85))


def _regions(dice: Dice, kind: Ints, in_registry: Flags) -> Objects:
    n = len(kind)
    company = dice.pick(["深圳市", "深圳", "深圳市罗湖区", "广东", "中国", ""], n, (86, 8, 2, 1, 0.3, 0.7))
    sole = dice.pick(["深圳市罗湖区", "罗湖区", "深圳市", ""], n, (46, 34, 8, 12))
    away = dice.pick(listed("cities"), n)
    away_sole = dice.pick(["深圳市福田区", "福田区", "深圳市龙岗区", "南山区", "深圳市宝安区"], n)
    out = choose(np.isin(kind, (SOLE, PROPRIETORSHIP)), sole, company)
    out = choose(~in_registry & dice.chance(0.5, n), away, out)
    out = choose(~in_registry & (kind == SOLE), away_sole, out)
    return choose((kind == OFFICE) | ((kind == BRANCH) & dice.chance(0.3, n)), away, out)


def _words(dice: Dice, kind: Ints, industry: Ints) -> tuple[Objects, Objects]:
    """行业 and 组织形式 of each."""
    n = len(kind)
    trades = industries()
    u = dice.rng.random((n, 2))
    pairs = zip(industry.tolist(), u.tolist(), strict=True)
    drawn = [
        (t.words[int(a * len(t.words))], t.forms[int(b * len(t.forms))])
        for t, (a, b) in ((trades[i], v) for i, v in pairs)
    ]
    word, place = objects([d[0] for d in drawn]), objects([d[1] for d in drawn])
    company = dice.pick(["有限公司", "有限责任公司", "股份有限公司", "集团有限公司"], n, (93, 4, 2, 1))
    form = choose(
        kind == PARTNERSHIP, dice.pick(["（有限合伙）", "（普通合伙）", "合伙企业（有限合伙）"], n), company
    )
    form = choose(kind == WORKS, dice.pick(["厂", "公司", "总公司", "一厂", "二厂"], n), form)
    own_form = np.isin(kind, (SOLE, PROPRIETORSHIP))
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
    places = [
        "罗湖",
        "东门",
        "水贝",
        "国贸",
        "莲塘",
        "布心",
        "笋岗",
        "翠竹",
        "人民南",
        "春风路",
        "田贝",
        "第一",
        "第二",
        "万象城",
    ]
    branch = dice.pick(places, n) + dice.pick(
        ["分公司", "分店", "营业部", "店", "门市部"], n, (6, 3, 1, 1, 0.6)
    )
    return choose(kind == BRANCH, branch, choose(kind == OFFICE, "驻深圳办事处", ""))


def _signs(dice: Dice, kind: Ints, stem: Objects, word: Objects, form: Objects, industry: Ints) -> Objects:
    """Signs: the trade name with a plainer word, a brand that the licence does not name, or none."""
    n = len(kind)
    plain = objects([t.business[:2] for t in industries()])[industry]
    brand = _stems(dice, n)
    kinds = dice.index(5, n, (50, 16, 14, 12, 8))
    out = stem + word
    out = choose(kinds == 1, stem + plain, out)
    out = choose(
        kinds == 2, brand + word + dice.pick(["", "（水贝店）", "(罗湖店)", "（东门店）", "(国贸店)"], n), out
    )
    out = choose(kinds == 3, stem, out)
    return choose(kinds == 4, None, out)


def _shop_signs(dice: Dice, owner: Objects, exempt: Flags) -> Objects:
    """Signs of shops without a licence: a nickname or a homeland, and a trade; some have none."""
    n = len(owner)
    nick = dice.pick((*listed("nicknames"), ""), n) + objects(
        [name[0] if i % 2 else name[-1] for i, name in enumerate(owner)]
    )
    home = dice.pick(listed("homelands"), n)
    stem = _stems(dice, n)
    kinds = dice.index(3, n, (3, 3, 4))
    word = choose(exempt, dice.pick(listed("exempt_trades"), n), dice.pick(listed("shop_trades"), n))
    out = choose(kinds == 0, nick, choose(kinds == 1, home, stem)) + word
    return choose(dice.chance(0.1, n), None, out)


def _formers(dice: Dice, kind: Ints, region: Objects, word: Objects, form: Objects, inside: Flags) -> Objects:
    n = len(kind)
    renamed = np.isin(kind, (COMPANY, SOLE, PROPRIETORSHIP)) & dice.chance(0.055, n)
    return choose(renamed, _join(region, _stems(dice, n), word, form, inside), nothing(n))


def nickname(dice: Dice, n: int) -> Objects:
    """Bare personal names of hawkers and builders who are no firm."""
    second = choose(dice.chance(0.7, n), dice.pick(listed("given_first"), n), blank(n))
    return glue(dice.pick(listed("surnames"), n), dice.pick(listed("given_first"), n), second)
