"""What is told of resolved rows: decision and reason, what may be shown, what waits for a clerk."""

from typing import Any

import pyarrow as pa
import pytest

from pipeline.link.explaining import wording
from pipeline.link.identification.looks import Look
from pipeline.link.judgement.judging import Judged, nothing_judged
from pipeline.link.model import shipped_model
from pipeline.link.results.compared import compared_tables
from pipeline.link.results.outcome import (
    Linked,
    _name_shown,
    _names_shown,
    entity_table,
    link_rows,
    record_of_profile,
    with_ids,
)
from pipeline.link.results.reviews import review_table
from tests.link.by_hand import read
from tests.link.resolved_by_hand import (
    BARE,
    DAY,
    FIRM,
    NOT_HELD,
    SHOP,
    SHOP_FIRM,
    STRANGER,
    A,
    Night,
    night,
    target,
)
from tests.link.told_before import Known, before_of

pytestmark = pytest.mark.usefixtures("small_tables")


def _ids(linked: Linked) -> pa.StringArray:
    return pa.array([f"E{n}" for n in range(linked.entities)], pa.string())


def told(done: Night) -> dict[str, dict[str, Any]]:
    """The rows of `link_row` by record, ids being E0, E1 …"""
    linked = done.linked()
    known = {name: Known(name, "f0", DAY, Look(), True) for name in ("E0", "OLD")}
    before = before_of(known, {"r2": "E0", "r3": "OLD", "r6": "E0"})
    rows = with_ids(link_rows(done.parties, done.facets, done.words, linked), _ids(linked), before)
    return {row["record_id"]: row for row in rows.to_pylist()}


def test_every_row_has_its_enterprise_decision_probability_and_reason() -> None:
    done = night(
        FIRM, SHOP_FIRM, {"uscc": A, "name": "某某"}, {"name": "深圳市鑫泰五金有限公司", "person": "陈小明"},
        SHOP, SHOP | {"extract": "tax"}, STRANGER, BARE,
        {"name": "深圳市达源贸易有限公司", "address": "罗湖区文锦中路7号"},
        {"uscc": NOT_HELD, "name": "外地某某合作社"}, {"address": "罗湖区爱国路口", "sign": "茶"},
    )  # fmt: skip
    rows = told(done)
    said = {key: (row["enterprise_id"], row["decision"], row["basis"]) for key, row in rows.items()}
    assert said["f0"] == ("E0", "certain", wording.REGISTRY_ROW)
    assert said["r2"] == ("E0", "certain", "统一社会信用代码一致")
    assert said["r3"][:2] == ("E0", "certain") and said["r3"][2].startswith("字号相同、负责人一致")
    assert said["r4"] == said["r5"] == (said["r4"][0], "certain", wording.JOINS)
    assert said["r6"] == (None, "review", wording.DOUBTFUL_CODE)
    assert said["r7"] == (None, "none", wording.NO_TRADE)
    assert said["r8"][1:] == ("certain", wording.FOUNDS)
    assert said["r9"][1:] == ("certain", wording.FOUNDS_CODE)
    assert {row["probability"] for key, row in rows.items() if said[key][1] == "certain" and key != "r3"} == {
        1.0
    }
    assert rows["r7"]["probability"] == 0.0 and 0.99 <= rows["r3"]["probability"] < 1
    assert rows["r2"]["previous_enterprise_id"] is None, "it is the same"
    assert rows["r3"]["previous_enterprise_id"] == "OLD" and rows["r4"]["previous_enterprise_id"] is None
    assert rows["r6"]["previous_enterprise_id"] == "E0", "it has none now"


def test_entities_that_no_row_has_are_left_out_and_the_rest_keep_their_order() -> None:
    done = night(FIRM, SHOP_FIRM, SHOP, {"uscc": NOT_HELD, "name": "外地某某合作社"})
    linked = done.linked()
    assert sorted(linked.row_entity.tolist()) == [0, 1, 2, 3]
    assert linked.entities == 4 == len(linked.kind)
    states = entity_table(linked, _ids(linked)).to_pylist()
    assert [row["state"] for row in states[:2]] == ["registered", "registered"]
    assert {row["state"] for row in states[2:]} == {"not_found", "valid_code_not_held"}
    kept = linked.renumber[linked.renumber >= 0].tolist()
    assert kept == [0, 1, 2, 3]
    assert linked.renumber[-1] == -1


def test_what_may_be_shown_of_a_row() -> None:
    rows = told(
        night(
            FIRM, {"name": "张伟"}, {"party": "赵大勇"}, {"party": "深圳市达源贸易有限公司"},
            {"sign": " 阿美发廊 "}, {"name": "恒兴服装店（赵六六）"}, {"name": "恒兴（总店）"},
            {"address": "罗湖区东湖路9号愉天商业大厦105室"}, {"address": "罗湖区东湖路9号"}, {},
        )
    )  # fmt: skip
    shown = {key: (row["name_shown"], row["sign_shown"], row["building"]) for key, row in rows.items()}
    assert shown["f0"] == ("深圳市鑫泰五金有限公司", None, None)
    assert shown["r1"] == shown["r2"] == (None, None, None), "a person's name is not shown"
    assert shown["r3"] == ("深圳市达源贸易有限公司", None, None)
    assert shown["r4"] == (None, "阿美发廊", None)
    assert shown["r5"] == ("恒兴服装店", None, None), "nor is an owner in brackets"
    assert shown["r6"][0] == "恒兴（总店）"
    assert shown["r7"] == (None, None, "愉天商业大厦")
    assert shown["r8"] == shown["r9"] == (None, None, None)


