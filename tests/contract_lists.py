"""The lists of a published night, as a street office's program reads them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def csv_lists(place: Any) -> Iterator[tuple[Path, list[dict[str, str]]]]:
    for path in (*place.night.glob("district_*.csv"), *sorted(place.night.glob("streets/*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield path, list(csv.DictReader(file))
