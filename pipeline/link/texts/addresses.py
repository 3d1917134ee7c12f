"""Parts of an address: street, community, road and number, lane, building, block, floor, rooms.

Numbers are written in digits throughout (`爱国路九号`, `十八楼`, `水贝二路`), so that both spellings
compare equal. A shared registration address (集群注册, 住所托管) is marked: it says nothing.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.link.texts.folding import fold, pinyin_key
from pipeline.link.texts.interiors import read_inside
from pipeline.link.texts.numerals import to_digits
from pipeline.link.texts.regions import is_elsewhere
from pipeline.reference import communities


class AddressParts(NamedTuple):
    """What an address consists of; every part folded, empty where there is none.

    Attributes:
        street: official street name (`桂园街道`).
        community: short community name (`大塘龙`).
        road: road, with lanes (`水贝2路1街`, `湖贝村12巷`).
        number: house number on the road (`2007`, `1185-24`).
        building: named building, estate or village.
        block: block within it (`3`, `A`).
        floor: floor (`12`, `-1`).
        rooms: rooms within the floor, sorted: 1202 on no named floor is room 2 of floor 12; at most four.
        shared: the address is a shared registration address.
    """

    street: str
    community: str
    road: str
    number: str
    building: str
    block: str
    floor: str
    rooms: tuple[str, ...]
    shared: bool

    @property
    def site(self) -> str:
        """Road and number, else building, as one key; empty where neither is known."""
        return f"{self.road}#{self.number}" if self.road and self.number else self.building

    @property
    def landmark(self) -> str:
        """The village that lanes and houses are numbered in, else the building; none in another district."""
        return _landmark(self.road, self.building)


EMPTY = AddressParts("", "", "", "", "", "", "", (), False)

_CITY_STARTS = ("中国", "广东", "深圳", "罗湖")
_PREFIX = re.compile(r"^(?:中国)?(?:广东省?)?(?:深圳市?(?:经济特区)?)?(?:罗湖区?(?!社区|村|商|桥|口岸))?")
_SHARED = re.compile(r"集群|托管|商务秘书|入驻|住所申报|集中办公区|虚拟|秘书(?:有限)?公司|众创空间")
_BRACKET = re.compile(r"\(([^()]*)\)")
_INLINE = re.compile(r"^[A-Z]?\d*[A-Z]?(?:栋|幢|座|号楼|楼|层|号|室|房|铺|档)?$")
_ROAD = re.compile(
    r"^((?:[㐀-鿿A-Z]|\d(?=[㐀-鿿]))*?[㐀-鿿\d](?:大道|公路|[路街道]|胡同)(?:(?:[东南西北中横前后上下]?\d{0,3}[东南西北中横]?)(?:[路街巷里弄坊](?!道)))*)(?:[东南西北]侧)?"
)
_LANE = re.compile(
    r"^([㐀-鿿]{1,8}?(?:村|围|新村|旧村|岭|坊|社区)?(?:[东南西北中上下新老旧]+[区村坊]?)?\d{0,2}[区坊]?\d{1,3}[横]?[巷里弄坊](?:\d+[巷里])?)"
)
# 田心村南区13巷 and 田心南区13巷 are one lane.
_VILLAGE_BEFORE_LANE = re.compile(r"(?<=[㐀-鿿]{2})村(?=(?:[东南西北中][区坊]?)?\d+[巷里弄])")
_VILLAGE = re.compile(
    r"^(?!.*[路街道])([㐀-鿿]{2,6}?)(?:[旧老]?村)?(?:[东南西北中]+[区坊]?)?\d*[区坊]?(?:\d+横?[巷里弄坊].*)?$"
)
_NUMBER = re.compile(
    r"^(?:第)?([A-Z]?\d+(?:[-之]\d+)?[A-Z]?)(?:号|#)(?!楼|铺|房|室|档|仓|柜|线|地铁)(?:之(\d+)|-(\d+)(?![\d号铺房室档柜]))?(?:大院|院)?"
)
# 草埔72号 leaves out the word for village.
_BARE_VILLAGE = re.compile(
    r"^(?![东南西北中上下]?[门区路])([㐀-鿿]{2,4})"
    r"(?=\d{1,3}(?:[-之]\d+)?(?:号|栋)(?!楼|铺|房|室|档|仓|柜))"
)
_DOOR = re.compile(r"\d+(?:-\d+)?号")
_ANY_DOOR = "1号"
_FRONT_LETTER = re.compile("[街路道办社居]")  # found sooner than the words
_FRONT_WORD = re.compile("[街路道]|办事处|社区|居委会")
_BARE_NUMBER = re.compile(r"^(\d{2,4})(?=[㐀-鿿]{2})(?!号|栋|座|楼|层|室|房)")
_BUILDING_WORDS = (
    "商业大厦|大厦|大楼|商厦|中心|广场|花园|家园|豪园|名园|公寓|商城|市场|酒店|宾馆|工业区|工业园|科技园|产业园|厂区|厂房|小区|新村|旧村|村|苑|园|"
    "居|轩|阁|庭|府|城|楼|邨|湾|围|仓库|仓|院|宿舍|住宅区|仓储区|综合楼|商场|大院|基地|岭|坊"
)
_LEADING = "-、,.;:#"
_QUARTERS = ("村", "围", "岭", "坊", "湾", "里")
_QUARTER_END = re.compile(f"(?:{'|'.join(_QUARTERS)})(?:[东南西北]区)?$")
_BUILDING = re.compile(
    rf"^(?:[与和及]|的)?((?:[㐀-鿿A-Z·]|\d(?![栋幢座层楼室房号铺]))*?(?:{_BUILDING_WORDS})(?:[东南西北]区)?)(?!村|新村|旧村)(?![㐀-鿿]?(?:大厦|广场|花园|路))"
)


@cache
def _street_pattern() -> re.Pattern[str]:
    shorts = "|".join(sorted({item.street_short for item in communities()}))
    return re.compile(f"({shorts})(?:街道办事处|街道办|街道|街办|办事处)")


@cache
def _community_pattern() -> re.Pattern[str]:
    return re.compile(r"^([㐀-鿿\d]{2,6}?)(?:社区居委会|社区工作站|社区居民委员会|社区|居委会)")


@cache
def _known_communities() -> dict[str, str]:
    return {to_digits(fold(item.name)): item.name for item in communities()}


def read_street(text: str | None) -> str:
    """The official name of a street as a column names it; empty if it is none of the district's."""
    folded = fold(text or "")
    for item in communities():
        if item.street_short in folded or item.street_code in folded:
            return item.street
    return ""


