"""Every written form of a date, period, number, truth value, code and word."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.amounts import parse_amount, read_amounts
from pipeline.ingest.check_digit import is_org_code, is_registration_no, is_uscc
from pipeline.ingest.dates import parse_date, parse_period, period_bounds
from pipeline.ingest.units import UNITS
from pipeline.ingest.words import parse_bool

LATEST = date(2027, 6, 1)


@given(
    st.dates(date(1949, 1, 1), LATEST),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日"]),
)
def test_dates_come_back(day: date, form: str) -> None:
    assert parse_date(day.strftime(form), LATEST) == day
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(str(serial), LATEST) == day


@given(st.integers(1950, 2026), st.integers(1, 12))
def test_bounds_of_a_month_lie_in_its_quarter(year: int, month: int) -> None:
    start, end = period_bounds(f"{year}-{month:02d}")
    quarter_start, quarter_end = period_bounds(f"{year}Q{(month + 2) // 3}")
    assert quarter_start <= start < end <= quarter_end
    assert (end + timedelta(days=1)).day == 1


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


def test_check_digits() -> None:
    assert all(
        map(is_uscc, ("91440300MA9XXXX034", "914403039999002300", "Y1440303999900118B", "52440303MJ9XXXX49P"))
    )
    assert not any(map(is_uscc, ("91440300MA9XXXX035", "91440303MA9XXXX304", "91440300")))
    assert all(map(is_org_code, ("99990002X", "999900070", "MA9XXXX03", "D2143569X")))
    assert all(map(is_registration_no, ("440303109999994", "440303609999992", "440303999999993")))
    assert not is_registration_no("440303109999995")
