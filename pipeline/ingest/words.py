"""Texts, lists, truth values and vocabularies."""

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.declaration import Column
from pipeline.ingest.parsed import Parsed, by_value, fillers_to_null, is_filler, plain

_TRUE = frozenset(["是", "有", "对", "真", "y", "yes", "t", "true", "1", "1.0", *"√✓✔☑■●v"])
_FALSE = frozenset(
    ["否", "无", "没有", "不是", "非", "错", "假", "n", "no", "f", "false", "0", "0.0", *"×✗✘x☐□○"]
)
_TICKS = frozenset("√✓✔☑■●")
_SPACE = r"\s+"
_GUARD = r"^'('*[=+\-@＝＋－＠﹢﹣﹦﹫−])"
_DASHES = re.compile("[‐‑–—−]")


def read_texts(column: pa.Array) -> Parsed:
    """A column of free text: trimmed, inner line breaks and runs of spaces become one space.

    An apostrophe that keeps a text from being a formula, as our own lists have it, is no part of the text.
    """
    text = _unguarded(_collapsed(fillers_to_null(column)))
    return Parsed(text, _none_bad(text))


def read_lists(column: pa.Array, separators: str) -> Parsed:
    """A column whose cells hold several texts; empty ones and repeats are left out."""
    split = re.compile(unicodedata.normalize("NFKC", separators) + "|" + separators + r"|\n")

    def parts(text: str) -> list[str] | None:
        found = [" ".join(part.split()) for part in split.split(text)]
        return list(dict.fromkeys(part for part in found if part and not is_filler(part))) or None

    values, bad = by_value(fillers_to_null(column), parts, pa.list_(pa.string()))
    return Parsed(values, bad)


def read_bools(column: pa.Array) -> Parsed:
    """A column of yes and no."""
    values, bad = by_value(column, parse_bool, pa.bool_())
    return Parsed(values, bad)


def only_ticks(column: pa.Array) -> bool | None:
    """Whether ticks are the only words of a column; None if it has no word.

    Where a whole file has only ticks in a column, a blank cell is a no.
    """
    words = set(pc.unique(column.drop_null()).to_pylist())
    return words <= _TICKS if words else None


def parse_bool(text: str) -> bool:
    """The truth value that a cell holds.

    Raises:
        ValueError: if it is none.
    """
    word = plain(text).strip("。.;,、").casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("no truth value")


def read_enums(column: pa.Array, declared: Column) -> Parsed:
    """A column of a vocabulary's words, as the canonical ones."""
    words = {_word(word): canonical for canonical, synonyms in declared.values.items() for word in synonyms}

    def read(text: str) -> str:
        word = _word(text)
        if word not in words:
            raise ValueError("unknown word")
        return words[word]

    values, bad = by_value(column, read, pa.string())
    return Parsed(values, bad)


def _word(text: str) -> str:
    """A word of a vocabulary without marks around it; all dashes are one, and 2017.0 is 2017."""
    word = _DASHES.sub("-", plain(text).strip("。.;,、*\"'“”‘’").casefold())
    return word.removesuffix(".0") if word.replace(".", "").isdigit() else word


def _collapsed(column: pa.Array) -> pa.Array:
    uneven = pc.fill_null(pc.match_substring_regex(column, r"[\t\r\n]|  "), False)
    if not pc.any(uneven).as_py():
        return column
    even = pc.utf8_trim_whitespace(pc.replace_substring_regex(column.filter(uneven), _SPACE, " "))
    return pc.replace_with_mask(column, uneven, even)


def _unguarded(column: pa.Array) -> pa.Array:
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pc.replace_substring_regex(column, _GUARD, r"\1")


def _none_bad(column: pa.Array) -> pa.Array:
    return pa.repeat(pa.scalar(False), len(column))
