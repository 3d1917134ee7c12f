"""The model in force: pinned in the restricted folder, re-estimated on demand, watched every night."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from pipeline.journal import append_journal, read_journal
from pipeline.link.columns.ordering import Ints
from pipeline.link.model import THOUSANDTHS, Model, shipped_model
from pipeline.night import Attention
from pipeline.settings import Settings

DRIFT = 0.15
FEWEST_LINKS = 500
Met = dict[str, dict[str, int]]


class Pin(BaseModel):
    """A model as it was pinned.

    Attributes:
        as_of: the day from which on nights link with it.
        model: the model.
        met: per field and level, how many of that night's links by comparison met it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    as_of: date
    model: Model
    met: Met


@dataclass(frozen=True)
class Choice:
    """The model of a night, and what it was chosen beside.

    Attributes:
        model: the night's.
        before: the pin in force until tonight, None on an empty place.
        is_new: whether tonight's model was estimated tonight and is to be pinned.
    """

    model: Model
    before: Pin | None
    is_new: bool


def choose(settings: Settings, estimated: Callable[[], Model], *, anew: bool) -> Choice:
    """The pinned model; where there is none, or one is asked for anew, tonight's own.

    Args:
        settings: of the place.
        estimated: estimates a model from the night.
        anew: whether to estimate although a model is pinned.
    """
    before = in_force(settings)
    if before is not None and not anew:
        return Choice(before.model, before, False)
    return Choice(estimated(), before, True)


def in_force(settings: Settings) -> Pin | None:
    """The newest pin up to this day, else the oldest of all, so that a past night is built as it was."""
    pins = [Pin.model_validate_json(str(entry["pin"])) for entry in read_journal(_journal(settings))]
    upto = [pin for pin in pins if pin.as_of <= settings.as_of]
    newest = sorted(upto, key=lambda pin: pin.as_of)
    return newest[-1] if newest else min(pins, key=lambda pin: pin.as_of, default=None)


def pin(settings: Settings, model: Model, met: Met) -> None:
    """Pins a model for this day and later ones; earlier days keep theirs."""
    # As one text: a journal sorts its keys, and the order of a comparison's levels is their meaning.
    text = Pin(as_of=settings.as_of, model=model, met=met).model_dump_json()
    append_journal(_journal(settings), {"as_of": settings.as_of.isoformat(), "pin": text})


def _journal(settings: Settings) -> Path:
    return settings.restricted / "linking_models.jsonl"


def met_by(levels: Mapping[str, Ints], model: Model) -> Met:
    """How often the links of a night met each level; comparisons in which one side is silent do not count."""
    found: Met = {}
    for name, comparison in model.comparisons.items():
        counts = np.bincount(levels[name], minlength=len(comparison.levels) + 1)[1:]
        found[name] = dict(zip(comparison.levels, counts.tolist(), strict=True))
    return found


def drift(now: Met, then: Met) -> dict[str, float]:
    """Per field, the share of links that would have to meet another level for tonight to be as then."""
    result = {}
    for name, levels in now.items():
        sizes = sum(levels.values()), sum(then.get(name, {}).values())
        if min(sizes) >= FEWEST_LINKS:
            apart = (abs(levels[k] / sizes[0] - then[name].get(k, 0) / sizes[1]) for k in levels)
            result[name] = round(sum(apart) / 2, 4)
    return result


def drift_attention(found: Mapping[str, float], model: Model) -> list[Attention]:
    """A sentence where tonight's links look otherwise than those that the model was pinned with."""
    far = {name: value for name, value in found.items() if value > DRIFT}
    if not far:
        return []
    told = "、".join(f"{model.comparisons[name].title}（{value:.0%}）" for name, value in sorted(far.items()))
    sentence = (
        f"比对关联的构成与定模型时不同：{told}；请查各部门数据是否改了填法，必要时运行 early-warning train"
    )
    return [Attention("model_drift", "link", sentence)]


def model_table(model: Model, now: Met, then: Met | None) -> pa.Table:
    """One row per field and level: what it weighs, and how often links met it when pinned and tonight."""
    rows = [
        {
            "field": comparison.title,
            "level": level.title,
            "place": place,
            "m": float(level.m),
            "u": float(level.u),
            "weight": level.weight,
            "links": now[name][key],
            "links_when_pinned": None if then is None else then.get(name, {}).get(key, 0),
        }
        for name, comparison in model.comparisons.items()
        for place, (key, level) in enumerate(comparison.levels.items(), start=1)
    ]
    types = [pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), *[pa.int64()] * 3]
    schema = pa.schema(list(zip(rows[0], types, strict=True)))
    return pa.Table.from_pylist(rows, schema=schema)


def told(choice: Choice, links: int) -> str:
    """What training changed, for the operator: each level before and after, in bits."""
    before = choice.before.model if choice.before else shipped_model()
    since = f"pinned {choice.before.as_of}" if choice.before else "shipped"
    lines = [
        f"linking model estimated and pinned; {links} links by comparison tonight; before: {since}",
        f"calibration: beyond {choice.model.calibration.knee} bits a further bit counts as "
        f"{before.calibration.slope} → {choice.model.calibration.slope}",
        "field, level, bits before → now",
    ]
    for name, comparison in choice.model.comparisons.items():
        for key, level in comparison.levels.items():
            was = before.comparisons[name].levels[key].weight / THOUSANDTHS
            most = ", less for common values" if level.frequency else ""
            lines.append(f"{name}, {key}, {was:+.1f} → {level.weight / THOUSANDTHS:+.1f}{most}")
    lines.append("origin of the row, share whose firm the registry holds before → now")
    for name, share in choice.model.origins.items():
        was_share = before.origins.get(name, before.registered_share)
        if share != choice.model.registered_share or was_share != share:
            lines.append(f"{name}, {was_share} → {share}")
    return "\n".join(lines)
