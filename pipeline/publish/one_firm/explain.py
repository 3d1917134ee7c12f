"""One firm's dossier for the terminal: who it is and how sure that is, what was linked, and every point."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.publish.forms import wording
from pipeline.publish.forms.lines import clause_title
from pipeline.publish.forms.waterfall import waterfall
from pipeline.publish.forms.wording import word
from pipeline.publish.one_firm.finding import Row, choices, find, rows_of

_ROWS_AN_EXTRACT = 8


def explain(warehouse: Path, enterprise: str) -> str:
    """The dossier of one firm, or the list of firms that the word may mean.

    Args:
        warehouse: the published warehouse; opened read-only.
        enterprise: an enterprise_id, an old id, a code, or part of a name.

    Raises:
        ConfigError: if there is no warehouse, or nothing matches.
    """
    con = db.open_published(warehouse)
    try:
        found = find(con, enterprise)
        if len(found) > 1:
            return "\n".join(choices(found))
        return "\n".join(_dossier(con, found[0]["enterprise_id"]))
    finally:
        con.close()


def _dossier(con: duckdb.DuckDBPyConnection, enterprise_id: str) -> Iterator[str]:
    firm = rows_of(con, "explain_enterprise", enterprise_id=enterprise_id)[0]
    links = rows_of(con, "explain_link", enterprise_id=enterprise_id)
    yield from _identity(firm, links)
    yield from _standing(firm)
    yield from _points(rows_of(con, "explain_evidence", enterprise_id=enterprise_id))
    for row in rows_of(con, "explain_other", enterprise_id=enterprise_id):
        yield f"{row['heading']}：{row['text']}"
    yield from _linked(links)
    yield from _waiting(rows_of(con, "explain_review", enterprise_id=enterprise_id))


def _identity(firm: Row, links: list[Row]) -> Iterator[str]:
    yield f"{firm['name']}" + (f"（招牌：{firm['sign_name']}）" if firm["sign_name"] else "")
    facts = {
        "企业编号": firm["enterprise_id"],
        "统一社会信用代码": firm["uscc"],
        "注册号": firm["registration_no"],
        "登记情况": word(wording.REGISTRATION, firm["registration_state"]),
        "类型": firm["entity_type"],
        "成立": firm["established_on"],
        "街道": " ".join(filter(None, (firm["street"], firm["community"], firm["grid_no"]))) or None,
        "地址": firm["address"],
        "行业": firm["industry_name"] or firm["industry_code"],
    }
    yield from (f"  {name}：{value}" for name, value in facts.items() if value)
    certain = sum(row["decision"] == "certain" for row in links)
    lowest = min((row["probability"] for row in links if row["probability"] is not None), default=None)
    unsure = f"，最低概率 {lowest:.3f}" if lowest is not None and certain < len(links) else ""
    counted = f"确定 {certain} 条、很可能 {len(links) - certain} 条"
    yield f"  主体有多可靠：现行记录 {len(links)} 条，其中{counted}{unsure}"


def _standing(firm: Row) -> Iterator[str]:
    if firm["score"] is None:
        yield "没有计分的依据（没有依据不等于没有问题，也可能是没有数据）"
        return
    before = f"；上期 {firm['score_before']} 分 {firm['tier_before']}" if firm["tier_before"] else ""
    yield (
        f"风险分 {firm['score']}，{word(wording.TIERS, firm['tier'])}，街道第 {firm['rank_in_street']}，"
        f"全区第 {firm['rank_in_district']}（{firm['as_of']}{before}）——只表示先核实谁，不是违法认定"
    )
    if firm["verify_identity_first"]:
        yield "  须先核实主体：不算不确定的关联，就不会在这一等级"
    yield f"  建议：{'；'.join(firm['measures'] or []) or '先核实'}"
    others = "、".join(firm["other_departments"] or [])
    yield f"  牵头：{firm['lead_department'] or '—'}；配合：{others or '—'}"


def _points(evidence: list[Row]) -> Iterator[str]:
    for row in evidence:
        reading = "（筛查）" if row["reading"] == "screening" else ""
        yield f"  {row['points']:>6} 分  {row['title'] or row['rule_id']}{reading}［{row['rule_id']}］"
        yield f"           {row['text']}"
        document = f"，文书 {row['document']}" if row["document"] else ""
        yield f"           {clause_title(row['clause'])}（{row['clause']}）；{row['legal_basis'] or ''}"
        yield f"           来源 {row['extract']}/{row['file']} 第{row['row']}行{document}"
        since = f"{row['occurred_on'] or '日期不详'} 起，{row['expires_on'] or '—'} 失效"
        yield f"           关联概率 {row['probability']:.3f}；{since}"
    if evidence:
        yield f"  {sum(row['points'] for row in evidence):>6} 分  合计"


def _linked(links: list[Row]) -> Iterator[str]:
    yield "关联的记录："
    by_extract: dict[str, list[Row]] = {}
    shown: dict[str, str] = {}
    for row in links:
        by_extract.setdefault(row["extract"], []).append(row)
    for extract, rows in by_extract.items():
        yield f"  {extract}（{len(rows)} 条）"
        for row in rows[:_ROWS_AN_EXTRACT]:
            sure = f"{word(wording.DECISIONS, row['decision'])} {row['probability']:.3f}"
            yield f"    {row['file']} 第{row['row']}行  {sure}  {row['basis'] or ''}"
            yield from _compared(row, shown)
        if len(rows) > _ROWS_AN_EXTRACT:
            yield f"    …… 另有 {len(rows) - _ROWS_AN_EXTRACT} 条"


def _waiting(pairs: list[Row]) -> Iterator[str]:
    if pairs:
        yield f"待人工核对的记录（{len(pairs)} 条，未计分）："
    shown: dict[str, str] = {}
    for row in pairs[:_ROWS_AN_EXTRACT]:
        yield f"    {row['extract']}/{row['file']} 第{row['row']}行  概率 {row['probability']:.3f}"
        yield from _compared(row, shown)
    if len(pairs) > _ROWS_AN_EXTRACT:
        yield f"    …… 另有 {len(pairs) - _ROWS_AN_EXTRACT} 条"


def _compared(row: Row, shown: dict[str, str]) -> Iterator[str]:
    """A link's waterfall; where an earlier row has the very same, its place instead."""
    if not row["comparisons"]:
        return
    lines = [f"        {line}" for line in waterfall(row["comparisons"], row["probability"])]
    place = f"{row['file']} 第{row['row']}行"
    first = shown.setdefault("\n".join(lines), place)
    yield from lines if first == place else [f"        逐项比较同 {first}"]
