"""What a city and a country would take on Spark, from the rates of one measured run."""

from dataclasses import dataclass
from typing import Any

from pipeline.link.columns.facets import Facets
from pipeline.link.columns.vocabulary import NameFacets

WINDOW = 4.0  # hours in which a night's linking is to be done
BUSY = 0.7  # of its time, a core of a cluster works
GROWTH = (1.0, 1.1)  # how cost grows with rows: the exponent, at best and at worst
YUAN = 0.4  # a core-hour with its memory, an assumption: hired by the hour, list prices lie about there
GB = 1e9


@dataclass(frozen=True)
class Place:
    """Whose firms are linked."""

    name: str
    firms: int
    rows: int


def lines(firms: int, spark: dict[str, Any]) -> list[str]:
    """The table of sizes.

    Args:
        firms: of the measured district.
        spark: the figures of its run.
    """
    rows = spark["rows"]
    places = (
        Place("the measured district", firms, rows),
        Place("a city", 4_000_000, 25_000_000),
        Place("the country", 180_000_000, round(180_000_000 * rows / firms)),
    )
    driver, disk = (spark[name] * 1e6 / rows for name in ("driver_mb", "disk_mb"))
    return [
        f"Sizes that follow: {spark['cpu'] / rows * 1000:.2f} processor milliseconds a row, of which "
        f"{spark['driver_cpu'] / rows * 1000:.2f} in the driver; {driver:,.0f} bytes of the driver's memory "
        f"a row, {_shared():,} bytes of shared facets a row, {disk:,.0f} bytes of disk a row, "
        f"{spark['pairs'] / rows:.0f} pairs a row. Cost grows with rows to the power of "
        f"{GROWTH[0]}–{GROWTH[1]}; a night's linking has {WINDOW:.0f} hours; "
        f"a core works {BUSY:.0%} of them; a core-hour is taken at ¥{YUAN} (an assumption).",
        "",
        "| | firms | rows | core-hours | driver alone, hours | cores | driver memory, GB | shared facets on "
        "each machine, GB | disk of all machines, GB | a night, ¥ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(_line(place, spark, place.rows / rows) for place in places),
    ]


def _shared() -> int:
    """Bytes of a row of facets that every machine maps."""
    names = [name for name, kind in Facets.__annotations__.items() if kind in (NameFacets, "NameFacets")]
    columns = len(Facets.__annotations__) - len(names) + len(names) * len(NameFacets.__annotations__)
    return columns * 4


def _line(place: Place, spark: dict[str, Any], times: float) -> str:
    hours = [spark["cpu"] / 3600 * times**power for power in GROWTH]
    alone = [spark["driver_cpu"] / 3600 * times**power for power in GROWTH]
    cores = [max(1, -(-(hour - own) // (WINDOW * BUSY))) for hour, own in zip(hours, alone, strict=True)]
    cells = [
        place.name,
        f"{place.firms:,}",
        f"{place.rows:,}",
        _between(hours, 2),
        _between(alone, 2),
        _between(cores, 0),
        f"{spark['driver_mb'] * 1e6 / GB * times:,.0f}",
        f"{_shared() * place.rows / GB:,.0f}",
        f"{spark['disk_mb'] * 1e6 / GB * times:,.0f}",
        _between([hour * YUAN for hour in hours], 0),
    ]
    return f"| {' | '.join(cells)} |"


def _between(values: list[float], digits: int) -> str:
    low, high = (f"{value:,.{digits if value < 10 else 0}f}" for value in values)
    return low if low == high else f"{low}–{high}"
