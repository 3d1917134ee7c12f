"""Rows that many departments hold of one firm, and its page as a reader goes through it."""

import re
from datetime import date
from typing import Any

AS_OF = date(2017, 3, 31)
PERSON, PARTY, PHONE = "王小明", "赵德柱", "13823456789"
FREE_TEXT = f"与罗湖区好味餐厅共用通道堵塞，{PERSON}举报，电话{PHONE}"


def link(extract: str, row: int, enterprise: str, decision: str = "certain", probability: float = 1.0) -> Any:
    return {
        "extract": extract,
        "file": f"{extract}_20170331.csv",
        "row": row,
        "record_id": f"{extract}:{row}",
        "enterprise_id": enterprise if decision != "review" else None,
        "decision": decision,
        "probability": probability,
        "basis": "字号相同",
        "superseded": False,
    }


STAGED: dict[str, list[dict[str, Any]]] = {
    "safety_inspections": [
        {"document_no": "罗消〔2017〕1号", "kind": "fire", "hazard": FREE_TEXT, "severity": "major"}
        | {"inspected_on": date(2017, 1, 5), "recheck": "failed", "name": "深圳市金凤五金制品有限公司"},
    ],
    "env_penalties": [
        {
            "decision_no": "罗环罚〔2016〕8号",
            "offence": f"超标排放（{PARTY}反映，殃及安静科技）",
        }
        | {"decided_on": date(2016, 8, 1), "fine": 20000.0, "rectified": "overdue", "name": "金凤五金"},
    ],
    "labour_cases": [
        {
            "case_no": "罗劳立〔2017〕5号",
            "complaint": "wage_arrears",
            "filed_on": date(2017, 3, 1),
            "people": 1.0,
        }
        | {"received_on": date(2017, 2, 28), "amount": 30000.0, "name": "金凤五金"},
        {"case_no": "罗劳投〔2017〕77号", "complaint": "overtime", "received_on": date(2017, 3, 30)}
        | {"name": "金凤五金"},
    ],
    "street_cases": [
        {"case_no": "罗城管立字〔2017〕9号", "sign_name": "隔壁烧烤", "offence": "obstruction"}
        | {"opened_on": date(2017, 2, 2), "address": "湖贝路9号"},
    ],
    "key_lists": [{"list_kind": "labour", "name": "金凤五金", "listed_on": date(2017, 1, 1)}],
    "tax": [
        {"name": "金凤五金", "status": "normal", "sales": 0.0, "tax_paid": 765432.0, "arrears": 50_000.0}
        | {"period": "2016Q4", "period_start": date(2016, 10, 1), "period_end": date(2016, 12, 31)}
        | {"basis": "period", "amounts_from": date(2016, 10, 1), "row": 2, "credit_grade": "B"},
    ],
}


def change(rows: dict[str, list[dict[str, Any]]]) -> None:
    """E01 is known to many; E05's tier rests on a record that is only probably its own."""
    for extract, staged in STAGED.items():
        for place, row in enumerate(staged, start=1):
            sure = ("probable", 0.93) if extract == "street_cases" else ("certain", 1.0)
            rows["record_link"].append(link(extract, row.get("row", place), "E01", *sure))
    rows["record_link"].append(link("permits", 1, "E05", "review", 0.5))
    for extract in (*STAGED, "permits"):
        count = len(STAGED.get(extract, [{}]))
        rows["extract_status"].append(
            {"extract": extract, "file": f"{extract}_20170331.csv", "state": "fresh", "extract_date": AS_OF}
            | {"age_days": 0, "rows": count, "accepted": count, "rejected": 0, "not_data": 0, "superseded": 0}
        )
    rows["review_pair"] = [{"record_id": "permits:1", "enterprise_id": "E05", "probability": 0.5}]
    for firm in rows["risk"]:
        if firm["enterprise_id"] == "E05":
            firm |= {"verify_identity_first": True, "score_before": None}
    for finding in rows["evidence"]:
        if finding["enterprise_id"] == "E05":
            finding["probability"] = 0.9951
    rows["firm_outcome"].append({"enterprise_id": "E07", "rule_id": "rule_0", "outcome": "not_evaluated"})


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page.split("</style>")[1])
