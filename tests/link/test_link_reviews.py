"""Every undecided record has the firms that it may be, each with all its comparisons."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline import link
from pipeline.declaration import Source
from pipeline.link.explaining.waterfalls import patterns, prior, probability
from pipeline.link.model import shipped_model
from pipeline.link.pairs.comparing import FIELDS, Scored
from pipeline.night import Night

A = "91440300MA9XXXX034"
FIRM = {
    "uscc": A, "name": "深圳市鑫泰五金有限公司", "legal_rep": "陈小明",
    "address": "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
}  # fmt: skip
STRANGER = {
    "uscc": A, "name": "深圳市永盛餐饮管理有限公司", "legal_rep": "周大海", "address": "罗湖区布吉路88号",
}  # fmt: skip


@pytest.fixture
def tables(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> Callable[..., dict[str, list[Any]]]:
    """Links rows; returns links and open pairs."""

    def run(**rows: Any) -> dict[str, list[Any]]:
        night = make_night({"registry": [FIRM], **rows})
        link.run(night, sources)
        con = night.connect()
        found = {
            name: con.execute(f"FROM {name} ORDER BY ALL").to_arrow_table().to_pylist()
            for name in ("record_link", "review_pair", "record_comparison")
        }
        con.close()
        return found

    return run


def test_a_code_that_everything_denies_is_shown_with_its_firm(tables: Callable[..., Any]) -> None:
    rows = [{**STRANGER, "document_no": str(i), "inspected_on": None} for i in (1, 2)]
    found = tables(safety_inspections=rows)
    waiting = {row["record_id"] for row in found["record_link"] if row["decision"] == "review"}
    assert waiting == {"safety_inspections:1", "safety_inspections:2"}
    firm = next(row["enterprise_id"] for row in found["record_link"] if row["extract"] == "registry")
    assert {(p["record_id"], p["enterprise_id"]) for p in found["review_pair"]} == {
        (r, firm) for r in waiting
    }
    steps = {step["field"]: step["level"] for step in found["review_pair"][0]["comparisons"]}
    assert steps["证号"] == "有效且相同"
    assert steps["负责人"] == "不同"


def test_sisters_of_an_undecided_row_wait_with_the_same_firm(tables: Callable[..., Any]) -> None:
    months = [{**STRANGER, "social_insurance_no": "SB1", "month": "2017-01"}]
    months += [{"social_insurance_no": "SB1", "name": "永盛餐饮", "month": "2017-02"}]
    months = [{k: v for k, v in row.items() if k not in ("legal_rep", "address")} for row in months]
    cases = [{"case_no": "1", "name": "鑫泰五金店", "address": "红岭中路1010号国际信托大厦"}]
    found = tables(employment=months, labour_cases=cases)
    waiting = {row["record_id"] for row in found["record_link"] if row["decision"] == "review"}
    assert waiting
    assert waiting == {row["record_id"] for row in found["review_pair"]}


def test_a_link_keeps_the_comparisons_that_decided_it(tables: Callable[..., Any]) -> None:
    case = {"case_no": "1", "name": "深圳市鑫泰五金有限公司", "legal_rep": "陈小明"}
    found = tables(labour_cases=[case])
    (row,) = found["record_comparison"]
    assert row["record_id"] == "labour_cases:1"
    fields = [step["field"] for step in row["comparisons"]]
    assert fields[0] == "比对之前"
    assert {"字号", "负责人"} <= set(fields)
    assert not any(step["level"] == "无可比内容" for step in row["comparisons"])
    assert "陈小明" not in str(row)


def test_equal_comparisons_are_one_pattern_and_their_sum_is_the_probability() -> None:
    model = shipped_model()
    code = model.comparisons["trade_name"].code("exact")
    levels = {field: np.zeros(3, dtype=np.int64) for field in FIELDS}
    levels["trade_name"] = np.array([code, 0, code])
    weights = {field: model.weights(field, levels[field]) for field in FIELDS}
    scored = Scored(levels, weights, sum(weights.values(), np.zeros(3, dtype=np.int64)))
    start = prior(5000, model)
    of_pair, told = patterns(scored, model, start, silent=False)
    assert of_pair.tolist() == [1, 0, 1]
    lists = told.to_pylist()
    assert [[step["field"] for step in steps] for steps in lists] == [["比对之前"], ["比对之前", "字号"]]
    bits = [sum(step["weight"] for step in steps) / 1000 for steps in lists]
    expected = [1 / (1 + 2 ** -bits[at]) for at in of_pair]
    assert probability(scored, start).tolist() == pytest.approx(expected, abs=1e-6)
    share = float(model.registered_share)
    assert probability(scored, start)[1] == pytest.approx(1 / (1 + 5000 * (1 - share) / share), abs=1e-4)
    everything, _ = patterns(scored, model, start, silent=True)
    assert everything.tolist() == of_pair.tolist()
