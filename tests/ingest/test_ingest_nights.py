"""Nights one after another: what supersedes what, what the archive brings back, what is missing or stale."""

from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline.errors import RunError

HEADER = "案件编号,当事人,案发地点,立案日期,罚款金额（元）\n"
TAX = "主管税务机关,纳税人识别号,纳税人名称,所属期,申报销售额（元）\n"
GRID = "网格编号,街道,房屋编码,详细地址,招牌名称\n"


def case(number: str, fine: str = "1") -> str:
    return f"{number},样例,路1号,2017-1-1,{fine}\n"


def fines(seen: Any) -> dict[str, float]:
    return {row["case_no"]: row["fine"] for row in seen.current("street_cases")}


def test_append_adds_up_and_later_rows_replace_earlier_ones(place: Any) -> None:
    place.put("street_cases", "b_20170501.csv", HEADER + case("A1", "1") + case("A2", "2"))
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "3") + case("A3", "4") + case("A3", "5"))
    seen = place.night("street_cases")
    assert fines(seen) == {"A1": 3, "A2": 2, "A3": 5}
    by_number: dict[str, set[str]] = {}
    for row in seen.staged("street_cases"):
        by_number.setdefault(row["case_no"], set()).add(row["record_id"])
    assert all(len(ids) == 1 for ids in by_number.values()), "rows that replace one another share the id"
    assert [row["superseded"] for row in seen.status()] == [1, 1]


def test_keys_agree_whatever_the_width_and_case(place: Any) -> None:
    place.put("street_cases", "a_20170501.csv", HEADER + case("ａ 1", "1"))
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "2"))
    assert fines(place.night("street_cases")) == {"A1": 2}


def test_of_two_files_of_one_day_the_later_name_wins(place: Any) -> None:
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "1"))
    place.put("street_cases", "b_20170601.csv", HEADER + case("A1", "2"))
    assert fines(place.night("street_cases")) == {"A1": 2}


def test_rows_without_key_are_never_collapsed(place: Any) -> None:
    line = ",,样例,2017Q1,100\n"
    place.put("tax", "a_20170501.csv", TAX + line + line)
    place.put("tax", "b_20170601.csv", TAX + line)
    rows = place.night("tax").staged("tax")
    assert [row["superseded"] for row in rows] == [False] * 3
    assert len({row["record_id"] for row in rows}) == 3


def test_record_ids_do_not_depend_on_place_or_order(place: Any, tmp_path: Any) -> None:
    number = "44030319010101000"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number += "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]
    rows = [
        "罗湖地税,,样例甲,2017Q1,1\n",
        f"罗湖地税,{number},样例乙,2017Q1,2\n",
        "罗湖国税,T1,样例丙,2017Q1,3\n",
    ]
    ids = []
    for n, lines in enumerate((rows, rows[::-1])):
        other = type(place)(tmp_path / str(n))
        other.put("tax", "a_20170501.csv", TAX + "".join(lines))
        ids.append({row["record_id"] for row in other.night("tax").staged("tax")})
    assert ids[0] == ids[1]
    assert len(ids[0]) == 3


def test_same_bytes_under_two_names(place: Any) -> None:
    content = TAX + "罗湖国税,T1,样例,2017Q1,1\n,,样例乙,2017Q1,2\n"
    place.put("tax", "a_20170501.csv", content)
    place.put("tax", "b_20170601.csv", content)
    seen = place.night("tax")
    assert [row["superseded"] for row in seen.staged("tax")] == [True, True, False, False]
    assert [(row["accepted"], row["superseded"]) for row in seen.status()] == [(2, 2), (2, 0)]


def test_snapshot_keeps_the_newest_file_of_each_sender(place: Any) -> None:
    row = "G1,{street},H{n},路{n}号,店{n}\n"
    place.put(
        "grid",
        "东门_20170501.csv",
        GRID + row.format(street="东门街道", n=1) + row.format(street="东门街道", n=2),
    )
    place.put("grid", "东门_20170601.csv", GRID + row.format(street="东门街道办事处", n=2))
    place.put("grid", "桂园_20170401.csv", GRID + row.format(street="桂园街道", n=3))
    seen = place.night("grid")
    assert {row["sign_name"] for row in seen.current("grid")} == {"店2", "店3"}
    assert {row["file"]: row["sender"] for row in seen.status()} == {
        "东门_20170501.csv": "东门",
        "东门_20170601.csv": "东门",
        "桂园_20170401.csv": "桂园",
    }


def test_a_slip_in_the_street_column_does_not_replace_another_street(place: Any) -> None:
    rows = "".join(f"G1,东门街道,H{n},路{n}号,店{n}\n" for n in range(60))
    place.put("grid", "莲塘_20170501.csv", GRID + "G2,莲塘街道,H900,路900号,莲塘店\n")
    place.put("grid", "东门_20170601.csv", GRID + rows + "G1,莲塘街道,H901,路901号,错街道店\n")
    names = {row["sign_name"] for row in place.night("grid").current("grid")}
    assert {"莲塘店", "错街道店"} <= names