def read_community(text: str | None) -> str:
    """The short name of a community as a column names it."""
    name = re.sub(r"(社区居民委员会|社区居委会|社区工作站|社区|居委会|工作站)$", "", fold(text or ""))
    return _known_communities().get(to_digits(name), name)


def parse_address(text: str | None) -> AddressParts:
    """Takes an address apart; None gives empty parts."""
    folded = fold(text or "")
    if not folded:
        return EMPTY
    shared = bool(_SHARED.search(folded))
    text = to_digits(_inline_brackets(folded) if "(" in folded else folded)
    street, community, road, rest = _take_front(text)
    road, number, rest = _take_house(road, rest)
    building, rest = _take_building(rest)
    village = _BARE_VILLAGE.match(rest) if not road and not building else None
    if village:
        building, rest = f"{village.group(1)}村", rest[village.end() :]
    if not number:
        number, rest = _take_number(rest, road or building)
    return _finish(street, community, (road, number, building), rest, shared)


@lru_cache(maxsize=1 << 16)
def _landmark(road: str, building: str) -> str:
    if is_elsewhere(road):
        return ""
    match = _VILLAGE.match(building if _QUARTER_END.search(building) else road)
    return f"{match.group(1)}村" if match else building


@lru_cache(maxsize=1 << 16)
def road_key(road: str) -> str:
    """What roads are compared by: their sound, and a village's lane without the word for village.

    A road is misspelt with the right syllables more often than two roads share them. An old village is
    the village: 渔民旧村 and 渔民村 are one; a new one (新村) is another.
    """
    return pinyin_key(_VILLAGE_BEFORE_LANE.sub("", road.replace("旧村", "村")))


def _inline_brackets(text: str) -> str:
    return _BRACKET.sub(lambda m: m.group(1) if _INLINE.match(to_digits(m.group(1))) else "", text)


def _take_front(text: str) -> tuple[str, str, str, str]:
    """Street, community and road, and the rest; the same few stand before many house numbers."""
    door = _DOOR.search(text)
    if door and not (_FRONT_LETTER.search(text, door.end()) and _FRONT_WORD.search(text, door.end())):
        front = _front_of_door(text[: door.start()])
        if front:
            return *front, text[door.start() :]
    return _front(text)


