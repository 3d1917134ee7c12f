"""What street offices rest on: lists, workbooks, what a later night remembers, the command."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline import audit, cli
from tests.contract_lists import csv_lists

COLUMNS = """清单期号 序号 企业编号 统一社会信用代码 企业名称 招牌名称 登记情况 街道 社区 网格编号
    经营地址 行业 风险等级 风险分 上期等级 本期变化 涉及类别 主要依据 主要依据日期 有利情况 未结文书及期限
    最近检查日期 政策条款 法律依据 建议措施 牵头单位 配合单位 须先核实主体 数据来源部门
    核查结果 核查日期 核查人 备注"""

LIST = COLUMNS.split()
STATEMENT = "分数只表示先核实谁，不是违法认定，不得作为处罚依据，不得公开"
LATER = date(2017, 4, 7)


def test_a_list_is_as_agreed(whole_night: Any) -> None:
    street_of = dict(whole_night.rows("SELECT enterprise_id, coalesce(street, '街道不明') FROM enterprise"))
    tiers = dict(whole_night.rows("SELECT enterprise_id, tier FROM risk"))
    for path, lines in csv_lists(whole_night):
        written = path.read_bytes()
        assert written.startswith(b"\xef\xbb\xbf")
        assert written.count(b"\n") == written.count(b"\r\n")
        assert written.decode("utf-8-sig").splitlines()[0].split(",") == LIST
        assert [line["序号"] for line in lines] == [str(number + 1) for number in range(len(lines))]
        place = path.name.split("_")[0]
        due = {
            firm for firm, tier in tiers.items() if tier in "CD" and place in ("district", street_of[firm])
        }
        assert {line["企业编号"] for line in lines if line["风险分"]} == due
        for line in lines:
            assert place in ("district", street_of[line["企业编号"]])
            assert line["风险等级"] in {"D（高）", "C（较高）", "随机抽查"}
            assert (line["风险等级"] == "随机抽查") == (not line["风险分"])
            assert line["登记情况"] in {"已登记", "证号未在本库", "未匹配到登记（待核实）"}
            assert not any(line[column] for column in LIST[-4:])
            for cell in line.values():
                code = cell.rstrip("\t")
                assert cell.endswith("\t") == (code.isdigit() and len(code) > 11)


def test_a_workbook_says_first_what_it_is(whole_night: Any) -> None:
    for path, lines in csv_lists(whole_night):
        book = CalamineWorkbook.from_path(str(path.with_suffix(".xlsx")))
        first, second = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:2])
        assert STATEMENT in "".join(str(cell) for row in first for cell in row)
        assert second[0] == LIST
        for row, line in zip(second[1:], lines, strict=True):
            assert all(isinstance(cell, str) for cell in row[2:6])
            assert [row[3], row[9]] == [line[LIST[3]].rstrip("\t"), line[LIST[9]].rstrip("\t")]


def test_a_later_night_remembers(
    whole_night: Any, district_made: Path, run_night: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "place"
    whole_night.copy_to(folder)
    later = run_night(folder, district_made / "inbox", LATER)
    assert later.code in (cli.DONE, cli.ATTENTION)
    assert (folder / "out" / "latest").resolve() == later.night.resolve()
    ids = "SELECT extract, file, row, enterprise_id FROM record_link ORDER BY ALL"
    assert later.rows(ids) == whole_night.rows(ids)
    before = {row[0]: row[1:] for row in whole_night.rows("SELECT enterprise_id, score, tier FROM risk")}
    for firm, *told in later.rows("SELECT enterprise_id, score_before, tier_before FROM risk"):
        assert tuple(told) == before.get(firm, (None, None))
    days = [(whole_night.as_of,), (LATER,)]
    assert later.rows("SELECT DISTINCT as_of FROM risk_history ORDER BY as_of") == days
    assert later.rows("SELECT DISTINCT as_of FROM run ORDER BY as_of") == days


def test_the_audit_log_knows_the_night_and_the_manifest_knows_the_log(whole_night: Any) -> None:
    restricted = whole_night.folder / "restricted"
    manifest = json.loads((whole_night.night / "manifest.json").read_text(encoding="utf-8"))
    anchor = audit.Head(**manifest["audit"])
    assert anchor.n > 0
    assert audit.problems(restricted, [("manifest", anchor)]) == []
    states = [entry.facts["state"] for entry in audit.read(restricted) if entry.action == "run"]
    assert states[:2] == ["begun", "published"]
    assert set(whole_night.rows("SELECT schema_version FROM run")) == {(manifest["schema_version"],)}


@pytest.mark.parametrize("option", ["--inbox", "--rules"])
def test_a_folder_that_is_not_there_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    options = {
        "--inbox": str(inbox),
        "--warehouse": str(tmp_path / "w.duckdb"),
        "--out": str(tmp_path / "out"),
    }
    options[option] = str(tmp_path / "nowhere")
    assert cli.main(["run", *(word for pair in options.items() for word in pair)]) == cli.MISUSED
    told = capsys.readouterr().err
    assert "nowhere" in told
    assert option in told
    assert len(told.splitlines()) == 1


def test_a_file_in_the_place_of_the_results_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    options = ["--inbox", str(tmp_path), "--warehouse", str(tmp_path / "w.duckdb")]
    assert cli.main(["run", *options, "--out", str(tmp_path / "out")]) == cli.MISUSED
    assert "--out" in capsys.readouterr().err
    assert not (tmp_path / "w.restricted").exists()
