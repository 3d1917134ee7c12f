"""What the firm itself is told of its dossier, and what it is never told."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipeline.publish.forms import wording
from pipeline.publish.one_firm import dossier_words
from pipeline.score.rulebook import load_rules
from pipeline.settings import PROJECT_ROOT
from tests.publish.dossier.papers import PARTY, PERSON, PHONE, text_of

HIDDEN_FROM_FIRMS = (
    "罗劳投〔2017〕77号",
    "罗城管立字〔2017〕9号",
    "隔壁烧烤",
    "劳资纠纷重点企业",
    "2017-02-28",
)


def test_a_firm_is_told_its_own_facts_and_nothing_else(place: Any, page: Callable[..., str]) -> None:
    text = text_of(page("E01", for_firm=True))
    for said in (
        "罗消〔2017〕1号",
        "罗环罚〔2016〕8号",
        "罗劳立〔2017〕5号",
        "超标排放",
        "区环保水务局",
        "1个工作日",
    ):
        assert said in text
    for hidden in (*HIDDEN_FROM_FIRMS, PERSON, PARTY, PHONE, "举报", "反映", "%", "很可能", "规则", "分数"):
        assert hidden not in text
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        others = con.execute(
            "SELECT unnest([name, sign_name]) FROM enterprise WHERE enterprise_id <> 'E01'"
        ).fetchall()
    assert not [name for (name,) in others if name and name in text]
    assert not [word for word in (*wording.TIERS.values(), "65.75", "45.50", "本街道第") if word in text]


def test_what_a_firm_is_told_does_not_hang_on_scores_or_on_others(
    place: Any, page: Callable[..., str], tmp_path: Path
) -> None:
    bare = tmp_path / "bare.duckdb"
    shutil.copy(place.settings.warehouse, bare)
    with duckdb.connect(str(bare)) as con:
        for table in ("risk", "evidence", "risk_history", "firm_outcome", "rule", "list_line", "review_pair"):
            con.execute(f"DELETE FROM {table}")
        con.execute("DELETE FROM enterprise WHERE enterprise_id <> 'E01'")
        con.execute("DELETE FROM source_street_cases")
        con.execute("UPDATE source_safety_inspections SET hazard = NULL")
    assert page("E01", bare, for_firm=True) == page("E01", for_firm=True)


def test_an_address_that_names_another_firm_is_not_told(
    place: Any, page: Callable[..., str], tmp_path: Path
) -> None:
    beside = tmp_path / "beside.duckdb"
    shutil.copy(place.settings.warehouse, beside)
    with duckdb.connect(str(beside)) as con:
        con.execute(
            "UPDATE source_grid SET address = '湖贝路1号罗湖区好味餐厅旁' WHERE enterprise_id = 'E01'"
        )
    assert "湖贝路1号" not in page("E01", beside, for_firm=True)
    with duckdb.connect(str(beside)) as con:
        con.execute("UPDATE source_grid SET address = '湖贝路1号二楼'")
    assert "湖贝路1号二楼" in page("E01", beside, for_firm=True)


def test_a_name_of_a_probable_row_is_not_told(place: Any, page: Callable[..., str], tmp_path: Path) -> None:
    doubtful = tmp_path / "doubtful.duckdb"
    shutil.copy(place.settings.warehouse, doubtful)
    with duckdb.connect(str(doubtful)) as con:
        con.execute("UPDATE source_grid SET link_decision = 'probable' WHERE enterprise_id = 'E03'")
        con.execute("UPDATE source_labour_cases SET case_no = case_no || '（隔壁烧烤店举报）'")
    text = page("E03", doubtful, for_firm=True)
    assert "好味" not in text and "没有可以告知的" in text
    assert "罗劳立" not in page("E01", doubtful, for_firm=True)
    assert "罗劳立" in page("E01", doubtful)


def test_every_measure_of_the_rules_has_its_place() -> None:
    rules = load_rules(PROJECT_ROOT / "rules")
    told = {measure.text: measure.remedy for rule in rules for measure in rule.measures}
    places = dossier_words.measures(told)
    assert {told[text] for text in places.offers} <= {"R01", "R08", "R25"}
    assert {told[text] for text in places.checks} <= {"R02", "R15", "R16"}
    assert {"R03", "R04", "R05", "R11", "R17"} <= {told[text] for text in places.orders}
    assert not {"R01", "R02", "R25"} & {told[text] for text in places.orders}
