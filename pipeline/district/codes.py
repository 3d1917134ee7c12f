"""Synthetic identifiers with right check digits (GB 32100, GB 11714, GS15, GB 11643), column-wise."""

import numpy as np
import numpy.typing as npt

from pipeline.district.draw import Dice, Ints, Objects, objects

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_PERSON_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_PERSON_REGION = "440399"  # not allotted to any county, so that no number is a living person's

Codes = npt.NDArray[np.str_]


def _values(codes: Codes, alphabet: str) -> npt.NDArray[np.int64]:
    """The value of each character: one row per code."""
    table = np.full(128, -1, dtype=np.int64)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    width = codes.dtype.itemsize // 4
    return table[codes.view(np.uint32).reshape(len(codes), width)]


def organisation_codes(stems: Codes) -> Codes:
    """Nine characters each: the eight given and the check of GB 11714."""
    full = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - (_values(stems, full) * _ORG_WEIGHTS).sum(axis=1) % 11
    check = np.array(list("0123456789X0"))[rest]
    return np.strings.add(stems, check)


def credit_codes(prefixes: Codes, organisations: Codes) -> Objects:
    """统一社会信用代码: eight characters of authority, class and region, nine of organisation, check."""
    stems = np.strings.add(prefixes, organisations)
    rest = (_values(stems, USCC_ALPHABET) * _USCC_WEIGHTS).sum(axis=1) % 31
    check = np.array(list(USCC_ALPHABET))[(31 - rest) % 31]
    return objects(np.strings.add(stems, check).tolist())


def registration_numbers(stems: Codes) -> Objects:
    """注册号: fourteen digits and the check of GB/T 17710 MOD 11,10."""
    digits = _values(stems, "0123456789")
    p = np.full(len(stems), 10)
    for column in digits.T:
        s = (p + column) % 10
        p = 2 * np.where(s == 0, 10, s) % 11
    check = np.array(list("0123456789"))[(11 - p) % 10]
    return objects(np.strings.add(stems, check).tolist())


def person_numbers(dice: Dice, n: int) -> Objects:
    """Identity-card numbers of nobody: a region that is not allotted, a birth date, a right check."""
    year, month, day = dice.whole(1955, 1995, n), dice.whole(1, 12, n), dice.whole(1, 28, n)
    order = dice.whole(1, 999, n)
    stems = np.array(
        [
            f"{_PERSON_REGION}{y}{m:02d}{d:02d}{o:03d}"
            for y, m, d, o in zip(year, month, day, order, strict=True)
        ],
        dtype="<U17",
    )
    rest = (_values(stems, "0123456789") * _PERSON_WEIGHTS).sum(axis=1) % 11
    check = np.array(list("10X98765432"))[rest]
    return objects(np.strings.add(stems, check).tolist())


def old_stems(dice: Dice, n: int) -> Codes:
    """Organisation codes' first eight characters as given before 2015: digits."""
    lead = dice.pick(list("012356778"), n).astype("<U1")
    return np.strings.add(lead, _digits(_distinct(dice, 10_000_000, n), 7))


def new_stems(dice: Dice, n: int) -> Codes:
    """Organisation codes' first eight characters as given in Shenzhen since October 2015: MA5…"""
    number = _distinct(dice, 31**4 * 10, n)
    out = np.full(n, "MA5", dtype="<U3")
    letters = np.array(list(USCC_ALPHABET))
    stems = np.strings.add(out, np.array(list("CDEFGHJKLM"))[number // 31**4])
    for place in (3, 2, 1, 0):
        stems = np.strings.add(stems, letters[number // 31**place % 31])
    return stems


def registration_stems(dice: Dice, sole: npt.NDArray[np.bool_]) -> Codes:
    """注册号 without its check: authority, class digit, running number."""
    n = len(sole)
    region = dice.pick(["440301", "440303"], n, [7, 3]).astype("<U6")
    kind = np.where(sole, dice.pick(list("678"), n), dice.pick(["10", "11", "40"], n)).astype("<U2")
    width = np.where(sole, 7, 6)
    number = _distinct(dice, 1_000_000, n)
    tail = [str(v).zfill(w) for v, w in zip(number, width, strict=True)]
    return np.strings.add(np.strings.add(region, kind), np.array(tail, dtype="<U7"))


def _distinct(dice: Dice, size: int, n: int) -> Ints:
    """n different numbers below `size` where that is possible."""
    if n > size // 2:
        return dice.whole(0, size - 1, n)
    start, step = int(dice.whole(0, size - 1, 1)[0]), 7919 * 2 + 1
    return np.asarray((start + np.arange(n, dtype=np.int64) * step) % size)


def _digits(numbers: Ints, width: int) -> Codes:
    return np.array([str(v).zfill(width) for v in numbers.tolist()], dtype=f"<U{width}")
