"""What notebooks and other programs rest on: views, keys, words, the manifest."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

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
