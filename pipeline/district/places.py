"""Buildings with house codes, urban-village lanes, the sites of firms in them, and how sites are written."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.district.draw import Dice, Flags, Ints, Objects, blank, choose, objects
from pipeline.district.words import BUILDING_FIRST, BUILDING_SECOND, roads, villages
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
_STREET_WEIGHTS = {"桂园": 11, "黄贝": 10, "东门": 14, "翠竹": 16, "南湖": 14, "笋岗": 11, "东湖": 6, "莲塘": 8, "东晓": 6, "清水河": 6}
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
    weight: Ints
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


@dataclass(frozen=True)
class Writing:
    """How a department writes addresses: shares of what it gives, and of what it leaves out.

    Attributes:
        cities: weights of 深圳市罗湖区, 罗湖区, 深圳市, nothing, 广东省深圳市罗湖区.
        street: share that names the street.
        community: share that names the community.
        no_road: share without road and number, where the building has a name.
        no_name: share without the building's name, where there is a road.
        no_unit: share without storey and room.
        noise: share with a remark such as (仅限办公).
        slip: share with a slip in a digit or a character.
    """

    cities: tuple[float, ...] = field(default=(6, 2, 1, 1, 0.3))
    street: float = 0.25
    community: float = 0.05
    no_road: float = 0.05
    no_name: float = 0.1
    no_unit: float = 0.05
    noise: float = 0.0
    slip: float = 0.01


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
    weight = np.ceil(np.exp(dice.rng.normal(1.2, 1.1, n)) * np.array([3, 4, 1, 1, 1, 1])[kind]).astype(np.int64)
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


def write(dice: Dice, places: Places, site: Site, writing: Writing) -> Objects:
    """The sites as a department writes them; an empty text where there is no building."""
    n = len(site.building)
    b = np.maximum(site.building, 0)
    street_names = objects([name if name.endswith("街道") else name + "街道" for name in streets()])
    community_names = objects([c.name + "社区" for c in communities()])
    city = dice.pick(["深圳市罗湖区", "罗湖区", "深圳市", "", "广东省深圳市罗湖区"], n, writing.cities)
    street = choose(dice.chance(writing.street, n), street_names[places.street[b]], "")
    community = choose(dice.chance(writing.community, n), community_names[places.community[b]], "")
    named = places.name[b] != ""
    no_road = dice.chance(writing.no_road, n) & named
    no_name = dice.chance(writing.no_name, n) & ~no_road
    road = choose(no_road, "", places.road[b] + places.number[b])
    name = choose(no_name, "", places.name[b] + _block_forms(dice, places.block[b]))
    unit = choose(dice.chance(writing.no_unit, n), "", _units(dice, places.kind[b], site))
    noise = choose(
        dice.chance(writing.noise, n), dice.pick(["(仅限办公)", "（办公场所）", "(一照多址企业)", "（集中办公区）"], n), ""
    )
    text = city + street + community + road + name + unit + noise
    for i in np.flatnonzero(dice.chance(writing.slip, n)).tolist():
        text[i] = _slip(text[i], int(dice.rng.integers(0, 5)))
    text[site.building < 0] = ""
    return text


def street_of(places: Places, site: Site) -> Objects:
    """Official street name of each site; null where there is no building."""
    names = objects([*streets(), None])
    return names[np.where(site.building < 0, len(streets()), places.street[np.maximum(site.building, 0)])]


def _communities(dice: Dice, street: Ints) -> Ints:
    of_street = [
        np.array([i for i, c in enumerate(communities()) if c.street == name]) for name in streets()
    ]
    draw = dice.rng.random(len(street))
    return np.array([of_street[s][int(u * len(of_street[s]))] for s, u in zip(street.tolist(), draw, strict=True)])


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
            number.append(f"{1 + int(b * 28)}巷{1 + int(c * 24)}号" if d < 0.75 else f"{'东西南北'[int(b * 4)]}区{1 + int(c * 90)}号")
            continue
        chosen = by_road[short][int(a * len(by_road[short]))]
        part = (chosen.high - chosen.low) / len(chosen.streets)
        base = chosen.low + part * chosen.streets.index(short)
        road.append(chosen.road)
        number.append(f"{int(base + b * part)}号" if d < 0.94 else f"{int(base + b * part)}-{1 + int(c * 4)}号")
    return objects(road), objects(number)


def _names(dice: Dice, kind: Ints) -> Objects:
    n = len(kind)
    stem = dice.pick(list(BUILDING_FIRST), n) + dice.pick(list(BUILDING_SECOND), n)
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


def _block_forms(dice: Dice, block: Objects) -> Objects:
    """栋, 幢, 座 and 号楼 are used for one another."""
    swap = dice.chance(0.18, len(block))
    out = block.copy()
    for i in np.flatnonzero(swap & (block != "")).tolist():
        word = block[i]
        out[i] = word.replace("栋", "幢") if i % 2 else word.replace("栋", "号楼").replace("座", "栋")
    return out


_UPPER = (
    "{f}{r:02d}室", "{f}{r:02d}", "{f}{r:02d}房", "{f}楼{f}{r:02d}室", "{f}层{r:02d}号", "{f}{r:02d}单元", "第{f}层{f}{r:02d}号",
    "{f}楼{f}{r:02d}",
)  # fmt: skip
_GROUND = ("一层{r}号", "一楼{r}号铺", "首层{r}号", "1楼{r}号", "{r}号铺", "商铺{r}号", "1层{r}号商铺", "101-{r}")
_STALL = ("{f}楼{r}号柜", "{f}楼{r}号", "{f}层{r}号铺", "{f}F{r}档", "{f}楼{r}档", "{f}层{r}号柜台")


def _units(dice: Dice, kind: Ints, site: Site) -> Objects:
    """Storey and room in one of the usual ways; all ways keep the same numbers."""
    way = dice.rng.integers(0, 8, len(kind)) % np.where(dice.chance(0.5, len(kind)), 3, 8)
    out = []
    for k, f, r, w in zip(kind.tolist(), site.floor.tolist(), site.room.tolist(), way.tolist(), strict=True):
        forms = _STALL if k == 1 else _GROUND if f == 1 else _UPPER
        out.append(forms[w % len(forms)].format(f=f, r=r))
    return objects(out)


def _slip(text: str, way: int) -> str:
    """One slip of the hand: digits full width or in Chinese, a space, a letter's case, two digits swapped."""
    if way == 0:
        return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if way == 1:
        return text.replace("号", " 号").replace("路", "路 ")
    if way == 2:
        return text.replace("1楼", "一楼").replace("2楼", "二楼").replace("3楼", "三楼").replace("号", "號")
    if way == 3:
        return text.replace("A座", "a座").replace("路", "道", 1)
    digits = [i for i in range(len(text) - 1) if text[i].isdigit() and text[i + 1].isdigit()]
    if not digits:
        return text
    i = digits[-1]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
