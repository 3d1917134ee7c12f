"""The report of the night: its first screen, its streets, what is due, and that nothing in it runs."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.publish.night_report import charts, report, report_due, report_streets, verdict
from pipeline.reference import street_tiles, streets
from tests.publish.conftest import HOSTILE, SECOND
from tests.publish.test_publish_pages import Reader

GAP = {"extract": "tax", "is_whole": True}
PART = {"extract": "grid", "is_whole": False}


@pytest.fixture(scope="module")
def second(second_night: Any) -> Reader:
    return Reader(second_night.today / "report.html")


@pytest.mark.parametrize(
    ("gaps", "attention", "state"),
    [
        ([], [], verdict.GOOD),
        ([PART], [], verdict.GOOD),
        ([], [{}], verdict.WANTS_A_PERSON),
        ([GAP], [], verdict.LACKS_DATA),
        ([GAP, PART], [{}], verdict.LACKS_DATA),
    ],
)
def test_one_word_says_how_the_night_went(gaps: Any, attention: Any, state: str) -> None:
    rules = [{"extract": name, "rule_id": rule} for name, rule in (("tax", "a"), ("tax", "b"), ("grid", "c"))]
    judged = verdict.judge(7, gaps, rules if gaps else [], attention)
    assert judged.state == state and "清单共7行" in judged.sentence
    assert ("2条规则因此未评估" in judged.sentence) == (GAP in gaps)
    assert ("有1项需要人工处理" in judged.sentence) == bool(attention)


def test_tile_map_has_each_of_the_ten_streets_in_a_place_of_its_own(
    second: Reader, second_night: Any
) -> None:
    assert set(street_tiles()) == set(streets()) and len(set(street_tiles().values())) == len(streets()) == 10
    with duckdb.connect(str(second_night.settings.warehouse), read_only=True) as con:
        counts = dict(con.execute("SELECT street || tier, count(*) FROM risk GROUP BY ALL").fetchall())
    for street in streets():
        told = (
            f"{street.removesuffix('街道')} D {counts.get(street + 'D', 0)} C {counts.get(street + 'C', 0)}"
        )
        assert f"{told} 较上期" in second.text
    places = [a["style"] for tag, a in second.tags if tag == "li" and "grid-area" in (a.get("style") or "")]
    assert len(set(places)) == 10


def test_shades_are_steps_of_lightness_and_their_legend_names_the_counts() -> None:
    table = [{"street": name, "D": 0, "C": n} for n, name in enumerate(streets())]
    tiles, legend = report_streets.tiles(table)
    assert [tile["shade"] for tile in tiles] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert legend == [(0, "0 家"), (1, "1—3 家"), (2, "4—6 家"), (3, "7—9 家")]
    tiles, legend = report_streets.tiles([{"street": name, "D": 0, "C": 0} for name in streets()])
    assert {tile["shade"] for tile in tiles} == {0} and legend == [(0, "0 家")]


def test_first_night_has_no_trend_and_says_so(made: Any) -> None:
    read = Reader(made.today / "report.html")
    assert "这是第一期，没有更早的各期可比" in read.text and "这是第一期，没有上期可比" in read.text
    assert "首期，尚无可比" in read.text
    assert "家数走势" not in read.raw and "较上期 持平" not in read.text


def test_trend_and_movers_hold_the_last_night_against_this_one(second: Reader) -> None:
    titles = [a["aria-label"] or "" for tag, a in second.tags if tag == "svg"]
    assert any("D 由1到1，C 由3到3" in title and f"至{SECOND}共2期" in title for title in titles)
    assert "2017-04-30 1 3 2017-03-31 1 3" in second.text
    assert "全区 1 1 1 1 新进入：1家" in second.text
    for moved in ("新进入：1家", "C 升 D：1家", "D 降 C：1家", "退出：1家"):
        assert moved in second.text
    assert "深圳市金凤五金制品有限公司 桂园街道 D（高） C（较高） 65.75 45.50" in second.text
    assert "无招牌场所（湖贝·1栋） 街道不明 C（较高） — 35.00 —" in second.text


def test_markup_in_streets_and_firms_is_text(second: Reader) -> None:
    assert "<img" not in second.raw
    assert f"深圳市安静科技{HOSTILE}有限公司 东门{HOSTILE}街道" in second.text
    drawn = charts.draw("street", HOSTILE, [], height=29, order=[HOSTILE], **charts.axis(1))
    assert "<img" not in drawn


def test_links_lead_to_files_of_the_day(second: Reader, second_night: Any) -> None:
    files = {(a["href"] or "").partition("#")[0] for tag, a in second.tags if tag == "a"} - {""}
    assert files >= {f"streets/{street}_20170430.xlsx" for street in streets()} | {"district_20170430.xlsx"}
    assert all((second_night.today / file).is_file() for file in files)


def test_due_is_overdue_first_and_names_no_firm(second: Reader) -> None:
    part = second.text.split("按工作方案的频次计算")[-1].split("帮扶与关停")[0]
    assert "罗湖消防监管大队 责令整改期满的复查 第四部分（一）第4项 1 59 0 0 应查未查的企业" in part
    assert part.index("责令整改期满的复查") < part.index("投诉举报，5个工作日内立案调查")
    assert "投诉举报，5个工作日内立案调查 第四部分（一）第4项 0 — 1 1 —" in part
    assert "金凤" not in part and "罗消" not in part
    assert "下一次为 2017-06-25" in part


@pytest.mark.parametrize(
    ("day", "start", "due"),
    [
        (date(2017, 3, 25), date(2017, 1, 1), date(2017, 3, 25)),
        (date(2017, 3, 26), date(2017, 1, 1), date(2017, 6, 25)),
        (date(2017, 12, 31), date(2017, 10, 1), date(2018, 3, 25)),
    ],
)
def test_streets_report_by_the_25th_of_a_quarters_last_month(day: date, start: date, due: date) -> None:
    assert (report_due.quarter_start(day), report_due.next_report(day)) == (start, due)


def test_what_firms_were_helped_to_stands_beside_what_was_closed() -> None:
    rows = [
        {"street": "桂园街道", "result": "legalised", "firms": 3, "in_quarter": 1},
        {"street": "东门街道", "result": "closed_by_order", "firms": 2, "in_quarter": 2},
        {"street": "东门街道", "result": "not_found", "firms": 9, "in_quarter": 9},
    ]
    told = {row.pop("street"): [row[key] for key in report_due.OUTCOMES] for row in report_due.outcomes(rows)}
    assert told == {
        "桂园街道": [3, 0, 0, 0, 0, 0],
        "东门街道": [0, 0, 0, 2, 0, 0],
        "全区": [3, 0, 0, 2, 0, 0],
        "其中本季度": [1, 0, 0, 2, 0, 0],
    }
    assert report_due.outcomes(rows[2:]) == []


def test_same_warehouse_gives_the_same_bytes(second_night: Any, tmp_path: Path) -> None:
    charts._draw.cache_clear()
    with duckdb.connect(str(second_night.settings.warehouse), read_only=True) as con:
        con.execute("CREATE TEMP MACRO duty_told(duty, list_kind) AS duty")
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir()
            report.write(con, tmp_path / folder, SECOND, second_night.sources)
            charts._draw.cache_clear()
    assert (tmp_path / "a/report.html").read_bytes() == (tmp_path / "b/report.html").read_bytes()


@pytest.mark.parametrize(
    ("most", "ticks"), [(0, [0]), (1, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (83, [0, 20, 40, 60, 80, 100])]
)
def test_axes_have_whole_ticks_that_cover_the_largest_count(most: int, ticks: list[int]) -> None:
    assert charts.axis(most) == {"ticks": ticks, "domain": [0, ticks[-1]]}
