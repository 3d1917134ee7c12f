"""Words that end a firm's name: what it does (行业), and its organisation form (组织形式)."""

from collections.abc import Iterable
from functools import cache

from pipeline.link.texts.lexicon import lexicon


def split_form(text: str) -> tuple[str, str]:
    """Core and organisation form; in a word of industry (饭店, 加油站) the last character is no form."""
    form = _ending(text, _forms_by_end().get(text[-1:], ()))
    word = _ending(text, _words_by_end().get(text[-2:], ()))
    if not form or len(form) == len(text) or len(word) > len(form):
        return text, ""
    return text[: -len(form)], form


def _ending(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        if text.endswith(word):
            return word
    return ""


def split_industry(core: str) -> tuple[str, str]:
    """Trade name and industry of a name without place and form.

    The industry is the longest tail made of known words that leaves two characters or more; behind a
    long unknown text the first known word begins it. A core of known words only has no trade name.
    """
    words = _words_by_beginning()
    size = cut = len(core)
    reached = {size}  # where a tail made of known words begins
    if core[-1:] in _single_words():  # 鱼, 茶: only the end of a name, never before other words
        reached.add(size - 1)
        cut = size - 1 if size > 2 else cut
    for start in range(size - 2, -1, -1):
        for word in words.get(core[start : start + 2], ()):
            if start + len(word) in reached and core.startswith(word, start):
                reached.add(start)
                cut = start if start >= 2 else cut
                break
    if size >= 2 and 0 in reached:
        return "", core
    if cut >= 5:
        cut = _first_word(core, cut)
    return core[:cut], core[cut:]


def word_ends(text: str, start: int) -> list[int]:
    """Where the known words of industry end, of two characters or more, that begin at `start`."""
    words = _words_by_beginning().get(text[start : start + 2])
    return [start + len(word) for word in words if text.startswith(word, start)] if words else []


def _first_word(core: str, cut: int) -> int:
    for start in range(2, cut - 1):
        if any(end <= cut for end in word_ends(core, start)):
            return start
    return cut


@cache
def _single_words() -> frozenset[str]:
    return frozenset(word for word in lexicon().industries if len(word) == 1)


@cache
def _words_by_beginning() -> dict[str, tuple[str, ...]]:
    """Two characters → the words of industry that begin with them."""
    return grouped((word[:2], word) for word in lexicon().industries if len(word) > 1)


@cache
def _words_by_end() -> dict[str, tuple[str, ...]]:
    """Two characters → the words of industry that end with them."""
    return grouped((word[-2:], word) for word in lexicon().industries)


@cache
def _forms_by_end() -> dict[str, tuple[str, ...]]:
    """Last character → the organisation forms that end with it."""
    return grouped((form[-1], form) for form in lexicon().form_class)


def grouped(words: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Beginning or end of words → those words, the longest first."""
    groups: dict[str, list[str]] = {}
    for key, word in words:
        groups.setdefault(key, []).append(word)
    return {key: tuple(sorted(group, key=lambda word: (-len(word), word))) for key, group in groups.items()}
