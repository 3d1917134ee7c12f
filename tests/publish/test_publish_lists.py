"""What a street office opens: the columns, lines and words of its list."""

import csv
import re
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pipeline.publish.database.warehouse import random_parts
from pipeline.publish.forms.lines import clause_title, columns
from pipeline.publish.forms.wording import issue_no
from tests.publish.list_rows import read_csv

HEADERS = [
    "清单期号",
    "序号",
    "企业编号",
    "统一社会信用代码",
    "企业名称",
    "招牌名称",
    "登记情况",
    "街道",
    "社区",
    "网格编号",
    "经营地址",
    "行业",
    "风险等级",
    "风险分",
    "上期等级",
    "本期变化",
    "涉及类别",
    "主要依据",
    "主要依据日期",
    "有利情况",
    "未结文书及期限",
    "最近检查日期",
    "政策条款",
    "法律依据",
    "建议措施",
    "牵头单位",
    "配合单位",
    "须先核实主体",
    "数据来源部门",
    "核查结果",
    "核查日期",
    "核查人",
    "备注",
]


@pytest.fixture
def street(made: Any) -> list[dict[str, str]]:
    return read_csv(made.today / "streets" / "桂园街道_20170331.csv")


def test_list_has_the_columns_of_the_contract(made: Any) -> None:
    assert [column.header for column in columns()] == HEADERS
    for path in [*made.today.glob("district_20170331.csv"), *made.today.glob("streets/*_20170331.csv")]:
        assert next(csv.reader(path.open(encoding="utf-8-sig", newline=""))) == HEADERS
    assert read_csv(made.today / "streets" / "清水河街道_20170331.csv") == []


def test_lines_are_the_high_tiers_and_one_random_check(street: list[dict[str, str]]) -> None:
    assert [line["风险等级"] for line in street] == ["D（高）", "C（较高）", "随机抽查"]
    assert [line["序号"] for line in street] == ["1", "2", "3"]
    assert {line["本期变化"] for line in street} == {"首期"}
    assert [line["风险分"] for line in street] == ["65.75", "33.00", ""]
    assert {line["清单期号"] for line in street} == {"LH20170331-440303001"}
    assert {line["街道"] for line in street} == {"桂园街道"}
    assert street[2]["涉及类别"] == street[2]["政策条款"] == ""


def test_a_line_whose_group_left_its_band_waits_for_a_person(place: Any) -> None:
    place.publish(change=lambda rows: rows["held_line"].append({"enterprise_id": "E01"}))
    for path in ("streets/桂园街道_20170331.csv", "district_20170331.csv"):
        assert "E01" not in {line["企业编号"] for line in read_csv(place.today / path)}
    assert read_csv(place.today / "streets" / "桂园街道_20170331.csv")[0]["序号"] == "1"


def test_line_says_why_and_on_what_ground(street: list[dict[str, str]]) -> None:
    line = street[0]
    assert line["主要依据"].startswith("①复查不合格") and "（45.50分）；②" in line["主要依据"]
    assert line["主要依据日期"] == "①2017-01-05；②2017-01-06"
    assert line["涉及类别"] == "安全和消防隐患整改不达标"
    assert line["政策条款"] == "第三部分（三）第2项"
    assert line["法律依据"] == "《消防法》第60条"
    assert line["数据来源部门"] == "各街道办事处"
    assert line["未结文书及期限"] == "罗消〔2017〕1号（2017-04-30）"
    assert line["登记情况"] == "已登记"
    assert not any(line[name] for name in HEADERS[-4:])


def test_codes_stay_whole_and_nothing_runs(street: list[dict[str, str]], made: Any) -> None:
    assert street[0]["统一社会信用代码"] == "914403001922038216\t"
    assert street[0]["网格编号"] == "00123\t"
    assert street[1]["企业名称"].startswith("'=HYPERLINK")
    assert street[1]["招牌名称"] == "'+老王烧烤"
    for path in made.today.rglob("*.csv"):
        for line in read_csv(path):
            assert not any(cell.startswith(tuple("=+-@\t\r＝＋－＠")) for cell in line.values())


