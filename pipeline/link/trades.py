"""Words that end a firm's name: what it does (行业), and its organisation form (组织形式)."""

from functools import cache

from pipeline.link.lexicon import lexicon

LONGEST_INDUSTRY = 8


def split_form(text: str) -> tuple[str, str]:
    """Core and organisation form; in a word of industry (饭店, 加油站) the last character is no form."""
    words, forms = lexicon().industries, lexicon().form_class
    size = next((n for n in _form_sizes() if text[-n:] in forms), 0)
    if not 0 < size < len(text) or any(text[-n:] in words for n in range(LONGEST_INDUSTRY, size, -1)):
        return text, ""
    return text[:-size], text[-size:]


def split_industry(core: str) -> tuple[str, str]:
    """Trade name and industry of a name without place and form.

    The industry is the longest tail made of known words that leaves two characters or more; behind a
    long unknown text the first known word begins it. A core of known words only has no trade name.
    """
    words = lexicon().industries
    size = cut = len(core)
    reached = [size]  # where a tail made of known words begins, from the back
    for start in range(size - 1, -1, -1):
        if any(core[start:end] in words for end in reached if _may_be_word(start, end, size)):
            reached.append(start)
            cut = start if start >= 2 else cut
    if size >= 2 and reached[-1] == 0:
        return "", core
    if cut >= 5:
        cut = _first_word(core, cut)
    return core[:cut], core[cut:]


def _may_be_word(start: int, end: int, size: int) -> bool:
    """A word of one character (鱼, 茶) only ends a name; before others it is part of the trade name."""
    return 2 <= end - start <= LONGEST_INDUSTRY or (end - start == 1 and end == size)


def _first_word(core: str, cut: int) -> int:
    words = lexicon().industries
    for start in range(2, cut - 1):
        if any(core[start:end] in words for end in range(start + 2, cut + 1)):
            return start
    return cut


@cache
def _form_sizes() -> range:
    return range(max(map(len, lexicon().form_class)), 0, -1)
