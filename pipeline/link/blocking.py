"""Candidate pairs from many keys, each block bounded, hot blocks counted and named by their key."""

from collections.abc import Sequence
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


def candidates(keys: Sequence[Key], right_count: int) -> Candidates:
    """Joins each key's blocks and keeps every pair once."""
    found: list[Ints] = []
    pairs: dict[str, int] = {}
    hot: dict[str, int] = {}
    for key in keys:
        left, right, heated = _join(key)
        pairs[key.name] = pairs.get(key.name, 0) + len(left)
        hot[key.name] = hot.get(key.name, 0) + heated
        found.append(np.unique(left * right_count + right))
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


def standard_keys(left: Facets, right: Facets, words: Vocabularies, cap: int) -> list[Key]:
    """The keys under which rows and firms meet.

    Args:
        left: rows looking for a firm.
        right: views of firms (or other rows).
        words: the texts behind the integers.
        cap: largest block of a specific key; the others scale with it.
    """
    keys = []
    first = _first_characters(words)
    for side, name in (("name", left.name), ("sign", left.sign)):
        for other_side, other in (("name", right.name), ("sign", right.sign)):
            if side == other_side == "name":
                keys.append(both_sides("全称", cap, [name.full], [other.full]))
            sound = [name.sound], [other.sound]
            label = "字号读音" if side == other_side else "招牌与字号读音"
            keys.append(both_sides(label, cap, *sound))
            keys.append(
                both_sides("字号读音+行业", cap, [*sound[0], name.industry], [*sound[1], other.industry])
            )
            for place in ("road", "building", "house_code", "community", "street"):
                at = [getattr(left, place)], [getattr(right, place)]
                keys.append(both_sides("字号读音+地点", cap, [*sound[0], *at[0]], [*sound[1], *at[1]]))
            for place in ("site", "building", "house_code"):
                at = [getattr(left, place)], [getattr(right, place)]
                initial = [first[name.trade]], [first[other.trade]]
                keys.append(both_sides("字号首字+地点", cap, [*initial[0], *at[0]], [*initial[1], *at[1]]))
    keys += _damaged_name_keys(left, right, words, cap)
    keys += _party_keys(left, right, cap)
    keys += _hint_keys(left.hint, right, words, cap)
    return keys


def _party_keys(left: Facets, right: Facets, cap: int) -> list[Key]:
    keys = [both_sides("负责人", cap, [left.person], [right.person])]
    for mine in (left.phone, left.phone_other):
        for other in (right.phone, right.phone_other):
            keys.append(both_sides("电话", cap, [mine], [other]))
    for place in ("road", "building", "house_code", "community"):
        at = [getattr(left, place)], [getattr(right, place)]
        keys.append(
            both_sides("负责人读音+地点", cap, [left.person_sound, *at[0]], [right.person_sound, *at[1]])
        )
    keys.append(
        both_sides(
            "负责人读音+行业",
            cap,
            [left.person_sound, left.name.industry],
            [right.person_sound, right.name.industry],
        )
    )
    small = max(cap // 2, 10)
    keys.append(both_sides("房屋编码", small, [left.house_code], [right.house_code]))
    keys.append(
        both_sides("房屋编码+房号", cap, [left.house_code, left.room], [right.house_code, right.room])
    )
    for place in ("site", "building"):
        at = [getattr(left, place)], [getattr(right, place)]
        keys.append(both_sides("地点+房号", small, [*at[0], left.room], [*at[1], right.room]))
        keys.append(both_sides("门牌", small, *at))
    return keys


def _first_characters(words: Vocabularies) -> Ints:
    return np.array([ord(word[0]) if word else 0 for word in words.trade.words], dtype=np.int64)


def _damaged_name_keys(left: Facets, right: Facets, words: Vocabularies, cap: int) -> list[Key]:
    """Trade names that differ by one character: both without it, beside the same industry."""
    shorter = _Deletions(words)
    value_left, at_left = shorter.of(left)
    value_right, at_right = shorter.of(right)
    return [Key("字号缺一字+行业", value_left, at_left, value_right, at_right, cap)]


class _Deletions:
    """Numbers for (trade name less one character, industry)."""

    def __init__(self, words: Vocabularies) -> None:
        self._number: dict[str, int] = {}
        counts: list[int] = []
        flat: list[int] = []
        for word in words.trade.words:
            parts = (
                {word[:i] + word[i + 1 :] for i in range(len(word))} | {word}
                if 2 <= len(word) <= 6
                else set()
            )
            numbers = [self._number.setdefault(part, len(self._number) + 1) for part in sorted(parts)]
            counts.append(len(numbers))
            flat.extend(numbers)
        self._count = np.array(counts, dtype=np.int64)
        self._flat = np.array(flat, dtype=np.int64)
        self._start = np.cumsum(self._count) - self._count

    def of(self, facets: Facets) -> tuple[Ints, Ints]:
        """Key values and the members that have them; a name of one character left needs an industry."""
        trade, industry = facets.name.trade, facets.name.industry
        size = self._count[trade]
        at = np.repeat(np.arange(len(trade)), size)
        offset = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        part = self._flat[np.repeat(self._start[trade], size) + offset] if len(at) else at
        return part * 1_000_003 + industry[at], at


def _hint_keys(hint: Ints, right: Facets, words: Vocabularies, cap: int) -> list[Key]:
    """Damaged or masked codes meet whole ones through the pieces that are left."""
    pieces = [_pieces(word) for word in words.code.words]
    number: dict[str, int] = {}
    keys = []
    for which in range(3):
        table = np.array(
            [number.setdefault(p[which], len(number) + 1) if p[which] else 0 for p in pieces], dtype=np.int64
        )
        for codes in (right.uscc, right.registration, right.hint, right.org):
            keys.append(
                Key("残缺证号", table[hint], np.arange(len(hint)), table[codes], np.arange(len(right)), cap)
            )
    return keys


def _pieces(code: str) -> tuple[str, str, str]:
    """Three pieces of a code that one wrong character cannot all touch; stars and prefixes left out."""
    if code.startswith("group ") or len(code) < 9:
        return ("", "", "")
    tail, middle, front = code[-5:], code[-10:-5], code[:-5][-8:]
    return tuple(
        "" if "*" in piece or len(set(piece)) <= 2 else f"{i}{piece}"
        for i, piece in enumerate((tail, middle, front))
    )  # type: ignore[return-value]
