"""What an enterprise looks like from outside, and what changed in it: its name, its sign, its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import chain
from typing import Self

import pyarrow as pa

from pipeline.link.texts.addresses import AddressParts, parse_address, road_key
from pipeline.link.texts.folding import fold, pinyin_key
from pipeline.link.texts.names import parse_name

AT_ONCE = 1 << 15  # enterprises that are objects of Python


@dataclass(frozen=True)
class Look:
    """What was last known of an enterprise; empty where nothing was.

    Attributes:
        registered_name, registered_address: as the registry has it.
        sign, trading_address: as the newest visit of the grid saw it.
    """

    registered_name: str = ""
    sign: str = ""
    registered_address: str = ""
    trading_address: str = ""

    @classmethod
    def all_of(cls, table: pa.Table) -> Iterator[Self]:
        """What rows with the columns of a look say, in their order; each is made when it is asked for."""
        for some in table.to_batches(max_chunksize=AT_ONCE):
            texts = (some[f.name].fill_null("").to_pylist() for f in fields(cls))
            yield from map(cls, *texts)


@dataclass(frozen=True)
class Seen:
    """An enterprise tonight: its look, and every sign and place that the grid's current rows name."""

    look: Look = Look()
    signs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @classmethod
    def all_of(cls, table: pa.Table) -> Iterator[Self]:
        """What rows like those of `link_look` say, in their order; each is made when it is asked for."""
        batches = table.select(["signs", "places"]).to_batches(max_chunksize=AT_ONCE)
        lists = (zip(*(column.to_pylist() for column in some), strict=True) for some in batches)
        for look, (signs, places) in zip(Look.all_of(table), chain.from_iterable(lists), strict=True):
            yield cls(look, tuple(signs or ()), tuple(places or ()))


def is_renamed(before: Look, tonight: Seen) -> bool:
    """Whether the registered name changed, or, of a shop from no registry, the sign.

    A shop that is registered has a name now; it was not renamed. A sign is another one where its trade
    name sounds otherwise and no visit of before stands beside it.
    """
    if tonight.look.registered_name:
        had = before.registered_name
        return bool(had) and fold(had) != fold(tonight.look.registered_name)
    if before.registered_name or not before.sign or not tonight.signs:
        return False
    return not any(_same_sign(before.sign, sign) for sign in tonight.signs)


def is_moved(before: Look, tonight: Seen) -> bool:
    """Whether the registered place changed, or the enterprise trades no more where it was seen to trade."""
    registered, seen = tonight.look.registered_address, before.trading_address
    if registered and before.registered_address and _apart(before.registered_address, registered):
        return True
    return bool(seen) and bool(tonight.places) and all(_apart(seen, place) for place in tonight.places)


def _same_sign(one: str, other: str) -> bool:
    if fold(one) == fold(other):
        return True
    a, b = (pinyin_key(parse_name(text, True).trade) for text in (one, other))
    return bool(a) and bool(b) and (a in b or b in a)


def _apart(one: str, other: str) -> bool:
    """Whether two addresses name different places; how they are written, or how much they say, is no move."""
    if fold(one) == fold(other):
        return False
    a, b = parse_address(one), parse_address(other)
    if a.road and b.road and a.number and b.number:
        if (road_key(a.road), a.number) != (road_key(b.road), b.number):
            return True
    elif a.building and b.building and a.building != b.building:
        return True
    elif not (a.building and a.building == b.building):
        return False
    return _other_room(a, b)


def _other_room(a: AddressParts, b: AddressParts) -> bool:
    parts: Iterable[tuple[str, str]] = ((a.block, b.block), (a.floor, b.floor))
    if any(one and other and one != other for one, other in parts):
        return True
    return bool(a.rooms) and bool(b.rooms) and not set(a.rooms) & set(b.rooms)
