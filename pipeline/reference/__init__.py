"""Facts about the district that every room may rely on: streets and communities (NBS codes 2023)."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
DISTRICT_OFFICE = "街道不明"


@dataclass(frozen=True)
class Community:
    """One residents' committee: street (`桂园街道`), short name (`大塘龙`), and its other names."""

    street: str
    street_short: str
    street_code: str
    name: str
    code: str
    aliases: tuple[str, ...]


@cache
def communities() -> tuple[Community, ...]:
    """The communities of the ten streets, in code order (source: NBS division codes, 2023)."""
    with (FOLDER / "streets.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Community(
                street=row["street_name"],
                street_short=row["street_short"],
                street_code=row["street_code9"],
                name=row["community_short"],
                code=row["community_code12"],
                aliases=tuple(row["community_alias"].split("|")),
            )
            for row in csv.DictReader(handle)
        )


@cache
def streets() -> tuple[str, ...]:
    """Official names of the ten streets (`桂园街道` …), in code order."""
    return tuple(dict.fromkeys(item.street for item in communities()))


@cache
def street_tiles() -> dict[str, tuple[int, int]]:
    """Row and column of each street's tile, from the north-west, from 1: a sketch of bearings, no survey."""
    with (FOLDER / "street_tiles.csv").open(encoding="utf-8", newline="") as handle:
        return {row["street_name"]: (int(row["row"]), int(row["column"])) for row in csv.DictReader(handle)}
