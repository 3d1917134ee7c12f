"""Whether links given probability p are right a share p of the time."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.district.evaluate import _prepare
from tests.bench.linking_sql import query

_SIZE, _EDGE = 320, 40


@dataclass(frozen=True)
class Bin:
    """One tenth of the doubtful links and open pairs: how many, their mean probability, the share right."""

    bin: int
    items: int
    mean_probability: float
    share_right: float


def measure_reliability(night: Path, judged: Path, truth: Path) -> list[Bin]:
    """Ten bins of equal mass over links and open pairs with a probability between 0.05 and 0.95.

    Args:
        night: a linked night's own database.
        judged: the database that `judge_night` left.
        truth: folder of the district's truth.
    """
    paths = {name: str(truth / f"{name}.parquet") for name in ("records", "entities")}
    with duckdb.connect(str(judged)) as con:
        _prepare(con, paths)
        con.execute(f"ATTACH '{night}' AS made (READ_ONLY)")
        return [Bin(*row) for row in con.execute(query("reliability")).fetchall()]


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: the mean gap between probability and share, weighted by items."""
    items = sum(one.items for one in bins)
    return sum(one.items * abs(one.mean_probability - one.share_right) for one in bins) / max(items, 1)


def plot(curves: dict[str, list[Bin]]) -> str:
    """A reliability plot as SVG: one line a district, the diagonal for comparison."""
    shades = ("#1b6ca8", "#c0392b", "#2e7d32", "#6a1b9a")
    side, middle = _SIZE + 2 * _EDGE, _EDGE + _SIZE / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 120} {side}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        *(_tick(i / 5) for i in range(6)),
        _line([(0.0, 0.0), (1.0, 1.0)], "#999", ' stroke-dasharray="4 4"'),
        f'<text x="{middle}" y="{_SIZE + _EDGE + 34}" text-anchor="middle">mean probability</text>',
        f'<text transform="translate(10 {middle}) rotate(-90)" text-anchor="middle">share right</text>',
    ]
    for at, (name, bins) in enumerate(curves.items()):
        shade = shades[at % len(shades)]
        legend_at = _EDGE + 16 * at + 10
        points = [(one.mean_probability, one.share_right) for one in bins]
        parts.append(_line(points, shade, ""))
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{shade}"/>' for x, y in map(_place, points)]
        parts.append(f'<text x="{_SIZE + _EDGE + 10}" y="{legend_at}" fill="{shade}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _place(point: tuple[float, float]) -> tuple[float, float]:
    return _EDGE + point[0] * _SIZE, _EDGE + (1 - point[1]) * _SIZE


def _line(points: list[tuple[float, float]], shade: str, more: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))
    return f'<polyline points="{told}" fill="none" stroke="{shade}" stroke-width="1.5"{more}/>'


def _tick(value: float) -> str:
    x, y = _place((value, value))
    return (
        f'<line x1="{_EDGE}" y1="{y:.1f}" x2="{_EDGE + _SIZE}" y2="{y:.1f}" stroke="#eee"/>'
        f'<line x1="{x:.1f}" y1="{_EDGE}" x2="{x:.1f}" y2="{_EDGE + _SIZE}" stroke="#eee"/>'
        f'<text x="{_EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.1f}</text>'
        f'<text x="{x:.1f}" y="{_EDGE + _SIZE + 16}" text-anchor="middle">{value:.1f}</text>'
    )
