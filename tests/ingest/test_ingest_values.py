"""Every written form of a date, period, number, truth value, code and word."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.declaration import Column
from pipeline.ingest.amounts import parse_amount, read_amounts
from pipeline.ingest.check_digit import is_org_code, is_registration_no, is_uscc
from pipeline.ingest.codes import read_codes
from pipeline.ingest.dates import OPEN_END, parse_date, parse_period, period_bounds
from pipeline.ingest.header import HeaderIndex
from pipeline.ingest.units import UNITS
from pipeline.ingest.words import parse_bool, read_bools, read_enums, read_lists, read_texts

LATEST = date(2027, 6, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2017-3-2",
        "2017-03-02",
        "2017/3/2",
        "20170302",
        "2017.3.2",
        "2017年3月2日",
        "2017-03-02 00:00:00",
        "42796",
        "２０１７-３-２",
        "2017年03月02日",
        "2017-3-2 0:00",
        "2017/3/2 8:05:09",
        "2017-03-02T00:00:00",
        "二〇一七年三月二日",
        " 2017 - 3 - 2 ",
        "2-Mar-17",
        "42796.5",
        "20170302000000",
    ],
)
def test_dates(text: str) -> None:
    assert parse_date(text, LATEST) == date(2017, 3, 2)


@pytest.mark.parametrize("text", ["9999-9-9", "9999-12-31", "99991231", "长期"])
def test_open_ended(text: str) -> None:
    assert parse_date(text, LATEST) == OPEN_END


@pytest.mark.parametrize(
    "text",
    [
        "2017-02-30",
        "1948-12-31",
        "2027-06-02",
        "3月2日",
        "2017-13-1",
        "201703",
        "明天",
        "17.3.2",
        "1",
        "13000000000",
    ],
)
def test_bad_dates(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text, LATEST)


@given(
    st.dates(date(1949, 1, 1), LATEST),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日"]),
)
def test_dates_come_back(day: date, form: str) -> None:
    assert parse_date(day.strftime(form), LATEST) == day
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(str(serial), LATEST) == day


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2016Q4", "2016Q4"),
        ("2016年第四季度", "2016Q4"),
        ("2016年4季度", "2016Q4"),
        ("2016年四季度", "2016Q4"),
        ("2016-Q4", "2016Q4"),
        ("201612", "2016-12"),
        ("2016-12", "2016-12"),
        ("2016年12月", "2016-12"),
        ("2016年度", "2016"),
        ("2016年", "2016"),
        ("2016", "2016"),
        ("2016/1", "2016-01"),
        ("2016.01", "2016-01"),
        ("２０１６年１月", "2016-01"),
        ("2016-12-01", "2016-12"),
        ("2016年1-12月", "2016"),
        ("2016年1-3月", "2016Q1"),
        ("2016-10-01至2016-12-31", "2016Q4"),
        ("201601-201612", "2016"),
        ("2016-12-01 00:00:00", "2016-12"),
        ("二〇一六年十二月", "2016-12"),
        ("2016q3", "2016Q3"),
    ],
)
def test_periods(text: str, label: str) -> None:
    assert parse_period(text, LATEST) == label


@pytest.mark.parametrize("text", ["2016-13", "去年", "2016Q5", "2016-12-15", "201600", "2016年1-5月", "1900"])
def test_bad_periods(text: str) -> None:
    with pytest.raises(ValueError):
        parse_period(text, LATEST)


@given(st.integers(1950, 2026), st.integers(1, 12))
def test_bounds_of_a_month_lie_in_its_quarter(year: int, month: int) -> None:
    start, end = period_bounds(f"{year}-{month:02d}")
    quarter_start, quarter_end = period_bounds(f"{year}Q{(month + 2) // 3}")
    assert quarter_start <= start < end <= quarter_end
    assert (end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1,234.50", "元", 1234.5),
        ("12", "万元", 120000),
        ("1.1", "万元", 11000),
        ("１２３", "千元", 123000),
        ("5万元", "元", 50000),
        ("5千元", "万元", 5000),
        ("1.5亿元", "元", 150000000),
        ("（12.5）", "元", -12.5),
        ("(3)", "千元", -3000),
        ("-7", "元", -7),
        ("￥1,000.00", "元", 1000),
        ("罚款2000元", "元", 2000),
        ("壹万贰仟元整", "元", 12000),
        ("1.5万", "元", 15000),
        ("12人", "人", 12),
        ("3.5吨标准煤", "吨标准煤", 3.5),
        ("0.2万吨标准煤", "吨标准煤", 2000),
        ("120㎡", "平方米", 120),
        ("80平方米", "平方米", 80),
        ("1.2E+06", "元", 1200000),
        ("0", "万元", 0),
        ("100元", "万元", 100),
    ],
)
def test_amounts(text: str, unit: str, value: float) -> None:
    assert parse_amount(text, UNITS[unit]) == value
    assert read_amounts(pa.array([text]), UNITS[unit]).values.to_pylist() == [value]


@pytest.mark.parametrize(
    "text", ["3万-5万", "100万美元", "5,0000", "约三千", "12平方米", "1.2.3", "1e", "无数", "13 000 x"]
)
def test_bad_amounts(text: str) -> None:
    with pytest.raises(ValueError):
        parse_amount(text, UNITS["元"])


@given(st.integers(-(10**12), 10**12), st.sampled_from(["元", "千元", "万元"]))
def test_whole_amounts_are_exact(number: int, unit: str) -> None:
    expected = number * UNITS[unit].factor
    assert parse_amount(f"{number:,}", UNITS[unit]) == expected
    assert read_amounts(pa.array([str(number)]), UNITS[unit]).values.to_pylist() == [expected]


@given(st.text(max_size=30))
def test_any_cell_is_a_value_or_bad(text: str) -> None:
    for read in (
        lambda: parse_date(text, LATEST),
        lambda: parse_period(text, LATEST),
        lambda: parse_amount(text, UNITS["元"]),
        lambda: parse_bool(text),
    ):
        try:
            read()
        except ValueError:
            continue


@pytest.mark.parametrize("text", ["是", "有", "Y", "1", "√", "true", "TRUE", "ｙ"])
def test_yes(text: str) -> None:
    assert parse_bool(text) is True


@pytest.mark.parametrize("text", ["否", "无", "N", "0", "false", "×", "Ｎ"])
def test_no(text: str) -> None:
    assert parse_bool(text) is False


def test_blank_is_no_only_where_ticks_are_used() -> None:
    assert read_bools(pa.array(["√", None])).values.to_pylist() == [True, False]
    assert read_bools(pa.array(["是", None, "-"])).values.to_pylist() == [True, None, None]
    assert read_bools(pa.array(["是", "也许"])).bad.to_pylist() == [False, True]


@pytest.mark.parametrize(
    ("text", "value", "partial"),
    [
        ("91440300ma9xxxx034", "91440300MA9XXXX034", None),
        ("９１４４０３００ＭＡ９ＸＸＸＸ０３４", "91440300MA9XXXX034", None),
        (" 9144 0300 MA9X XXX0 34", "91440300MA9XXXX034", None),
        ("'440303109999994", "440303109999994", None),
        ("440303109999994.0", "440303109999994", None),
        ("440303109999995.0", None, "440303109999995*"),
        ("4.40303109999994E+14", "440303109999994", None),
        ("4.40303E+14", None, "440303*"),
        ("9.14403E+17", None, "914403*"),
        ("914403030000000000", None, "914403030000000*"),
        ("914403039999002300", "914403039999002300", None),
        ("913302******531452", None, "913302******531452"),
        ("0012345", "0012345", None),
        ("MA9XXXX0-3", "MA9XXXX0-3", None),
        ("ID#0123456789abcdef", None, "ID#0123456789abcdef"),
    ],
)
def test_codes(text: str, value: str | None, partial: str | None) -> None:
    parsed = read_codes(pa.array([text]), "uscc")
    assert parsed.values.to_pylist() == [value]
    assert parsed.extra["_partial"].to_pylist() == [partial]


def test_document_numbers_keep_their_brackets() -> None:
    parsed = read_codes(pa.array(["（罗）环罚〔２０１７〕 9号", "4.40303E+14"]), None)
    assert parsed.values.to_pylist() == ["（罗）环罚〔2017〕9号", None]
    assert parsed.bad.to_pylist() == [False, True]
    assert not parsed.extra


def test_check_digits() -> None:
    assert all(
        map(is_uscc, ("91440300MA9XXXX034", "914403039999002300", "Y1440303999900118B", "52440303MJ9XXXX49P"))
    )
    assert not any(map(is_uscc, ("91440300MA9XXXX035", "91440303MA9XXXX304", "91440300")))
    assert all(map(is_org_code, ("99990002X", "999900070", "MA9XXXX03", "D2143569X")))
    assert all(map(is_registration_no, ("440303109999994", "440303609999992", "440303999999993")))
    assert not is_registration_no("440303109999995")


def test_words_of_a_vocabulary() -> None:
    column = Column(
        headers=("状态",),
        type="enum",
        values={"active": ("存续（在营）", "K"), "none": ("无",)},
        use="score",
        show="list",
    )
    parsed = read_enums(pa.array(["存续(在营)", " 存续（在营）。", "k", "无", "-", "别的", None]), column)
    assert parsed.values.to_pylist() == ["active", "active", "active", "none", None, None, None]
    assert parsed.bad.to_pylist() == [False, False, False, False, False, True, False]


def test_texts_and_lists() -> None:
    cells = pa.array(["路1号\n二楼", "  甲  店 ", "暂无", "N/A", "－", "ＮＵＬＬ", "\\n", "无名小店"])
    assert read_texts(cells).values.to_pylist() == [
        "路1号 二楼",
        "甲 店",
        None,
        None,
        None,
        None,
        None,
        "无名小店",
    ]
    lists = read_lists(pa.array(["甲；乙、甲|-", "无", "；"]), "[;；、|]")
    assert lists.values.to_pylist() == [["甲", "乙"], None, None]


def test_units_in_headers(street_cases_index: HeaderIndex) -> None:
    for cell, unit in (
        ("罚款金额（元）", "元"),
        ("*罚款金额(万元)", "万元"),
        ("罚款金额/千元", "千元"),
        ("罚款金额（单位：万元）", "万元"),
        ("罚款 金额", None),
    ):
        match = street_cases_index.match(cell)
        assert match is not None
        assert (match.column, match.unit) == ("fine", unit)
    assert street_cases_index.match("罚款依据") is None
