"""The report's streets: firms by tier, the tile map, the trend over the nights kept, and who moved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from pipeline.publish.night_report.charts import axis, draw
from pipeline.reference import DISTRICT_OFFICE, street_tiles, streets

TIERS = ("D", "C", "B", "A")
DISTRICT = "全区"
NIGHTS = 60
NIGHTS_IN_TABLE = 6
MOVES = {"new": "新进入", "up": "C 升 D", "down": "D 降 C", "gone": "退出"}
FIRMS_NAMED = 10
_LEVELS = 3
_DAYS_NAMED = 6
_BAR = 29
Rows = list[dict[str, Any]]


def places(rows: Iterable[Mapping[str, Any]] = ()) -> list[str]:
    """The ten streets, 街道不明, then any other name that the rows bear; each once."""
    return list(dict.fromkeys([*streets(), DISTRICT_OFFICE, *(str(row["street"]) for row in rows)]))


def tiers(counts: Rows, known: Rows, change: Mapping[str, int]) -> Rows:
    """One row per street and one for the district: firms by tier, known firms, change of D and C together.

    Args:
        counts: firms by street and tier.
        known: firms by street, with findings or without.
        change: by street, of firms in D and C since the last night.
    """
    firms = Counter({(row["street"], row["tier"]): row["firms"] for row in counts})
    enterprises = {row["street"]: row["enterprises"] for row in known}
    table = [
        {
            "street": street,
            **{tier: firms[street, tier] for tier in TIERS},
            "enterprises": enterprises.get(street, 0),
            "change": change.get(street, 0),
        }
        for street in dict.fromkeys([*places([*counts, *known]), *change])
    ]
    return [*table, total(table, (*TIERS, "enterprises", "change"))]


def total(rows: Rows, columns: Iterable[str]) -> dict[str, Any]:
    """The district's row under the streets' rows."""
    return {"street": DISTRICT, **{column: sum(row[column] for row in rows) for column in columns}}


def tiles(table: Rows) -> tuple[Rows, list[tuple[int, str]]]:
    """The tile map: a tile per street with its place and shade, and the legend of the shades that occur.

    A shade is a step of lightness from 0 (none) to 3, so that it survives print in grey; the figures stand
    in the tile.
    """
    rows = {row["street"]: row for row in table}
    most = max(rows[street]["D"] + rows[street]["C"] for street in street_tiles())
    found = []
    for street, (row, column) in street_tiles().items():
        high = rows[street]["D"] + rows[street]["C"]
        shade = -(-_LEVELS * high // most) if most else 0
        found.append({**rows[street], "row": row, "column": column, "high": high, "shade": shade})
    seen = {shade: [tile["high"] for tile in found if tile["shade"] == shade] for shade in range(_LEVELS + 1)}
    legend = [(shade, _span(min(highs), max(highs))) for shade, highs in seen.items() if highs]
    return found, legend


def street_chart(table: Rows) -> Markup:
    """Bars of D and C firms by street, the figures beside each."""
    rows = [row for row in table[:-1] if row["street"] in streets() or row["D"] + row["C"]]
    values = []
    for row in rows:
        ends = row["D"], row["D"] + row["C"]
        values += [
            {"street": row["street"], "tier": "D", "from": 0, "to": ends[0], "label": ""},
            {"street": row["street"], "tier": "C", "from": ends[0], "to": ends[1]}
            | {"label": f"D {row['D']}　C {row['C']}"},
        ]
    title = f"各街道 D、C 级企业家数：{_told((row['street'], row['D'], row['C']) for row in rows)}"
    bound = axis(max((row["D"] + row["C"] for row in rows), default=0))
    order = [row["street"] for row in rows]
    return draw("street", title, values, height=_BAR * len(rows), order=order, **bound)


def trend(rows: Rows, as_of: date) -> dict[str, Any]:
    """The nights kept, the oldest first: firms in D and C over the district; by street for the newest few.

    Where only one night is known, `chart` is None and `change` (by street, since the last night) is empty.
    """
    days = sorted({row["as_of"] for row in rows} | {as_of})
    district = {day: {"D": 0, "C": 0} for day in days}
    by_street: Counter[tuple[str, date]] = Counter()
    for row in rows:
        district[row["as_of"]]["D"] += row["d"]
        district[row["as_of"]]["C"] += row["c"]
        by_street[row["street"], row["as_of"]] += row["d"] + row["c"]
    newest = days[-NIGHTS_IN_TABLE:]
    change = {
        street: by_street[street, days[-1]] - by_street[street, days[-2]]
        for street in places(rows)
        if len(days) > 1
    }
    return {
        "nights": [{"day": day, **district[day]} for day in days],
        "days": newest,
        "streets": [(street, [by_street[street, day] for day in newest]) for street in places(rows)],
        "change": change,
        "chart": _trend_chart(district) if len(days) > 1 else None,
    }


def _trend_chart(district: Mapping[date, Mapping[str, int]]) -> Markup:
    days = list(district)
    last = district[days[-1]]
    most = max(counts[tier] for counts in district.values() for tier in ("D", "C"))
    # Two labels of a line's height each must not lie on one another.
    apart = max(0.09 * most - abs(last["C"] - last["D"]), 0) / 2
    shift = {"C": apart, "D": -apart} if last["C"] >= last["D"] else {"C": -apart, "D": apart}
    values = [
        {"day": day.isoformat(), "tier": tier, "firms": counts[tier], "last": day == days[-1]}
        | {"label": f"{tier} {counts[tier]}", "label_at": counts[tier] + shift[tier]}
        for day, counts in district.items()
        for tier in ("D", "C")
    ]
    step = -(-len(days) // _DAYS_NAMED)
    first = district[days[0]]
    title = (
        f"全区 D、C 级企业家数走势，{days[0]}至{days[-1]}共{len(days)}期："
        f"D 由{first['D']}到{last['D']}，C 由{first['C']}到{last['C']}"
    )
    named = [day.isoformat() for day in days[::-1][::step][::-1]]
    return draw("trend", title, values, days=named, **axis(most))


def movers(moved: Rows) -> dict[str, Any]:
    """Who entered, rose, fell, left: counts by street, and by move the firms whose score changed most."""
    counts = Counter((row["street"], row["move"]) for row in moved)
    table: Rows = [
        {"street": street, **{move: counts[street, move] for move in MOVES}} for street in places(moved)
    ]
    firms = {move: [row for row in moved if row["move"] == move] for move in MOVES}
    return {
        "streets": [*table, total(table, MOVES)],
        "firms": [(word, len(firms[move]), firms[move][:FIRMS_NAMED]) for move, word in MOVES.items()],
    }


def _span(low: int, high: int) -> str:
    return f"{low} 家" if low == high else f"{low}—{high} 家"


def _told(rows: Iterable[Sequence[Any]]) -> str:
    return "；".join(f"{street} D {d}、C {c}" for street, d, c in rows)
