"""What a department is handed back: every row and cell of its files that could not be read, with the mend."""

from typing import Any

import openpyxl
import pytest

from pipeline.declaration import Source
from pipeline.publish.by_department.departments import short_department
from pipeline.publish.forms.mending import mend


def _rows(path: Any, sheet: str) -> list[dict[str, Any]]:
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_each_department_gets_a_workbook_of_its_own_files(made: Any, sources: dict[str, Source]) -> None:
    names = {path.stem for path in (made.today / "departments").iterdir()}
    assert names == {short_department(source.department) for source in sources.values()}
    supply = _rows(made.today / "departments" / "各街道办事处.xlsx", "报送情况")
    assert [(row["文件"], row["总行数"], row["未接收"]) for row in supply] == [("grid_20170331.csv", 9, 1)]


def test_a_rejected_row_is_named_with_its_mend(made: Any) -> None:
    (row,) = _rows(made.today / "departments" / "各街道办事处.xlsx", "待更正")
    assert (row["表头下第几行"], row["列"], row["影响"]) == (99, "详细地址", "整行未接收")
    assert row["问题"] == "必填列为空"
    assert row["怎样更正"] == "对照原件补填；该列为必填，更正后重报此行"


def test_a_department_that_sent_nothing_is_told_so(made: Any) -> None:
    (row,) = _rows(made.today / "departments" / "区国家税务局、区地方税务局.xlsx", "报送情况")
    assert (row["状态"], row["说明"]) == ("缺报", "没有收到文件")


def test_a_department_is_shown_the_checks_that_it_owes(made: Any) -> None:
    page = (made.today / "departments" / "区安监局、罗湖消防监管大队.html").read_text(encoding="utf-8")
    assert "安全生产重点企业，每月现场检查至少一次" in page
    assert "责令整改期满的复查" in page
    assert "2017-01-31" in page
    assert "应查未查" not in (made.today / "departments" / "各街道办事处.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", ["row", "cell"])
def test_every_declared_column_has_a_mend(sources: dict[str, Source], scope: str) -> None:
    for source in sources.values():
        for column in source.columns.values():
            assert mend(column, scope).count("更正后") == 1


def test_an_enum_is_mended_with_its_usual_words(sources: dict[str, Source]) -> None:
    assert "正常、非正常" in mend(sources["tax"].columns["status"], "cell")


@pytest.mark.parametrize(("full", "short"), [("区环保水务局", "区环保水务局"), ("甲局（乙；丙）", "甲局")])
def test_a_department_is_named_short(full: str, short: str) -> None:
    assert short_department(full) == short