def test_names_told_at_once_are_those_told_one_by_one() -> None:
    texts = [
        "", "张伟", " 张伟 ", "深圳市鑫泰五金有限公司",
        "\u3000深圳市鑫泰五金有限公司\t", "恒兴服装店（赵六六）",
        "恒兴（总店）", "阿美发廊。", "“老字号”饭店", "经营者：赵六六", "A1", "张伟\x1f", "e\u0301", "粥",
    ]  # fmt: skip
    told = _names_shown(pa.array(texts, pa.string())).to_pylist()
    assert told == [_name_shown(text) for text in texts]
    assert told[1] is None and told[4] == told[3]


def test_codes_places_and_cells_of_a_row() -> None:
    row = {"uscc": A, "registration": "440303109999994", "house_code": "440303004", "street": "翠竹街道",
           "community": "水贝社区", "address": "罗湖区水贝二路29号鸿基大厦1716室"}  # fmt: skip
    rows = told(
        night(FIRM, row, {"address": "罗湖区红宝路20号宝湖大厦504室（入驻深圳市某商务秘书有限公司）"})
    )
    here = rows["r1"]
    assert (here["uscc_valid"], here["registration_valid"]) == (A, "440303109999994")
    assert (here["street"], here["street_basis"], here["community"]) == ("翠竹街道", "office", "水贝")
    assert (here["address"], here["house_code"]) == (row["address"], "440303004")
    assert here["premises_id"].startswith("P") and here["door"] > 0 and not here["shared_address"]
    assert rows["r2"]["shared_address"] and rows["r2"]["uscc_valid"] is None


def test_the_smallest_id_stands_for_a_profile() -> None:
    of, _, _ = read(
        {"record_id": "c", "profile": 0}, {"record_id": "a", "profile": 0}, {"record_id": "b", "profile": 1}
    )
    assert record_of_profile(of, [1, 0, 0]) == {0: "a", 1: "b"}
    assert record_of_profile(of, [1]) == {1: "b"}
    assert record_of_profile(of, []) == {}


TWINS = [
    {"extract": "registry", "record_id": f"f{n}", "registration": f"44030310999999{n}", "name": "恒兴服装店",
     "person": "李秀兰", "address": "罗湖区湖贝村12巷3号一楼"} for n in (2, 4)
]  # fmt: skip
BETWEEN = {"name": "恒兴服装店", "person": "李秀兰"}


def reviewed(done: Night, judged: Judged | None = None) -> list[tuple[str, str, float]]:
    linked = done.linked()
    judgements = judged or nothing_judged()
    table = review_table(done.parties, linked, done.found, _ids(linked), done.resolver, judgements)
    return [(row["record_id"], row["enterprise_id"], row["probability"]) for row in table.to_pylist()]


def test_what_waits_for_a_clerk_stands_beside_each_firm_that_it_may_be() -> None:
    done = night(*TWINS, BETWEEN, BETWEEN | {"profile": 2, "record_id": "a"})
    assert done.outcome() == [("review", -1)]
    pairs = reviewed(done)
    assert [pair[:2] for pair in pairs] == [("a", "E0"), ("a", "E1"), ("r2", "E0"), ("r2", "E1")]
    assert [pair[2] for pair in pairs] == pytest.approx([0.5] * 4, abs=0.02)
    assert [pair[:2] for pair in reviewed(done, Judged((target(1),), {}, {(2, 0): DAY}))] == [
        ("a", "E0"),
        ("r2", "E0"),
    ]


def test_a_doubtful_code_points_to_its_firm_with_what_the_fields_are_worth() -> None:
    pairs = reviewed(night(FIRM, SHOP_FIRM, STRANGER))
    assert [pair[:2] for pair in pairs] == [("r2", "E0")]
    assert 0 <= pairs[0][2] <= 1


def test_every_field_is_told_of_a_pair_that_waits() -> None:
    done = night(*TWINS, BETWEEN)
    linked = done.linked()
    table = review_table(done.parties, linked, done.found, _ids(linked), done.resolver, nothing_judged())
    told_of = table["comparisons"].to_pylist()[0]
    assert len(told_of) == 1 + len(shipped_model().comparisons)
    assert told_of[0] == wording.PRIOR | {"weight": told_of[0]["weight"]} and told_of[0]["weight"] < 0
    assert {"field": "负责人", "value_class": "文字", "level": "一致"}.items() <= told_of[6].items()


def test_nothing_that_waits_is_no_pair() -> None:
    assert reviewed(night(FIRM, BARE)) == []


def test_comparisons_are_kept_of_current_rows_that_a_comparison_linked() -> None:
    row = {"name": "深圳市鑫泰五金有限公司", "person": "陈小明"}
    done = night(FIRM, row, {"uscc": A, "name": "某某"}, SHOP, row | {"profile": 1, "superseded": True})
    linked = done.linked()
    records, patterns = compared_tables(done.parties, linked, done.found, _ids(linked), shipped_model())
    (kept,) = records.to_pylist()
    assert (kept["record_id"], kept["enterprise_id"]) == ("r1", "E0")
    assert kept["probability"] == linked.probability[1]
    assert patterns["pattern"].to_pylist() == list(range(patterns.num_rows))
    comparisons = patterns["comparisons"].to_pylist()[kept["pattern"]]
    assert {"字号", "负责人"} <= {one["field"] for one in comparisons}
    assert all(one["level"] != "无可比内容" for one in comparisons)
