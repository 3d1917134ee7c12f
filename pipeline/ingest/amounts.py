"""Numbers with thousands separators, units, brackets and capital numerals, in the normal unit."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.ingest.parsed import Parsed, by_value, plain
from pipeline.ingest.units import MULTIPLES, Unit, find_unit

_PLAIN = r"^-?[0-9]{1,15}(?:\.[0-9]{1,9})?$"
_NUMBER = re.compile(
    r"(?P<sign>[-+−—–]?)(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<power>[eE][+-]?\d{1,2})?(?P<unit>[^\d,.]*|m\^?2)"
)
_BRACKETS = re.compile(r"[(\[](?P<inside>[^()\[\]]+)[)\]](?P<unit>[^\d]*)")
_LEAD = re.compile(r"^(?:罚款|罚|人民币|rmb|cny|共计?|计|合计)?[¥￥]?", re.IGNORECASE)
_CAPITAL = re.compile(
    r"(?P<words>[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两十百千拾佰仟万亿]{1,40})(?:元|圆)?(?:(?P<tenths>[壹贰叁肆伍陆柒捌玖])角)?"
    r"零?(?:(?P<hundredths>[壹贰叁肆伍陆柒捌玖])分)?(?:整|正)?"
)
_CAPITAL_DIGITS = {c: i % 10 for i, c in enumerate("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖")} | {"两": 2}
_CAPITAL_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MINUS = ("-", "−", "—", "–")
_DECIMALS = 6
# Ten thousand times the country's yearly product in yuan; a larger number is a slip or a trick.
_MOST = 1e18


def read_amounts(column: pa.Array, unit: Unit | None) -> Parsed:
    """A column of numbers in the normal unit; a unit in the cell wins over `unit`.

    Args:
        column: strings.
        unit: what a bare number stands for; None if its header names one that cannot be converted.
    """
    if unit is None:
        return Parsed(pa.nulls(len(column), pa.float64()), pc.is_valid(column))
    plain_cells = pc.fill_null(pc.match_substring_regex(column, _PLAIN), False)
    missing = pa.scalar(None, pa.string())
    quick = pc.cast(pc.if_else(plain_cells, column, missing), pa.float64())
    if unit.factor != 1:
        quick = pc.round(pc.multiply(quick, unit.factor), _DECIMALS)
    slow, bad = by_value(
        pc.if_else(plain_cells, missing, column), lambda text: parse_amount(text, unit), pa.float64()
    )
    return Parsed(pc.coalesce(quick, slow), bad)


def parse_amount(text: str, unit: Unit) -> float:
    """The number that a cell holds, in the normal unit.

    Raises:
        ValueError: if it is no number, or its unit is of another kind than the column's.
    """
    cell = _LEAD.sub("", plain(text))
    sign = 1
    if match := _BRACKETS.fullmatch(cell):
        cell, sign = match["inside"] + match["unit"], -1
    if cell.endswith("-") and not cell.startswith("-"):
        cell, sign = cell[:-1], -1
    if (words := _CAPITAL.fullmatch(cell)) and unit.family == "money":
        parts = [_CAPITAL_DIGITS[words[name] or "零"] for name in ("tenths", "hundredths")]
        return sign * _within(round(_capital(words["words"]) + parts[0] / 10 + parts[1] / 100, 2))
    match = _NUMBER.fullmatch(_bare(cell))
    if not match:
        raise ValueError("no number")
    factor = _factor(match["unit"].removesuffix("整"), unit)
    number = float(match["digits"].replace(",", "") + (match["power"] or ""))
    number = -number if match["sign"] in _MINUS else number
    return sign * _within(round(number * factor, _DECIMALS))


def _within(number: float) -> float:
    """The number, where anything can be worth so much.

    Raises:
        ValueError: if it is beyond all that is counted here.
    """
    if abs(number) > _MOST:
        raise ValueError("beyond measure")
    return number


def _bare(cell: str) -> str:
    """A number without the currency sign that stands before it or behind its minus."""
    signed = cell[:1] in ("+", *_MINUS)
    return cell[0] + _LEAD.sub("", cell[1:]) if signed else _LEAD.sub("", cell)


def _factor(word: str, unit: Unit) -> float:
    if not word:
        return unit.factor
    found = find_unit(word)
    if found and found.family == unit.family:
        return found.factor
    if word in MULTIPLES:
        return MULTIPLES[word]
    raise ValueError("unknown unit")


def _capital(words: str) -> int:
    """壹万贰仟 → 12000."""
    total, section, digit = 0, 0, 0
    for word in words:
        if word in _CAPITAL_DIGITS:
            digit = _CAPITAL_DIGITS[word]
        elif word in _CAPITAL_TENS:
            section, digit = section + (digit or 1) * _CAPITAL_TENS[word], 0
        else:
            power = 100000000 if word == "亿" else 10000
            total, section, digit = (total + section + digit) * power, 0, 0
    return total + section + digit
