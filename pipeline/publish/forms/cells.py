"""Cells that are safe to open: invisible characters gone, codes whole, nothing that runs as a formula."""

import re
import unicodedata

LONGEST = 3000
# What a spreadsheet reads as the beginning of a formula, also in full width.
_FORMULA = tuple("=+-@＝＋－＠﹢﹣﹦﹫−")
# What a spreadsheet turns into a number or a date when a CSV is opened by a double click.
_NUMBER_LIKE = re.compile(r"[0-9][0-9.,:/\-]*([eE][+\-]?[0-9]+)?")
_SPACES = re.compile(r"\s+")


def plain(text: str | None, longest: int = LONGEST) -> str:
    """A text on one line, without control characters, invisible characters and writing-direction marks."""
    if not text:
        return ""
    if text.isprintable() and len(text) <= longest and "  " not in text:
        return text.strip()
    kept = (" " if c.isspace() else c for c in text if c.isspace() or _visible(c))
    one_line = _SPACES.sub(" ", "".join(kept)).strip()
    return one_line if len(one_line) <= longest else one_line[: longest - 1] + "…"


def csv_text(text: str) -> str:
    """A text cell for CSV: what would start a formula gets an apostrophe in front; the reader takes it off.

    A text that begins with an apostrophe before such a sign gets another, so that it comes back as it was.
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def csv_code(code: str) -> str:
    """A code cell for CSV: where a spreadsheet would make a number or a date of it, a tab follows.

    Digits-only codes of up to eleven digits without a leading zero stay as they are.
    """
    if not _NUMBER_LIKE.fullmatch(code):
        return csv_text(code)
    is_short_number = code.isdecimal() and len(code) <= 11 and (code[0] != "0" or code == "0")
    return code if is_short_number else f"{code}\t"


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
