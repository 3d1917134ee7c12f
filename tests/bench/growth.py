"""How the cost of a night grows with the district: `python -m tests.bench.growth [--firms 10000,30000,…]`.

Runs whole nights by the command line, each in a process of its own, on districts of growing size; notes each
as it ends (`--notes FILE`: sizes noted there are not run again), and rewrites its part of docs/performance.md
and the plot docs/growth.svg. `--districts FOLDER` takes districts that lie in `<FOLDER>/<firms>/inbox`.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import log10
from pathlib import Path

import numpy as np

from pipeline import district
from pipeline.settings import PROJECT_ROOT
from tests.bench.between_marks import rewrite
from tests.bench.linking_table import machine
from tests.bench.watched_night import Measured, run_night

AS_OF = date(2017, 3, 31)
SEED = 7
CITY = 4_000_000
DOCUMENT, PLOT = PROJECT_ROOT / "docs" / "performance.md", PROJECT_ROOT / "docs" / "growth.svg"
_SUPPLY = re.compile(r"^supply: .*?(\d+) rows")
_PAIRS = re.compile(r"(\d+) pairs compared")
_WIDTH, _HEIGHT, _EDGE = 420, 300, 56


@dataclass(frozen=True)
class Size:
    """One night: firms, rows, pairs compared, seconds whole and of linking, and MB.

    MB of peak memory, of it without pages of files, which the kernel can take back, and of disk.
    """

    firms: int
    rows: int
    pairs: int
    seconds: float
    linking: float
    peak_mb: float
    own_mb: float
    disk_mb: float


CURVES: dict[str, tuple[str, Callable[[Size], float]]] = {
    "seconds, whole night": ("#1b6ca8", lambda one: one.seconds),
    "seconds, linking": ("#2e7d32", lambda one: one.linking),
    "peak memory, MB": ("#c0392b", lambda one: one.peak_mb),
    "… without pages of files, MB": ("#e67e22", lambda one: one.own_mb),
    "pairs compared per row": ("#6a1b9a", lambda one: one.pairs / one.rows),
}


def slope(sizes: Sequence[Size], of: Callable[[Size], float]) -> float:
    """The exponent of growth: least squares through the logarithms of rows and of what is measured."""
    return float(np.polyfit([log10(one.rows) for one in sizes], [log10(of(one)) for one in sizes], 1)[0])


def foretold(sizes: Sequence[Size], of: Callable[[Size], float], firms: float) -> tuple[float, float]:
    """What `firms` come to by the line through the two largest sizes, and what that misses, as a share:
    the line through the two sizes before the largest one, held against the largest one.

    Small sizes would bend the line: most of what they take is the start.
    """
    last = sizes[-1]
    missed = _on_line(sizes[-3:-1], of, last.firms) / of(last) - 1
    return _on_line(sizes[-2:], of, firms), missed


def _on_line(sizes: Sequence[Size], of: Callable[[Size], float], firms: float) -> float:
    line = np.polyfit([log10(one.firms) for one in sizes], [log10(of(one)) for one in sizes], 1)
    return float(10 ** np.polyval(line, log10(firms)))


def measured(firms: int, districts: Path | None) -> Size:
    """Runs one night."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        given = (
            districts / str(firms) if districts and (districts / str(firms)).is_dir() else place / "district"
        )
        if not given.exists():
            district.generate(firms, SEED, AS_OF, given, PROJECT_ROOT / "sources")
        return _size(firms, run_night(given / "inbox", place, AS_OF))


def _size(firms: int, found: Measured) -> Size:
    def told(pattern: re.Pattern[str]) -> int:
        return int(next(step[1] for line in found.told if (step := pattern.search(line))))

    linking = next(seconds for name, seconds, _ in found.steps if name == "link")
    memory = found.peak_mb, found.own_mb
    return Size(firms, told(_SUPPLY), told(_PAIRS), found.seconds, linking, *memory, found.disk_mb)


