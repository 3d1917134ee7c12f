"""How long the longest list takes: 5,000 lines as CSV and as XLSX. It must stay below five seconds."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.forms.lines import Line, Names, cells
from pipeline.publish.street_lists.csv_file import write_csv
from pipeline.publish.street_lists.xlsx_file import Sheet, write_xlsx

LINES = 5000
AS_OF = date(2017, 3, 31)
FIRM = {
    "enterprise_id": "E0123456789ABCDEF", "uscc": "914403001922038216", "name": "深圳市金凤五金制品有限公司",
    "sign_name": "金凤五金", "registration_state": "registered", "list_street": "桂园街道",
    "community": "大塘龙",
    "grid_no": "440303001001001", "address": "深圳市罗湖区桂园街道红桂路1234号大院五栋一层102号铺",
    "industry": "金属制品、机械和设备修理业", "kind": "ranked", "tier": "C", "score": Decimal("45.67"),
    "tier_before": "C",
    "street_then": "桂园街道", "kind_then": "ranked", "tier_then": "B", "has_last": True,
    "categories": ["unlicensed", "unsafe"],
    "measures": ["责令限期整改", "督促限期办理商事登记", "加强后续监管"],
    "lead_department": "罗湖消防监管大队",
    "other_departments": ["区安监局", "市市场和质量监管委罗湖局"], "verify_identity_first": False,
    "favourable": ["商事登记在册", "持有有效许可：食品经营"], "last_checked_on": date(2017, 3, 1),
    "documents": [{"document": "罗公消监字〔2017〕第12号", "deadline": date(2017, 4, 30)}],
}  # fmt: skip
REASON = {
    "text": "消防安全重大隐患，责令改正期满后复查不合格（罗公消监字〔2017〕第12号）",
    "points": Decimal("12.34"),
    "occurred_on": date(2017, 1, 5), "clause": "III.3.2", "legal_basis": "《消防法》第六十条",
    "extract": "grid",
}  # fmt: skip


def _rows() -> list[list[Any]]:
    names = Names({"grid": "各街道办事处"}, {"unlicensed": "无证无照", "unsafe": "安全和消防隐患整改不达标"})
    line = Line({**FIRM, "reasons": [REASON] * 4}, names)
    return [["LH20170331-440303001", number, *cells(line)] for number in range(1, LINES + 1)]


@pytest.mark.parametrize("what", ["CSV", "XLSX", "words, CSV and XLSX"])
def test_longest_list(timed: Callable[..., Any], tmp_path: Path, what: str) -> None:
    rows, csv_path, xlsx_path = _rows(), tmp_path / "list.csv", tmp_path / "list.xlsx"

    def csv() -> None:
        write_csv(csv_path, rows)

    def xlsx() -> None:
        write_xlsx(xlsx_path, Sheet("桂园街道", AS_OF, rows, ["属实"]))

    def both() -> None:
        rows[:] = _rows()
        csv()
        xlsx()

    both()
    sizes = {"CSV": [csv_path], "XLSX": [xlsx_path]}.get(what, [csv_path, xlsx_path])
    work = {"CSV": csv, "XLSX": xlsx}.get(what, both)
    timed(f"a list of {LINES:,} lines", what, sum(p.stat().st_size for p in sizes), LINES, work)
