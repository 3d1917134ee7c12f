"""Estimates the linking model from pairs of a night: what true links look like, without labels by hand.

Rows whose code names their firm teach what a true link looks like when the code is hidden; the other rows
add to it by expectation and maximisation, each as far as the model believes in its candidates. What the
night says little about stays as shipped: the shipped shares count like `PRIOR` pairs.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from pipeline.link.columns.ordering import Ints
from pipeline.link.decisions.deciding import posterior
from pipeline.link.model import THOUSANDTHS, Calibration, Floats, Model, log_odds

PRIOR = 300
PRIOR_ROWS = 100
FARTHEST = 9.0
TRUST = 300  # how many bits of surprise the shipped slope may cost before another one is taken
ROUNDS = 20
STILL = 1e-4
BESIDE_NAME = ("form", "region", "branch")  # compared only where the trade name agrees
FIXED = ("code", "licence")  # the code is hidden while we learn; the licence speaks in too few rows


@dataclass(frozen=True)
class Evidence:
    """Candidate pairs to learn from: the best of each row and firm.

    Attributes:
        row: row of each pair, from 0, ascending.
        level: per field, the level code of each pair.
        weight: weight of each pair under the model that the night began with, thousandths of a bit.
        right: whether the pair is the one that the row's code names; False throughout for rows without.
        known: per row, whether its code tells: of a firm of the registry, or that it is none of it.
        origin: per row, the place of its origin in `origins`.
        origins: names of origins.
        firms: how many firms there are.
        apart: per field, how often each level is met among pairs drawn by lot; place 0 is "nothing there".
    """

    row: Ints
    level: dict[str, Ints]
    weight: Ints
    right: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    origin: Ints
    origins: tuple[str, ...]
    firms: int
    apart: dict[str, Ints]


def estimate(evidence: Evidence, model: Model) -> Model:
    """The model after learning; deterministic for the same pairs."""
    m = {name: _shares(model, name) for name in _learnt(model)}
    u = {name: _unrelated_shipped(model, name) for name in _learnt(model)}
    share = np.full(len(evidence.origins), float(model.registered_share))
    for _ in range(ROUNDS):
        belief = _belief(evidence, model, m, u, share)
        u = {name: _unrelated(_apart(evidence, name, belief), model, name) for name in m}
        following = {name: _related(evidence.level[name], belief, model, name) for name in m}
        share = _registered(evidence, belief, float(model.registered_share))
        moved = max(float(np.abs(following[name] - m[name]).max()) for name in m)
        m = following
        if moved < STILL:
            break
    shares = dict(zip(evidence.origins, share.tolist(), strict=True))
    return _model(model, m, u, shares, _calibrate(evidence, _weights(evidence, model, m, u), model))


def _apart(evidence: Evidence, name: str, belief: Floats) -> Floats:
    """How often each level is met where two are not one; lots hardly ever find a name that agrees."""
    if name not in BESIDE_NAME:
        return evidence.apart[name].astype(np.float64)
    met: Floats = np.bincount(evidence.level[name], 1 - belief, len(evidence.apart[name])).astype(np.float64)
    return met


def _learnt(model: Model) -> list[str]:
    return [name for name in model.comparisons if name not in FIXED]


def _shares(model: Model, name: str) -> Floats:
    return np.array([0.0, *(float(level.m) for level in model.comparisons[name].levels.values())])


def _unrelated(met: Floats, model: Model, name: str) -> Floats:
    """u of each level: as drawn by lot; levels whose u is the frequency of the value keep theirs.

    Lots meet no neighbours (two numbers of one exchange, two names of one owner): what speaks for a link is
    never taken for rarer than shipped, or a near miss would outweigh the very same value.
    """
    levels = list(model.comparisons[name].levels.values())
    shipped = np.array([0.0, *(float(level.u) for level in levels)])
    met = np.where(np.arange(len(met)) > 0, met, 0)
    drawn = (PRIOR * shipped / shipped.sum() + met) / (PRIOR + met.sum())
    by_value = np.array([True, *(level.frequency for level in levels)])
    agrees = np.array([False, *(level.weight > 0 for level in levels)])
    return np.where(by_value, shipped, np.where(agrees, np.maximum(drawn, shipped), drawn))


def _related(level: Ints, belief: Floats, model: Model, name: str) -> Floats:
    shipped = _shares(model, name)
    met = np.bincount(level, weights=belief, minlength=len(shipped))
    met[0] = 0.0
    learnt: Floats = (PRIOR * shipped / shipped.sum() + met) / (PRIOR + met.sum())
    return learnt


def _weights(evidence: Evidence, model: Model, m: dict[str, Floats], u: dict[str, Floats]) -> Floats:
    """Weights of all pairs in bits: those of before, moved by what m and u moved."""
    bits = evidence.weight / THOUSANDTHS
    for name, level in evidence.level.items():
        if name in m:
            shipped_m, shipped_u = _shares(model, name), _unrelated_shipped(model, name)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.log2(m[name] / shipped_m) - np.log2(u[name] / shipped_u)
            step[0] = 0.0
            bits = bits + step[level]
    return bits


def _unrelated_shipped(model: Model, name: str) -> Floats:
    return np.array([0.0, *(float(level.u) for level in model.comparisons[name].levels.values())])


def _belief(
    evidence: Evidence, model: Model, m: dict[str, Floats], u: dict[str, Floats], share: Floats
) -> Floats:
    bits = _weights(evidence, model, m, u)
    believed = posterior(evidence.row, bits, evidence.firms, share[evidence.origin[evidence.row]])
    return np.where(evidence.known[evidence.row], evidence.right.astype(np.float64), believed)


def _registered(evidence: Evidence, belief: Floats, shipped: float) -> Floats:
    """The share of rows of each origin whose firm the registry holds; rows without a code alone tell it."""
    found = np.bincount(evidence.row, weights=belief, minlength=len(evidence.origin))
    open_rows = ~evidence.known
    rows = np.bincount(evidence.origin[open_rows], minlength=len(evidence.origins))
    held = np.bincount(
        evidence.origin[open_rows], weights=np.minimum(found[open_rows], 1.0), minlength=len(evidence.origins)
    )
    return np.clip((PRIOR_ROWS * shipped + held) / (PRIOR_ROWS + rows), 0.05, 0.995)


def _calibrate(evidence: Evidence, bits: Floats, model: Model) -> Calibration:
    """The slope under which rows with a hidden code are right as often as their candidates say."""
    told = evidence.known[evidence.row]
    held = np.bincount(evidence.row, weights=evidence.right, minlength=len(evidence.origin))[evidence.known]
    share = min(max(float(held.mean()) if len(held) else float(model.registered_share), 0.05), 0.995)
    believed = posterior(evidence.row, bits, evidence.firms, np.full(len(evidence.row), share))[told]
    odds, right = log_odds(believed), evidence.right[told]
    # Further out, codes that stand on the wrong row weigh more than the comparisons' mistakes.
    near = np.abs(odds) <= FARTHEST
    odds, right = odds[near], right[near]
    shipped = float(model.calibration.slope)
    tried = np.arange(20, 101) / 100
    loss = [
        _surprise(model.calibration.applied(odds, slope), right) + TRUST * (slope - shipped) ** 2
        for slope in tried.tolist()
    ]
    return model.calibration.model_copy(update={"slope": _decimal(float(tried[int(np.argmin(loss))]), 2)})


def _surprise(bits: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Bits of surprise at what is right, in all."""
    return float(np.log2(1 + np.exp2(np.where(right, -bits, bits))).sum())


def _model(
    model: Model,
    m: dict[str, Floats],
    u: dict[str, Floats],
    shares: dict[str, float],
    calibration: Calibration,
) -> Model:
    comparisons = {}
    for name, comparison in model.comparisons.items():
        levels = dict(comparison.levels)
        for code, (key, level) in enumerate(comparison.levels.items(), start=1):
            if name in m:
                said = {"m": _decimal(float(m[name][code]), 6), "u": _decimal(float(u[name][code]), 8)}
                levels[key] = level.model_copy(update=said)
        comparisons[name] = comparison.model_copy(update={"levels": levels})
    origins = {name: _decimal(share, 4) for name, share in sorted(shares.items())}
    return model.model_copy(
        update={"comparisons": comparisons, "origins": origins, "calibration": calibration}
    )


def _decimal(value: float, digits: int) -> Decimal:
    least = Decimal(1).scaleb(-digits)
    rounded = Decimal(repr(float(value))).quantize(least)
    return rounded if rounded != 0 or value <= 0 else least
