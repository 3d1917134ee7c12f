"""What a stale, missing or refused extract makes impossible, as the report says it."""

import html
import re
from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline.declaration import Source
from pipeline.publish.database.dictionary import FILE
from pipeline.score.judge import _absence
from pipeline.score.rulebook import load_rules
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
LACKING = "数据缺失或过期：grid、tax"
UNCLEAR = "所需数据为空，无法判断"


def section(place: Any) -> str:
    """The text of the report's section on gaps."""
    page = (place.today / "report.html").read_text(encoding="utf-8")
    found = re.search(r'<h2 id="gaps">(.*?)<h2', page, re.DOTALL)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def outcomes(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Rule 0 lacks tax and grid for four firms and is unclear on one; rule 1 lacks nothing."""
    rows["rule_absence"] = [
        {"rule_id": "rule_0", "outcome": "not_evaluated", "reason": LACKING},
        {"rule_id": "rule_1", "outcome": "not_evaluated", "reason": "相关数据中未见该主体"},
    ]
    rule = {"rule_id": "rule_0", "outcome": "clear", "reason": None}
    lacked = ("E01", "E02", "E03", "E04")
    firms = [row["enterprise_id"] for row in rows["enterprise"]]
    rows["firm_outcome"] = [{**rule, "enterprise_id": firm} for firm in firms if firm not in lacked]
    unclear = next(row for row in rows["firm_outcome"] if row["enterprise_id"] == "E05")
    unclear |= {"outcome": "not_evaluated", "reason": UNCLEAR}


def test_a_gap_names_rules_and_firms(place: Any) -> None:
    place.publish(change=outcomes)
    text = section(place)
    assert "本期未评估，不等于没有问题。" in text
    assert "纳税人登记与申报 区国家税务局、区地方税务局 缺报 — 1 4 没有可用的文件，整类数据本期不用" in text
    assert "纳税人登记与申报 规则0 第三部分（三）第2项 筛查 4 1" in text
    assert "规则1" not in text
    # The grid is fresh: its name in a reason is not a gap.
    assert "社区网格信息" not in text


def test_stale_files_tell_whose_records_do_not_count(place: Any) -> None:
    def change(rows: dict[str, list[dict[str, Any]]]) -> None:
        outcomes(rows)
        rows["extract_status"][0] |= {"state": "stale", "age_days": 80}

    place.publish(change=change)
    text = section(place)
    assert "社区网格信息 各街道办事处 过期 2017-03-31 1 4 没有可用的文件，整类数据本期不用" in text
    assert "7家企业只在过期的文件中有记录，这些记录本期不计分" in text
    assert text.count("规则0") == 2


def test_a_refused_file_beside_a_good_one_is_a_part(place: Any) -> None:
    def change(rows: dict[str, list[dict[str, Any]]]) -> None:
        grid = rows["extract_status"][0]
        nothing = dict.fromkeys(("rows", "accepted", "rejected", "not_data"), 0)
        rows["extract_status"][1:] = [{**grid, **nothing, "file": "x.csv", "state": "refused"}]

    place.publish(change=change)
    text = section(place)
    assert "部分退回 2017-03-31 0 0 其余文件照常使用；退回的文件没有采用" in text


def test_reasons_name_extracts_and_nothing_else_in_latin_letters(sources: dict[str, Source]) -> None:
    """The two rooms meet in this text: the report finds the extracts in it by their letters."""
    named = {"labour_cases": 0}
    for rule in load_rules(PROJECT_ROOT / "rules", sources):
        for lacking in (frozenset[str](), frozenset(sources)):
            found = re.findall("[a-z][a-z_]*", _absence(rule, AS_OF, lacking, None))
            assert set(found) <= lacking
            named.update({name: named.get(name, 0) + 1 for name in found})
    assert all(named.values())


def nothing_missing(rows: dict[str, list[dict[str, Any]]]) -> None:
    del rows["extract_status"][1:]


def only_returns_missing(rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["extract_status"][1:] = [{"extract": "street_returns", "state": "missing"}]


@pytest.mark.parametrize("change", [nothing_missing, only_returns_missing])
def test_without_a_gap_one_sentence_says_so(place: Any, change: Any) -> None:
    place.publish(change=change)
    assert section(place).endswith("各类数据都及时，没有因数据过期、缺报、退回而不能评估的规则。")


@pytest.mark.parametrize(
    ("view", "column", "words"),
    [
        ("rejected_row", "scope", "行与格不得相加"),
        ("rejected_row", "row", "never to be summed"),
        ("extract_status", "age_days", "不得相加"),
        ("extract_status", "superseded", "不得再相加"),
        ("extract_status", "nulled_cells", "must not be added to rows"),
        ("check_result", "observed", "never to be summed"),
        ("check_result", "max", "不得相加"),
    ],
)
def test_dictionary_says_what_must_not_be_summed(made: Any, view: str, column: str, words: str) -> None:
    with duckdb.connect(str(made.settings.warehouse), read_only=True) as con:
        found = con.execute(
            'SELECT unit, meaning FROM data_dictionary WHERE view = ? AND "column" = ?', [view, column]
        ).fetchone()
    assert found and words in found[1]


def test_dictionary_names_every_metric() -> None:
    line = next(row for row in FILE.read_text(encoding="utf-8").splitlines() if "check_result,metric" in row)
    for metric in ("accepted_rows", "rejected_share", "nulled_share", "share_outside", "row_change"):
        assert line.count(metric) == 2
