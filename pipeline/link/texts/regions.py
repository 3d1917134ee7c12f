"""Places that firms' names begin with: provinces, cities, districts, zones."""

import re
from collections.abc import Iterable
from functools import cache

from pipeline.link.texts.lexicon import lexicon, longest_first
from pipeline.link.texts.trades import grouped, split_form, split_industry

_NATIONAL = "中国"
_BEFORE_TRADES = frozenset("大小新老中")  # 大酒店, 中电器: no end of the place before them
_CITY = "市(?!场|政(?:工程|公用|建|设|园|路|桥|排|养|环|道|集团))"  # 市场 and 市政 are trades
_TOWN = re.compile(r"^[㐀-鿿]{2,3}(?:镇|乡|街道|街)")
_ANY_CITY = re.compile(
    r"^[㐀-鿿]{1,3}[^城都超夜股门上集街花菜楼房闹小](?:市|自治州)(?![场政民井容值])|^[㐀-鿿]{1,4}(?:自治县|自治旗)|^[㐀-鿿]{1,2}县"
)
_ANY_DISTRICT = re.compile(r"^[㐀-鿿]{1,2}[^社小园景地片校专特发库厂战营货新]区(?!域)")
_ENDS_PLACE = re.compile("[市区县州旗镇乡街]")
_LONGEST_TOLD = 9  # characters; no place that only its last character tells is longer: 高新技术产业开发区
_ZONE = re.compile(r"^(?:经济技术|高新技术产业|高新技术|高新|经济)?开发区|^(?:保税区|新区|特区|经济特区)")
_PLACE_SUFFIX = re.compile(
    f"(?:省|{_CITY}|地区|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治州|特区|县|区)?"
)
_CITY_END = re.compile(_CITY)


def strip_place(name: str) -> str:
    """The name without the places that it begins with; never leaves fewer than two characters.

    Behind a place only words that say they are one (市, 区, 县, 镇) are places too, and this city's towns: in
    `深圳市万源早餐店` 万源 is the trade name. A bare place stays where no trade name would be left behind it.
    """
    rest, found, local = name, False, False
    national = name.removeprefix(_NATIONAL)
    if national != name and _leaves_trade(national):
        rest, found = national, True
    while True:
        size = place_length(rest, found)
        place, behind = rest[:size], rest[size:]
        if not size or len(behind) < 2 or _only_form(behind):
            return rest
        here = place == _beginning(place, _local_places())
        town = place == _beginning(place, _local_towns())
        bare = place[-1] not in "市省区县州镇乡街道盟旗" and not here
        if bare and (local != town or not _leaves_trade(behind)):
            return rest
        local = local or here
        rest, found = behind, True


def _leaves_trade(text: str) -> bool:
    """Whether a trade name is left; a single character before words of trade is none (永安顺 is one)."""
    core = split_form(text)[0]
    trade, industry = split_industry(core)
    if len(trade) < 2 or (core[0] not in _BEFORE_TRADES and not split_industry(core[1:])[0]):
        return False
    return bool(industry) or len(trade) <= 6


def without_place_behind(trade: str) -> str:
    """The trade name before a place that stands behind it: 样源深圳贸易 is 样源's."""
    found = _place_behind().search(trade)
    return trade[: found.start()] if found else trade


def _only_form(text: str) -> bool:
    return text in lexicon().form_class


@cache
def _place_behind() -> re.Pattern[str]:
    """A place behind a trade name; short names of cities (安康, 永安) may be part of one."""
    words = lexicon()
    named = (*words.provinces, "深圳", *(city for city in words.cities if len(city) > 2))
    return re.compile(f"(?<=..)(?:{longest_first(named)})市?$")


def place_length(text: str, behind_place: bool) -> int:
    """How many characters of the text are a place; 0 for none.

    A zone or a town is one only behind another place.
    """
    known = _known_place(text)
    if known:
        return known
    town = _beginning(text, _local_towns()) if behind_place else ""
    if town and text[len(town) : len(town) + 1] not in ("镇", "街"):
        return len(town)
    if not _ENDS_PLACE.search(text, 0, _LONGEST_TOLD):
        return 0
    patterns = (_ANY_CITY, _ANY_DISTRICT, *((_ZONE, _TOWN) if behind_place else ()))
    match = next((match for match in (pattern.match(text) for pattern in patterns) if match), None)
    return match.end() if match else 0


def _known_place(text: str) -> int:
    """How long the province, city or place of this city is that the text begins with."""
    local = _beginning(text, _local_places())
    if local:
        works = local.endswith("市") and not _CITY_END.match(text, len(local) - 1)
        return len(local) - works
    place = _beginning(text, _named_places())
    suffix = _PLACE_SUFFIX.match(text, len(place)) if place else None
    return suffix.end() if suffix else len(place)


def _beginning(text: str, places: dict[str, tuple[str, ...]]) -> str:
    """The longest of the places that the text begins with."""
    for place in places.get(text[:2], ()):
        if text.startswith(place):
            return place
    return ""


@cache
def _local_places() -> dict[str, tuple[str, ...]]:
    return _by_beginning(lexicon().local_places)


@cache
def _local_towns() -> dict[str, tuple[str, ...]]:
    return _by_beginning(lexicon().local_towns)


@cache
def _named_places() -> dict[str, tuple[str, ...]]:
    return _by_beginning({*lexicon().provinces, *lexicon().cities})


def _by_beginning(places: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Two characters → the places that begin with them."""
    return grouped((place[:2], place) for place in places)


@cache
def region_of(places: str) -> tuple[str, str]:
    """City and district of the places that a name begins with; 罗湖区 alone is in 深圳."""
    words = lexicon()
    district = next((d for d in words.local_districts if d in places), "")
    if district or "深圳" in places:
        return "深圳", district
    city = next((city for city in words.cities if city in places), "")
    if not city:
        city = next((one for one in words.provinces if one in places), "")
    other = _ANY_DISTRICT.search(places.split("市", 1)[-1]) if "市" in places else None
    return city, other.group().removesuffix("区") if other else ""


def is_elsewhere(text: str) -> bool:
    """Whether words of an address name another district, city or province: 嘉兴市 has a 南湖街道 too."""
    return bool(_elsewhere().search(text))


@cache
def _elsewhere() -> re.Pattern[str]:
    others = "|".join(district for district in lexicon().local_districts if district != "罗湖")
    return re.compile(f"(?:{others})新?区|(?<!深圳){_CITY}|[省县]")
