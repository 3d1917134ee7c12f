"""What notebooks, street offices and other programs rest on: commands, folders, views, lists, privacy."""

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline import audit, cli
from tests.persons import IDENTITY, kept_persons

RISK = """enterprise_id as_of score tier rank_in_street rank_in_district street categories route measures
    lead_department other_departments verify_identity_first score_before tier_before"""
SOURCE = "enterprise_id extract file row"
VIEWS = {
    "enterprise": """enterprise_id name sign_name uscc registration_no registration_state entity_type status
        status_on industry_code industry_name street community grid_no address established_on record_count
        extract_count first_seen last_seen""",
    "enterprise_alias": "old_id enterprise_id since",
    "record_link": """extract file row record_id enterprise_id decision probability basis superseded
        previous_enterprise_id""",
    "review_pair": "record_id enterprise_id probability comparisons",
    "record_comparison": "record_id enterprise_id probability comparisons",
    "premises": "premises_id house_code address street community enterprise_count",
    "feature": "enterprise_id feature value unit as_of",
    "rule_outcome": "enterprise_id rule_id outcome reason",
    "evidence": """enterprise_id rule_id category clause points occurred_on expires_on probability extract
        file row text""",
    "risk": RISK,
    "risk_history": RISK,
    "rule": "rule_id clause title legal_basis valid_from valid_to lead_department",
    "clause": "clause title text departments",
    "street_return": "enterprise_id result checked_on effect",
    "list_line_history": "as_of enterprise_id street line kind tier score rules fuzzy_records",
    "objection": """objection_id enterprise_id received_on acknowledge_by acknowledged_on answer_by
        answered_on state outcome overdue days_over""",
    "answered_line": "as_of street line kind enterprise_id rules result borne_out checked_on",
    "rule_return": """rule_id answers confirmed partly not_so wrong_firm legalised rectified upgraded
        closed_by_order closed_itself relocated not_found judged borne_out share share_low share_high""",
    "fairness": """kind group enterprises high rate rate_of_others outside grid_visits visits_per_enterprise
        visited_share visited_share_of_others""",
    "correction": "correction_id kind record_id enterprise_id given_by given_on reason effect",
    "rejected_row": "extract file row column scope reason value",
    "extract_status": """extract sender file sha256 state extract_date age_days rows accepted rejected
        not_data superseded nulled_cells reason""",
    "run": """run_id as_of started_at finished_at state code_version rules_version seconds peak_rss_mb
        counts""",
    "data_dictionary": "view column title type unit meaning view_meaning",
    "record_premises": "record_id premises_id",
    "rectification_register": """enterprise_id name kind department document issued_on rectify_by overdue_days
        recheck standing""",
    "vacant_premises": "premises_id street address state seen_on days_since_seen illegal_buildings",
    "source_registry": f"{SOURCE} uscc registration_no name former_names status",
    "source_operations": f"{SOURCE} name revenue period_start period_end",
    "source_tax": f"{SOURCE} taxpayer_id name sales tax_paid arrears period_start period_end",
    "source_eia_approvals": f"{SOURCE} approval_no name decided_on",
    "source_env_penalties": f"{SOURCE} decision_no name decided_on standing",
    "source_grid": f"{SOURCE} grid_no sign_name licence_name licensing inspected_on",
    "source_safety_inspections": f"{SOURCE} document_no kind name inspected_on",
    "source_illegal_buildings": f"{SOURCE} building_no address status",
    "source_street_cases": f"{SOURCE} case_no name sign_name opened_on",
    "source_employment": f"{SOURCE} name insured period_start period_end",
    "source_labour_cases": f"{SOURCE} case_no name amount outcome",
    "source_labour_market": "extract file row industry demand seekers period_start period_end",
    "source_permits": f"{SOURCE} kind permit_no name valid_to",
    "source_key_lists": f"{SOURCE} list_kind name",
    "source_street_returns": f"{SOURCE} result checked_on",
}
KEYS = {
    "enterprise": "enterprise_id",
    "enterprise_alias": "old_id",
    "record_link": "extract, file, row",
    "review_pair": "record_id, enterprise_id",
    "record_comparison": "record_id",
    "record_premises": "record_id",
    "rectification_register": "extract, file, row",
    "vacant_premises": "extract, file, row",
    "premises": "premises_id",
    "feature": "enterprise_id, feature",
    "rule_outcome": "enterprise_id, rule_id",
    "risk": "enterprise_id",
    "risk_history": "enterprise_id, as_of",
    "rule": "rule_id",
    "rule_return": "rule_id",
    "list_line_history": "enterprise_id, as_of",
    "answered_line": "enterprise_id, as_of",
    "objection": "objection_id",
    "clause": "clause",
    "run": "run_id",
    "data_dictionary": 'view, "column"',
    **{view: "extract, file, row" for view in VIEWS if view.startswith("source_")},
}
WORDS = {
    ("enterprise", "registration_state"): {"registered", "valid_code_not_held", "not_found"},
    ("record_link", "decision"): {"certain", "probable", "review", "none"},
    ("rule_outcome", "outcome"): {"hit", "clear", "not_evaluated"},
    ("risk", "tier"): set("ABCD"),
    ("risk", "route"): {"verify", "legalise", "inspect", "rectify", "upgrade", "close_part", "close"},
    ("rejected_row", "scope"): {"row", "cell"},
    ("extract_status", "state"): {"fresh", "stale", "missing", "refused"},
}
COLUMNS = """清单期号 序号 企业编号 统一社会信用代码 企业名称 招牌名称 登记情况 街道 社区 网格编号
    经营地址 行业 风险等级 风险分 上期等级 本期变化 涉及类别 主要依据 主要依据日期 有利情况 未结文书及期限
    最近检查日期 政策条款 法律依据 建议措施 牵头单位 配合单位 须先核实主体 数据来源部门
    核查结果 核查日期 核查人 备注"""
