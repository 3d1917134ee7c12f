"""Firms that stood on a street's last list and stand on it no longer, and why, where that is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import db
from pipeline.publish.forms import wording
from pipeline.publish.forms.cells import plain
from pipeline.publish.forms.lines import Value

GONE = {
    "序号": 6, "上期序号": 9, "企业编号": 20, "企业名称": 30, "经营地址": 36, "上期等级": 12, "退出原因": 60,
}  # fmt: skip
_QUERY = Path(__file__).parent / "queries" / "list_gone.sql"


@dataclass(frozen=True)
class Gone:
    """One of them.

    Attributes:
        street: whose list it stood on.
        is_elsewhere: whether it stands on another street's list now.
        cells: in the order of `GONE`, from the second on.
    """

    street: str
    is_elsewhere: bool
    cells: list[Value]


def read_gone(con: duckdb.DuckDBPyConnection, as_of: date, answers: Mapping[str, str]) -> list[Gone]:
    """All of a built warehouse, by street and line of the last list; none where there was no earlier list.

    Args:
        con: the built warehouse, with the night's database attached as `built`.
        as_of: the day.
        answers: Chinese words of what street offices answer.
    """
    rows = db.read_arrow(con, _QUERY.read_text(encoding="utf-8"), {"as_of": as_of}).to_pylist()
    return [Gone(row["list_street"], row["is_elsewhere"], _cells(row, answers)) for row in rows]


def _cells(row: Mapping[str, Any], answers: Mapping[str, str]) -> list[Value]:
    before = (
        wording.RANDOM_CHECK if row["kind"] == "random" else wording.word(wording.TIERS, row["tier_before"])
    )
    why = _why(row)
    if row["result"]:
        why += f"；街道核查（{row['checked_on']}）：{wording.word(dict(answers), row['result'])}"
    return [row["line"], row["enterprise_id"], plain(row["name"]), plain(row["address"]), before, why]


def _why(row: Mapping[str, Any]) -> str:
    if not row["is_known"]:
        return "本期各部门数据中没有该企业的记录"
    if row["is_elsewhere"]:
        return "经营地址改归其他街道，由其他街道核查"
    if row["is_held"]:
        return "所在分组待人工核对，本期暂不列出"
    if row["kind"] == "random":
        return "上期为随机抽查，本期没有抽中"
    if row["tier"]:
        return f"风险等级降为{wording.TIERS[row['tier']]}，低于列入清单的等级"
    return "已没有计分的依据（已改正、已到期或已更正）"
