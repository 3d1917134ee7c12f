"""Whether a declared text names a catalogue item: whole keywords, not excluded, not denied, not given up.

A text is looked at clause by clause (。；，： and brackets end one). What is denied (不含电镀, 无酸洗、电镀,
电镀除外, 除电镀外), done elsewhere (电镀外协) or given up (取消电镀, 电镀线已拆除) names nothing. In doubt a
firm is not named.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.score.catalogue.model import Item

HIT, REMOVED, DENIED, EXCLUDED = "hit", "removed", "denied", "excluded"
_CLAUSE = r"(?:(?!但|仅|只有|改[为用成])[^,。;:()\[\]])*"
_ELEMENT = r"[^,。;:()\[\]、]*"
_ELSEWHERE = "(?:外协|委外|外发|外包|委托)"
# What becomes of waste says nothing of the work that makes it (电镀废水委托处理).
_WORK, _WORKS = r"(?:(?!废|污)[^,。;:()\[\]、])*", r"(?:(?!废|污)[^,。;:()\[\]])*"
# 无铅, 非标, 除油 …: words that begin like a denial and are none.
_NOT_WITHOUT = (
    "[铅氰尘菌缝损纸线人毒害溶卤级梭烟甲苯碱极框镍骨屑声]|纺(?!织)|机(?!加|械|床)|水(?!洗)|氧(?!化)|磷(?!化)|"
    "酸(?!洗|蚀)|油(?!漆|墨)|刷(?!漆)|硫(?!化|酸)|铬(?!化|酸)|氟(?!化)|氯(?!化)|锡(?!焊)"
)
_NOT_OTHER = "标金织晶遗机专常洲法纯离球编"
_NOT_EXCEPT = "油锈尘胶湿渣杂磷漆焦铁臭垢毛污泡味菌虫草灰铬氟氧"
_NOT_OUTSIDE = "协发购包壳观圆层委加延形表径圈卖销贸送"
_DENIALS = (
    re.compile(
        rf"(?:不包[括含]|不含有?|不涉及?|不设置?|不(?:得|再)?(?:从事|进行|使用|采用|生产|经营)|未(?:设置?|含|涉及|采用|使用|从事)"
        rf"|没有|无需|无须|禁止|严禁|无(?!{_NOT_WITHOUT}))(?P<said>{_CLAUSE})"
    ),
    re.compile(rf"非(?![{_NOT_OTHER}])(?P<said>{_ELEMENT})"),
    re.compile(rf"(?P<said>{_CLAUSE})\(?(?:均|都)?除外"),
    re.compile(rf"除(?![{_NOT_EXCEPT}])(?P<said>[^,。;:()\[\]]*?)(?:以外|之外|外(?![{_NOT_OUTSIDE}]))"),
    re.compile(rf"(?P<said>{_CLAUSE})(?:以外|之外)"),
    re.compile(rf"(?P<said>{_WORKS})(?:均|都|全部){_ELSEWHERE}"),
    re.compile(rf"(?P<said>{_WORK})\(?{_ELSEWHERE}"),
    re.compile(rf"(?:外协|委外|外发|外包)(?P<said>{_ELEMENT})"),
    re.compile(rf"(?P<said>{_ELEMENT})[:(]?(?:本项目)?(?:不涉及|不含|不设|不在本项目内?|无)\)?(?=$|[,。;)])"),
)
_REMOVALS = (
    re.compile(rf"(?:取消|拆除|淘汰|停止|停用|不再|关停|替代|代替|取代)(?P<said>{_CLAUSE})"),
    re.compile(rf"(?P<said>{_CLAUSE})(?:已|现已|均已|全部)(?:取消|拆除|淘汰|停止|停用|关停|报废)"),
)
# Without one of these no pattern above fits, and most texts have none.
_CUES = re.compile("[不无未非除外]|没有|严禁|禁止|委托|取消|拆除|淘汰|停止|停用|关停|报废|替代|代替|取代")
_DENYING = ("不", "非", "无", "未")
Span = tuple[int, int]


def plain(texts: pa.Array) -> pa.Array:
    """Texts in one width and case, without white space; a line's end ends a clause."""
    wide = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
    lines = pc.replace_substring_regex(wide, r"[\r\n]+", ";")
    return pc.replace_substring_regex(lines, r"\s+", "")


def plain_word(text: str) -> str:
    """A keyword as `plain` makes texts."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).lower())


def verdicts(text: str, kind: str, items: Iterable[Item]) -> Iterator[tuple[Item, str, str]]:
    """Which items a text speaks of.

    Args:
        text: as `plain` makes it.
        kind: what the text declares, `process`, `product` or `equipment`.
        items: the catalogue's items, words as `plain_word` makes them.

    Yields:
        Item, word, and what the text says of it: `hit`; `removed` or `denied` where it says so at every
        place; `excluded` where one of the item's exclusions stands in it.
    """
    spans: dict[str, list[Span]] | None = None
    for item in items:
        for word in item.exclusions:
            if word in text and not _holds_keyword(word, item) and any(_stands(text, word)):
                yield item, word, EXCLUDED
        found = {word: list(_free(text, word, item)) for word in item.words[kind] if word in text}
        places = {word: at for word, at in found.items() if at}
        if places:
            spans = spans or {REMOVED: _spans(text, _REMOVALS), DENIED: _spans(text, _DENIALS)}
            yield item, *_best(text, places, spans)


def _best(text: str, places: dict[str, list[Span]], spans: dict[str, list[Span]]) -> tuple[str, str]:
    """The word and verdict that count: a plain naming before one that is given up or denied."""
    order = (HIT, REMOVED, DENIED)
    judged = [
        (order.index(_verdict(text, place, spans)), number, word)
        for number, (word, found) in enumerate(places.items())
        for place in found
    ]
    verdict, _, word = min(judged)
    return word, order[verdict]


def _verdict(text: str, place: Span, spans: dict[str, list[Span]]) -> str:
    for verdict in (REMOVED, DENIED):
        if any(start <= place[0] and place[1] <= end for start, end in spans[verdict]):
            return verdict
    return DENIED if _before(text, place) in _DENYING else HIT


def _spans(text: str, patterns: tuple[re.Pattern[str], ...]) -> list[Span]:
    if not _CUES.search(text):
        return []
    return [match.span("said") for pattern in patterns for match in pattern.finditer(text)]


def _free(text: str, word: str, item: Item) -> Iterator[Span]:
    """Where a keyword stands outside the longer words that are excluded."""
    masked = [
        match.span()
        for longer in item.exclusions
        if _holds_keyword(longer, item)
        for match in re.finditer(re.escape(longer), text)
    ]
    for start, end in _places(text, word):
        if not any(left <= start and end <= right for left, right in masked):
            yield start, end


def _places(text: str, word: str) -> Iterator[Span]:
    """Where a word stands; one of Latin letters or digits only as a whole."""
    before = r"(?<![0-9a-z])" if re.match(r"[0-9a-z]", word) else ""
    after = r"(?![0-9a-z])" if re.search(r"[0-9a-z]$", word) else ""
    return (match.span() for match in re.finditer(before + re.escape(word) + after, text))


def _stands(text: str, word: str) -> Iterator[bool]:
    """Whether an exclusion stands in a text as itself (可降解), not as its contrary (不可降解)."""
    return (_before(text, place) not in _DENYING for place in _places(text, word))


def _before(text: str, place: Span) -> str:
    """The character before a place; none at the beginning."""
    return text[max(place[0] - 1, 0) : place[0]]


def _holds_keyword(longer: str, item: Item) -> bool:
    return any(word in longer for word in item.keywords)
