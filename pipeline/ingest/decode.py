"""From bytes to text by strict trial; where one line is damaged, the damage stays in that line."""

import codecs
import re

import numpy as np

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
_PIECE = 1 << 23
_LATIN_TO_ARABIC = re.compile("[\x80-\u07ff]")
_INVISIBLE = dict.fromkeys(map(ord, "\x00\x1a\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u3000\u2002\u2003\u2009\u202f\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " "
)
ODD_CHARACTERS = "[" + "".join(map(chr, _INVISIBLE | _SPACES)) + "]"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file, and the name of its encoding.

    Tries byte-order marks, UTF-16 without one, UTF-8 and GB18030, each strictly over the whole file;
    a file that none fits is read line by line. Characters without a shape are dropped, odd spaces
    become plain ones.
    """
    for mark, name, codec in _BOMS:
        if data.startswith(mark):
            return tidy(_whole_or_lines(data[len(mark) :], codec)), name
    wide = _unmarked_utf16(data)
    if wide:
        return tidy(data.decode(wide, errors="replace")), wide
    text, name = _eight_bit(data)
    return tidy(text), name


def tidy(text: str) -> str:
    """Drops characters without a shape and makes odd spaces plain."""
    for code in _INVISIBLE:
        text = text.replace(chr(code), "")
    for code, space in _SPACES.items():
        text = text.replace(chr(code), space)
    return text


def _whole_or_lines(data: bytes, codec: str) -> str:
    if codec != "utf-8":
        return data.decode(codec, errors="replace")
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return _by_line(data)[0]


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows by its line ends and delimiters: zeros on one side only."""
    sample = data[:65536]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(2, len(sample) // 100) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bit(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        looks_mixed = _holds_utf8_run(data)
    try:
        return (_by_line(data)) if looks_mixed else (data.decode("gb18030"), "gb18030")
    except UnicodeDecodeError:
        return _by_line(data)


def _holds_utf8_run(data: bytes) -> bool:
    """Whether three Chinese characters in UTF-8 follow one another: rare inside GB18030 text."""
    for start in range(0, len(data), _PIECE):
        piece = np.frombuffer(data[start : start + _PIECE + 8], np.uint8)
        tail = (piece >= 0x80) & (piece < 0xC0)
        one = (piece >= 0xE4) & (piece <= 0xE9)
        one[:-2] &= tail[1:-1] & tail[2:]
        if (one[:-8] & one[3:-5] & one[6:-2]).any():
            return True
    return False


def _by_line(data: bytes) -> tuple[str, str]:
    lines, votes = [], {"utf-8": 0, "gb18030": 0}
    for line in data.split(b"\n"):
        text, codec = _line(line)
        lines.append(text)
        if not line.isascii():
            votes[codec] += 1
    return "\n".join(lines), max(votes, key=lambda name: votes[name])


def _line(line: bytes) -> tuple[str, str]:
    if line.isascii():
        return line.decode("ascii"), "utf-8"
    try:
        text = line.decode("utf-8")
        if not _LATIN_TO_ARABIC.search(text):
            return text, "utf-8"
    except UnicodeDecodeError:
        text = line.decode("utf-8", errors="replace")
    try:
        return line.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        other = line.decode("gb18030", errors="replace")
    # The codec that loses fewer characters of this line.
    better = other.count("\ufffd") < text.count("\ufffd")
    return (other, "gb18030") if better else (text, "utf-8")
