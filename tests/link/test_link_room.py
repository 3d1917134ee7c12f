from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline import link
from pipeline.declaration import Source
from pipeline.night import Night

A, B = "91440300MA9XXXX034", "92440300MA9XXXX11U"
NOT_HELD = "93440300MA9XXXX2XG"
REGISTRY: list[dict[str, Any]] = [
    {
        "uscc": A,
        "registration_no": "440303109999994",
        "name": "深圳市鑫泰五金有限公司",
        "former_names": ["深圳市旺发五金有限公司"],
        "legal_rep": "陈小明",
        "address": "深圳市罗湖区桂园街道红岭中路1010号国际信托大厦1304室",
        "status": "active",
    },
    {
        "uscc": B,
        "name": "罗湖区恒兴服装店",
        "legal_rep": "李秀兰",
        "address": "深圳市罗湖区湖贝村12巷3号一楼",
        "phone": "13612345670",
        "entity_type": "个体工商户",
    },
    {"name": "张伟", "legal_rep": "张伟", "address": "罗湖区水贝二路5号1楼", "entity_type": "个体工商户"},
]
REGISTRY += [
    {"name": f"深圳市{name}有限公司", "legal_rep": None, "address": f"深圳市罗湖区文锦中路{i}号"}
    for i, name in enumerate(
        [
            "达源贸易",
            "永兴电子科技",
            "富民实业",
            "银海物流",
            "光华印刷",
            "宏图广告",
            "嘉乐餐饮管理",
            "瑞祥珠宝",
        ],
        start=1,
    )
]


@pytest.fixture
def linked(make_night: Callable[..., Night], sources: dict[str, Source]) -> Callable[..., dict[str, Any]]:
    """Links a small night; returns rows of record_link by record_id."""

    def run(rows: dict[str, list[dict[str, Any]]], **options: Any) -> dict[str, Any]:
        night = make_night({"registry": REGISTRY} | rows, **options)
        link.run(night, sources)
        con = night.connect()
        cursor = con.execute(
            "SELECT l.*, e.name AS enterprise_name, e.registration_state FROM record_link l "
            "LEFT JOIN enterprise e USING (enterprise_id) ORDER BY extract, row"
        )
        names = [column[0] for column in cursor.description]
        found = {
            row[names.index("record_id")]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()
        }
        con.close()
        return found

    return run


def test_every_row_is_there_and_registry_rows_are_their_own_firms(linked: Callable[..., Any]) -> None:
    rows = linked(
        {"grid": [{"grid_no": "1", "street": "桂园街道", "address": "红岭中路9号", "operator": "王五"}]}
    )
    registry = [row for key, row in rows.items() if key.startswith("registry")]
    assert len(rows) == len(REGISTRY) + 1
    assert len({row["enterprise_id"] for row in registry}) == len(REGISTRY)
    assert {row["decision"] for row in registry} == {"certain"}


def test_codes_link_whatever_the_spelling(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "employment": [{"uscc": A.lower(), "name": "某某", "month": "2017-01"}],
            "tax": [{"taxpayer_id": "440303MA9XXXX03", "name": "鑫泰五金", "period": "2017Q1"}],
        }
    )
    assert rows["employment:1"]["enterprise_id"] == rows["registry:1"]["enterprise_id"]
    assert rows["tax:1"]["enterprise_id"] == rows["registry:1"]["enterprise_id"]
    assert rows["tax:1"]["decision"] == "certain"


def test_one_rows_proof_carries_its_sisters(linked: Callable[..., Any]) -> None:
    months = [
        {"social_insurance_no": "SB778899", "uscc": A, "name": "深圳市鑫泰五金有限公司", "month": "2017-01"},
        {"social_insurance_no": "SB778899", "name": "新名字", "month": "2017-02"},
    ]
    rows = linked({"employment": months})
    assert rows["employment:2"]["enterprise_id"] == rows["registry:1"]["enterprise_id"]


def test_names_link_with_homophones_former_names_and_places(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "labour_cases": [
                {"case_no": "1", "name": "深圳市鑫泰五金有限责任公司", "legal_rep": "陈小明"},
                {"case_no": "2", "name": "深圳市新太五金有限公司", "address": "红岭中路1010号1304"},
                {"case_no": "3", "name": "深圳市旺发五金有限公司", "legal_rep": "陈小明"},
            ]
        }
    )
    firm = rows["registry:1"]["enterprise_id"]
    assert [rows[f"labour_cases:{i}"]["enterprise_id"] for i in (1, 2, 3)] == [firm] * 3


