"""What the soak judges with: a leak is told from odd nights and from more files; an old reader sees anew."""

from pathlib import Path

import duckdb
import pytest

from tests.chaos.readers import opened
from tests.soak.verdict import beyond, slope

FILES = [60, 62, 65, 66, 70, 72, 75, 60, 62, 63, 66, 68, 61, 62, 65, 67, 69, 60, 64, 66]


def test_odd_nights_do_not_move_the_slope_and_a_leak_does() -> None:
    odd = [500.0 + 40 * (night in (3, 11)) for night in range(20)]
    assert slope(odd) == 0
    assert slope([value + 2 * night for night, value in enumerate(odd)]) == 2


@pytest.mark.parametrize("leak", [0, 900])
def test_growth_is_told_from_what_files_explain(leak: int) -> None:
    values = [90_000 + 1_500 * files + leak * night for night, files in enumerate(FILES)]
    assert slope(beyond(values, FILES)) == pytest.approx(leak, abs=1)


def test_a_fresh_look_beside_an_old_connection_sees_the_file_that_lies_there_now(tmp_path: Path) -> None:
    warehouse, later = tmp_path / "warehouse.duckdb", tmp_path / "later.duckdb"
    for path, night in ((warehouse, 1), (later, 2)):
        with duckdb.connect(str(path)) as con:
            con.execute(f"CREATE TABLE night AS SELECT {night} AS number")
    old = opened(warehouse)
    later.replace(warehouse)
    fresh = opened(warehouse)
    assert [con.execute("FROM night").fetchall() for con in (old, fresh)] == [[(1,)], [(2,)]]
    old.close()
    fresh.close()
