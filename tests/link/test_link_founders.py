"""Who may found an enterprise, profile by profile; what profiles say is given as numbers."""

from typing import Any

import pytest

from pipeline.declaration import Source
from pipeline.link.room import _may_found
from tests.link.by_hand import facets, ints, parties

# An extract that sees places of trade, and one that may name a person instead of a firm.
SEES, NAMES = "grid", "street_cases"
NAMED, SIGNED, LICENSED = {"name": {"trade": [1]}}, {"sign": {"trade": [1]}}, {"licensed": [1]}


@pytest.mark.parametrize(
    ("extract", "said", "founds"),
    [
        (NAMES, {}, 0),
        (SEES, {}, 1),
        (NAMES, NAMED, 1),
        (NAMES, {"name": {"trade": [1], "person": [1]}}, 0),
        (NAMES, {"name": {"person": [1]}}, 0),
        (NAMES, SIGNED, 1),
        (NAMES, {"sign": {"trade": [1], "person": [1]}}, 1),
        (NAMES, {"uscc": [1]}, 1),
        (NAMES, {"org": [1]}, 1),
        (SEES, {"bare": [1]}, 0),
        (NAMES, SIGNED | {"bare": [1]}, 0),
        (SEES, LICENSED, 0),
        (SEES, LICENSED | {"name": {"known": [1]}}, 1),
        (SEES, LICENSED | {"sign": {"known": [1]}}, 1),
        (SEES, LICENSED | {"uscc": [1]}, 1),
        (SEES, LICENSED | {"org": [1]}, 1),
        ("elsewhere", {}, 0),
    ],
)
def test_who_may_found(extract: str, said: dict[str, Any], founds: int, sources: dict[str, Source]) -> None:
    of = parties({"extract": extract})
    own = facets(1, **said | {"extract": of.columns["extract"].tolist()})
    assert _may_found(ints(0), own, of, sources).tolist() == [founds]
