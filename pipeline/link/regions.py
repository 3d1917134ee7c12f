"""Places that firms' names begin with: provinces, cities, districts, zones."""

import re
from functools import cache

from pipeline.link.lexicon import lexicon

_TOWN = re.compile(r"^[㐀-鿿]{2,3}(?:镇|乡|街道|街)")
_ANY_CITY = re.compile(
    r"^[㐀-鿿]{1,3}[^城都超夜股门上集街花菜楼房闹小](?:市|自治州)(?!场)|^[㐀-鿿]{1,4}(?:自治县|自治旗)|^[㐀-鿿]{1,2}县"
)
_ANY_DISTRICT = re.compile(r"^[㐀-鿿]{1,2}[^社小园景地片校专特发库厂战营货新]区(?!域)")
_ZONE = re.compile(r"^(?:经济技术|高新技术产业|高新技术|高新|经济)?开发区|^(?:保税区|新区|特区|经济特区)")
_PLACE_SUFFIX = re.compile(
    "(?:省|市|地区|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治州|特区|县|区)?"
)


def place_length(text: str, behind_place: bool) -> int:
    """How many characters of the text are a place; 0 for none.

    A zone or a town is one only behind another place.
    """
    known = _known_place(text)
    if known:
        return known
    patterns = (_ANY_CITY, _ANY_DISTRICT, *((_ZONE, _TOWN) if behind_place else ()))
    match = next((match for match in (pattern.match(text) for pattern in patterns) if match), None)
    return match.end() if match else 0


def _known_place(text: str) -> int:
    """How long the province, city or place of this city is that the text begins with."""
    if text.startswith(_local_starts()):
        local = next((place for place in lexicon().local_places if text.startswith(place)), "")
        if local:
            return len(local)
    sizes, named = _named_places()
    size = next((n for n in sizes if text[:n] in named), 0)
    suffix = _PLACE_SUFFIX.match(text, size) if size else None
    return suffix.end() if suffix else size


@cache
def _local_starts() -> tuple[str, ...]:
    return tuple(sorted({place[:2] for place in lexicon().local_places}))


@cache
def _named_places() -> tuple[range, frozenset[str]]:
    words = lexicon()
    named = frozenset(words.provinces) | frozenset(words.cities)
    return range(max(map(len, named)), 1, -1), named


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