def test_a_branch_is_not_its_parent(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "labour_cases": [
                {"case_no": "1", "name": "深圳市鑫泰五金有限公司罗湖分公司", "legal_rep": "陈小明"}
            ]
        }
    )
    assert rows["labour_cases:1"]["enterprise_id"] != rows["registry:1"]["enterprise_id"]


def test_a_namesake_in_another_trade_is_another_firm(linked: Callable[..., Any]) -> None:
    rows = linked({"labour_cases": [{"case_no": "1", "name": "深圳市鑫泰餐饮管理有限公司"}]})
    assert rows["labour_cases:1"]["registration_state"] != "registered"


def test_a_valid_code_on_the_wrong_firm_waits_for_a_clerk(linked: Callable[..., Any]) -> None:
    stranger = {
        "uscc": A, "name": "深圳市永盛餐饮管理有限公司", "legal_rep": "周大海", "address": "罗湖区布吉路88号",
        "document_no": "1", "inspected_on": date(2017, 1, 1),
    }  # fmt: skip
    rows = linked({"safety_inspections": [stranger]})
    assert rows["safety_inspections:1"]["decision"] == "review"
    assert rows["safety_inspections:1"]["enterprise_id"] is None


def test_valid_codes_that_the_registry_lacks_make_one_enterprise_each(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "employment": [{"uscc": NOT_HELD, "name": "外地某某合作社", "month": "2017-01"}],
            "operations": [{"uscc": NOT_HELD, "name": "某某合作社", "period": "2017Q1"}],
        }
    )
    assert rows["employment:1"]["registration_state"] == "valid_code_not_held"
    assert rows["employment:1"]["enterprise_id"] == rows["operations:1"]["enterprise_id"]


def test_an_unregistered_shop_is_one_enterprise_and_a_bare_person_none(linked: Callable[..., Any]) -> None:
    address = "罗湖区翠竹街道田贝四路63号2栋首层"
    rows = linked(
        {
            "grid": [
                {
                    "grid_no": "1",
                    "street": "翠竹街道",
                    "address": address,
                    "sign_name": "阿美发廊",
                    "operator": "吴阿美",
                }
            ],
            "street_cases": [
                {"case_no": "1", "name": "吴阿美", "sign_name": "阿美发廊", "address": address},
                {"case_no": "2", "name": "赵大勇", "address": "罗湖区爱国路口"},
            ],
        }
    )
    shop = rows["grid:1"]
    assert shop["registration_state"] == "not_found"
    assert shop["enterprise_name"] == "阿美发廊"
    assert rows["street_cases:1"]["enterprise_id"] == shop["enterprise_id"]
    assert rows["street_cases:2"]["decision"] == "none"
    assert rows["street_cases:2"]["enterprise_id"] is None


def test_the_next_shop_at_the_same_place_is_not_the_registered_one(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "grid": [
                {
                    "grid_no": "1", "street": "东门街道", "address": "湖贝村12巷3号一楼",
                    "sign_name": "小胖烧烤", "operator": "马小胖", "phone": "13912345678",
                }
            ]
        }
    )  # fmt: skip
    assert rows["grid:1"]["registration_state"] == "not_found"


def test_a_person_registered_as_a_trade_is_not_shown_by_name(linked: Callable[..., Any]) -> None:
    rows = linked({})
    assert rows["registry:3"]["enterprise_name"] == "个体工商户（未起字号）"