@lru_cache(maxsize=1 << 16)
def _front_of_door(text: str) -> tuple[str, str, str] | None:
    """Street, community and road of a text that a house number follows; None unless a road ends it.

    Which house it is does not matter, nor what follows: no pattern of the front reaches over a number and
    its 号 unless one of its own words stands behind them.
    """
    street, community, road, rest = _front(text + _ANY_DOOR)
    return (street, community, road) if road and rest == _ANY_DOOR else None


def _front(text: str) -> tuple[str, str, str, str]:
    street, rest = _take_street(_without_prefix(text))
    community, rest = _take_community(rest)
    road, rest = _take_road(rest)
    return street, community, road, rest


def _without_prefix(text: str) -> str:
    match = _PREFIX.match(text) if text.startswith(_CITY_STARTS) else None
    return text[match.end() :] if match else text


@cache
def _bare_street_pattern() -> re.Pattern[str]:
    """A street's short name before what has a name of its own: 黄贝深南东路, but not 笋岗东路."""
    shorts = "|".join(sorted({item.street_short for item in communities()}))
    known = "|".join(sorted(_known_communities()))
    return re.compile(
        f"^({shorts})(?!社区|居委会)(?![东南西北中上下老横]路)"
        f"(?=[㐀-鿿\\d]{{2,5}}(?:路|大道)\\d|(?:{known})(?:社区|居委会)|[㐀-鿿]{{2,4}}(?:村|工业[区园])[东南西北]?\\d)"
    )


def _take_street(text: str) -> tuple[str, str]:
    told = "街" in text or "办事处" in text
    match = _street_pattern().search(text) if told else None
    if match is None or match.start() > 6 or is_elsewhere(text[: match.start()]):
        bare = _bare_street_pattern().match(text)
        return (f"{bare.group(1)}街道", text[bare.end() :]) if bare else ("", text)
    rest = text[match.end() :]
    return f"{match.group(1)}街道", _without_prefix(rest) if rest.startswith(("深圳", "罗湖区")) else rest


def _take_community(text: str) -> tuple[str, str]:
    told = "社区" in text or "居委会" in text
    match = _community_pattern().match(text) if told else None
    if match is None:
        return "", text
    return _known_communities().get(match.group(1), match.group(1)), text[match.end() :]


def _take_road(text: str) -> tuple[str, str]:
    match = _lane(text)
    if match is None or _ROAD.match(match.group(1)):
        match = _ROAD.match(text)
    if match is None or len(match.group(1)) > 16:
        return "", text
    return match.group(1), text[match.end() :]


def _take_house(road: str, rest: str) -> tuple[str, str, str]:
    """The road, with the lanes behind it, and the number on it."""
    if not road:
        return "", "", rest
    number, rest = _take_number(rest, road)
    bare = _BARE_NUMBER.match(rest) if not number else None
    if bare:
        return road, bare.group(1), rest[bare.end() :]
    lane = _lane(rest) if not number else None
    if lane:
        number, after = _take_number(rest[lane.end() :], road)
        return road + lane.group(1), number, after
    return road, number, rest


def _lane(text: str) -> re.Match[str] | None:
    told = "巷" in text or "里" in text or "坊" in text or "弄" in text
    return _LANE.match(text) if told else None


def _take_number(text: str, behind: str) -> tuple[str, str]:
    if not behind:
        return "", text
    match = _NUMBER.match(text)
    if match:
        sub = match.group(2) or match.group(3)
        number = match.group(1).replace("之", "-") + (f"-{sub}" if sub else "")
        return number, text[match.end() :]
    return "", text


def _take_building(text: str) -> tuple[str, str]:
    """The first tower or estate of the text; a village or a quarter where there is none."""
    text = text.lstrip(_LEADING)
    match = _BUILDING.match(text)
    if match is None or len(match.group(1)) < 2:
        return "", text
    name, rest = match.group(1), text[match.end() :]
    if name.endswith(_QUARTERS):
        inner, after = _take_building(rest)
        if inner and not inner.endswith(_QUARTERS):
            return inner, after
    return name, rest


def _finish(
    street: str, community: str, place: tuple[str, str, str], rest: str, shared: bool
) -> AddressParts:
    road, number, building = place
    block, level, units = read_inside(rest)
    if building.endswith(_QUARTERS) and not number and block.isdigit():
        number, block = block, ""  # a village numbers its houses: 草埔村125栋 and 草埔村125号 are one
    if number and not road and building.endswith(_QUARTERS[1:]):
        building += "村"  # 长岭117号 and 长岭村117号 are one
    return AddressParts(street, community, road, number, building, block, level, units, shared)
