"""The circle in one: a list is handed out, a street office fills it in, the next night shows what came."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import cli

VISIT, LATER, FILED = date(2017, 4, 5), date(2017, 4, 12), "清单回执_20170410.xlsx"
# One line each; the rest is left empty, as offices do.
ANSWERS = {
    "legalised": "已办照",
    "rectified": "已整改",
    "confirmed": "属实",
    "not_found": "查无此店",
    "wrong_firm": "主体有误",
    "upgraded": "已升级",
}
OBJECTION = "企业提出异议：隐患已于3月复查合格"
NO_OBJECTION = "企业无异议"
CATEGORIES = {"rectified": "unsafe", "legalised": "unlicensed"}


@dataclass(frozen=True)
class Circle:
    """Two nights of one place, and which firm was answered how.

    Attributes:
        before, after: the two nights.
        firms: enterprise_id by answer.
        records: the fuzzy links of the line that named the wrong firm.
        sure: its certain links.
    """

    before: Any
    after: Any
    firms: dict[str, str]
    records: list[str]
    sure: list[str]


@pytest.fixture(scope="module")
def circle(
    whole_night: Any,
    district_made: Path,
    run_night: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Circle:
    folder = tmp_path_factory.mktemp("circle")
    whole_night.copy_to(folder / "place")
    shutil.copytree(district_made / "inbox", folder / "inbox")
    firms = _choose(whole_night)
    wrong = firms["wrong_firm"]
    fuzzy, sure = (
        [
            str(row[0])
            for row in whole_night.rows(
                f"SELECT DISTINCT record_id FROM record_link WHERE enterprise_id = '{wrong}' "
                f"AND decision = '{decision}' AND NOT superseded ORDER BY 1"
            )
        ]
        for decision in ("probable", "certain")
    )
    handed_back = folder / "inbox" / "street_returns"
    handed_back.mkdir(exist_ok=True)
    _fill_in(whole_night, {firm: answer for answer, firm in firms.items()}, handed_back)
    after = run_night(folder / "place", folder / "inbox", LATER)
    assert after.code in (cli.DONE, cli.ATTENTION)
    return Circle(whole_night, after, firms, fuzzy, sure)


def _choose(night: Any) -> dict[str, str]:
    """A listed firm for each answer: one with fuzzy links for 主体有误, ones that an answer can mend."""
    wrong = night.rows(
        "SELECT enterprise_id FROM list_line_history WHERE len(fuzzy_records) > 0 AND enterprise_id IN "
        "(SELECT enterprise_id FROM record_link WHERE decision = 'certain') ORDER BY kind DESC, line, 1"
    )
    chosen = {"wrong_firm": str(wrong[0][0])}
    for answer, category in CATEGORIES.items():
        rows = night.rows(
            "SELECT enterprise_id FROM list_line l JOIN risk r USING (enterprise_id) WHERE l.kind = 'ranked' "
            f"AND list_contains(r.categories, '{category}') ORDER BY r.rank_in_district"
        )
        chosen[answer] = next(str(row[0]) for row in rows if row[0] not in chosen.values())
    rest = night.rows("SELECT enterprise_id FROM list_line WHERE kind = 'ranked' ORDER BY district_line")
    free = [str(row[0]) for row in rest if row[0] not in chosen.values()]
    return chosen | dict(zip([name for name in ANSWERS if name not in chosen], free, strict=False))


def _fill_in(night: Any, answers: dict[str, str], inbox: Path) -> None:
    """Fills in the district's list as handed out, in the workbook itself, and hands it back."""
    (path,) = night.night.glob("district_*.xlsx")
    book = openpyxl.load_workbook(path)
    page = book["清单"]
    columns = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        answer = answers.get(page.cell(row, columns["企业编号"]).value)
        if answer:
            remark = OBJECTION if answer == "confirmed" else NO_OBJECTION
            page.cell(row, columns["核查结果"]).value = ANSWERS[answer]
            page.cell(row, columns["核查日期"]).value = datetime(VISIT.year, VISIT.month, VISIT.day)
            page.cell(row, columns["核查人"]).value = "李核查"
            page.cell(row, columns["备注"]).value = remark
    book.save(inbox / FILED)


def _score(night: Any, firm: str) -> Any:
    rows = night.rows(f"SELECT score, tier FROM risk WHERE enterprise_id = '{firm}'")
    return rows[0] if rows else (0, "")


def test_every_answer_is_read_shown_and_counted(circle: Circle) -> None:
    returned = dict(circle.after.rows("SELECT result, enterprise_id FROM street_return"))
    assert returned == {answer: circle.firms[answer] for answer in ANSWERS}
    status = circle.after.rows(
        f"SELECT accepted, rejected, not_data FROM extract_status WHERE file = '{FILED}'"
    )
    (lines,) = circle.before.rows("SELECT count(*) FROM list_line")[0]
    assert status == [(len(ANSWERS), 0, lines - len(ANSWERS))]
    answered = circle.after.rows("SELECT enterprise_id, as_of FROM answered_line")
    assert dict(answered) == dict.fromkeys(circle.firms.values(), circle.before.as_of)
    counted = circle.after.rows("SELECT sum(answers), sum(legalised), sum(wrong_firm) FROM rule_return")[0]
    assert all(number > 0 for number in counted)
    assert "李核查" not in (circle.after.night / "report.html").read_text(encoding="utf-8")


