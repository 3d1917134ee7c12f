"""How departments write addresses: what they name, what they leave out, and how the hand slips."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.district.draw import Dice, Ints, Objects, choose, glue, objects
from pipeline.district.places import Places, Site
from pipeline.reference import communities, streets


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
        dice.chance(writing.noise, n),
        dice.pick(["(仅限办公)", "（办公场所）", "(一照多址企业)", "（集中办公区）"], n),
        "",
    )
    text = glue(city, street, community, road, name, unit, noise)
    for i in np.flatnonzero(dice.chance(writing.slip, n)).tolist():
        text[i] = _slip(text[i], int(dice.rng.integers(0, 5)))
    text[site.building < 0] = ""
    return text


def _block_forms(dice: Dice, block: Objects) -> Objects:
    """栋, 幢, 座 and 号楼 are used for one another."""
    swap = dice.chance(0.18, len(block))
    out = block.copy()
    for i in np.flatnonzero(swap & (block != "")).tolist():
        word = block[i]
        out[i] = word.replace("栋", "幢") if i % 2 else word.replace("栋", "号楼").replace("座", "栋")
    return out


_UPPER = (
    "{f}{r:02d}室",
    "{f}{r:02d}",
    "{f}{r:02d}房",
    "{f}楼{f}{r:02d}室",
    "{f}层{r:02d}号",
    "{f}{r:02d}单元",
    "第{f}层{f}{r:02d}号",
    "{f}楼{f}{r:02d}",
)
_GROUND = (
    "一层{r}号",
    "一楼{r}号铺",
    "首层{r}号",
    "1楼{r}号",
    "{r}号铺",
    "商铺{r}号",
    "1层{r}号商铺",
    "101-{r}",
)
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
