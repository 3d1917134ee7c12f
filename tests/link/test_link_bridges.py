from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import link
from pipeline.declaration import Source
from pipeline.link.decisions.bridges import WEAK, bridges, weak_bridges
from pipeline.night import Night

LIGHT = WEAK - 1


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def component(member: int, edges: list[tuple[int, int]]) -> set[int]:
    """All members that hang together with one: looked for again and again."""
    found = {member}
    while more := {x for edge in edges for x in edge if found & set(edge)} - found:
        found |= more
    return found


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda e: e[0] < e[1]), max_size=14))
def test_bridges_are_the_edges_whose_removal_splits(drawn: set[tuple[int, int]]) -> None:
    edges = sorted(drawn)
    found = bridges(ints(*(e[0] for e in edges)), ints(*(e[1] for e in edges)))
    expected = {
        at
        for at, (one, other) in enumerate(edges)
        if other not in component(one, edges[:at] + edges[at + 1 :])
    }
    assert {edge for edge, _, _ in found} == expected
    for edge, far, whole in found:
        rest = edges[:edge] + edges[edge + 1 :]
        assert set(far) in (component(edges[edge][0], rest), component(edges[edge][1], rest))
        assert set(whole) == component(edges[edge][0], edges)
        assert len(far) == len(set(far)) and len(whole) == len(set(whole))


CHAIN = (ints(0, 1, 2), ints(1, 2, 3))


def words(**fields: tuple[int, ...]) -> dict[str, list[frozenset[int]]]:
    silent = (0, 0, 0, 0)
    return {
        name: [frozenset({value} - {0}) for value in fields.get(name, silent)]
        for name in ("operator", "sign", "premises")
    }


@pytest.mark.parametrize(
    ("said", "weight", "cut"),
    [
        (words(operator=(1, 1, 2, 2), sign=(1, 1, 2, 2)), LIGHT, [1]),
        (words(operator=(1, 0, 0, 2), sign=(0, 1, 2, 0)), LIGHT, [1]),
        (words(operator=(1, 1, 2, 2)), LIGHT, []),
        (words(operator=(1, 1, 2, 2), sign=(1, 1, 2, 2)), WEAK, []),
        (words(operator=(1, 1, 2, 2), sign=(3, 1, 2, 3)), LIGHT, []),
        (words(), LIGHT, []),
    ],
)
def test_a_light_bridge_between_sides_that_contradict_in_two_fields_is_cut(
    said: dict[str, Any], weight: int, cut: list[int]
) -> None:
    found = weak_bridges(*CHAIN, ints(WEAK, weight, WEAK), ints(0, 0, 0, 0), said)
    assert [one.edge for one in found] == cut
    assert all(one.why == ("operator", "sign") for one in found)


def test_three_rows_are_no_chain() -> None:
    said = words(operator=(1, 2, 2, 0), sign=(1, 2, 2, 0))
    assert weak_bridges(ints(0, 1), ints(1, 2), ints(LIGHT, LIGHT), ints(0, 0, 0, 3), said) == []


def test_a_row_that_fits_two_shops_does_not_make_them_one(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    here = {"grid_no": "1", "street": "翠竹街道", "address": "田贝四路63号", "phone": "13612345670"}
    one = here | {"sign_name": "阿美发廊", "operator": "吴阿美"}
    other = here | {"sign_name": "小胖烧烤", "operator": "马小胖"}
    case = {"address": "田贝四路63号"}
    night = make_night(
        {
            "grid": [one, one | {"phone": None}, other, other | {"phone": None}, here],
            "street_cases": [case | {"case_no": "1", "sign_name": "小胖烧烤", "name": "马小胖"}],
        }
    )
    summary = link.run(night, sources)
    with night.connect() as con:
        ids = dict(con.execute("SELECT record_id, enterprise_id FROM record_link").fetchall())
        cut = con.execute("SELECT record_id, other_record_id, reason FROM link_bridge").fetchall()
    assert ids["grid:1"] == ids["grid:2"] != ids["grid:3"] == ids["grid:4"] == ids["street_cases:1"]
    assert summary.bridges_cut == len(cut) > 0
    assert all("grid:5" in row and row[2] == "经营者不同；招牌或字号不同" for row in cut)
