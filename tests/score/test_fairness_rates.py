"""How far a group's rate lies from the others', at the edges of the band, and what is told of it."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.score.fairness import GroupRate, watch
from pipeline.score.scheme import Fairness

AS_OF = date(2017, 3, 31)
KINDS = ("street", "entity_type", "size_band", "seen_by", "registered")
FAIRNESS = Fairness(least_enterprises=100, visited_within_days=365, bands=dict.fromkeys(KINDS, 2))


def _group(high: int, count: int, others_high: int, others: int, group: str = "甲街道") -> GroupRate:
    return GroupRate("street", group, count, high, others, others_high)


def test_rates_are_shares_and_that_of_nobody_is_none() -> None:
    group = _group(30, 120, 50, 500)
    assert (group.rate, group.rest) == (0.25, 0.1)
    assert _group(30, 120, 0, 0).rest == 0.0


@pytest.mark.parametrize(
    ("group", "outside", "above"),
    [
        (_group(500, 1000, 100, 1000), True, True),
        (_group(100, 1000, 500, 1000), True, False),
        (_group(200, 1000, 100, 1000), False, False),
        (_group(100, 1000, 200, 1000), False, False),
        (_group(300, 1000, 300, 1000), False, False),
        (_group(150, 1000, 100, 1000), False, False),
        (_group(0, 1000, 0, 1000), False, False),
    ],
)
def test_a_group_is_outside_where_its_whole_interval_is_beyond_the_band(
    group: GroupRate, outside: bool, above: bool
) -> None:
    assert (group.outside(FAIRNESS), group.above(FAIRNESS)) == (outside, above)


@pytest.mark.parametrize(
    ("count", "others", "judged"),
    [(100, 1000, True), (99, 1000, False), (1000, 99, False), (1000, 100, True)],
)
def test_small_groups_and_those_with_few_others_are_not_judged(count: int, others: int, judged: bool) -> None:
    assert _group(count, count, 0, others).outside(FAIRNESS) is judged
    assert not _group(count, count, 0, others, "街道不明").outside(FAIRNESS)


def _watched(
    folder: Path, accepted: tuple[str, ...] = ()
) -> tuple[dict[tuple[str, str], dict[str, Any]], list[str], list[str]]:
    """甲街道 stands high with 60 of 120 firms, half of them at the top; 乙街道 with 3 of 300."""
    with duckdb.connect(str(folder / "w.duckdb")) as con:
        con.execute(
            "CREATE TABLE enterprise AS SELECT 'E' || i AS enterprise_id, "
            "CASE WHEN i < 120 THEN '甲街道' ELSE '乙街道' END AS street, '个体工商户' AS entity_type, "
            "1 AS extract_count, 'registered' AS registration_state FROM range(420) t(i)"
        )
        con.execute(
            "CREATE TABLE risk AS SELECT 'E' || i AS enterprise_id, CASE WHEN i < 30 THEN 'D' ELSE 'C' END "
            "AS tier FROM range(420) t(i) WHERE i < 60 OR i >= 417"
        )
        con.execute(
            "CREATE TABLE linked_grid AS SELECT 'E' || (i % 120) AS enterprise_id, $day AS inspected_on, "
            "1.0 AS employees FROM range(160) t(i) "
            "UNION ALL SELECT 'E' || i, NULL, 1.0 FROM range(120, 420) t(i)",
            {"day": AS_OF},
        )
        told = watch(con, AS_OF, FAIRNESS, accepted)
        rows = con.execute("FROM fairness").to_arrow_table().to_pylist()
        held = [row[0] for row in con.execute("SELECT enterprise_id FROM held_line").fetchall()]
    return {(row["kind"], row["group"]): row for row in rows}, held, [one.sentence for one in told]


def test_every_group_is_shown_with_its_rate_that_of_others_and_its_visits(tmp_path: Path) -> None:
    rows, held, told = _watched(tmp_path)
    one, two = rows["street", "甲街道"], rows["street", "乙街道"]
    shown = ("kind_title", "enterprises", "high", "rate", "rate_of_others", "outside", "held", "grid_visits")
    assert [one[name] for name in shown] == ["街道", 120, 60, 0.5, 0.01, True, True, 160]
    assert [two[name] for name in shown] == ["街道", 300, 3, 0.01, 0.5, True, False, 0]
    assert (one["rate_low"], one["rate_high"]) == (0.411937, 0.588063)
    assert (one["visits_per_enterprise"], one["visited_share"], one["visited_share_of_others"]) == (
        *(1.333333, 1.0, 0.0),
    )
    assert (two["visited_share"], two["visited_share_of_others"], two["visited_within_days"]) == (0, 1, 365)
    everybody = rows["entity_type", "个体工商户"]
    assert (everybody["enterprises"], everybody["high"], everybody["rate"]) == (420, 63, 0.15)
    assert (everybody["rate_of_others"], everybody["visited_share_of_others"]) == (0, 0)
    assert (everybody["outside"], everybody["visits_per_enterprise"]) == (False, 0.380952)
    assert len(held) == 30
    assert len(told) == len([row for row in rows.values() if row["outside"]])


def test_who_stands_above_is_held_and_who_stands_below_only_told(tmp_path: Path) -> None:
    _, _, told = _watched(tmp_path)
    (above,) = (text for text in told if "“甲街道”" in text)
    assert "进入C、D级的比例为50.0%，其余为1.0%" in above
    assert "近期有网格到访的企业占100.0%，其余占0.0%" in above
    assert "其中30家D级暂不列入清单" in above and "--accept 甲街道" in above
    (below,) = (text for text in told if "“乙街道”" in text)
    assert "比例为1.0%，其余为50.0%" in below and "--accept" not in below


def test_an_accepted_group_is_neither_held_nor_told_of_again(tmp_path: Path) -> None:
    rows, held, told = _watched(tmp_path, ("甲街道",))
    one = rows["street", "甲街道"]
    assert (one["outside"], one["held"], held) == (True, False, [])
    assert not [text for text in told if "“甲街道”" in text]
    assert [text for text in told if "“乙街道”" in text]
