"""What a night's pairs teach: the evidence, what is learnt of it, and what is told of a new model."""

import gc
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pipeline.link.columns import releasing
from pipeline.link.columns.founding import found_firms
from pipeline.link.columns.ordering import distinct_pairs
from pipeline.link.decisions import ledger
from pipeline.link.decisions.standing import Views
from pipeline.link.estimation import training
from pipeline.link.estimation.estimating import PRIOR, Evidence, estimate
from pipeline.link.estimation.evidence import gather, origins_of, registered_shares
from pipeline.link.model import shipped_model, value_class
from pipeline.link.pairs.comparing import FIELDS
from pipeline.link.pairs.pieces import Pieces
from tests.link.by_hand import facets, ints, parties, read

pytestmark = pytest.mark.usefixtures("small_tables")

MODEL = shipped_model()
A, B = "91440300MA9XXXX034", "92440300MA9XXXX11U"
FIRM = {
    "extract": "registry",
    "record_id": "f0",
    "uscc": A,
    "name": "深圳市鑫泰五金有限公司",
    "person": "陈小明",
}
OTHER = {"extract": "registry", "record_id": "f1", "uscc": B, "name": "罗湖区恒兴服装店", "person": "李秀兰"}


def test_an_origin_is_an_extract_and_whether_a_licence_was_shown() -> None:
    of = parties({"extract": "grid"}, {"extract": "tax"}, {"extract": "tax"}, {"extract": "tax"})
    f = facets(4, extract=(1, 2, 2, 2), licensed=(0, 1, 0, 1), unlicensed=(0, 0, 1, 1))
    origin, named = origins_of(of, f)
    assert [named[one] for one in origin] == ["grid", "tax:licensed", "tax:unlicensed", "tax:licensed"]
    model = MODEL.model_copy(update={"origins": {"grid": Decimal("0.5"), "tax:unlicensed": Decimal("0.1")}})
    assert registered_shares(of, f, model).tolist() == [0.5, 0.8, 0.1, 0.8]


def gathered(*rows: dict[str, Any]) -> Evidence:
    of, f, words = read(*rows)
    at = np.flatnonzero([name == "registry" for name in of.table["extract"].to_pylist()])
    firms = found_firms(at, of.profile[at], at, f, len(words.code))
    views = Views(*distinct_pairs(of.profile[at], firms.of_row))
    return gather(of, f, words, Pieces(words), firms, views, MODEL)


def test_pairs_are_gathered_as_if_no_row_had_a_code() -> None:
    found = gathered(
        FIRM, OTHER, FIRM | {"extract": "tax", "record_id": "t"}, {"name": "恒兴服装店", "person": "陈小明"},
        {"uscc": "93440300MA9XXXX2XG", "name": "某某合作社"},
        {"uscc": A, "registration": "1", "name": "鑫泰"},
    )  # fmt: skip
    assert found.firms == 2
    assert found.known.tolist() == [True, False, True, True]
    assert found.row[found.right].tolist() == [0, 3]
    assert {
        (int(row), bool(right)) for row, right in zip(found.row, found.right, strict=True) if row == 1
    } == {(1, False)}
    assert not found.level["code"].any() and set(found.level) == set(FIELDS)
    assert (np.diff(found.row) >= 0).all()
    first = found.row == 0
    assert found.weight[first & found.right][0] == found.weight[first].max() > 0
    assert [found.origins[one] for one in found.origin] == ["tax", "grid", "grid", "grid"]
    assert sum(found.apart["person"].tolist()) == 2_000
    assert len(found.apart["person"]) == len(MODEL.comparisons["person"].levels) + 1


def test_the_heaviest_of_a_firms_looks_stands_for_it() -> None:
    former = FIRM | {"record_id": "f1", "name": "深圳市旺发五金有限公司"}
    found = gathered(former | {"record_id": "f0"}, FIRM, {"name": FIRM["name"], "person": "陈小明"})
    assert found.firms == 1
    assert found.row.tolist() == [0]
    assert found.level["trade_name"].tolist() == [1]


