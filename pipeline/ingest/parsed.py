"""What reading a column gives, and how a reader of single cells is put over a whole column."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_SIGNS = "- -- --- — —— ―― – / // \\ \\\\ … …… ... *** ****** \\n &nbsp;"
_WORDS = "无 无。 （无） 暂无 空 (空) （空） 不详 未知 待补 null none nil nan nat n/a (null) <null> [null]"
_ERRORS = "#n/a #ref! #value! #name? #div/0! #null! #num!"
_ZERO_DATES = "0000-00-00 0000/00/00 0000-00-00t00:00:00 1900-01-00 1900/1/0 1900-01-01"


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


FILLERS = frozenset(
    form
    for word in (*f"{_SIGNS} {_WORDS} {_ERRORS} {_ZERO_DATES}".split(), "0000-00-00 00:00:00")
    for form in (word, _full_width(word))
)
# How a spreadsheet keeps digits as text, beside an apostrophe: ="0012".
_AS_FORMULA = re.compile(r'="([^"]*)"?')
_FILLER_SET = pa.array(
    sorted(
        {form for word in FILLERS for form in (word, word.upper(), word.capitalize())}
        | {"NaN", "NaT", "ＮａＮ"}
    )
)


@dataclass(frozen=True)
class Parsed:
    """A typed column.

    Attributes:
        values: the values, null where there is none or a bad one.
        bad: True where the cell holds something that is no value of the type.
        extra: further columns by the suffix of their name (`_start`, `_end`, `_partial`).
    """

    values: pa.Array
    bad: pa.Array
    extra: dict[str, pa.Array] = field(default_factory=dict)


def plain(text: str) -> str:
    """A cell with full-width characters made plain, without white space or signs that keep it text."""
    cell = "".join(unicodedata.normalize("NFKC", text).split())
    wrapped = _AS_FORMULA.fullmatch(cell) if cell.startswith("=") else None
    return (wrapped[1] if wrapped else cell).lstrip("'‘’`")


def is_filler(text: str) -> bool:
    """Whether a cell only says that there is nothing."""
    return text.strip().lower() in FILLERS


def fillers_to_null(column: pa.Array) -> pa.Array:
    """A column of strings with the words for nothing made null."""
    found = pc.is_in(column, value_set=_FILLER_SET)
    return pc.if_else(found, pa.scalar(None, pa.string()), column) if pc.any(found).as_py() else column


def by_value(
    column: pa.Array, read: Callable[[str], Any], kind: pa.DataType, *, rescue: bool = True
) -> tuple[pa.Array, pa.Array]:
    """Reads every different cell once.

    Args:
        column: strings.
        read: gives a value, or None for a word that says nothing; raises ValueError for a bad value.
        kind: Arrow type of the values.
        rescue: words for nothing are null, not bad, when `read` refuses them.

    Returns:
        Values and bad flags, as long as the column.
    """
    encoded = column.dictionary_encode()
    values: list[Any] = []
    bad: list[bool] = []
    for text in encoded.dictionary.to_pylist():
        try:
            values.append(read(text))
            bad.append(False)
        except ValueError:
            values.append(None)
            bad.append(not (rescue and is_filler(text)))
    flags = pc.fill_null(pa.array(bad, pa.bool_()).take(encoded.indices), False)
    return pa.array(values, kind).take(encoded.indices), flags
