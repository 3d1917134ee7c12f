"""A past night, built again from the archive alone after later nights, gives the same bytes."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

LATER = date(2017, 4, 30)
# Times, run ids and hashes of what holds them live here alone.
OF_THE_RUN = ("manifest.json", "report.html", "run.parquet")


def later_month(inbox: Path, made: Path) -> None:
    """The same departments a month later: every file under a later date, some of them changed."""
    for path in sorted(made.glob("*/*")):
        target = inbox / path.parent.name / re.sub(r"_2017\d{4}", "_20170425", path.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = path.read_bytes()
        if path.suffix == ".csv" and path.parent.name in ("registry", "tax", "safety_inspections"):
            lines = data.split(b"\n")
            data = b"\n".join(line for n, line in enumerate(lines) if n < 10 or n % 9)
        target.write_bytes(data)


def published(night: Path) -> dict[str, bytes]:
    """Every file of a published night but those that tell of the run itself."""
    files = [path for path in night.rglob("*") if path.is_file() and path.name not in OF_THE_RUN]
    return {str(path.relative_to(night)): path.read_bytes() for path in files}


def test_a_past_night_is_built_again_to_the_byte(
    whole_night: Any, district_made: Path, run_night: Callable[..., Any], tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(district_made / "inbox", inbox)
    place = tmp_path / "place"
    whole_night.copy_to(place)
    before = published(whole_night.night)
    assert sum(name.startswith("streets/") for name in before) >= 20
    later_month(inbox, district_made / "inbox")
    run_night(place, inbox, LATER)
    shutil.rmtree(inbox)
    inbox.mkdir()
    again = published(run_night(place, inbox).night)
    assert again.keys() == before.keys()
    changed = [name for name in sorted(before) if before[name] != again[name]]
    assert not changed, changed