def test_codes_that_disagree_teach_nothing() -> None:
    number = OTHER | {"registration": "440303109999994"}
    found = gathered(FIRM, number, FIRM | {"extract": "tax", "registration": "440303109999994"})
    assert found.known.tolist() == [False]
    assert not found.right.any()


def test_a_night_without_rows_or_without_a_registry_has_no_pairs() -> None:
    for rows in ([FIRM], [{"name": "恒兴服装店"}]):
        found = gathered(*rows)
        assert len(found.row) == 0
        assert not any(counts.any() for counts in found.apart.values())


def evidence(
    pairs: list[tuple[int, dict[str, str], bool]], known: list[bool], weight: int = 20_000, **more: Any
) -> Evidence:
    """Pairs of (row, levels, right); all rows are of one origin unless said."""
    levels = {
        name: ints(*(one.code(said[name]) if name in said else 0 for _, said, _ in pairs))
        for name, one in MODEL.comparisons.items()
    }
    apart = {name: ints(*[0] * (len(one.levels) + 1)) for name, one in MODEL.comparisons.items()}
    return Evidence(
        row=ints(*(row for row, _, _ in pairs)),
        level=levels,
        weight=ints(*[weight] * len(pairs)),
        right=np.array([right for _, _, right in pairs], dtype=bool),
        known=np.array(known, dtype=bool),
        origin=ints(*more.get("origin", [0] * len(known))),
        origins=more.get("origins", ("tax",)),
        firms=5000,
        apart=apart | more.get("apart", {}),
    )


def test_shares_are_those_met_beside_the_shipped_ones_as_so_many_pairs() -> None:
    rows = 200
    pairs = [(row, {"person": "exact" if row % 2 else "differs"}, True) for row in range(rows)]
    learnt = estimate(evidence(pairs, [True] * rows), MODEL).comparisons["person"].levels
    shipped = MODEL.comparisons["person"].levels
    whole = float(sum(level.m for level in shipped.values()))
    for name, met in (("exact", 100), ("differs", 100), ("homophone", 0)):
        expected = (PRIOR * float(shipped[name].m) / whole + met) / (PRIOR + rows)
        assert float(learnt[name].m) == pytest.approx(expected, abs=1e-5)


def test_a_wrong_pair_of_a_known_row_teaches_nothing_of_links() -> None:
    pairs = [(row, {"person": "differs"}, False) for row in range(200)]
    learnt = estimate(evidence(pairs, [True] * 200), MODEL).comparisons["person"].levels
    shipped = MODEL.comparisons["person"].levels
    whole = float(sum(level.m for level in shipped.values()))
    assert float(learnt["differs"].m) == pytest.approx(float(shipped["differs"].m) / whole, abs=1e-5)


def test_what_lots_meet_tells_how_often_strangers_are_alike() -> None:
    levels = list(MODEL.comparisons["phone"].levels)
    drawn = ints(50_000, 0, 3_000, 27_000)  # the first is "nothing there"
    learnt = estimate(evidence([], [], apart={"phone": drawn}), MODEL).comparisons["phone"].levels
    shipped = MODEL.comparisons["phone"].levels
    assert levels == ["exact", "one_digit", "differs"]
    assert learnt["exact"].u == shipped["exact"].u, "its u is the frequency of the value"
    whole = float(sum(level.u for level in shipped.values()))
    for name, met in (("one_digit", 3_000), ("differs", 27_000)):
        expected = (PRIOR * float(shipped[name].u) / whole + met) / (PRIOR + 30_000)
        assert float(learnt[name].u) == pytest.approx(expected, rel=1e-4)
    rare = (
        estimate(evidence([], [], apart={"phone": ints(0, 0, 0, 30_000)}), MODEL).comparisons["phone"].levels
    )
    assert rare["one_digit"].u == shipped["one_digit"].u, "what speaks for a link is never rarer than shipped"


