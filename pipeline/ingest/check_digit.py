"""Check digits of the codes that firms bear (GB 32100-2015, GB 11714-1997, GS 15-2006)."""

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_uscc(code: str) -> bool:
    """Whether 18 characters are a unified social credit code with a right check character."""
    if len(code) != 18 or any(c not in _ALPHABET for c in code):
        return False
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _ALPHABET[(31 - total % 31) % 31] == code[17]


def is_registration_no(code: str) -> bool:
    """Whether 15 digits are a registration number with a right check digit (GB/T 17710, MOD 11,10)."""
    if not re.fullmatch(r"\d{15}", code):
        return False
    product = 10
    for digit in code[:14]:
        product = 2 * ((product + int(digit)) % 10 or 10) % 11
    return (11 - product) % 10 == int(code[14])


def is_org_code(code: str) -> bool:
    """Whether 9 characters are an organisation code with a right check character (GB 11714)."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    total = sum(int(c, 36) * w for c, w in zip(code[:8], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0X987654321"[total % 11] == code[8]
