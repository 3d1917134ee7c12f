"""Candidate pairs from many keys, each block bounded, hot blocks counted and named by their key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.link.facets import Facets
from pipeline.link.joining import combine
from pipeline.link.parties import Ints
from pipeline.link.vocabulary import Vocabularies


@dataclass(frozen=True)
class Key:
    """One blocking key: values of the left and the right side that may meet.

    Attributes:
        name: what the key is, for reports.
        left, left_at: key values and the left members that have them; 0 is no value.
        right, right_at: the same for the right side.
        cap: a block with more right members than this is hot and is left out.
    """

    name: str
    left: Ints
    left_at: Ints
    right: Ints
    right_at: Ints
    cap: int


@dataclass(frozen=True)
class Candidates:
    """Distinct pairs (left, right), sorted, and for each key its pairs and its hot blocks."""

    left: Ints
    right: Ints
    pairs_by_key: dict[str, int]
    hot_by_key: dict[str, int]


def candidates(keys: Iterable[Key], right_count: int) -> Candidates:
    """Joins each key's blocks, one key at a time, and keeps every pair once."""
    found: list[Ints] = []
    pairs: dict[str, int] = {}
    hot: dict[str, int] = {}
    for key in keys:
        left, right, heated = _join(key)
        pairs[key.name] = pairs.get(key.name, 0) + len(left)
        hot[key.name] = hot.get(key.name, 0) + heated
        if len(left):
            found.append(left * right_count + right)
    merged = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    width = max(right_count, 1)
    return Candidates(merged // width, merged % width, pairs, hot)


def _join(key: Key) -> tuple[Ints, Ints, int]:
    keep = key.right > 0
    value, at = key.right[keep], key.right_at[keep]
    order = np.argsort(value, kind="stable")
    value, at = value[order], at[order]
    held = key.left > 0
    left_value, left_at = key.left[held], key.left_at[held]
    start = np.searchsorted(value, left_value, side="left")
    size = np.searchsorted(value, left_value, side="right") - start
    too_many = size > key.cap
    heated = len(np.unique(left_value[too_many]))
    size = np.where(too_many, 0, size)
    total = int(size.sum())
    left = np.repeat(left_at, size)
    offset = np.arange(total) - np.repeat(np.cumsum(size) - size, size)
    return left, at[np.repeat(start, size) + offset], heated


def both_sides(name: str, cap: int, left: Sequence[Ints], right: Sequence[Ints]) -> Key:
    """A key of several fields that must all be equal; members are the positions."""
    size = len(left[0])
    value = combine(*(np.concatenate([a, b]) for a, b in zip(left, right, strict=True)))
    return Key(name, value[:size], np.arange(size), value[size:], np.arange(len(value) - size), cap)


def standard_keys(left: Facets, right: Facets, pieces: "Pieces", cap: int) -> Iterator[Key]:
    """The keys under which rows and firms meet.

    Args:
        left: rows looking for a firm.
        right: views of firms (or other rows).
        pieces: parts of the texts behind the integers.
        cap: largest block of a key.
    """
    for side, name in (("name", left.name), ("sign", left.sign)):
        for other_side, other in (("name", right.name), ("sign", right.sign)):
            if side == other_side == "name":
                yield both_sides("全称", cap, [name.full], [other.full])
            label = "字号读音" if side == other_side else "招牌与字号读音"
            yield both_sides(label, cap, [name.sound], [other.sound])
            yield both_sides("字号读音+行业", cap, [name.sound, name.industry], [other.sound, other.industry])
            for place in ("road", "building", "house_code", "community", "street"):
                mine, theirs = getattr(left, place), getattr(right, place)
                yield both_sides("字号读音+地点", cap, [name.sound, mine], [other.sound, theirs])
            for ends in (pieces.start, pieces.end):
                yield both_sides("字号首尾两字", cap, [ends[name.trade]], [ends[other.trade]])
            first, other_first = pieces.first[name.trade], pieces.first[other.trade]
            for place in ("site", "building", "house_code"):
                mine, theirs = getattr(left, place), getattr(right, place)
                yield both_sides("字号首字+地点", cap, [first, mine], [other_first, theirs])
    yield Key("字号缺一字+行业", *pieces.shortened(left), *pieces.shortened(right), cap)
    yield from _party_keys(left, right, cap)
    yield from _hint_keys(left.hint, right, pieces, cap)


def _party_keys(left: Facets, right: Facets, cap: int) -> Iterator[Key]:
    yield both_sides("负责人", cap, [left.person], [right.person])
    for mine in (left.phone, left.phone_other):
        for other in (right.phone, right.phone_other):
            yield both_sides("电话", cap, [mine], [other])
    sounds = left.person_sound, right.person_sound
    for place in ("road", "building", "house_code", "community"):
        here, there = getattr(left, place), getattr(right, place)
        yield both_sides("负责人读音+地点", cap, [sounds[0], here], [sounds[1], there])
    trades = left.name.industry, right.name.industry
    yield both_sides("负责人读音+行业", cap, [sounds[0], trades[0]], [sounds[1], trades[1]])
    small = max(cap // 2, 10)
    yield both_sides("房屋编码", small, [left.house_code], [right.house_code])
    yield both_sides("房屋编码+房号", cap, [left.house_code, left.room], [right.house_code, right.room])
    for place in ("site", "building"):
        here, there = getattr(left, place), getattr(right, place)
        yield both_sides("地点+房号", small, [here, left.room], [there, right.room])
        yield both_sides("门牌", small, [here], [there])


def _hint_keys(hint: Ints, right: Facets, pieces: "Pieces", cap: int) -> Iterator[Key]:
    """Damaged or masked codes meet whole ones through the pieces that are left."""
    at = np.flatnonzero(hint > 0)
    for table in pieces.of_code:
        for codes in (right.uscc, right.registration, right.hint, right.org):
            yield Key("残缺证号", table[hint[at]], at, table[codes], np.arange(len(right)), cap)


class Pieces:
    """Parts of trade names and codes, numbered once for a night.

    Attributes:
        first: number of each trade name's first character.
        start, end: number of each trade name's first and last two characters; 0 where it has fewer.
        of_code: three arrays with a number per code: its pieces that one wrong character cannot all touch.
    """

    def __init__(self, words: Vocabularies) -> None:
        trades = words.trade.words
        self.first: Ints = np.array([ord(word[0]) if word else 0 for word in trades], dtype=np.int64)
        self.start = _pair_numbers([word[:2] for word in trades])
        self.end = _pair_numbers([word[-2:] for word in trades])
        self._count, self._flat = _deletions(trades)
        self._start = np.cumsum(self._count) - self._count
        split = [_code_pieces(word) for word in words.code.words]
        number: dict[str, int] = {"": 0}
        self.of_code: list[Ints] = [
            np.array([number.setdefault(piece[i], len(number)) for piece in split], dtype=np.int64)
            for i in range(3)
        ]

    def shortened(self, facets: Facets) -> tuple[Ints, Ints]:
        """Keys of (trade name less one character, industry), and the members that have them."""
        trade, industry = facets.name.trade, facets.name.industry
        size = self._count[trade]
        at = np.repeat(np.arange(len(trade)), size)
        offset = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        part = self._flat[np.repeat(self._start[trade], size) + offset]
        return part * 1_000_003 + industry[at], at


def _pair_numbers(pairs: list[str]) -> Ints:
    return np.array([ord(p[0]) * 0x110000 + ord(p[1]) if len(p) == 2 else 0 for p in pairs], dtype=np.int64)


def _deletions(trades: list[str]) -> tuple[Ints, Ints]:
    """For each trade name, how many shortened forms it has, and their numbers one behind the other."""
    number: dict[str, int] = {}
    counts: list[int] = []
    flat: list[int] = []
    for word in trades:
        short = (
            {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))} if 2 <= len(word) <= 6 else set()
        )
        counts.append(len(short))
        flat.extend(number.setdefault(part, len(number) + 1) for part in sorted(short))
    return np.array(counts, dtype=np.int64), np.array(flat, dtype=np.int64)


def _code_pieces(code: str) -> tuple[str, str, str]:
    """Tail, middle and front of a code's body; empty where masked or all alike."""
    if code.startswith("group ") or len(code) < 9:
        return ("", "", "")
    parts = (code[-5:], code[-10:-5], code[-13:-5])
    tail, middle, front = ("" if "*" in p or len(set(p)) <= 2 else f"{i}{p}" for i, p in enumerate(parts))
    return tail, middle, front