LIST = COLUMNS.split()
STATEMENT = "分数只表示先核实谁，不是违法认定，不得作为处罚依据，不得公开"
LATER = date(2017, 4, 7)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _csv_lists(place: Any) -> Iterator[tuple[Path, list[dict[str, str]]]]:
    for path in (*place.night.glob("district_*.csv"), *sorted(place.night.glob("streets/*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield path, list(csv.DictReader(file))


def _is_identity(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17].upper()


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_its_columns_and_a_twin_in_parquet(whole_night: Any, view: str) -> None:
    columns = {str(row[0]) for row in whole_night.rows(f"DESCRIBE {view}")}
    assert set(VIEWS[view].split()) <= columns
    twin = whole_night.night / "warehouse" / f"{view}.parquet"
    assert whole_night.rows(f"FROM {view} EXCEPT ALL FROM '{twin}'") == []
    assert whole_night.rows(f"FROM '{twin}' EXCEPT ALL FROM {view}") == []


@pytest.mark.parametrize("view", KEYS)
def test_a_view_has_one_row_per_key(whole_night: Any, view: str) -> None:
    assert whole_night.rows(f"SELECT {KEYS[view]} FROM {view} GROUP BY ALL HAVING count(*) > 1") == []


@pytest.mark.parametrize(("view", "column"), WORDS)
def test_a_column_holds_only_the_agreed_words(whole_night: Any, view: str, column: str) -> None:
    found = {row[0] for row in whole_night.rows(f"SELECT DISTINCT {column} FROM {view}")}
    assert found
    assert found <= WORDS[view, column]


@pytest.mark.parametrize(
    "broken",
    [
        "FROM record_link WHERE (enterprise_id IS NULL) <> (decision IN ('review', 'none'))",
        "FROM record_link r ANTI JOIN enterprise e USING (enterprise_id) WHERE enterprise_id IS NOT NULL",
        "FROM (FROM record_link WHERE decision = 'review') ANTI JOIN review_pair USING (record_id)",
        "FROM review_pair ANTI JOIN enterprise USING (enterprise_id)",
        "FROM record_comparison ANTI JOIN (FROM record_link WHERE NOT superseded) "
        "USING (record_id, enterprise_id, probability)",
        "FROM risk WHERE score NOT BETWEEN 0 AND 100",
        "FROM risk WHERE verify_identity_first AND tier = 'D'",
        "FROM (SELECT rank_in_district AS told, row_number() OVER (ORDER BY tier DESC, score DESC, "
        "enterprise_id) AS due FROM risk) WHERE told <> due",
        "FROM (SELECT rank_in_street AS told, row_number() OVER (PARTITION BY street ORDER BY tier DESC, "
        "score DESC, enterprise_id) AS due FROM risk) WHERE told <> due",
        "FROM evidence WHERE expires_on < DATE '2017-03-31' OR occurred_on > DATE '2017-03-31'",
        "FROM evidence ANTI JOIN (FROM record_link WHERE NOT superseded) "
        "USING (extract, file, row, enterprise_id)",
        "FROM evidence ANTI JOIN (FROM rule_outcome WHERE outcome = 'hit') USING (enterprise_id, rule_id)",
        *(
            f"FROM evidence SEMI JOIN (FROM source_{extract} WHERE standing IN "
            "('under_review', 'revoked', 'repaired')) USING (extract, file, row)"
            for extract in ("env_penalties", "safety_inspections", "street_cases", "labour_cases")
        ),
    ],
)
def test_nothing_breaks_the_agreement(whole_night: Any, broken: str) -> None:
    assert whole_night.rows(f"SELECT count(*) {broken}") == [(0,)]


def test_amounts_are_words_and_persons_are_absent(whole_night: Any) -> None:
    columns = whole_night.rows(
        """SELECT table_name, column_name, data_type FROM duckdb_columns()
           WHERE table_name LIKE 'source_%' AND NOT internal"""
    )
    names = {column for _, column, _ in columns}
    assert not names & {"legal_rep", "operator", "phone", "checked_by"}
    assert not [name for name in names if str(name).endswith("_partial")]
    amounts = {"sales", "tax_paid", "arrears", "revenue", "output_value", "profit", "export_value", "amount"}
    assert {kind for _, column, kind in columns if column in amounts} == {"VARCHAR"}


def test_the_manifest_names_every_output_and_input(whole_night: Any, district_made: Path) -> None:
    manifest = json.loads((whole_night.night / "manifest.json").read_text(encoding="utf-8"))
    assert whole_night.rows("SELECT run_id, code_version, rules_version FROM run") == [
        (manifest["run_id"], manifest["code_version"], manifest["rules_version"])
    ]
    assert manifest["as_of"] == str(whole_night.as_of)
    told = {item["path"]: item["sha256"] for item in manifest["outputs"]}
    night = whole_night.night.resolve()
    there = {
        str(path.relative_to(night)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in night.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert told == there
    files = {path.name: path for path in (district_made / "inbox").glob("*/*")}
    assert {item["file"] for item in manifest["inputs"]} == set(files)
    for item in manifest["inputs"]:
        assert item["sha256"] == hashlib.sha256(files[item["file"]].read_bytes()).hexdigest()
        assert item["extract_date"].replace("-", "") in item["file"]


def test_a_list_is_as_agreed(whole_night: Any) -> None:
    street_of = dict(whole_night.rows("SELECT enterprise_id, coalesce(street, '街道不明') FROM enterprise"))
    tiers = dict(whole_night.rows("SELECT enterprise_id, tier FROM risk"))
    for path, lines in _csv_lists(whole_night):
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
    for path, lines in _csv_lists(whole_night):
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


def _identities(inbox: Path) -> set[str]:
    """Identity-card numbers that stand in the inbox's text files."""
    found = set()
    for path in inbox.glob("*/*"):
        written = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        encoding = "utf-16" if written[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
        if path.suffix in (".csv", ".txt", ".gz"):
            found |= {number for number in IDENTITY.findall(written.decode(encoding)) if _is_identity(number)}
    return found


def _published(place: Any) -> Iterator[tuple[str, list[str]]]:
    """Every place of what a night publishes, with its texts."""
    for view, column in place.rows(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND data_type LIKE '%VARCHAR%'"
    ):
        found = place.rows(f'SELECT DISTINCT "{column}"::VARCHAR FROM {view}')
        yield f"{view}.{column}", [str(row[0] or "") for row in found]
    for path, lines in _csv_lists(place):
        yield path.name, [cell for line in lines for cell in line.values()]
        book = CalamineWorkbook.from_path(str(path.with_suffix(".xlsx")))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        yield f"{path.stem}.xlsx", [str(cell) for sheet in sheets for row in sheet for cell in row]
    yield "report.html", [(place.night / "report.html").read_text(encoding="utf-8")]


def test_no_person_phone_or_identity_number_is_published(whole_night: Any, district_made: Path) -> None:
    persons, phones = kept_persons(whole_night.folder / "restricted")
    identities = _identities(district_made / "inbox")
    assert len(persons) > 100
    assert len(phones) > 100
    assert identities
    firms = "\n".join(str(row[0]) for row in whole_night.rows("SELECT DISTINCT name FROM source_registry"))
    inside = {name for name in persons if name not in firms}  # 罗湖区王小明五金店 is a registered name
    for where, texts in _published(whole_night):
        text = "\n".join(texts)
        assert not [number for number in IDENTITY.findall(text) if _is_identity(number)], where
        assert not identities & set(IDENTITY.findall(text)), where
        assert not set(MOBILE.findall(text)) & phones, where
        assert not [name for name in inside if name in text], where
        assert not persons & {cell.strip() for cell in texts}, where


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