def test_what_is_compared_only_beside_a_name_is_learnt_from_wrong_candidates() -> None:
    pairs = [(row, {"form": "differs"}, False) for row in range(700)]
    learnt = estimate(evidence(pairs, [True] * 700), MODEL).comparisons["form"].levels
    shipped = MODEL.comparisons["form"].levels
    whole = float(sum(level.u for level in shipped.values()))
    expected = (PRIOR * float(shipped["differs"].u) / whole + 700) / (PRIOR + 700)
    assert float(learnt["differs"].u) == pytest.approx(expected, rel=1e-4)


def test_shares_of_origins_are_told_by_rows_without_a_code() -> None:
    pairs = [(row, {"person": "exact"}, row < 100) for row in range(300)]
    known = [True] * 100 + [False] * 200
    found = estimate(
        evidence(pairs, known, 60_000, origin=[0] * 100 + [1] * 150 + [2] * 50, origins=("a", "b", "c")),
        MODEL,
    )
    assert found.origins["a"] == Decimal("0.8000"), "known rows alone tell nothing"
    assert float(found.origins["b"]) == pytest.approx((80 + 150) / 250, abs=0.001)
    assert float(found.origins["c"]) == pytest.approx((80 + 50) / 150, abs=0.001)
    lost = estimate(evidence([(0, {}, False)] * 1, [False] * 9000, -60_000), MODEL)
    assert lost.origins["tax"] == Decimal("0.0500"), "never nothing at all"


def test_the_slope_follows_how_often_codes_are_right() -> None:
    def slope(right: float, rows: int = 3000) -> float:
        pairs = [(row, {}, (row % 100) < 100 * right) for row in range(rows)]
        return float(estimate(evidence(pairs, [True] * rows, 16_000), MODEL).calibration.slope)

    assert slope(0.99) > slope(0.8) >= 0.2
    assert slope(0.8, rows=0) == float(MODEL.calibration.slope)


@pytest.mark.parametrize(("field", "level", "kind"), [
    ("code", "valid_equal", "证号"), ("place", "same_room", "地点"), ("person", "exact", "文字"),
    ("person", "missing", "没有可比内容"), ("code", "missing", "没有可比内容"),
])  # fmt: skip
def test_readers_see_kinds_of_values(field: str, level: str, kind: str) -> None:
    assert value_class(field, level) == kind


def test_weights_of_levels() -> None:
    assert MODEL.comparisons["region"].levels["same"].weight == 108
    least = (
        MODEL.comparisons["region"]
        .levels["same"]
        .model_copy(update={"m": Decimal("0.5"), "u": Decimal("0.9")})
    )
    assert least.weight == 0
    assert least.model_copy(update={"least": 2}).weight == 2000
    assert least.model_copy(update={"least": None}).weight == round(np.log2(0.5 / 0.9) * 1000)
    person = MODEL.comparisons["person"]
    assert (person.code("exact"), person.code("differs")) == (1, 4)
    assert MODEL.weights("person", ints(0, 4, 3)).tolist() == [0, *(
        person.levels[name].weight for name in ("differs", "one_character")
    )]  # fmt: skip


def test_rarity_is_bounded_by_u_and_by_the_cap() -> None:
    def of(level: int, firms: int, field: str = "person", count: int = 10_000_000) -> float:
        return float(MODEL.weights(field, ints(level), ints(firms), count)[0]) / 1000

    assert of(1, 1) == 15.0, "the cap"
    assert of(1, 1_000_000) == pytest.approx(np.log2(0.75 / 0.1), abs=0.001)
    assert of(1, 0) == of(1, 1), "a value that nobody has is as rare as that of one"
    assert of(1, 5_000, count=0) < 0
    assert of(1, 0, "trade_name", 10_000_000) == pytest.approx(np.log2(0.8 / 0.000001), abs=0.001)
    assert of(3, 1) == MODEL.comparisons["person"].levels["one_character"].weight / 1000
    two = MODEL.weights("person", ints(1, 2, 4), ints(2_000_000, 1_000_000, 1), 10_000_000)
    assert two.tolist() == [round(np.log2(0.75 / 0.2) * 1000), round(np.log2(0.05 / 0.1) * 1000), -2637]