def test_what_was_mended_scores_less_and_confirmed_scores_no_more(circle: Circle) -> None:
    for answer in ("legalised", "rectified"):
        assert _score(circle.after, circle.firms[answer])[0] < _score(circle.before, circle.firms[answer])[0]
    for answer in ("confirmed", "not_found"):
        assert _score(circle.after, circle.firms[answer])[0] <= _score(circle.before, circle.firms[answer])[0]
    effects = dict(circle.after.rows("SELECT result, effect FROM street_return"))
    assert "视为已改正" in effects["legalised"] and "视为已改正" in effects["rectified"]
    assert effects["confirmed"] == effects["not_found"] == "分数不变"
    assert effects["wrong_firm"] == f"{len(circle.records)}条存疑关联转人工核对，确定的关联不变"


def test_a_wrong_firm_sends_fuzzy_links_to_review_and_cuts_no_certain_one(circle: Circle) -> None:
    firm = circle.firms["wrong_firm"]
    assert circle.records and circle.sure
    links = {
        str(record): (decision, enterprise, basis)
        for record, decision, enterprise, basis in circle.after.rows(
            "SELECT record_id, decision, enterprise_id, basis FROM record_link WHERE NOT superseded"
        )
    }
    waiting = dict(circle.after.rows("SELECT record_id, enterprise_id FROM review_pair"))
    for record in circle.records:
        assert links[record][:2] == ("review", None)
        assert links[record][2] == "街道核查认为主体有误（2017-04-05），待人工核对"
        assert waiting[record] == firm
    assert {links[record][:2] for record in circle.sure} == {("certain", firm)}
    fuzzy = f"SELECT count(*) FROM evidence WHERE enterprise_id = '{firm}' AND probability < 0.99"
    assert circle.after.rows(fuzzy) == [(0,)]
    others = "SELECT record_id, enterprise_id FROM record_link WHERE NOT superseded ORDER BY ALL"
    gone = set(circle.before.rows(others)) - set(circle.after.rows(others))
    assert {record for record, _ in gone} == set(circle.records)


def test_an_objection_has_a_clock_and_is_overdue_in_the_report(circle: Circle) -> None:
    rows = circle.after.rows(
        "SELECT enterprise_id, received_on, acknowledge_by, answer_by, state, overdue, days_over "
        "FROM objection"
    )
    due = (date(2017, 4, 6), date(2017, 4, 7))
    assert rows == [(circle.firms["confirmed"], VISIT, *due, "received", "answered", 3)]
    sentence = "企业异议超过时限：1件收到2个工作日仍未答复"
    assert circle.after.code == cli.ATTENTION
    assert sentence in (circle.after.night / "report.html").read_text(encoding="utf-8")
    said = circle.after.rows(
        "SELECT enterprise_id FROM favourable WHERE text LIKE '企业提出异议（2017-04-05）%'"
    )
    assert said == [(circle.firms["confirmed"],)]


def test_the_next_list_marks_what_changed_and_who_left(circle: Circle) -> None:
    listed = {firm for (firm,) in circle.after.rows("SELECT enterprise_id FROM list_line")}
    left = {firm for (firm,) in circle.before.rows("SELECT enterprise_id FROM list_line")} - listed
    (path,) = circle.after.night.glob("district_*.xlsx")
    book = openpyxl.load_workbook(path)
    columns = [cell.value for cell in book["清单"][1]]
    changes = {row[columns.index("本期变化")].value for row in book["清单"].iter_rows(min_row=2)}
    assert changes <= {"新上", "升级", "降级", "不变"} and "不变" in changes
    gone = {row[2]: row[6] for row in book["本期退出"].iter_rows(min_row=2, values_only=True)}
    assert set(gone) == left
    away = circle.firms["rectified"]
    assert away in listed or "街道核查（2017-04-05）：已整改" in gone[away]


def test_the_quarter_counts_the_answers(
    circle: Circle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = ["--warehouse", str(circle.after.folder / "warehouse.duckdb"), "--out", str(tmp_path)]
    assert cli.main(["quarterly", "--quarter", "2017Q2", *places]) == cli.DONE
    assert f"{len(ANSWERS)} checked" in capsys.readouterr().out
    book = openpyxl.load_workbook(tmp_path / "区发改局_2017Q2.xlsx")
    head, *rows = book["汇总"].iter_rows(values_only=True)
    whole = dict(zip(head, rows[-1], strict=True))
    assert whole["街道"] == "全区"
    assert (whole["已核查"], whole["帮扶合计"]) == (len(ANSWERS), 3)
    assert {whole[name] for name in ("已办照", "查无此店", "主体有误", "企业异议", "异议超时限")} == {1}
