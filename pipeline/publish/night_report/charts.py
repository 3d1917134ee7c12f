"""Charts as static SVG: `charts/<name>.json` is a Vega-Lite specification, drawn without network or scripts.

All lengths are given and no legend is laid out, so that the bytes do not depend on the fonts of the machine;
text stays text and takes the reader's own Chinese font.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import vl_convert
from markupsafe import Markup, escape

_FOLDER = Path(__file__).parent / "charts"
_VERSION = "6.4"
_FONT = "Microsoft YaHei, Noto Sans CJK SC, SimSun, sans-serif"
_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 14,
        "labelColor": "#1a1a1a",
        "labelLimit": 0,
        "labelPadding": 6,
        "labelFlush": False,
        "gridColor": "#d5dbe1",
        "domainColor": "#5c6b7a",
        "tickColor": "#5c6b7a",
    },
    "text": {"color": "#1a1a1a", "limit": 0},
}
_TAG = re.compile(r"<\w[^>]*>")
# XML's names, which HTML does not need: a page that asks nothing of the network names no address. And Vega's
# own roles, which are English and nameless: the drawing as a whole is one image with one text alternative.
_NEEDLESS = re.compile(r'\s+(?:xmlns(?::\w+)?|role|aria-[a-z]+)="[^"]*"')
_ROOT = re.compile(r'<svg\b[^>]*\bviewBox="(?P<box>[^"]*)"[^>]*>')
Values = Sequence[Mapping[str, Any]]


def draw(name: str, title: str, values: Values, **bound: Any) -> Markup:
    """A chart as an `<svg role="img">` that is as wide as its place, with `title` as its text alternative.

    Args:
        name: of the specification.
        title: what it shows, in one sentence.
        values: its rows, in the order in which they are drawn.
        bound: the value of each `{"$bind": …}` in the specification.
    """
    spec = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    spec = _fill(spec, bound) | {
        "config": _CONFIG,
        "autosize": {"type": "none"},
        "data": {"values": list(values)},
    }
    svg = _draw(json.dumps(spec, ensure_ascii=False, sort_keys=True))
    head = f'<svg role="img" aria-label="{escape(title)}" viewBox="'
    return Markup(_ROOT.sub(lambda root: f'{head}{root["box"]}">', svg, count=1))


def axis(most: int) -> dict[str, list[int]]:
    """Whole ticks from 0 to just above the largest count, six at most, and the domain that they span."""
    steps = (base * 10**power for power in count() for base in (1, 2, 5))
    step = next(step for step in steps if step * 5 >= most)
    ticks = list(range(0, most + step, step))
    return {"ticks": ticks, "domain": [0, ticks[-1]]}


@lru_cache(maxsize=32)
def _draw(spec: str) -> str:
    """The drawing without what HTML needs not; the same specification is drawn once."""
    svg = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION, allowed_base_urls=[])
    return _TAG.sub(lambda tag: _NEEDLESS.sub("", tag[0]), svg)


def _fill(part: Any, bound: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_fill(item, bound) for item in part]
    if isinstance(part, dict):
        return bound[part["$bind"]] if "$bind" in part else {k: _fill(v, bound) for k, v in part.items()}
    return part
