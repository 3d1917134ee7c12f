"""From bytes to text by strict trial; where one line is damaged, the damage stays in that line."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from pipeline.ingest.refusal import Refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)
BLOCK_BYTES = 16 * 1024**2
# No department's line is longer than this; a file without line ends would be held in memory whole.
LONGEST_LINE = 16 * 1024**2
_SNIFFED = 65536
_PIECE = 1 << 23
_WIDE = ("utf-16-le", "utf-16-be")
_FEWEST_ZEROS = 2
_USUAL_SHARE = 0.95
_USUAL = re.compile("[\t\r\n -~\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")
_LATIN_TO_ARABIC = re.compile("[\x80-\u07ff]")
# What is never seen: controls, writing-direction marks, joiners, variation selectors, fillers, tags.
# Two names that differ by these alone are one name, and an identity number cannot hide behind them.
_INVISIBLE = (
    "\x00-\x08", "\x0e-\x1b", "\x7f-\x84", "\x86-\x9f", "\u00ad", "\u034f", "\u061c",
    "\u115f-\u1160", "\u17b4-\u17b5", "\u180b-\u180f", "\u200b-\u200f", "\u202a-\u202e", "\u2060-\u206f",
    "\u3164", "\ufe00-\ufe0f", "\ufeff", "\uffa0",
    "\ufff0-\ufffb", "\U0001bca0-\U0001bca3", "\U0001d173-\U0001d17a", "\U000e0000-\U000e0fff",
)  # fmt: skip
_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000"
    "\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029"
)
_PLAIN = {chr(code): "" for span in _INVISIBLE for code in range(ord(span[0]), ord(span[-1]) + 1)}
_PLAIN |= dict.fromkeys(_SPACES, " ")
_IS_ODD = np.zeros(0x110000, bool)
_IS_ODD[[ord(odd) for odd in _PLAIN]] = True
ODD_CHARACTERS = f"[{''.join(_INVISIBLE)}{_SPACES}]"


class TextBlocks:
    """A file's bytes as text, block by block, each but the last ending with a whole line.

    The encoding is told by byte-order marks, by the zeros of UTF-16, else by strict trial of UTF-8 and
    GB18030 over each block; a block that neither fits is read line by line. Characters without a
    shape are dropped, odd spaces become plain ones. A line without end is refused (`Refused`).

    Args:
        stream: the bytes, read once from where it stands.
        block_bytes: how much is read at a time.
    """

    def __init__(self, stream: BinaryIO, block_bytes: int = BLOCK_BYTES) -> None:
        self._stream, self._block_bytes = stream, block_bytes
        self._votes: Counter[str] = Counter()
        self._told: str | None = None

    @property
    def encoding(self) -> str:
        """Name of the encoding of most of what was read so far."""
        return self._told or max(("utf-8", "gb18030"), key=lambda name: self._votes[name])

    def __iter__(self) -> Iterator[str]:
        head = self._stream.read(self._block_bytes)
        mark, self._told, codec = next((b for b in _BOMS if head.startswith(b[0])), (b"", None, None))
        head = head[len(mark) :]
        if codec is None:
            codec = self._told = _unmarked_utf16(head)
        for block in self._whole_lines(head, codec):
            yield tidy(self._decoded(block, codec))

    def _whole_lines(self, head: bytes, codec: str | None) -> Iterator[bytes]:
        rest = head
        while piece := self._stream.read(self._block_bytes):
            cut = _after_last_line(rest, codec)
            if not cut and len(rest) >= LONGEST_LINE:
                raise Refused(
                    f"有一行超过{LONGEST_LINE // 1024**2}MB没有换行，文件可能已损坏，请重新导出后重报"
                )
            if cut:
                yield rest[:cut]
            rest = rest[cut:] + piece
        yield rest

    def _decoded(self, block: bytes, codec: str | None) -> str:
        if codec is None:
            text, name = _eight_bit(block)
            self._votes[name] += 0 if block.isascii() else len(block)
            return text
        return _whole_or_lines(block, codec)


def tidy(text: str) -> str:
    """Drops characters without a shape and makes odd spaces plain."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    for odd in np.unique(codes[_IS_ODD[codes]]).tolist():
        text = text.replace(chr(odd), _PLAIN[chr(odd)])
    return text


def _after_last_line(data: bytes, codec: str | None) -> int:
    """The place after the last line end; 0 if there is none."""
    if codec is None or codec == "utf-8":
        # A lone \r at the very end may be half of \r\n.
        return max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
    end = "\n".encode(codec)
    at = data.rfind(end)
    while at > 0 and at % 2:
        at = data.rfind(end, 0, at + 1)
    return at + 2 if at >= 0 and at % 2 == 0 else 0


def _whole_or_lines(data: bytes, codec: str) -> str:
    if codec != "utf-8":
        return data.decode(codec, errors="replace")
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return _by_line(data)[0]


def decode_cell(data: bytes) -> str:
    """The text of a single cell that comes as bytes."""
    return tidy(_eight_bit(data)[0])


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: its Latin characters leave zeros, and read so it is usual text."""
    sample = data[: min(_SNIFFED, len(data) // 2 * 2)]
    if sample.count(0) < _FEWEST_ZEROS:
        return None
    shares = {codec: _usual_share(sample.decode(codec, errors="replace")) for codec in _WIDE}
    best = max(_WIDE, key=lambda codec: shares[codec])
    return best if shares[best] >= _USUAL_SHARE else None


def _usual_share(text: str) -> float:
    return len(_USUAL.findall(text)) / max(len(text), 1)


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
