"""Words that names and addresses are made of: common characters and public place words, no real firm."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import strictyaml
from pipeline.errors import ConfigError

_FOLDER = Path(__file__).parent / "lexicon"
_RUNS = frozenset(
    [
        "first",
        "second",
        "third",
        "surnames",
        "given_first",
        "given_second",
        "given_single",
        "building_first",
        "building_second",
    ]
)


def listed(name: str) -> tuple[str, ...]:
    """A list of words of lexicon/lists.yml; where it is one run of characters, each is a word."""
    text = _lists()[name]
    parts = text.split()
    return tuple("".join(parts)) if name in _RUNS else tuple(parts)


@cache
def confusions() -> dict[str, str]:
    """Each character that others sound or look like, and those others."""
    table: dict[str, str] = {}
    for group in (*listed("homophones"), *listed("lookalikes")):
        for character in group:
            table[character] = table.get(character, "") + group.replace(character, "")
    return dict(table)


def by_mark(name: str) -> dict[str, str]:
    """`processes` or `equipment` of lexicon/lists.yml, by the mark of the trade."""
    return dict(_lists()[name])


@dataclass(frozen=True)
class Industry:
    """One trade of GB/T 4754-2011 and how it looks in Luohu.

    Attributes:
        code: letter and four digits.
        name: official name.
        words: 行业 words of companies.
        forms: what sole proprietors call such a place.
        business: 业态 as the grid writes it.
        company: weight among companies.
        sole: weight among sole proprietors.
        permit: permit that the trade needs (lexicon/permits.csv), or empty.
        approval: share with an environmental approval.
        processing: some of its factories work in processing trade.
        mark: what its workshops are like (`gold`, `plating`, `kitchen`…), or empty.
    """

    code: str
    name: str
    words: tuple[str, ...]
    forms: tuple[str, ...]
    business: str
    company: float
    sole: float
    permit: str
    approval: float
    processing: bool
    mark: str


@dataclass(frozen=True)
class Permit:
    """A kind of permit: its name on paper, its number's prefix, the office, its years."""

    permit: str
    kind: str
    prefix: str
    department: str
    years: int


@dataclass(frozen=True)
class Road:
    """A road, the streets (`东门`) that it crosses, and its range of house numbers."""

    road: str
    streets: tuple[str, ...]
    low: int
    high: int


@cache
def _lists() -> dict[str, Any]:
    return dict(strictyaml.read(_FOLDER / "lists.yml", ConfigError)[0])


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def industries() -> tuple[Industry, ...]:
    """All trades of the synthetic district."""
    return tuple(
        Industry(
            code=r["code"],
            name=r["name"],
            words=tuple(r["words"].split("|")),
            forms=tuple(r["forms"].split("|")),
            business=r["business"],
            company=float(r["company"]),
            sole=float(r["sole"]),
            permit=r["permit"],
            approval=float(r["approval"]),
            processing=bool(r["processing"]),
            mark=r["mark"] or "",
        )
        for r in _rows("industries.csv")
    )


@cache
def permits() -> tuple[Permit, ...]:
    """All kinds of permit."""
    return tuple(
        Permit(r["permit"], r["kind"], r["prefix"], r["department"], int(r["years"]))
        for r in _rows("permits.csv")
    )


@cache
def roads() -> tuple[Road, ...]:
    """Roads of the district; most cross several streets."""
    return tuple(
        Road(r["road"], tuple(r["streets"].split("|")), int(r["low"]), int(r["high"]))
        for r in _rows("roads.csv")
    )


@cache
def villages() -> tuple[tuple[str, str], ...]:
    """Urban villages: name and street (`东门`)."""
    return tuple((r["village"], r["street"]) for r in _rows("villages.csv"))
