"""What a changed rule set would change in a published ranking."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import RunError
from pipeline.score import rulebook
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
RULES = PROJECT_ROOT / "rules"
Place = Any  # the fixture of conftest.py


def _published(place: Place, path: Path) -> Path:
    """A warehouse with the views that rescoring looks at."""
    with duckdb.connect(str(path)) as con:
        con.execute(f"ATTACH '{place.night.database}' AS night (READ_ONLY)")
        for name in ("enterprise", "record_link", "extract_status", "risk"):
            con.execute(f"CREATE TABLE {name} AS FROM night.{name}")
        con.execute("CREATE TABLE feature AS SELECT * EXCLUDE (detail) FROM night.feature")
        for name, source in place.sources.items():
            if source.identifies:
                con.execute(
                    f"CREATE TABLE source_{name} AS SELECT * EXCLUDE (probability) FROM night.linked_{name}"
                )
    return path


def test_firms_that_leave_the_list_are_named_with_street_and_rules(place: Place, tmp_path: Path) -> None:
    for number in (1, 2):
        place.firm(f"E{number}", street="莲塘街道")
    place.row("grid", "E1", licensing="none", trading="open", inspected_on=AS_OF)
    place.row("grid", "E2", licensing="licence_missing", trading="open", inspected_on=AS_OF)
    place.score()
    warehouse = _published(place, tmp_path / "warehouse.duckdb")
    assert rulebook.diff(warehouse, RULES, RULES).changes == ()
    other = tmp_path / "rules"
    shutil.copytree(RULES, other)
    path = other / "licensing" / "seen_trading_without_any_paper.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("points: 42\n", "points: 20\n"), encoding="utf-8")
    difference = rulebook.diff(warehouse, RULES, other)
    (change,) = difference.changes
    assert (change.enterprise_id, change.tier_before, change.tier_after) == ("E1", "C", "B")
    assert change.rules == ("seen_trading_without_any_paper",)
    assert "莲塘街道: 0 enter the list, 1 leave it" in str(difference)


def test_without_a_warehouse_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="run a night first"):
        rulebook.diff(tmp_path / "none.duckdb", RULES, RULES)