def test_probabilities_are_calibrated_odds_and_nothing_stays_nothing() -> None:
    found = MODEL.calibrated(np.array([0.0, 0.5, 0.9, 1.0]))
    odds = 2 ** (1 + (np.log2(9) - 1) * 0.5)
    assert found[:3] == pytest.approx([0.0, 0.5, odds / (1 + odds)], abs=1e-6)
    assert 0.9999 < found[3] <= 1
    assert found[2] == round(found[2], 6)


def choice(as_of: date | None = None, **origins: str) -> training.Choice:
    model = MODEL.model_copy(update={"origins": {name: Decimal(share) for name, share in origins.items()}})
    pin = training.Pin(as_of=as_of, model=MODEL, met={}) if as_of else None
    return training.Choice(model, pin, True)


def test_an_operator_is_told_what_a_new_model_changed() -> None:
    text = training.told(choice(tax="0.9", grid="0.80"), 7)
    lines = text.splitlines()
    assert lines[0] == "linking model estimated and pinned; 7 links by comparison tonight; before: shipped"
    assert "calibration: beyond 1 bits a further bit counts as 0.50 → 0.50" in lines
    assert "person, exact, +15.2 → +15.2, less for common values" in lines
    assert "person, differs, -2.6 → -2.6" in lines
    assert lines[-1] == "tax, 0.80 → 0.9" and "grid" not in text
    assert "before: pinned 2017-03-01" in training.told(choice(date(2017, 3, 1)), 7)


def test_levels_of_a_model_are_told_with_how_often_links_met_them() -> None:
    now = training.met_by({name: ints(0, 1, 1, 2) for name in MODEL.comparisons}, MODEL)
    assert now["person"] == {"exact": 2, "homophone": 1, "one_character": 0, "differs": 0}
    rows = training.model_table(MODEL, now, {"person": {"exact": 5}}).to_pylist()
    assert len(rows) == sum(len(one.levels) for one in MODEL.comparisons.values())
    exact = next(row for row in rows if row["field"] == "负责人")
    assert exact == {"field": "负责人", "level": "一致", "place": 1, "m": 0.75, "u": 0.00002,
                     "weight": 15195, "links": 2, "links_when_pinned": 5}  # fmt: skip
    second = [row for row in rows if row["field"] == "负责人"][1]
    assert (second["place"], second["links_when_pinned"]) == (2, 0)
    assert {row["links_when_pinned"] for row in training.model_table(MODEL, now, None).to_pylist()} == {None}


@pytest.mark.parametrize(("links", "told"), [(500, {"person": 0.5}), (499, {})])
def test_drift_is_told_of_enough_links(links: int, told: dict[str, float]) -> None:
    now, then = {"person": {"exact": links, "differs": 0}}, {"person": {"exact": 500, "differs": 500}}
    assert training.drift(now, then) == told
    assert training.drift(now, {}) == {}


def test_only_far_drift_is_a_sentence() -> None:
    assert training.drift_attention({"person": 0.15}, MODEL) == []
    (one,) = training.drift_attention({"person": 0.1501, "place": 0.9, "phone": 0.1}, MODEL)
    assert "负责人（15%）、地点（90%）" in one.sentence and "电话" not in one.sentence


def test_a_ledger_counts_and_tells_seconds_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.0, 15.0, 16.0])
    monkeypatch.setattr(ledger.time, "perf_counter", lambda: next(clock))
    kept = ledger.Ledger(_started=next(clock))
    for name in ("a", "b", "a"):
        kept.step(name)
        kept.add(name, 5)
    assert kept.seconds == {"a": 3.0, "b": 3.0}
    assert kept.counts == {"a": 10, "b": 5}


@pytest.mark.parametrize(("rows", "released"), [(-1, 0), (0, 1), (1, 1)])
def test_memory_is_given_back_where_it_is_worth_it(
    rows: int, released: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: calls.append("collected"))
    releasing.release(releasing.WORTH_RELEASING + rows)
    assert len(calls) == released