def test_archive_carries_an_append_extract_over_nights(place: Any) -> None:
    place.put("street_cases", "a_20170501.csv", HEADER + case("A1", "1") + "合计,,,,1\n" + ",,坏行,,\n")
    first = place.night("street_cases")
    place.clear()
    place.put("street_cases", "a_20170601.csv", HEADER + case("A2", "2"))
    seen = place.night("street_cases", as_of=date(2017, 7, 1))
    assert fines(seen) == {"A1": 1, "A2": 2}
    old, new = seen.status()
    assert (old["file"], old["rows"], old["accepted"], old["rejected"], old["not_data"]) == (
        "a_20170501.csv",
        3,
        1,
        1,
        1,
    )
    assert "存档" in old["reason"] and new["reason"] is None
    assert [r["row"] for r in seen.rejected()] == [3]
    ids = {row["record_id"] for row in first.staged("street_cases")}
    assert ids < {row["record_id"] for row in seen.staged("street_cases")}
    assert not seen.attention()


def test_a_past_night_comes_back_from_the_archive(place: Any) -> None:
    place.put("street_cases", "a_20170501.csv", HEADER + case("A1", "1"))
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "2"))
    place.night("street_cases")
    place.clear()
    assert fines(place.night("street_cases", as_of=date(2017, 5, 31))) == {"A1": 1}
    assert fines(place.night("street_cases")) == {"A1": 2}


def test_refused_today_uses_the_last_good_one(place: Any) -> None:
    good = GRID + "G1,东门街道,H1,路1号,店1\n"
    place.put("grid", "东门_20170601.csv", good)
    place.night("grid")
    place.clear()
    place.put("grid", "东门_20170620.csv", "乱码")
    seen = place.night("grid")
    assert {row["sign_name"] for row in seen.current("grid")} == {"店1"}
    assert {row["file"]: row["state"] for row in seen.status()} == {
        "东门_20170601.csv": "fresh",
        "东门_20170620.csv": "refused",
    }
    assert len(seen.attention()) == 1


def test_a_sender_that_did_not_come_keeps_its_last_file(place: Any) -> None:
    place.put("grid", "东门_20170401.csv", GRID + "G1,东门街道,H1,路1号,店1\n")
    place.put("grid", "桂园_20170401.csv", GRID + "G2,桂园街道,H2,路2号,店2\n")
    place.night("grid", as_of=date(2017, 4, 2))
    place.clear()
    place.put("grid", "东门_20170620.csv", GRID + "G1,东门街道,H3,路3号,店3\n")
    seen = place.night("grid")
    assert {row["sign_name"] for row in seen.current("grid")} == {"店2", "店3"}
    states = {row["sender"]: (row["file"], row["state"]) for row in seen.status()}
    assert states == {"东门": ("东门_20170620.csv", "fresh"), "桂园": ("桂园_20170401.csv", "stale")}
    (sentence,) = seen.attention()
    assert "桂园" in sentence and "90天" in sentence


def test_a_corrected_file_of_the_same_name_replaces_the_archived_one(place: Any) -> None:
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "1") + case("A9", "9"))
    place.night("street_cases")
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1", "2"))
    assert fines(place.night("street_cases")) == {"A1": 2}
    place.clear()
    assert fines(place.night("street_cases")) == {"A1": 2}


def test_missing_and_optional(place: Any) -> None:
    place.put("permits", "a_20170601.csv", "许可类别,许可证编号,持证单位\n餐饮,1,甲店\n")
    seen = place.night("permits", "street_cases", "street_returns")
    (status,) = (row for row in seen.status() if row["extract"] != "permits")
    assert (status["extract"], status["file"], status["state"]) == ("street_cases", None, "missing")
    assert len(seen.attention()) == 1
    for name in ("street_cases", "street_returns"):
        assert seen.staged(name) == []
    types = {
        row["column_name"]: row["data_type"]
        for row in seen.rows("SELECT * FROM information_schema.columns WHERE table_name = 'stg_street_cases'")
    }
    assert types["opened_on"] == "DATE" and types["fine"] == "DOUBLE" and types["superseded"] == "BOOLEAN"


def test_too_many_rejected_rows_refuse_the_file_unless_accepted(place: Any) -> None:
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1") + ",甲,路,2017-1-1,\n" * 3)
    seen = place.night("street_cases")
    (status,) = seen.status()
    assert (status["state"], status["accepted"], status["rejected"]) == ("refused", 0, 4)
    assert {row["row"] for row in seen.rejected()} == {1, 2, 3, 4}
    failed = seen.rows("SELECT * FROM check_result WHERE NOT passed AND blocking")
    assert [row["metric"] for row in failed] == ["rejected_share"]
    assert not list((place.root / "restricted" / "archive").glob("*/*"))
    place.accept = ("street_cases",)
    assert place.night("street_cases").status()[0]["accepted"] == 1