def test_street_sees_only_its_own(made: Any) -> None:
    for path in (made.today / "streets").glob("*.csv"):
        assert {line["街道"] for line in read_csv(path)} <= {path.name.split("_")[0]}
    unknown = read_csv(made.today / "streets" / "街道不明_20170331.csv")
    assert [line["企业编号"] for line in unknown] == ["E06"]
    district = read_csv(made.today / "district_20170331.csv")
    assert [line["企业编号"] for line in district][:4] == ["E01", "E06", "E02", "E05"]
    assert {line["清单期号"] for line in district} == {"LH20170331-440303"}


def test_no_phone_in_a_list(made: Any) -> None:
    text = (made.today / "district_20170331.csv").read_text(encoding="utf-8-sig")
    assert "电话（电话略）" in text and not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)


def test_workbook_reads_back(made: Any, street: list[dict[str, str]]) -> None:
    book = openpyxl.load_workbook(made.today / "streets" / "桂园街道_20170331.xlsx")
    assert book.sheetnames == ["说明", "清单"]
    notice = "".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row if cell.value)
    for word in ("先核实谁", "不是违法认定", "不得作为处罚依据", "不得公开", "主体有误", "问谁"):
        assert word in notice
    page = book["清单"]
    rows = list(page.iter_rows())
    assert [cell.value for cell in rows[0]] == HEADERS
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in rows for cell in row)
    assert rows[1][3].value == "914403001922038216" and rows[1][3].number_format == "@"
    assert rows[1][13].value == 65.75
    assert rows[2][4].value.startswith("=HYPERLINK")
    assert (page.freeze_panes, page.page_setup.orientation, page.page_setup.paperSize) == (
        "F2",
        "landscape",
        9,
    )
    assert page.print_title_rows == "$1:$1"
    validations = {str(item.sqref): item for item in page.data_validations.dataValidation}
    assert "属实,部分属实" in validations["AD2:AD4"].formula1
    assert validations["AE2:AE4"].type == "date"
    fills = {rows[n][12].fill.fgColor.rgb for n in (1, 2)}
    assert fills == {"FF9C0006", "FFFFD966"}
    assert book.properties.created.isoformat() == "2017-03-31T00:00:00"


def test_random_checks_do_not_depend_on_the_run(place: Any) -> None:
    place.publish("run1")
    first = read_csv(place.today / "district_20170331.csv")
    place.publish("run2")
    assert read_csv(place.today / "district_20170331.csv") == first


@pytest.mark.parametrize(
    ("share", "ranked", "drawn"),
    [(0.1, 9, 1), (0.1, 10, 2), (0.1, 27, 3), (0.0, 50, 0), (0.5, 3, 3), (0.1, 0, 0)],
)
def test_share_of_random_checks_is_of_all_lines(share: float, ranked: int, drawn: int) -> None:
    parts = random_parts(share)
    assert -(-ranked * parts["random_parts"] // parts["ranked_parts"]) == drawn


def test_issue_numbers_tell_places_apart() -> None:
    assert issue_no("20170331", "街道不明") == "LH20170331-440303000"
    assert issue_no("20170331", "清水河街道") == "LH20170331-440303010"


@pytest.mark.parametrize(
    ("clause", "title"),
    [
        ("III.3.2", "第三部分（三）第2项"),
        ("IV.1.2.e", "第四部分（一）第2项"),
        ("III.1", "第三部分（一）"),
        ("other", "other"),
        (None, ""),
    ],
)
def test_clause_titles(clause: str | None, title: str) -> None:
    assert clause_title(clause) == title


def test_points_are_exact_decimals(street: list[dict[str, str]]) -> None:
    points = re.findall(r"（([\d.]+)分）", street[0]["主要依据"])
    assert sum(map(Decimal, points)) == Decimal(street[0]["风险分"])
