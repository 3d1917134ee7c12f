"""The commands of the industry catalogue, and a night before and after one was imported."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline import cli

LATER = date(2017, 4, 30)
# Times, run ids and hashes of what holds them live here alone.
LINES = """类别,条目编号,内容,工艺关键词,产品关键词,设备关键词,排除词,限期
限制,R1,喷漆,喷漆,,,水性,
禁止,P1,电镀,电镀,,,无氰电镀,
禁止,P2,缺关键词,,,,,
"""


def file(folder: Path) -> Path:
    path = folder / "made_up.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def test_import_and_list_tell_edition_items_and_rows_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--restricted", str(tmp_path / "restricted")]
    assert cli.main(["catalogue", "list", *place]) == cli.DONE
    assert "目录未导入" in capsys.readouterr().out
    options = ["--edition", "2016", "--valid-from", "2017-01-01", "--valid-to", "2019-12-31", "--who", "某科"]
    command = ["catalogue", "import", str(file(tmp_path)), *options, *place]
    assert cli.main(command) == cli.DONE
    told = capsys.readouterr().out
    assert told.startswith("imported: ")
    assert "edition 2016, in force from 2017-01-01 to 2019-12-31" in told
    assert "2 items (限制 1, 禁止 1); 1 rows set aside" in told
    assert "made_up.csv, row 4: 没有任何关键词" in told
    assert cli.main(command) == cli.DONE
    assert capsys.readouterr().out.startswith("known already: ")
    assert cli.main(["catalogue", "list", *place]) == cli.DONE
    listed = capsys.readouterr().out
    assert "by 某科" in listed
    assert "row 4" in listed


def test_a_wrong_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--edition", "2016", "--restricted", str(tmp_path / "restricted")]
    assert cli.main(["catalogue", "import", str(tmp_path / "none.csv"), *place]) == cli.MISUSED
    told = capsys.readouterr().err
    assert (
        told == f"early-warning: {tmp_path / 'none.csv'}: the file cannot be read; name a CSV or XLSX file\n"
    )


def test_the_template_is_written_where_told(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    assert cli.main(["catalogue", "export-template", "--out", str(path)]) == cli.DONE
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["填写说明", "目录"]


def test_later_nights_use_what_was_imported(
    whole_night: Any, run_night: Callable[..., Any], district_made: Path, tmp_path: Path
) -> None:
    outcome = "SELECT DISTINCT outcome, reason FROM rule_outcome WHERE rule_id = 'prohibited_capacity'"
    assert whole_night.rows(outcome) == [("not_evaluated", "目录未导入")]
    place = tmp_path / "place"
    whole_night.copy_to(place)
    command = ["catalogue", "import", str(file(tmp_path)), "--edition", "2016"]
    assert cli.main([*command, "--restricted", str(place / "restricted")]) == cli.DONE
    later = run_night(place, district_made / "inbox", LATER)
    assert "clear" in {row[0] for row in later.rows(outcome)}
    assert "目录未导入" not in {row[1] for row in later.rows(outcome)}
    ((sha256,), *_) = later.rows("SELECT DISTINCT sha256 FROM catalogue_item")
    versions = dict(later.rows("SELECT as_of, rules_version FROM run"))
    assert versions[LATER] == f"{versions[whole_night.as_of]}+{sha256[:12]}"
    manifest = json.loads((later.night / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rules_version"] == versions[LATER]
