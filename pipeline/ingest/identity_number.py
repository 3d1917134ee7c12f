"""Identity-card numbers of persons: found in any cell and masked before anything is written.

In a code column that tells of a firm's identity (an old tax id of a sole proprietor is its owner's
number) a keyed hash stands in its place, so that the same owner's rows still meet. The key lies in the
restricted folder; the number itself lies nowhere.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.check_digit import is_org_code, is_registration_no, is_uscc

TOKEN = re.compile(r"ID#[0-9a-f]{16}")
MASK = "<身份证号>"
_PROVINCES = frozenset(
    str(code)
    for block in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(block[0], block[1] + 1)
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_GAP = r"[ \-]?"
_NUMBER = re.compile(
    rf"(?=([1-8]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}{_GAP}[\dXx]))"
)
_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
# Numbers of fifteen digits were given until 1999; their years are all of the last century.
_OLD_NUMBER = re.compile(rf"(?<![\dA-Za-z])[1-8]\d{{7}}{_MONTH_AND_DAY}\d{{3}}(?![\dA-Za-z])")
# What a cell must look like to be worth a second look (also in full-width digits).
_PREFILTER = (
    r"[1-8][0-9]{5}[ \-]?(?:19|20)[0-9]{2}[ \-]?[01]|[０-９]{6}"
    rf"|[1-8][0-9]{{7}}{_MONTH_AND_DAY}[0-9]{{3}}"
)
# A cell that may be an old number of fifteen digits, alone or with a sequence: region, yymmdd, sequence.
_OLD_PREFILTER = rf"|^[^0-9]?[1-8][0-9]{{7}}{_MONTH_AND_DAY}[0-9]{{3,5}}$"
_SHORTEST = 15
_WORKING_AGE = 15


def mask_texts(column: pa.Array, latest: date, *, strict: bool = False) -> pa.Array:
    """A column with every identity-card number replaced by a mask.

    Args:
        column: strings.
        latest: the file's extract date; nobody is born later.
        strict: the column holds document numbers, which may look alike: only adults' numbers with a
            right check digit count.
    """
    return _rewrite(column, lambda text: _mask_text(text, latest, strict))


def mask_codes(column: pa.Array, latest: date, key: bytes, *, old_tax_ids: bool) -> pa.Array:
    """A column of identifying codes with `ID#<hash>` in the place of identity-card numbers.

    Args:
        column: strings.
        latest: the file's extract date.
        key: the key of the hashes.
        old_tax_ids: the column may hold 15-digit numbers of persons too.
    """
    return _rewrite(column, lambda text: _hash_code(text, latest, key, old_tax_ids), fifteen=old_tax_ids)


def is_identity_number(text: str, latest: date) -> bool:
    """Whether 18 characters are a person's number: region, birth date and check digit hold."""
    return _plausible(text, latest) and _check_holds(text) and not _is_uscc(text)


def _rewrite(column: pa.Array, replace: Callable[[str], str], *, fifteen: bool = False) -> pa.Array:
    pattern = _PREFILTER + (_OLD_PREFILTER if fifteen else "")
    long = pc.greater_equal(pc.binary_length(column), _SHORTEST)
    if not pc.any(long).as_py():
        return column
    hits = pc.fill_null(pc.and_(long, pc.match_substring_regex(_only(column, long), pattern)), False)
    if not pc.any(hits).as_py():
        return column
    replaced = pa.array([replace(text) for text in column.filter(hits).to_pylist()], pa.string())
    return pc.replace_with_mask(column, hits, replaced)


def _only(column: pa.Array, wanted: pa.Array) -> pa.Array:
    return pc.if_else(wanted, column, pa.scalar(None, pa.string()))


def _mask_text(text: str, latest: date, strict: bool) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) != len(text):
        text = plain
    kept, end = [], 0
    for found in _NUMBER.finditer(plain):
        start, stop = found.span(1)
        digits = re.sub(r"[ \-]", "", found[1]).upper()
        loose = not strict and not _touches_digit(plain, start, stop)
        if start >= end and _is_person(digits, latest, loose=loose, adult=strict):
            kept += [text[end:start], MASK]
            end = stop
    masked = "".join([*kept, text[end:]])
    return masked if strict else _OLD_NUMBER.sub(lambda old: _mask_old(old[0], latest), masked)


def _mask_old(number: str, latest: date) -> str:
    return MASK if _is_old_number(number, latest) else number


def _touches_digit(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit()


def _is_person(digits: str, latest: date, *, loose: bool, adult: bool) -> bool:
    """A number with a right check digit; loosely also a mistyped one that fits an adult."""
    is_adult = int(digits[6:10]) <= latest.year - _WORKING_AGE
    if is_identity_number(digits, latest):
        return is_adult or not adult
    return loose and is_adult and _plausible(digits, latest) and not _is_uscc(digits)


def _hash_code(text: str, latest: date, key: bytes, old_tax_ids: bool) -> str:
    code = re.sub(r"[\s'‘’`\-]", "", unicodedata.normalize("NFKC", text)).upper().removeprefix("L")
    is_long = bool(re.fullmatch(r"\d{17}[\dX]\d{0,2}", code))
    if is_long and _is_person(code[:18], latest, loose=old_tax_ids, adult=False):
        return _token(code[:18], key)
    if old_tax_ids and _is_old_number(code[:15], latest) and re.fullmatch(r"\d{15,17}", code):
        return _token(code[:15], key)
    return text if len(code) == 18 else _mask_text(text, latest, strict=True)


def _token(number: str, key: bytes) -> str:
    return "ID#" + hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:16]


def _is_old_number(code: str, latest: date) -> bool:
    """A 15-digit number of a person (region, yymmdd, sequence), which neither register explains."""
    if not re.fullmatch(r"\d{15}", code):
        return False
    longer = f"{code[:6]}19{code[6:]}0"
    return _plausible(longer, latest) and not is_registration_no(code) and not is_org_code(code[6:])


def _plausible(number: str, latest: date) -> bool:
    if not re.fullmatch(r"\d{17}[\dX]", number) or number[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born <= latest


def _check_holds(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def _is_uscc(code: str) -> bool:
    """A firm's code: right check, a registering office, a region."""
    if code[0] not in "159" or code[2:4] not in _PROVINCES:
        return False
    return is_uscc(code)
