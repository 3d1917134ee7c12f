"""Buildings with house codes, urban-village lanes, the sites of firms in them, and how sites are written."""

from dataclasses import dataclass

import numpy as np

from pipeline.district.draw import Dice, Flags, Floats, Ints, Objects, blank, choose, objects
from pipeline.district.words import listed, roads, villages
from pipeline.reference import communities, streets

KINDS = ("tower", "mall", "residence", "village", "works", "shopfront")
_SUFFIXES = {
    "tower": ("大厦", "商业大厦", "商务大厦", "国际大厦", "中心", "商务中心", "大楼"),
    "mall": ("广场", "商业城", "珠宝城", "商场", "批发市场", "购物中心", "珠宝交易中心"),
    "residence": ("花园", "苑", "阁", "名苑", "新村", "雅苑", "居"),
    "village": ("",),
    "works": ("工业区", "工业园", "工业大厦", "厂房", "仓库"),
    "shopfront": ("楼", "小区", "大院", ""),
}
_STREET_WEIGHTS = {
    "桂园": 11,
    "黄贝": 10,
    "东门": 13,
    "翠竹": 14,
    "南湖": 13,
    "笋岗": 10,
    "东湖": 7,
    "莲塘": 8,
    "东晓": 7,
    "清水河": 7,
}
_TOP = {"tower": 30, "mall": 6, "residence": 18, "village": 7, "works": 8, "shopfront": 3}


@dataclass(frozen=True)
class Places:
    """All buildings, one array entry each.

    Attributes:
        street: index into `reference.streets()`.
        community: index into `reference.communities()`.
        kind: index into `KINDS`.
        road: road or village.
        number: `1008号`; in a village `12巷3号`.
        name: building name; may be empty.
        block: `A座`, `3栋`; may be empty.
        house_code: nineteen digits: community and running number.
        weight: how many firms sit there, relatively.
        secretary: a registration address shared by hundreds (集群注册).
    """

    street: Ints
    community: Ints
    kind: Ints
    road: Objects
    number: Objects
    name: Objects
    block: Objects
    house_code: Objects
    weight: Floats
    secretary: Ints


@dataclass(frozen=True)
class Site:
    """A place in a building per entity.

    Attributes:
        building: index into `Places`; -1 where there is none.
        floor: storey.
        room: number on the storey.
    """

    building: Ints
    floor: Ints
    room: Ints

    def where(self, flags: Flags, other: "Site") -> "Site":
        """`other` where flagged, else this."""
        return Site(
            np.where(flags, other.building, self.building),
            np.where(flags, other.floor, self.floor),
            np.where(flags, other.room, self.room),
        )

    def take(self, index: Ints) -> "Site":
        """The sites of some entities."""
        return Site(self.building[index], self.floor[index], self.room[index])