def document(sizes: Sequence[Size]) -> str:
    """The measured part of the document."""
    lines = [
        f"Whole nights by the command line with its defaults. {machine()}",
        "",
        "| firms | rows | seconds | of these, linking | rows a second | peak, MB "
        "| without pages of files, MB | disk, MB | pairs a row |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.firms:,} | {one.rows:,} | {one.seconds:,.0f} | {one.linking:,.0f} "
            f"| {one.rows / one.seconds:,.0f} | {one.peak_mb:,.0f} | {one.own_mb:,.0f} | {one.disk_mb:,.0f} "
            f"| {one.pairs / one.rows:.1f} |"
            for one in sizes
        ),
    ]
    if len(sizes) > 2:
        lines += [
            "",
            "| | slope, log–log over rows | the same from the size before the largest on "
            "| error of the line through the two sizes before the largest, at the largest "
            "| a city of 4 million firms, by the line through the two largest |",
        ]
        lines += [
            "|---|---:|---:|---:|---:|",
            *(_foretold(name, of, sizes) for name, (_, of) in CURVES.items()),
        ]
    return "\n".join([*lines, "", "![growth](growth.svg)"])


def _foretold(name: str, of: Callable[[Size], float], sizes: Sequence[Size]) -> str:
    city, missed = foretold(sizes, of, CITY)
    slopes = f"{slope(sizes, of):.2f} | {slope(sizes[-2:], of):.2f}"
    return f"| {name} | {slopes} | {missed:+.0%} | {city:,.1f} ± {abs(missed) * city:,.1f} |"


def plot(sizes: Sequence[Size]) -> str:
    """Each curve over the rows, both axes in powers of ten, as SVG."""
    most = max(of(one) for one in sizes for _, of in CURVES.values())
    across = (min(one.rows for one in sizes), max(one.rows for one in sizes))

    def place(rows: float, value: float) -> tuple[float, float]:
        x = (log10(rows) - log10(across[0])) / max(log10(across[1]) - log10(across[0]), 1e-9)
        return _EDGE + x * _WIDTH, _EDGE + (1 - log10(max(value, 1)) / log10(most)) * _HEIGHT

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH + 2 * _EDGE + 170} '
        f'{_HEIGHT + 2 * _EDGE}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        *_ticks(sizes, most, place),
        f'<text x="{_EDGE + _WIDTH / 2}" y="{_HEIGHT + _EDGE + 38}" text-anchor="middle">rows</text>',
    ]
    for number, (name, (shade, of)) in enumerate(CURVES.items()):
        points = [place(one.rows, of(one)) for one in sizes]
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{told}" fill="none" stroke="{shade}" stroke-width="1.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{shade}"/>' for x, y in points]
        legend = f'x="{_EDGE + _WIDTH + 14}" y="{_EDGE + 16 * number + 10}" fill="{shade}"'
        parts.append(f"<text {legend}>{name}</text>")
    return "\n".join([*parts, "</svg>", ""])


def _ticks(
    sizes: Sequence[Size], most: float, place: Callable[[float, float], tuple[float, float]]
) -> Iterator[str]:
    left, right = place(sizes[0].rows, 1)[0], place(sizes[-1].rows, 1)[0]
    for power in range(int(log10(most)) + 1):
        _, y = place(sizes[0].rows, 10**power)
        yield f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="#eee"/>'
        yield f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>'
    for one in sizes:
        x, y = place(one.rows, 1)
        yield f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{one.rows / 1e6:.2g} M</text>'


def main() -> None:
    """Measures each size that is not noted, and rewrites document and plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", default="10000,30000,100000,300000,1000000")
    parser.add_argument(
        "--districts", type=Path, help="a folder of districts, each under its number of firms"
    )
    parser.add_argument("--notes", type=Path, help="a file of JSON lines, one a size")
    options = parser.parse_args()
    notes = options.notes
    held = (
        [Size(**json.loads(line)) for line in notes.read_text().splitlines()]
        if notes and notes.exists()
        else []
    )
    sizes = {one.firms: one for one in held}
    for firms in map(int, options.firms.split(",")):
        if firms not in sizes:
            sizes[firms] = measured(firms, options.districts)
            if notes:
                with notes.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(sizes[firms])) + "\n")
    ordered = [sizes[firms] for firms in sorted(sizes)]
    print(document(ordered))
    rewrite(DOCUMENT, "growth", document(ordered))
    PLOT.write_text(plot(ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
