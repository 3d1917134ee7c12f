"""Which files of an inbox a night reads; in which forms they may come is in `dirt/`."""

from typing import Any

import pytest

TEXT = "案件编号,当事人,案发地点,立案日期\nA1,样例,路1号,2017-1-1\n"


@pytest.mark.parametrize("name", ["~$a_20170601.xlsx", ".a_20170601.csv", "a_20170601.csv.tmp", "Thumbs.db"])
def test_temporary_files_are_passed_over(place: Any, name: str) -> None:
    assert beside_another_extract(place, name) == ("missing", None)


def test_later_files_are_not_seen(place: Any) -> None:
    assert beside_another_extract(place, "a_20170701.csv") == ("missing", None)


def beside_another_extract(place: Any, name: str) -> tuple[str, str | None]:
    """State and file of street_cases, on a night that has a file of another extract."""
    place.put("street_cases", name, TEXT)
    place.put("grid", "东门_20170601.csv", "网格编号,街道,详细地址\nG1,东门街道,路1号\n")
    seen = place.night("street_cases", "grid")
    (status,) = (row for row in seen.status() if row["extract"] == "street_cases")
    return status["state"], status["file"]
