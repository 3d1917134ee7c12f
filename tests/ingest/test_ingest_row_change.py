"""A sender's rows against its last good file: half of them gone is refused, three times as many is told."""

from datetime import date
from typing import Any

import pytest

from pipeline.declaration import Source, load_source
from pipeline.settings import PROJECT_ROOT

GRID = "网格编号,街道,房屋编码,详细地址,招牌名称\n"


def grid(count: int, street: str = "东门街道", *, of: str = "店") -> str:
    return "".join(f"G1,{street},H{n},路{n}号,{of}{street[0]}{n}\n" for n in range(count))


def states(seen: Any) -> dict[str, str]:
    return {row["file"]: row["state"] for row in seen.status()}


def shops(seen: Any) -> int:
    return len(seen.current("grid"))


@pytest.mark.parametrize("from_archive", [True, False])
def test_half_of_the_last_file_is_refused_and_the_last_one_stands_in(place: Any, from_archive: bool) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(100))
    if from_archive:
        place.night("grid")
        place.clear()
    place.put("grid", "东门_20170620.csv", GRID + grid(49))
    seen = place.night("grid")
    assert shops(seen) == 100
    assert states(seen) == {"东门_20170601.csv": "fresh", "东门_20170620.csv": "refused"}
    (sentence,) = seen.attention()
    assert all(word in sentence for word in ("东门", "49", "100", "2017-06-01", "50%", "--accept grid"))
    (failed,) = seen.rows("SELECT * FROM check_result WHERE NOT passed")
    assert (failed["metric"], failed["observed"], failed["min"]) == ("row_change", 0.49, 0.5)
    place.put("grid", "东门_20170625.csv", GRID + grid(45))
    assert shops(place.night("grid")) == 100, "a refused file is not the last good one"


def test_half_is_enough_and_the_floor_moves_with_it(place: Any) -> None:
    for day, count in ((1, 100), (2, 50), (3, 25)):
        place.put("grid", f"东门_2017060{day}.csv", GRID + grid(count))
    seen = place.night("grid")
    assert shops(seen) == 25
    assert not seen.attention()


def test_tiny_files_and_other_senders_are_not_compared(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(19))
    place.put("grid", "桂园_20170601.csv", GRID + grid(100, "桂园街道"))
    place.put("grid", "东门_20170620.csv", GRID + grid(1))
    seen = place.night("grid")
    assert shops(seen) == 101
    assert not seen.attention()


def test_every_sender_of_a_shared_file_is_compared(place: Any) -> None:
    place.put("grid", "全区_20170601.csv", GRID + grid(60) + grid(60, "桂园街道"))
    place.put("grid", "全区_20170620.csv", GRID + grid(100) + grid(20, "桂园街道"))
    seen = place.night("grid")
    assert states(seen)["全区_20170620.csv"] == "refused"
    assert "桂园只有20行" in seen.attention()[0]


def test_what_an_operator_accepts_stays_accepted_and_is_recorded(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(100))
    place.night("grid")
    place.put("grid", "东门_20170620.csv", GRID + grid(10))
    assert shops(place.night("grid")) == 100
    place.accept = ("grid",)
    seen = place.night("grid")
    assert shops(seen) == 10
    assert not seen.attention()
    place.accept = ()
    for clear in (False, True):
        if clear:
            place.clear()
        seen = place.night("grid")
        assert shops(seen) == 10
        (row,) = [row for row in seen.status() if row["file"] == "东门_20170620.csv"]
        assert row["state"] == "fresh"
        assert "操作员" in row["reason"]


def test_a_cut_off_file_of_the_same_name_does_not_replace_the_good_one(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(100))
    place.night("grid")
    place.put("grid", "东门_20170601.csv", GRID + grid(30))
    seen = place.night("grid")
    assert shops(seen) == 100
    assert sorted(row["state"] for row in seen.status()) == ["fresh", "refused"]


def test_a_night_of_the_past_does_not_look_at_later_files(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(30))
    place.put("grid", "东门_20170620.csv", GRID + grid(80))
    place.night("grid")
    assert shops(place.night("grid", as_of=date(2017, 6, 2))) == 30


def test_three_times_as_many_rows_are_told_but_taken(place: Any) -> None:
    place.put("grid", "东门_20170601.csv", GRID + grid(30))
    place.put("grid", "东门_20170620.csv", GRID + grid(91))
    for _ in range(2):
        seen = place.night("grid")
        assert shops(seen) == 91
        (sentence,) = seen.attention()
        assert "重复" in sentence and "东门_20170620.csv" in sentence


def test_append_extracts_are_not_compared(place: Any) -> None:
    header = "案件编号,当事人,案发地点,立案日期\n"
    for day, count in ((1, 100), (2, 3)):
        rows = "".join(f"A{day}-{n},样例,路1号,2017-1-1\n" for n in range(count))
        place.put("street_cases", f"案件_2017060{day}.csv", header + rows)
    seen = place.night("street_cases")
    assert len(seen.current("street_cases")) == 103
    assert not seen.attention()


def test_the_bounds_are_declared_for_snapshots_only() -> None:
    fields = {"row_change": {"floor": "0.8", "ceiling": "1.5"}}
    grid_source = load_source(PROJECT_ROOT / "sources" / "grid")
    changed = Source.model_validate(grid_source.model_dump() | fields)
    assert float(changed.row_change.floor) == 0.8
    cases = load_source(PROJECT_ROOT / "sources" / "street_cases").model_dump(exclude={"row_change"})
    Source.model_validate(cases)
    with pytest.raises(ValueError, match="snapshot"):
        Source.model_validate(cases | fields)
