"""Statistical returns of single firms are refused; a department's own monitoring with titles is read."""

import io
from typing import Any

import pytest
import xlsxwriter

HEADER = "单位详细名称,单位所在地,报告期,营业收入（千元）"
ROW = "深圳市样例一号电子有限公司,罗湖区样例工业区A栋,2017年第一季度,1234"
SURVEYS = (
    "工业企业生产经营情况,,表    号：B203-1表,\n,,制定机关：国家统计局,\n,,文    号：国统字（2016）105号,\n",
    "服务业财务状况,,,\n,,批准机关: 深圳市统计局,\n",
    "依照《中华人民共和国统计法》的规定，统计调查对象有真实、准确、完整提供统计资料的义务,,,\n",
)
OWN = "罗湖区企业运行监测表,,,\n填报单位：区经济促进局,,表号：运行1,\n"


def workbook(text: str) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(text.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    return made.getvalue()


@pytest.mark.parametrize("titles", SURVEYS, ids=["industry", "services", "duty to answer"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_survey_form_is_refused_with_the_law(place: Any, titles: str, suffix: str) -> None:
    text = f"{titles}{HEADER}\n{ROW}\n"
    place.put("operations", f"a_20170601.{suffix}", workbook(text) if suffix == "xlsx" else text.encode())
    seen = place.night("operations")
    (row,) = seen.status()
    assert (row["state"], row["accepted"]) == ("refused", 0)
    assert "统计法第二十五条" in row["reason"]
    assert not list((place.root / "restricted" / "archive").glob("operations/*.parquet"))


def test_a_departments_own_monitoring_with_a_title_is_read(place: Any) -> None:
    place.put("operations", "a_20170601.csv", f"{OWN}{HEADER}\n{ROW}\n".encode())
    (row,) = place.night("operations").status()
    assert (row["state"], row["accepted"]) == ("fresh", 1)
