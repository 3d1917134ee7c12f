"""People who run firms, their phones, and the bookkeeping agents who lend theirs."""

from dataclasses import dataclass

import numpy as np

from pipeline.district.codes import person_numbers
from pipeline.district.draw import Dice, Flags, Ints, Objects, choose, glue, objects
from pipeline.district.words import listed

_MOBILE = (
    "134",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "158",
    "159",
    "186",
    "188",
    "130",
    "133",
    "189",
    "177",
)


@dataclass(frozen=True)
class People:
    """All people, one array entry each: name, mobile number, identity-card number of nobody."""

    name: Objects
    phone: Objects
    number: Objects


def falling(size: int, slope: float = 0.6) -> list[float]:
    """Weights that fall with the place in a list: frequent things first."""
    return [1 / (i + 3) ** slope for i in range(size)]


def build(seed: int, n: int) -> People:
    """So many people; common names stand for many of them."""
    dice = Dice(seed, "people")
    surname = _frequent(dice, "surnames", n, 1.0)
    first = _frequent(dice, "given_first", n)
    second = _frequent(dice, "given_second", n)
    single = _frequent(dice, "given_single", n)
    return People(
        surname + choose(dice.chance(0.2, n), single, first + second),
        phones(dice, n),
        person_numbers(dice, n),
    )


def _frequent(dice: Dice, name: str, n: int, slope: float = 0.6) -> Objects:
    words = listed(name)
    return dice.pick(words, n, falling(len(words), slope))


def phones(dice: Dice, n: int) -> Objects:
    """Mobile numbers."""
    tail = dice.whole(0, 99_999_999, n).tolist()
    return glue(dice.pick(_MOBILE, n), objects([f"{v:08d}" for v in tail]))


def lines(dice: Dice, n: int) -> Objects:
    """Fixed-line numbers of Shenzhen."""
    tail = dice.whole(2_000_000, 5_999_999, n).tolist()
    return glue(dice.pick(["0755-2", "0755-8", "(0755)2", "07552"], n), objects([f"{v:07d}" for v in tail]))


def owners(dice: Dice, people: int, n: int) -> Ints:
    """Who runs each of n firms: most run one, some several."""
    index = np.arange(n) % people
    again = np.flatnonzero(dice.chance(0.09, n))
    index[again] = index[dice.whole(0, n - 1, len(again))]
    return index


def miswrite(dice: Dice, names: Objects, share: float) -> Objects:
    """Names with a given name's character mistaken, a space inside, or the given name hidden."""
    out = names.copy()
    for i in np.flatnonzero(dice.chance(share, len(names))).tolist():
        name = out[i]
        if not name or len(name) > 4:
            continue
        way = int(dice.rng.integers(0, 6))
        if way == 0:
            out[i] = name[0] + "*" * (len(name) - 1)
        elif way == 1:
            out[i] = "　".join(name) if len(name) == 2 else name
        else:
            out[i] = name[:-1] + _mistaken(name[-1], way)
    return out


def _mistaken(character: str, way: int) -> str:
    for group in listed("homophones"):
        if character in group:
            return group[(group.index(character) + way) % len(group)]
    others = listed("given_second")
    return others[(ord(character) * 7 + way) % len(others)]


def shared_phones(dice: Dice, own: Objects, flags: Flags, firms_per_agent: int = 60) -> Objects:
    """A bookkeeping agent's number instead of the firm's own, where flagged."""
    agents = phones(dice, max(3, int(flags.sum()) // firms_per_agent))
    return choose(flags, agents[dice.whole(0, len(agents) - 1, len(own))], own)
