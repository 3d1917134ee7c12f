"""A past night, built again from the archive alone, has the same staged tables to the byte."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipeline import db

EXTRACTS = ("grid", "registry", "street_cases", "tax")
DAY = date(2017, 5, 31)
GRID = "网格编号,街道,房屋编码,详细地址,招牌名称,联系电话\n"
CASES = "单位：万元\n案件编号,当事人,案发地点,立案日期,罚款金额\n"
TAX = "主管税务机关,纳税人识别号,纳税人名称,所属期,申报销售额（元）\n"
REGISTRY = "统一社会信用代码,注册号,企业名称,住所,曾用名\n"


def fill(place: Any) -> None:
    """Files of all kinds: replaced snapshots, repeated keys, rows without one, damage, totals."""
    row = "G1,{street},H{n},路{n}号,店{n},\n"
    place.put(
        "grid", "z东门_20170401.csv", GRID + "".join(row.format(street="东门街道", n=n) for n in range(9))
    )
    place.put("grid", "a东门_20170501.csv", GRID + row.format(street="东门街道", n=3))
    place.put("grid", "桂园_20170502.csv", (GRID + row.format(street="桂园街道", n=4)).encode("gb18030"))
    place.put(
        "registry", "登记_20170515.csv", REGISTRY + ",440303109999994,甲店,路1号,乙店；丙店\n,,丁店,路3号,\n"
    )
    place.put("street_cases", "b_20170401.csv", CASES + "A1,样例,路1号,2017-1-1,2\nA2,某店,路,2017-1-1,\n")
    place.put(
        "street_cases",
        "a_20170501.csv",
        CASES
        + 'A1,样例,"路1号\n楼",2017-1-1,3\nA4,样例,路4号,2017-1-1,4\n'
        + "A5,样例,路5号,2017-1-1,4\n,坏,,,\nA9,过,多,2017-1-1,1,1\n合计,,,,5\n",
    )
    lines = ",,样例,2017Q1,100\n" * 2 + "罗湖国税,440303195502030012,样例,2017Q1,1\n"
    place.put("tax", "税_20170501.csv", TAX + lines)
    place.put("tax", "再_20170520.csv", TAX + lines)


def staged(seen: Any) -> dict[str, bytes]:
    """The bytes of every staged table, in its own order."""
    found = {}
    with seen.night.connect() as con:
        for extract in EXTRACTS:
            table = db.read_arrow(con, f'SELECT * FROM "stg_{extract}"').combine_chunks()
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            found[extract] = sink.getvalue().to_pybytes()
    return found


@pytest.fixture
def first(place: Any) -> tuple[Any, dict[str, bytes], list[dict[str, Any]]]:
    """A place after its first night, the staged tables of that night, its rejected rows."""
    fill(place)
    seen = place.night(*EXTRACTS, as_of=DAY)
    return place, staged(seen), seen.rejected()


def later_nights(place: Any) -> None:
    place.clear()
    row = "G1,{street},H{n},路{n}号,新{n},\n"
    place.put("grid", "东门_20170601.csv", GRID + row.format(street="东门街道", n=1))
    place.put(
        "street_cases", "c_20170601.csv", CASES + "A1,样例,路1号,2017-1-1,9\nA3,样例,路3号,2017-1-3,1\n"
    )
    place.night(*EXTRACTS, as_of=date(2017, 6, 2))
    place.clear()
    place.put("tax", "税_20170610.csv", TAX + ",,样例,2017Q2,100\n")
    place.put("registry", "登记_20170610.csv", REGISTRY + ",440303109999994,甲店,路9号,\n")
    place.night(*EXTRACTS, as_of=date(2017, 6, 11))
    place.clear()


def test_a_past_night_is_built_again_to_the_byte(first: Any) -> None:
    place, before, rejected = first
    later_nights(place)
    seen = place.night(*EXTRACTS, as_of=DAY)
    assert staged(seen) == before
    assert seen.rejected() == rejected
    assert all(row["extract_date"] <= DAY for row in seen.status())


def test_a_past_night_does_not_see_later_files_of_the_inbox(first: Any) -> None:
    place, before, _ = first
    later_nights(place)
    place.put("street_cases", "d_20170601.csv", CASES + "A1,样例,路1号,2017-1-1,9\n")
    assert staged(place.night(*EXTRACTS, as_of=DAY)) == before


def test_a_day_between_uses_what_was_cut_by_then(first: Any) -> None:
    place, _, _ = first
    later_nights(place)
    seen = place.night(*EXTRACTS, as_of=date(2017, 6, 5))
    assert {row["sign_name"] for row in seen.current("grid")} == {"新1", "店4"}
    assert {row["case_no"]: row["fine"] for row in seen.current("street_cases")} == {
        "A1": 90000,
        "A2": None,
        "A3": 10000,
        "A4": 40000,
        "A5": 40000,
    }


def test_the_same_night_from_the_inbox_and_from_the_archive(first: Any) -> None:
    place, before, _ = first
    assert staged(place.night(*EXTRACTS, as_of=DAY)) == before
    place.clear()
    for _ in range(2):
        assert staged(place.night(*EXTRACTS, as_of=DAY)) == before


def test_without_the_note_of_the_night_what_counts_is_the_same(first: Any) -> None:
    place, _, _ = first
    current = [row["sign_name"] for row in place.night("grid", as_of=DAY).current("grid")]
    for path in (place.root / "restricted" / "archive").glob("*/nights/*.json"):
        assert path.stat().st_mode & 0o777 == 0o600
        path.write_text("{")
    place.clear()
    assert [row["sign_name"] for row in place.night("grid", as_of=DAY).current("grid")] == current
