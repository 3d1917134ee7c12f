"""Numbers written in Chinese, as digits."""

import re
from functools import lru_cache

_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_NUMERAL = re.compile(r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十拾廿百佰]+")
_FLOOR_BEHIND = re.compile(r"(?<=\d)(?=[一二三四五六七八九十]+[楼层])")  # 之2一楼 is no floor 21
_SUB_NUMBER = re.compile(r"(之[一二三四五六七八九十])(?=[A-Z\d])")


def to_digits(text: str) -> str:
    """Chinese numerals as digits: 十八 → 18, 二三 → 23, 一百二十 → 120."""
    if not _NUMERAL.search(text):
        return text
    if "之" in text:
        text = _SUB_NUMBER.sub(r"\1|", text)
    return _NUMERAL.sub(lambda match: _number(match.group()), _FLOOR_BEHIND.sub("|", text))


@lru_cache(maxsize=1 << 12)
def _number(run: str) -> str:
    if not any(char in "十拾廿百佰" for char in run):
        return "".join(str(_DIGITS[char]) for char in run)
    total, last = 0, None
    for char in run.replace("廿", "二十"):
        if char in "百佰":
            total, last = total + (last if last is not None else 1) * 100, None
        elif char in "十拾":
            total, last = total + (last if last else 1) * 10, None
        else:
            last = _DIGITS[char]
    return str(total + (last or 0))