def test_no_reason_and_no_comparison_holds_a_personal_value(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    case = {"case_no": "1", "name": "恒星服装店", "legal_rep": "李秀兰", "phone": "13612345671"}
    night = make_night({"registry": REGISTRY, "labour_cases": [case]})
    link.run(night, sources)
    con = night.connect()
    texts = con.execute(
        "SELECT basis FROM record_link UNION ALL SELECT comparisons::VARCHAR FROM review_pair "
        "UNION ALL SELECT name FROM enterprise"
    ).fetchall()
    con.close()
    for secret in ("李秀兰", "陈小明", "张伟", "1361234567"):
        assert not any(secret in text for (text,) in texts)


def test_row_order_and_copies_change_nothing(linked: Callable[..., Any]) -> None:
    cases = [
        {"record_id": f"labour_cases:x{i}", "case_no": str(i), "name": name, "legal_rep": person}
        for i, (name, person) in enumerate(
            [("鑫泰五金", "陈小明"), ("恒兴服装店", "李秀兰"), ("阿美发廊", None), ("恒星服装店", "李秀兰")]
        )
    ]
    one = linked({"labour_cases": cases}, run_id="one")
    copy = cases[0] | {"record_id": "labour_cases:copy"}
    other = linked({"labour_cases": [copy, *reversed(cases)]}, run_id="other", threads=1)
    for key, row in one.items():
        for column in ("enterprise_id", "decision", "probability", "basis"):
            assert other[key][column] == row[column]
    assert other["labour_cases:copy"]["enterprise_id"] == one["labour_cases:x0"]["enterprise_id"]


def test_a_judgement_of_a_clerk_holds(
    linked: Callable[..., Any], make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    case = {"labour_cases": [{"case_no": "1", "name": "深圳市鑫泰五金有限公司", "legal_rep": "陈小明"}]}
    first = linked(case, run_id="first")
    night = make_night({"registry": REGISTRY} | case, run_id="second")
    _publish_identity(make_night({"registry": REGISTRY} | case, run_id="first"), sources)
    folder = night.settings.corrections
    folder.mkdir()
    firm = first["registry:1"]["enterprise_id"]
    line = f"labour_cases:1,{firm},different,clerk,2017-03-30,another firm"
    (folder / "links.csv").write_text(
        f"record_id,enterprise_id,verdict,who,when,why\n{line}\n", encoding="utf-8"
    )
    second = linked(case, run_id="second")
    assert second["registry:1"]["enterprise_id"] == firm
    assert second["labour_cases:1"]["enterprise_id"] != firm
    withdrawn = line.replace("different", "withdrawn").replace("03-30", "03-31")
    (folder / "links.csv").write_text(
        f"record_id,enterprise_id,verdict,who,when,why\n{line}\n{withdrawn}\n", encoding="utf-8"
    )
    assert linked(case, run_id="third")["labour_cases:1"]["enterprise_id"] == firm


def _publish_identity(night: Night, sources: dict[str, Source]) -> None:
    """Does what publishing does with the identity state."""
    link.run(night, sources)
    con = night.connect()
    target = night.settings.restricted / "identity.parquet"
    con.execute(f"COPY (FROM identity_state ORDER BY ALL) TO '{target}' (FORMAT parquet)")
    con.close()
    (night.settings.restricted / "journal.jsonl").write_text(
        '{"identity": "identity.parquet", "as_of": "2017-03-30"}\n', encoding="utf-8"
    )


def test_ids_outlive_a_new_code_and_a_new_name(
    linked: Callable[..., Any], make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    shop = {
        "grid": [
            {
                "grid_no": "1",
                "street": "翠竹街道",
                "address": "田贝四路63号",
                "sign_name": "阿美发廊",
                "operator": "吴阿美",
            }
        ]
    }
    _publish_identity(make_night({"registry": REGISTRY} | shop, run_id="first"), sources)
    earlier = linked(shop, run_id="again")
    newly = {
        "uscc": NOT_HELD,
        "name": "罗湖区阿美发廊",
        "legal_rep": "吴阿美",
        "address": "罗湖区田贝四路63号",
    }
    later = linked({"registry": [*REGISTRY, newly]} | shop, run_id="later", as_of=date(2017, 4, 1))
    assert later["grid:1"]["registration_state"] == "registered"
    assert later["grid:1"]["enterprise_id"] == earlier["grid:1"]["enterprise_id"]
    assert later["registry:1"]["enterprise_id"] == earlier["registry:1"]["enterprise_id"]


def test_a_place_without_a_sign_is_named_by_its_building_as_it_is_written(linked: Callable[..., Any]) -> None:
    seen = {"grid_no": "1", "street": "东湖街道", "community": "翠湖", "phone": "13700000001"}
    rows = linked(
        {"grid": [{**seen, "address": "东湖街道翠湖社区东湖路9号愉天商业大厦105室", "business": "餐饮"}]}
    )
    assert rows["grid:1"]["enterprise_name"] == "无招牌场所（翠湖·愉天商业大厦）"


def test_a_shop_named_after_its_operator_is_the_operators(linked: Callable[..., Any]) -> None:
    rows = linked(
        {
            "grid": [
                {"grid_no": "1", "street": "莲塘街道", "address": "延芳路1148号2号商铺", "operator": "萧秀忠"}
            ],
            "safety_inspections": [
                {"document_no": "深罗安检〔2017〕1号", "name": "萧秀忠洗车场", "address": "延芳路1148号2铺"},
                {"document_no": "深罗安检〔2017〕2号", "name": "安达洗车场", "address": "延芳路1148号7铺"},
            ],
        }
    )
    ids = [rows[key]["enterprise_id"] for key in ("grid:1", "safety_inspections:1", "safety_inspections:2")]
    assert ids[0] == ids[1] != ids[2]
