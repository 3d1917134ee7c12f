"""The clerk's workbook and the waterfall: what is shown, what never runs, what adds up."""

import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
from python_calamine import CalamineWorkbook

from pipeline import clerk, publish
from pipeline.publish.forms.waterfall import waterfall
from pipeline.publish.reviewing.review_book import export_reviews

PERSON, PHONE = "王小明", "13823456789"
STEPS = [
    {"field": "比对之前", "value_class": "主体总数", "level": "任取一家", "weight": -6262},
    {"field": "字号", "value_class": "文字", "level": "相同", "weight": 8000},
    {"field": "电话", "value_class": "没有可比内容", "level": "无可比内容", "weight": 0},
    {"field": "负责人", "value_class": "文字", "level": "不同", "weight": -2637},
]


def waits(rows: Any) -> None:
    """The row of E07 may be E02, whose name is a formula, or E05."""
    rows["record_link"][6] |= {"enterprise_id": None, "decision": "review", "probability": 0.6}
    rows["review_pair"] = [
        {"record_id": "grid:E07", "enterprise_id": name, "probability": chance, "comparisons": STEPS}
        for name, chance in (("E02", 0.6), ("E05", 0.3))
    ]
    rows["record_comparison"] = [
        {"record_id": "grid:E01", "enterprise_id": "E01", "probability": 0.95, "comparisons": STEPS}
    ]
    rows["correction"] = [
        {
            "correction_id": "C1",
            "kind": "unsure",
            "record_id": "grid:E07",
            "enterprise_id": "E02",
            "reason": f"打过电话{PHONE}",
            "is_in_force": True,
            "is_applied": True,
        }
    ]


def test_firms_with_formulas_for_names_are_text_and_what_was_unsure_comes_last(
    place: Any, tmp_path: Path
) -> None:
    place.publish(change=waits)
    path = tmp_path / "review.xlsx"
    made = export_reviews(place.settings.warehouse, place.sources, path, None, 10)
    assert (made.lines, made.records, made.waiting) == (2, 1, 2)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(clerk.PAIRS).to_python()
    lines = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [line[clerk.ENTERPRISE] for line in lines] == ["E05", "E02"]
    assert [line["企业名称"] for line in lines] == ["@sum(A1)汽修店", '=HYPERLINK("http://x","点")']
    assert lines[0]["相符之处（权重）"] == "字号相同 +8.0"
    assert lines[0]["不符之处（权重）"] == "负责人不同 -2.6"
    assert [line["把握"] for line in lines] == ["30%", "60%"]
    with zipfile.ZipFile(path) as packed:
        sheets = "".join(
            packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/worksheets/sheet")
        )
        words = packed.read("xl/sharedStrings.xml").decode()
        book = packed.read("xl/workbook.xml").decode()
    assert "<f>" not in sheets
    assert "<hyperlink" not in sheets
    assert ",".join(clerk.ANSWERS) in sheets
    assert "sheetProtection" in sheets
    assert re.search(rf'name="{clerk.RECORDS}"[^>]*state="veryHidden"', book)
    assert PERSON not in words
    assert PHONE not in words


def test_a_correction_tells_neither_who_gave_it_nor_a_reason_that_may_name_one(place: Any) -> None:
    place.publish(change=waits)
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        told = con.execute("SELECT given_by, reason, is_in_force FROM correction").fetchall()
    assert told == [(None, None, True)]


def test_the_dossier_shows_each_comparison_and_the_rivals(place: Any) -> None:
    place.publish(change=waits)
    linked = publish.explain(place.settings.warehouse, "E01")
    assert re.search(r"字号 +相同 +\+8\.0 █{8} +\+1\.7", linked)
    waiting = publish.explain(place.settings.warehouse, "E05")
    assert "待人工核对的记录（1 条，未计分）" in waiting
    assert re.search(r"负责人 +不同 +-2\.6 ░{3} +-0\.9", waiting)


def test_a_waterfall_ends_at_the_probability_whatever_moved_it() -> None:
    lines = list(waterfall(STEPS, 0.2))
    assert [line.split()[0] for line in lines] == [
        "比对之前",
        "字号",
        "负责人",
        "其他候选、记录来源与校准",
        "概率",
    ]
    assert lines[3].split()[-1] == "-2.0"
    assert lines[-1].split()[-1] == "0.200"
    assert not any("电话" in line for line in lines)
