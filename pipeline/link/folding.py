"""One spelling for texts that say the same: width, script, brackets, spaces, homophones, look-alikes."""

import re
import unicodedata
from functools import cache

import opencc
import pypinyin

from pipeline.link.lexicon import lexicon

_GLUED_PINYIN = re.compile(r"\([a-züêāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*\)")
_SHAPES: dict[int, str | None] = str.maketrans(
    {
        **dict.fromkeys("〔【[{〈《「『﹙", "("),
        **dict.fromkeys("〕】]}〉》」』﹚", ")"),
        **dict.fromkeys("‐‑‒–—―−﹣－~～", "-"),
        **dict.fromkeys("·•・‧∙⋅˙", "·"),
        **dict.fromkeys("“”\"'‘’`", None),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u00ad\u2060", None),
    }
)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


class _Simplified(dict[int, str | None]):
    """Character → how it is written here: simplified, half a kind, no space; each converted once."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        if char.isspace():
            self[code] = None
            return None
        simple: str = _converter().convert(char) if "㐀" <= char <= "鿿" else char
        self[code] = simple if len(simple) == 1 else char
        return self[code]


class _Syllable(dict[int, str]):
    """Character → its first pinyin syllable without tone; others stay as they are."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = pypinyin.lazy_pinyin(char)[0] if "㐀" <= char <= "鿿" else char
        self[code] = found + "'"
        return self[code]


_SIMPLIFIED = _Simplified(_SHAPES | {ord("筍"): "笋", ord("笱"): "笋", ord("〇"): "零"})
_SYLLABLES = _Syllable()


@cache
def _unchanged() -> re.Pattern[str]:
    """Matches, whole, texts that folding leaves as they are: capitals, digits, simplified characters."""
    every = "".join(map(chr, range(ord("一"), ord("鿿") + 1)))
    kept = "".join(a for a, b in zip(every, every.translate(_SIMPLIFIED), strict=True) if a == b)
    return re.compile(rf"[A-Z\d()\-.,:;#*/&+·{kept}]*", re.ASCII)


@cache
def _shape_table() -> dict[int, str]:
    return {ord(char): group[0] for group in lexicon().look_alikes for char in group}


def fold(text: str) -> str:
    """Half width, simplified script, one kind of bracket and dash, no spaces, capitals."""
    if _unchanged().fullmatch(text):
        return text
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = text.translate(_SIMPLIFIED)
    if "(" in text:
        text = _GLUED_PINYIN.sub("", text)
    return text.upper()


def pinyin_key(text: str) -> str:
    """Toneless syllables, `'` behind each: equal for homophones."""
    return text.translate(_SYLLABLES)


@cache
def _readings(char: str) -> frozenset[str]:
    found = pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)
    return frozenset(found[0]) if found else frozenset()


def sounds_alike(one: str, other: str) -> bool:
    """Whether two texts of one length can be read alike, character by character, whatever the reading."""
    return len(one) == len(other) and all(
        a == b or bool(_readings(a) & _readings(b)) for a, b in zip(one, other, strict=True)
    )


def shape_key(text: str) -> str:
    """The text with look-alike characters replaced by one of their group."""
    return text.translate(_shape_table())