def build(seed: int, firms: int) -> Places:
    """The buildings for so many firms: about fourteen firms in each, far more in some."""
    dice = Dice(seed, "places")
    n = max(200, firms // 14)
    shorts = [name.removesuffix("街道") for name in streets()]
    street = dice.index(len(shorts), n, [_STREET_WEIGHTS.get(s, 8) for s in shorts])
    kind = dice.index(len(KINDS), n, [26, 10, 16, 26, 8, 14])
    community = _communities(dice, street)
    road, number = _roads(dice, street, kind, shorts)
    order = [0] * len(communities())
    house = []
    for c in community.tolist():
        order[c] += 1
        house.append(f"{communities()[c].code}{order[c] * 7:07d}")
    weight = _weights(dice, street, kind, shorts)
    towers = np.flatnonzero(kind == 0)
    return Places(
        street,
        community,
        kind,
        road,
        number,
        _names(dice, kind),
        _blocks(dice, kind),
        objects(house),
        weight,
        towers[: max(2, firms // 8000)],
    )


def sites(dice: Dice, places: Places, building: Ints) -> Site:
    """A storey and a room in each building: shops low, offices anywhere."""
    top = np.array([_TOP[k] for k in KINDS])[places.kind[building]]
    low = np.isin(places.kind[building], (1, 2, 3, 5)) & dice.chance(0.75, len(building))
    floor = np.where(low, 1, 1 + (dice.rng.random(len(building)) * top).astype(np.int64))
    rooms = np.array([24, 160, 16, 8, 12, 20])[places.kind[building]]
    room = 1 + (dice.rng.random(len(building)) * rooms).astype(np.int64)
    return Site(building, floor, room)


def street_of(places: Places, site: Site) -> Objects:
    """Official street name of each site; null where there is no building."""
    names = objects([*streets(), None])
    return names[np.where(site.building < 0, len(streets()), places.street[np.maximum(site.building, 0)])]


def _weights(dice: Dice, street: Ints, kind: Ints, shorts: list[str]) -> Floats:
    """Few large and many small buildings; each street has its own share of all firms."""
    raw = np.exp(dice.rng.normal(1.0, 0.9, len(street))) * np.array([3, 4, 1, 1, 1, 1])[kind]
    total = np.bincount(street, raw, len(shorts))
    share = np.array([_STREET_WEIGHTS.get(s, 8) for s in shorts])
    return np.asarray(raw * (share / np.maximum(total, 1e-9))[street])


def _communities(dice: Dice, street: Ints) -> Ints:
    of_street = [np.array([i for i, c in enumerate(communities()) if c.street == name]) for name in streets()]
    draw = dice.rng.random(len(street))
    return np.array(
        [of_street[s][int(u * len(of_street[s]))] for s, u in zip(street.tolist(), draw, strict=True)]
    )


def _roads(dice: Dice, street: Ints, kind: Ints, shorts: list[str]) -> tuple[Objects, Objects]:
    """Road and number of each building; in villages the village, and lane or block."""
    by_road = {s: [r for r in roads() if s in r.streets] for s in shorts}
    by_village = {s: [name for name, at in villages() if at == s] for s in shorts}
    draws = dice.rng.random((len(street), 4))
    road, number = [], []
    for s, k, (a, b, c, d) in zip(street.tolist(), kind.tolist(), draws.tolist(), strict=True):
        short = shorts[s]
        if KINDS[k] == "village" and by_village[short]:
            road.append(by_village[short][int(a * len(by_village[short]))])
            number.append(
                f"{1 + int(b * 28)}巷{1 + int(c * 24)}号"
                if d < 0.75
                else f"{'东西南北'[int(b * 4)]}区{1 + int(c * 90)}号"
            )
            continue
        chosen = by_road[short][int(a * len(by_road[short]))]
        part = (chosen.high - chosen.low) / len(chosen.streets)
        base = chosen.low + part * chosen.streets.index(short)
        road.append(chosen.road)
        number.append(
            f"{int(base + b * part)}号" if d < 0.94 else f"{int(base + b * part)}-{1 + int(c * 4)}号"
        )
    return objects(road), objects(number)


def _names(dice: Dice, kind: Ints) -> Objects:
    n = len(kind)
    stem = dice.pick(listed("building_first"), n) + dice.pick(listed("building_second"), n)
    suffix = blank(n)
    for index, word in enumerate(KINDS):
        suffix = choose(kind == index, dice.pick(_SUFFIXES[word], n), suffix)
    bare = (suffix == "") | ((kind == KINDS.index("shopfront")) & dice.chance(0.6, n))
    return choose(bare | (kind == KINDS.index("village")), "", stem + suffix)


def _blocks(dice: Dice, kind: Ints) -> Objects:
    n = len(kind)
    tower = choose(dice.chance(0.35, n), dice.pick(["A座", "B座", "C座", "东座", "南座", "主楼"], n), "")
    blocks = choose(dice.chance(0.8, n), dice.pick([f"{i}栋" for i in range(1, 16)], n), "")
    return choose(kind <= 1, tower, choose(np.isin(kind, (2, 4)), blocks, ""))
