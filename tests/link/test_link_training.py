from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from pipeline import link
from pipeline.declaration import Source
from pipeline.link.columns.ordering import Ints
from pipeline.link.estimation import training
from pipeline.link.estimation.estimating import Evidence, estimate
from pipeline.link.model import shipped_model
from pipeline.night import Night

MODEL = shipped_model()
FIRMS = 5000


def evidence(right_phone: float, wrong_phone: float, rows: int = 4000) -> Evidence:
    """Rows with a right and a wrong candidate, of which a share agrees in the phone; a third has a code."""
    row = np.repeat(np.arange(rows), 2)
    right = np.tile([True, False], rows)
    share = np.where(right, right_phone, wrong_phone)
    agrees = (np.arange(2 * rows) * 2654435761 % 1000) / 1000 < share
    level = {name: np.zeros(2 * rows, dtype=np.int64) for name in MODEL.comparisons}
    level["phone"] = np.where(agrees, 1, 3)
    level["trade_name"] = np.where(right, 1, 10)
    weight = np.zeros(2 * rows, dtype=np.int64)
    for name in ("phone", "trade_name"):
        weight += MODEL.weights(name, level[name])
    known = np.arange(rows) % 3 == 0
    apart: dict[str, Ints] = {
        name: np.zeros(len(c.levels) + 1, dtype=np.int64) for name, c in MODEL.comparisons.items()
    }
    apart["phone"][3] = 100_000
    return Evidence(
        row, level, weight, right & known[row], known, np.zeros(rows, dtype=np.int64), ("tax",), FIRMS, apart
    )


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_m_is_learnt_from_the_night(share: float) -> None:
    phone = estimate(evidence(share, 0.0), MODEL).comparisons["phone"].levels
    assert float(phone["exact"].m) == pytest.approx(share, abs=0.05)
    assert float(phone["differs"].m) == pytest.approx(1 - share, abs=0.05)


def test_a_small_night_leaves_the_shipped_model_nearly_as_it_is() -> None:
    few = estimate(evidence(0.2, 0.0, rows=6), MODEL).comparisons["phone"].levels["exact"]
    shipped = MODEL.comparisons["phone"].levels["exact"]
    assert abs(few.weight - shipped.weight) < 400


def test_estimating_is_steady_and_leaves_what_it_cannot_learn() -> None:
    one, other = (estimate(evidence(0.5, 0.0), MODEL) for _ in range(2))
    assert one == other
    assert one.comparisons["code"] == MODEL.comparisons["code"]
    assert one.comparisons["licence"] == MODEL.comparisons["licence"]


def test_a_pinned_model_comes_back_level_by_level(make_night: Callable[..., Night]) -> None:
    settings = make_night({}).settings
    learnt = estimate(evidence(0.5, 0.0), MODEL)
    training.pin(settings, learnt, {})
    held = training.in_force(settings)
    assert held is not None
    assert held.model == learnt
    assert [c.names for c in held.model.comparisons.values()] == [c.names for c in MODEL.comparisons.values()]


def test_each_day_has_the_model_that_was_pinned_by_then(make_night: Callable[..., Night]) -> None:
    settings = make_night({}).settings
    days = [date(2017, 1, 31), date(2017, 3, 31)]
    models = [estimate(evidence(share, 0.0), MODEL) for share in (0.3, 0.9)]
    for day, model in zip(days, models, strict=True):
        training.pin(replace(settings, as_of=day), model, {})
    asked = [date(2016, 12, 31), date(2017, 2, 28), date(2017, 4, 30)]
    held = [training.in_force(replace(settings, as_of=day)) for day in asked]
    assert [one.model for one in held if one] == [models[0], models[0], models[1]]


def test_the_first_night_pins_and_the_next_links_with_it(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "registry": [{"name": f"深圳市{n}贸易有限公司", "legal_rep": "陈小明"} for n in ("达源", "永兴")],
        "labour_cases": [{"case_no": "1", "name": "深圳市达源贸易有限公司", "legal_rep": "陈小明"}],
    }
    night = make_night(rows)
    first = link.run(night, sources)
    assert "estimated and pinned" in first.learnt
    pinned = training.in_force(night.settings)
    assert pinned is not None
    again = link.run(night, sources)
    assert again.learnt == ""
    anew = link.run(night, sources, anew=True)
    assert f"pinned {night.settings.as_of}" in anew.learnt


def test_drift_is_told_where_links_look_otherwise() -> None:
    then = {"place": {"same_room": 900, "differs": 100}, "person": {"exact": 10, "differs": 0}}
    now = {"place": {"same_room": 500, "differs": 500}, "person": {"exact": 0, "differs": 10}}
    found = training.drift(now, then)
    assert found == {"place": 0.4}, "ten links tell nothing"
    (told,) = training.drift_attention(found, MODEL)
    assert "地点（40%）" in told.sentence
    assert training.drift_attention(training.drift(then, then), MODEL) == []
