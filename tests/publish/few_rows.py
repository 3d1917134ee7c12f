"""Input tables of publishing with a handful of firms, put together by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.declaration import Source
from pipeline.publish.database.inputs import inputs, quoted

AS_OF = date(2017, 3, 31)
PERSON = "王小明"
PARTY = "赵德柱"
PHONE = "13823456789"
DIGIT_CODE = "914403001922038216"
Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Firm:
    """One firm of the tiny district, with one grid row and its findings."""

    id: str
    name: str
    street: str | None
    points: Sequence[str] = ()
    tier: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def default_firms() -> list[Firm]:
    return [
        Firm("E01", "深圳市金凤五金制品有限公司", "桂园街道", ("45.50", "20.25"), "D", {"uscc": DIGIT_CODE}),
        Firm("E02", '=HYPERLINK("http://x","点")', "桂园街道", ("33.00",), "C", {"sign_name": "+老王烧烤"}),
        Firm("E03", "罗湖区好味餐厅", "桂园街道", ("12.00",), "B", {"registration_state": "not_found"}),
        Firm("E04", "罗湖区好味二店", "桂园街道", ("5.00",), "A"),
        Firm("E05", "@sum(A1)汽修店", "东门街道", ("31.10",), "C", {"sign_name": "＝1+1"}),
        Firm("E06", "无招牌场所（湖贝·1栋）", None, ("35.00",), "C"),
        Firm("E07", "深圳市安静科技有限公司", "东门街道"),
    ]


def tables(firms: Sequence[Firm], as_of: date) -> Rows:
    """All input tables for some firms; every firm has one grid row, and findings on it."""
    grid = f"grid_{as_of:%Y%m%d}.csv"
    rows: Rows = {name: [] for name in inputs()}
    for number, firm in enumerate(firms, start=1):
        link = {"extract": "grid", "file": grid, "row": number, "record_id": f"grid:{firm.id}"}
        rows["enterprise"].append(
            {
                "enterprise_id": firm.id,
                "name": firm.name,
                "registration_state": "registered",
                "street": firm.street,
                "grid_no": "00123",
                "address": f"湖贝路{number}号 电话{PHONE}",
                **firm.facts,
            }
        )
        rows["record_link"].append(
            {
                **link,
                "enterprise_id": firm.id,
                "decision": "certain",
                "probability": 1.0,
                "basis": "证号一致",
                "superseded": False,
            }
        )
        rows["feature"].append(
            {"enterprise_id": firm.id, "feature": "sales", "value": 123456.0, "unit": "元", "as_of": as_of}
        )
        for place, points in enumerate(firm.points):
            rows["evidence"].append(
                {
                    "enterprise_id": firm.id,
                    "rule_id": f"rule_{place}",
                    "title": f"规则{place}",
                    "category": "unsafe",
                    "clause": "III.3.2",
                    "reading": "strict",
                    "points": Decimal(points),
                    "occurred_on": date(2017, 1, 5 + place),
                    "expires_on": date(2019, 1, 5),
                    "probability": 1.0,
                    **{key: link[key] for key in ("extract", "file", "row")},
                    "document": f"罗消〔2017〕{number}号",
                    "text": f"复查不合格<script>alert({number})</script>",
                    "legal_basis": "《消防法》第60条",
                }
            )
    rows["risk"] = _risk(firms, as_of)
    rows["rule"] = [{"rule_id": f"rule_{n}", "title": f"规则{n}", "clause": "III.3.2"} for n in range(2)]
    rows["clause"] = [{"clause": "III.3.2", "category": "unsafe", "title": "安全和消防隐患整改不达标"}]
    rows["rule_absence"] = [{"rule_id": f"rule_{n}", "outcome": "clear", "reason": None} for n in range(2)]
    rows["firm_outcome"] = [{"enterprise_id": "E01", "rule_id": "rule_0", "outcome": "hit", "reason": None}]
    rows["favourable"] = [{"enterprise_id": "E01", "kind": 1, "text": "商事登记在册"}]
    rows["open_document"] = [
        {
            "enterprise_id": "E01",
            "extract": "grid",
            "document": "罗消〔2017〕1号",
            "deadline": date(2017, 4, 30),
        }
    ]
    rows["last_checked"] = [{"enterprise_id": "E01", "last_checked_on": date(2017, 3, 1), "extract": "grid"}]
    rows["duty_owed"] = [
        {
            "department": department,
            "enterprise_id": "E01",
            "duty": duty,
            "list_kind": kind,
            "clause": "IV.1.4",
            "document": document,
            "last_checked_on": date(2016, 12, 1),
            "due_on": date(2017, 1, 31),
            "days_over": 59,
            "extract": "key_lists",
            "file": "a.csv",
            "row": 1,
        }
        for department, duty, kind, document in (
            ("罗湖消防监管大队", "recheck", None, "罗消〔2017〕1号"),
            ("区安监局", "check", "work_safety", None),
        )
    ]
    rows["duty_due"] = rows["duty_owed"] + [
        {**rows["duty_owed"][0], "duty": "file", "document": "罗劳〔2017〕9号", "days_over": -3}
    ]
    rows["premises_feature"] = [
        {"premises_id": "P1", "feature": "premises_unlicensed", "value": 2.0, "unit": "家", "as_of": as_of}
    ]
    rows["identity_state"] = [{"enterprise_id": firm.id} for firm in firms]
    rows["extract_status"] = [
        {
            "extract": "grid",
            "sender": "桂园街道",
            "file": grid,
            "sha256": "0" * 64,
            "state": "fresh",
            "extract_date": as_of,
            "age_days": 0,
            "rows": len(firms) + 2,
            "accepted": len(firms),
            "rejected": 1,
            "not_data": 1,
            "superseded": 0,
            "nulled_cells": 0,
        },
        {"extract": "tax", "state": "missing", "reason": "没有收到文件"},
    ]
    rows["rejected_row"] = [
        {
            "extract": "grid",
            "file": grid,
            "row": 99,
            "column": "address",
            "scope": "row",
            "reason": "必填列为空",
        }
    ]
    return rows


def _risk(firms: Sequence[Firm], as_of: date) -> list[dict[str, Any]]:
    found = [(firm, sum(map(Decimal, firm.points))) for firm in firms if firm.points]
    found.sort(key=lambda item: (-ord(item[0].tier), -item[1], item[0].id))
    in_street: dict[str | None, int] = {}
    rows = []
    for place, (firm, score) in enumerate(found, start=1):
        in_street[firm.street] = in_street.get(firm.street, 0) + 1
        rows.append(
            {
                "enterprise_id": firm.id,
                "as_of": as_of,
                "score": score,
                "tier": firm.tier,
                "rank_in_street": in_street[firm.street],
                "rank_in_district": place,
                "street": firm.street,
                "categories": ["unsafe"],
                "route": "rectify",
                "measures": ["责令限期整改"],
                "lead_department": "罗湖消防监管大队",
                "other_departments": ["区安监局"],
                "verify_identity_first": False,
            }
        )
    return rows


def staged(sources: Mapping[str, Source], firms: Sequence[Firm], as_of: date) -> Rows:
    """Rows of stg_<extract>: one grid row a firm, and some with persons in them."""
    rows: Rows = {name: [] for name in sources}
    for number, firm in enumerate(firms, start=1):
        rows["grid"].append(
            {
                "record_id": f"grid:{firm.id}",
                "file": f"grid_{as_of:%Y%m%d}.csv",
                "row": number,
                "sign_name": PERSON if firm.id == "E07" else firm.name,
                "licence_name": PERSON if firm.id == "E03" else firm.name,
                "operator": PERSON,
                "phone": PHONE,
                "business": f"联系{PHONE}/{PHONE}",
            }
        )
    common = {"record_id": "x:1", "file": "x.csv", "row": 1}
    rows["tax"].append(
        {**common, "name": PERSON, "legal_rep": PERSON, "sales": 50_000.0, "arrears": 0.0, "tax_paid": -1.0}
        | {"period": "2017Q1", "period_start": date(2017, 1, 1), "period_end": date(2017, 3, 31)}
        | {"basis": "period", "amounts_from": date(2017, 1, 1)}
    )
    rows["street_cases"].append({**common, "name": PARTY, "sign_name": "老赵烧烤", "address": "湖贝路1号"})
    rows["street_cases"].append(
        {**common, "row": 2, "name": "罗湖区好味餐厅（赵德柱）", "address": "湖贝路2号"}
    )
    rows["street_returns"].append(
        {
            **common,
            "enterprise_id": "E01",
            "result": "confirmed",
            "checked_by": PERSON,
            "remark": f"电{PHONE}",
        }
    )
    for extract, items in rows.items():
        for item in items:
            item |= {"extract": extract, "extract_date": as_of, "superseded": False}
    return rows


def fill(
    con: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]], rows: list[dict[str, Any]]
) -> None:
    body = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns)
    con.execute(f"CREATE TABLE {quoted(table)} ({body})")
    keys = {key for row in rows for key in row}
    if rows:
        con.register("filling", pa.Table.from_pylist([{key: row.get(key) for key in keys} for row in rows]))
        con.execute(f"INSERT INTO {quoted(table)} BY NAME SELECT * FROM filling")
        con.unregister("filling")
