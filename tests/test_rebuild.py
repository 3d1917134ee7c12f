"""A past night, built again in an empty place from a backup alone, gives the same bytes and ids."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import cli
from pipeline.settings import PROJECT_ROOT

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


def runbook(program: str, folder: Path) -> list[str]:
    """The words of the runbook's own command line for the backup, or for its unpacking, in another place."""
    text = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    (line,) = set(re.findall(rf"^tar {program} restricted-.*$", text, re.MULTILINE))
    words = shlex.split(line.replace("/var/lib/early-warning", str(folder)))
    return [str(folder.parent / word) if word.startswith("restricted-") else word for word in words]


def ids(place: Any) -> list[tuple[object, ...]]:
    """Every record with its enterprise."""
    links = str(place.night / "warehouse" / "record_link.parquet")
    return list(duckdb.sql(f"SELECT record_id, enterprise_id FROM '{links}' ORDER BY ALL").fetchall())


def test_the_drill_a_past_night_is_built_again_from_a_backup(
    whole_night: Any, district_made: Path, run_night: Callable[..., Any], tmp_path: Path
) -> None:
    """Keys, archive, identities, judgements and journals alone come over, as the runbook saves them."""
    there, here = tmp_path / "there", tmp_path / "here"
    inbox = there / "inbox"
    whole_night.copy_to(there)
    shutil.copytree(district_made / "inbox", inbox)
    before, known = published(whole_night.night), ids(whole_night)
    assert sum(name.startswith("streets/") for name in before) >= 20
    later_month(inbox, district_made / "inbox")
    run_night(there, inbox, LATER)
    subprocess.run(runbook("-czf", there), check=True)
    (here / "inbox").mkdir(parents=True)
    subprocess.run(runbook("-xzf", here), check=True)
    assert {path.name for path in here.iterdir()} == {"inbox", "restricted"}
    place = ["--restricted", str(here / "restricted")]
    assert cli.main(["archive", "verify", *place]) == cli.DONE
    assert cli.main(["audit", *place, "--out", str(here / "out")]) == cli.DONE
    second = run_night(here, here / "inbox")
    assert ids(second) == known
    again = published(second.night)
    assert again.keys() == before.keys()
    changed = [name for name in sorted(before) if before[name] != again[name]]
    assert not changed, changed
