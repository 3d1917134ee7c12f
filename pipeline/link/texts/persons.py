"""Persons and phones, as they serve matching; neither ever leaves the restricted store."""

import re

from pipeline.link.texts.folding import fold
from pipeline.link.texts.lexicon import lexicon

_BRACKETS = re.compile(r"\([^)]*\)")
_TITLES = re.compile(r"(先生|女士|小姐|老板娘?|经理|店长|负责人|经营者|业主|法定代表人)$")
_AND_OTHERS = re.compile(r"等\d*人?$|\(?等.*$")
_LEADING = re.compile(r"^(法定代表人|负责人|经营者|业主|当事人|店主)[::]?")
_HAN = re.compile(r"^[㐀-鿿]+(·[㐀-鿿]+)*$")
_PHONE_SPLIT = re.compile(r"[/、,，;；|\s]+|或|(?<=\d)转\d*")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NOT_DIGIT = re.compile(r"\D+")
_PHONE_FILLER = re.compile(r"^(\d)\1{5,}$|^1[3-9]0{9}$|^1380013800\d$|^0*12345678\d*$|^1[3-9](\d)\2{8}$")


def read_person(text: str | None) -> str | None:
    """A person's name without titles, brackets and 等N人; masked names are None."""
    if not text:
        return None
    name = fold(text)
    name = _AND_OTHERS.sub("", _TITLES.sub("", _LEADING.sub("", _BRACKETS.sub("", name))))
    name = name.strip("·.,、-")
    if "*" in name or "某" in name or not name:
        return None
    if _HAN.match(name):
        return name if len(name) >= 2 else None
    return name if len(name) >= 3 and not name.isdigit() else None


def surname_length(name: str) -> int:
    """How many characters of a folded text are a known surname: 0, 1 or 2."""
    words = lexicon()
    if name[:2] in words.compound_surnames:
        return 2
    return 1 if name[:1] in words.surnames else 0


def read_phones(text: str | None) -> tuple[str, ...]:
    """Up to two numbers of a cell: mobiles of 11 digits, landlines of 7–8 without the area code."""
    folded = fold_phone(text)
    whole = _trim(_NOT_DIGIT.sub("", folded))
    if whole:
        return (whole,)
    found: list[str] = []
    for part in _PHONE_SPLIT.split(folded):
        number = _trim(_NOT_DIGIT.sub("", part))
        if number and number not in found:
            found.append(number)
    return tuple(sorted(found[:2]))


def fold_phone(text: str | None) -> str:
    """A phone cell in half width; spaces stay, for they part numbers."""
    text = text or ""
    return (text if text.isascii() else text.translate(_HALF_WIDTH)).strip()


def _trim(digits: str) -> str | None:
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) >= len(prefix) + 11:
            digits = digits[len(prefix) :]
    if digits.startswith("0755"):
        digits = digits[4:]
    if digits.startswith("01") and len(digits) == 12:
        digits = digits[1:]
    if not 7 <= len(digits) <= 12 or _PHONE_FILLER.match(digits):
        return None
    return digits
