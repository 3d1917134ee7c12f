"""The list watches itself: how tiers C and D fall on kinds of firms, and which group wants a person's eye."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.interval import wilson
from pipeline.night import Attention
from pipeline.score.scheme import Fairness

_SQL = Path(__file__).parent / "sql"
_KINDS = {
    "street": "街道",
    "entity_type": "主体类型",
    "size_band": "规模",
    "seen_by": "被几个来源看到",
    "registered": "登记情况",
}


@dataclass(frozen=True)
class GroupRate:
    """One group's share of firms in tiers C and D.

    Attributes:
        kind: what the groups are made by.
        group: the group, in Chinese.
        enterprises: firms in it.
        high: of them in tier C or D.
        others: firms outside it.
        others_high: of them in tier C or D.
    """

    kind: str
    group: str
    enterprises: int
    high: int
    others: int
    others_high: int

    @property
    def rate(self) -> float:
        """Share of the group in tiers C and D."""
        return self.high / self.enterprises

    @property
    def rest(self) -> float:
        """Share of all other firms in tiers C and D."""
        return self.others_high / self.others if self.others else 0.0

    def outside(self, fairness: Fairness) -> bool:
        """Whether the whole 95 % interval of the rate lies outside the declared band.

        Firms whose street, type or size nobody knows are shown, but are no group of firms.
        """
        if "不明" in self.group or min(self.enterprises, self.others) < fairness.least_enterprises:
            return False
        band = fairness.bands[self.kind]
        low, high = wilson(self.high, self.enterprises)
        rest_low, rest_high = wilson(self.others_high, self.others)
        return low > band * rest_high or high * band < rest_low

    def above(self, fairness: Fairness) -> bool:
        """Whether it lies outside because more of its firms stand high than elsewhere."""
        return self.outside(fairness) and self.rate > self.rest


@dataclass(frozen=True)
class GridVisits:
    """How often the grid saw a group: being seen more often is no reason to be worse.

    Attributes:
        visits: rows of the grid with a day, of all its firms.
        visited: firms with a recent visit.
        others_visited: firms outside it with a recent visit.
    """

    visits: int
    visited: int
    others_visited: int


Seen = Mapping[tuple[str, str], GridVisits]


def watch(
    con: duckdb.DuckDBPyConnection, as_of: date, fairness: Fairness, accepted: tuple[str, ...]
) -> list[Attention]:
    """Writes `fairness` and `held_line`, and says which groups lie outside their band.

    The top-tier lines of a group above its band wait until a person accepts the group.

    Args:
        con: the night's connection, with `risk`.
        as_of: the day, for how long ago a visit was.
        fairness: the declared bands.
        accepted: groups that a person has accepted this night.

    Returns:
        One item a group outside its band.
    """
    count_members(con, as_of, fairness)
    db.materialise(con, _SQL / "fairness_count.sql")
    groups, seen = _groups(con), _seen(con)
    db.write_arrow(con, "fairness", _table(groups, seen, fairness, accepted))
    db.materialise(con, _SQL / "held_line.sql")
    waiting = dict(con.execute('SELECT "group", count(*) FROM held_line GROUP BY ALL').fetchall())
    open_groups = [g for g in groups if g.outside(fairness) and g.group not in accepted]
    return [_attention(group, seen, waiting.get(group.group, 0)) for group in open_groups]


def count_members(con: duckdb.DuckDBPyConnection, as_of: date, fairness: Fairness) -> None:
    """Writes `fairness_member`: the groups that each firm is counted in."""
    values = {"as_of": as_of, "visited_within_days": fairness.visited_within_days}
    db.materialise(con, _SQL / "fairness_member.sql", values)


def _groups(con: duckdb.DuckDBPyConnection) -> list[GroupRate]:
    rows = con.execute(
        'SELECT kind, "group", enterprises, high FROM fairness_count ORDER BY kind, "group"'
    ).fetchall()
    totals: dict[str, tuple[int, int]] = {}
    for kind, _, enterprises, high in rows:
        one, two = totals.get(kind, (0, 0))
        totals[kind] = (one + enterprises, two + high)
    return [
        GroupRate(kind, group, count, high, totals[kind][0] - count, totals[kind][1] - high)
        for kind, group, count, high in rows
    ]


def _seen(con: duckdb.DuckDBPyConnection) -> Seen:
    rows = con.execute(
        'SELECT kind, "group", visits, visited, '
        "CAST(sum(visited) OVER (PARTITION BY kind) AS BIGINT) - visited "
        'FROM fairness_count ORDER BY kind, "group"'
    ).fetchall()
    return {(kind, group): GridVisits(*counts) for kind, group, *counts in rows}


def _shares(group: GroupRate, seen: Seen) -> tuple[float, float]:
    """Share of a group's firms with a recent visit, and that of all other firms."""
    visits = seen[group.kind, group.group]
    return visits.visited / group.enterprises, visits.others_visited / group.others if group.others else 0.0


def _table(groups: list[GroupRate], seen: Seen, fairness: Fairness, accepted: tuple[str, ...]) -> pa.Table:
    rows = [
        {
            "kind": group.kind,
            "kind_title": _KINDS[group.kind],
            "group": group.group,
            "enterprises": group.enterprises,
            "high": group.high,
            "rate": round(group.rate, 6),
            "rate_low": round(wilson(group.high, group.enterprises)[0], 6),
            "rate_high": round(wilson(group.high, group.enterprises)[1], 6),
            "rate_of_others": round(group.rest, 6),
            "outside": group.outside(fairness),
            "held": group.above(fairness) and group.group not in accepted,
            "grid_visits": seen[group.kind, group.group].visits,
            "visits_per_enterprise": round(seen[group.kind, group.group].visits / group.enterprises, 6),
            "visited_share": round(_shares(group, seen)[0], 6),
            "visited_share_of_others": round(_shares(group, seen)[1], 6),
            "visited_within_days": fairness.visited_within_days,
        }
        for group in groups
    ]
    schema = pa.schema(
        [(name, pa.string()) for name in ("kind", "kind_title", "group")]
        + [(name, pa.int64()) for name in ("enterprises", "high")]
        + [(name, pa.float64()) for name in ("rate", "rate_low", "rate_high", "rate_of_others")]
        + [(name, pa.bool_()) for name in ("outside", "held")]
        + [(name, pa.int64()) for name in ("grid_visits", "visited_within_days")]
        + [
            (name, pa.float64())
            for name in ("visits_per_enterprise", "visited_share", "visited_share_of_others")
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _attention(group: GroupRate, seen: Seen, waiting: int) -> Attention:
    own, others = _shares(group, seen)
    held = (
        f"其中{waiting}家D级暂不列入清单，核对无误后以 --accept {group.group} 重新运行即列入；"
        if waiting
        else ""
    )
    return Attention(
        "fairness",
        group.group,
        f"{_KINDS[group.kind]}“{group.group}”进入C、D级的比例为{group.rate:.1%}，其余为{group.rest:.1%}，"
        f"超出设定的范围（近期有网格到访的企业占{own:.1%}，其余占{others:.1%}：被看到得多不等于问题多），"
        f"{held}请先核对数据和规则再使用名单",
    )