def test_more_rejected_rows_than_usual_are_told(place: Any) -> None:
    place.put(
        "street_cases",
        "a_20170601.csv",
        HEADER + "".join(case(f"A{n}") for n in range(18)) + ",甲,路,2017-1-1,\n" * 3,
    )
    seen = place.night("street_cases")
    assert seen.status()[0]["state"] == "fresh"
    (sentence,) = seen.attention()
    assert "a_20170601.csv" in sentence


def test_one_odd_row_in_a_short_correction_is_no_alarm(place: Any) -> None:
    rows = "".join(case(f"A{n}") for n in range(4)) + ",甲,路,2017-1-1,\n"
    place.put("street_cases", "a_20170601.csv", HEADER + rows)
    seen = place.night("street_cases")
    assert seen.status()[0]["rejected"] == 1
    assert seen.attention() == []


def test_a_month_without_cases_is_a_file_without_rows(place: Any) -> None:
    place.put("street_cases", "a_20170601.csv", HEADER)
    seen = place.night("street_cases")
    (status,) = seen.status()
    assert (status["state"], status["rows"]) == ("fresh", 0)
    assert seen.attention() == []


def test_folders_that_nobody_declared_are_told(place: Any) -> None:
    for extract in ("unknown_extract", "street_cases"):
        place.put(extract, "a_20170601.csv", HEADER)
    assert any("unknown_extract" in sentence for sentence in place.night("street_cases").attention())


def test_an_empty_inbox_on_an_empty_place_publishes_no_empty_day(place: Any) -> None:
    (place.root / "inbox").mkdir()
    with pytest.raises(RunError, match="no file of any extract"):
        place.night("street_cases", "street_returns")


def test_the_archive_is_for_the_job_alone(place: Any) -> None:
    place.put("street_cases", "a_20170601.csv", HEADER + case("A1"))
    place.night("street_cases")
    files = [path for path in (place.root / "restricted" / "archive").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in files if path.parent.name != "nights") == [".json", ".parquet"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    count = duckdb.sql(
        f"SELECT count(*) FROM '{next(p for p in files if p.suffix == '.parquet')}'"
    ).fetchone()
    assert count == (1,)


def test_blank_is_no_only_in_a_file_of_ticks(place: Any) -> None:
    head = "检查文书号,被检查单位,检查日期,是否重点单位\n"
    place.put("safety_inspections", "勾_20170501.csv", head + "A1,甲店,2017-4-1,√\nA2,乙店,2017-4-1,\n")
    place.put("safety_inspections", "字_20170502.csv", head + "A3,甲店,2017-4-1,是\nA4,乙店,2017-4-1,\n")
    rows = place.night("safety_inspections").staged("safety_inspections")
    assert [row["key_unit"] for row in rows] == [True, False, True, None]


def test_a_rejected_row_that_comes_back_is_the_same_record(place: Any) -> None:
    head = "案件编号,当事人,案发地点,立案日期\n"
    place.put("street_cases", "a_20170501.csv", head + "A1,样例,,2017-1-1\nA2,样例,路2号,2017-1-1\n")
    (found,) = place.night("street_cases").rejected()
    assert found["record_id"].startswith("street_cases:")
    assert found["corrected_file"] is None
    place.put("street_cases", "b_20170601.csv", head + "A1,样例,路1号,2017-1-1\n")
    seen = place.night("street_cases")
    (found,) = seen.rejected()
    assert (found["corrected_file"], found["corrected_row"]) == ("b_20170601.csv", 1)
    assert found["record_id"] in {row["record_id"] for row in seen.current("street_cases")}


def test_the_days_that_amounts_cover_are_said(place: Any) -> None:
    head = "单位名称,报告期,口径,营业收入\n"
    place.put(
        "operations", "运行_20170501.csv", head + "甲,2017Q1,本期,1\n乙,2017-03,累计,3\n丙,2017-03,,3\n"
    )
    rows = place.night("operations").staged("operations")
    assert [row["amounts_from"] for row in rows] == [date(2017, 1, 1), date(2017, 1, 1), None]
    assert [row["period_start"] for row in rows] == [date(2017, 1, 1), date(2017, 3, 1), date(2017, 3, 1)]


def test_a_sender_that_never_sent_is_told(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + "G1,东门街道,H1,路1号,店\n")
    seen = place.night("grid")
    assert len(seen.absent("grid")) == 9 and "桂园" in seen.absent("grid")
    (told,) = seen.rows("SELECT sentence FROM attention WHERE kind = 'absent'")
    assert "桂园" in told["sentence"] and "东门" not in told["sentence"]
