"""Codes: kept as text, with the damage that spreadsheets do to them recognised, never guessed away."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Role
from pipeline.ingest.check_digit import is_org_code, is_registration_no, is_uscc
from pipeline.ingest.identity_number import MASK, TOKEN
from pipeline.ingest.parsed import Parsed, by_value, plain

_SCIENTIFIC = re.compile(r"(?P<mantissa>\d(?:\.\d+)?)E\+?(?P<power>\d{1,3})")
_TRAILING_ZERO = re.compile(r"(?P<digits>\d+)\.0+")
_STARS = re.compile(r"[*＊×●•]{2,}|\*")
_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_SHOWN = 15
# Capitals and digits that do not end in three zeros need no second look.
_WHOLE = r"^[0-9A-Z]*[1-9A-Z][0-9A-Z]{0,2}$"


class _Damaged(ValueError):
    """A code that a spreadsheet has changed; what is left of it."""

    def __init__(self, partial: str) -> None:
        super().__init__("damaged")
        self.partial = partial


def read_codes(column: pa.Array, role: Role | None) -> Parsed:
    """A column of codes in capitals, with `_partial` for masked and damaged ones where it has a role."""
    missing = pa.scalar(None, pa.string())
    whole = pc.fill_null(pc.match_substring_regex(column, _WHOLE), False)
    rest = pc.if_else(whole, missing, column)
    read, bad = by_value(rest, lambda text: parse_code(text, role), pa.string())
    values = pc.if_else(whole, column, read)
    if role is None:
        return Parsed(values, bad)
    partial, _ = by_value(pc.if_else(pc.is_valid(read), missing, rest), partial_code, pa.string())
    return Parsed(values, bad, {"_partial": partial})


def parse_code(text: str, role: Role | None) -> str | None:
    """The code that a cell holds; None for a masked one.

    Raises:
        ValueError: if it is damaged, and no check digit proves what it was.
    """
    if text.isascii() and text.isalnum() and not text.endswith("000"):
        return text.upper()
    if TOKEN.fullmatch(text):
        return None
    if MASK in text:
        raise ValueError("an identity-card number")
    try:
        code = _whole(_cleaned(text), role)
        return _as_written(text) if code and role is None else code
    except _Damaged as damage:
        repaired = damage.partial.rstrip("*")
        if "." in text and _is_proven(repaired):
            return repaired
        raise


def partial_code(text: str) -> str | None:
    """What is left of a masked or damaged code; None for a whole one."""
    if text.isascii() and text.isalnum() and not text.endswith("000"):
        return None
    if TOKEN.fullmatch(text):
        return text
    try:
        code = _cleaned(text)
        if MASK in text or not _STARS.search(code):
            _whole(code, "uscc")
            return None
    except _Damaged as damage:
        return None if _is_proven(damage.partial.rstrip("*")) and "." in text else damage.partial
    return code if re.search(r"\w", code) else None


def _cleaned(text: str) -> str:
    return plain(text).strip("'‘’`\"").upper()


def _as_written(text: str) -> str:
    """A document's number: letters and digits made plain, its own brackets kept."""
    kept = "".join(chr(ord(c) - 0xFEE0) if _FULL_WIDTH.match(c) else c for c in "".join(text.split()))
    return kept.removeprefix("=").strip("'‘’`\"").upper()


def _whole(code: str, role: Role | None) -> str | None:
    if not code or _STARS.search(code):
        return None
    if ("+" in code or "." in code) and (match := _SCIENTIFIC.fullmatch(code)):
        raise _Damaged(_kept_digits(match["mantissa"].replace(".", ""), int(match["power"])))
    if match := _TRAILING_ZERO.fullmatch(code):
        raise _Damaged(match["digits"] + "*")
    if role is not None and len(code) == 18 and code.isdigit() and code.endswith("000") and not is_uscc(code):
        raise _Damaged(code[:_SHOWN] + "*")
    return code


def _kept_digits(digits: str, power: int) -> str:
    """The digits that a number in powers of ten still shows; all of them if none is missing."""
    return (digits if len(digits) == power + 1 else digits.rstrip("0")[:_SHOWN] or digits) + "*"


def _is_proven(digits: str) -> bool:
    return is_uscc(digits) or is_registration_no(digits) or is_org_code(digits)
