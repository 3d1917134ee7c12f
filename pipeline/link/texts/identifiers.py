"""Codes: which are valid, what they hold of one another, which are fillers.

The check of the unified code is our own: libraries refuse letters in its first eight places or
stumble where the sum is divisible by 31 (GB 32100-2015, GB 11714-1997, GS15-2006).
"""

import re
from operator import mul
from typing import NamedTuple

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_VALUES = bytes(max(USCC_ALPHABET.find(chr(code)), -1) % 256 for code in range(256))
_ORG_VALUES = bytes(max(ORG_ALPHABET.find(chr(code)), -1) % 256 for code in range(256))
_USCC_WEIGHTS = tuple(3**i % 31 for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_CHECKS = "0X987654321"  # by the weighted sum's rest of 11
_PURE_STEP = tuple(2 * (total % 10 or 10) % 11 for total in range(20))  # MOD 11,10: product and digit, added
_REPAIRS = str.maketrans("IOZSV", "10250")
_FILLER_BODY = re.compile(r"(.)\1{7,}|12345678|87654321")
_EMPTY_NUMBERS = ("00000000", "12345678")
_SEPARATORS = re.compile(r"[\s\-_/.'’:：]+")


class Codes(NamedTuple):
    """What the identifying cells of one record say.

    Attributes:
        uscc: a valid unified code.
        org: a valid organisation code of nine characters, own or inside the unified or the tax code.
        registration: a registration number (15 digits with a right check, or 13 digits).
        hint: a code that is damaged, masked or fails its check; never an identity.
        token: a stand-in for an owner's number, which links rows of one extract only.
    """

    uscc: str | None = None
    org: str | None = None
    registration: str | None = None
    hint: str | None = None
    token: str | None = None


def uscc_valid(code: str) -> bool:
    """Whether 18 characters are a unified code with a right check and are no filler."""
    if len(code) != 18 or not code.isascii():
        return False
    values = code.encode().translate(_USCC_VALUES)
    total = sum(map(mul, values, _USCC_WEIGHTS))
    return max(values) < 31 and values[17] == (31 - total % 31) % 31 and not is_filler(code[8:17])


def org_valid(code: str) -> bool:
    """Whether nine characters are an organisation code with a right check and are no filler."""
    if len(code) != 9 or not code.isascii() or not code.isalnum():
        return False
    total = sum(map(mul, code.encode().translate(_ORG_VALUES), _ORG_WEIGHTS))
    return code[8] == _ORG_CHECKS[total % 11] and not is_filler(code)


def registration_valid(code: str) -> bool:
    """Whether 15 digits have a right check (MOD 11,10) and are no filler."""
    if len(code) != 15 or not (code.isascii() and code.isdigit()) or code[6:14] in _EMPTY_NUMBERS:
        return False
    product = 10
    for digit in map(int, code[:14]):
        product = _PURE_STEP[product + digit]
    return int(code[14]) == (11 - product) % 10


def is_filler(body: str) -> bool:
    """Whether a code's body is a placeholder: one character again and again, or a counted row."""
    return len(set(body)) <= 1 or bool(_FILLER_BODY.search(body))


def read_code(text: str | None, partial: str | None, role: str) -> Codes:
    """Reads one identifying cell.

    Args:
        text: the cell as staged, or None.
        partial: what is left of a masked or damaged cell, or None.
        role: the column's declared role.

    Returns:
        The codes that it holds; an invalid one becomes a hint.
    """
    if partial:
        return Codes(token=partial) if partial.startswith("ID#") else Codes(hint=partial.upper())
    code = text or ""
    code = (code if code.isalnum() else _SEPARATORS.sub("", code)).upper()
    if not code or not code.isascii():
        return Codes()
    return _read_clean(code, role)


def _read_clean(code: str, role: str) -> Codes:
    if len(code) == 18:
        return _read_uscc(code)
    if len(code) == 15:
        return _read_fifteen(code, role)
    if len(code) in (7, 8, 9) and role in ("org_code", "uscc_or_org_code", "uscc"):
        padded = code.rjust(9, "0")
        return Codes(org=padded) if org_valid(padded) else _hint(code)
    if len(code) == 13 and code.isdigit() and not is_filler(code[6:]):
        return Codes(registration=code)
    return _hint(code)


def _read_uscc(code: str) -> Codes:
    right = code if uscc_valid(code) else _repaired_uscc(code)
    if not right:
        return _hint(code)
    body = right[8:17]
    return Codes(uscc=right, org=body if org_valid(body) else None)


def _repaired_uscc(code: str) -> str:
    repairs = (code.translate(_REPAIRS), code.replace("V", "U"), code.replace("V", "Y"))
    return next((repair for repair in repairs if uscc_valid(repair)), "")


def _read_fifteen(code: str, role: str) -> Codes:
    """A registration number, or a region and an organisation code; digits alone can look like both."""
    tail = code[6:]
    registration = code if registration_valid(code) else None
    org = tail if org_valid(tail) and role != "registration_no" else None
    if code.isdigit() and role != "taxpayer_id":
        org = None
    return Codes(org=org, registration=registration) if org or registration else _hint(code)


def _hint(code: str) -> Codes:
    return Codes(hint=code) if len(code) >= 6 and not is_filler(code[-9:]) else Codes()
