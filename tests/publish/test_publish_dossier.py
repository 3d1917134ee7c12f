"""The dossier of one firm: what an inspector is told, and what the firm itself is told and never told."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import cli
from pipeline.publish.forms import wording
from pipeline.publish.one_firm import dossier_words, pdf
from pipeline.publish.one_firm.dossier import FOR_FIRM, write_dossiers
from pipeline.score.rulebook import load_rules
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "line", "link", "meta", "rect"}
PERSON, PARTY, PHONE = "王小明", "赵德柱", "13823456789"
FREE_TEXT = f"与罗湖区好味餐厅共用通道堵塞，{PERSON}举报，电话{PHONE}"
HIDDEN_FROM_FIRMS = (
    "罗劳投〔2017〕77号",
    "罗城管立字〔2017〕9号",
    "隔壁烧烤",
    "劳资纠纷重点企业",
    "2017-02-28",
)
TINY = '<html lang="zh-CN"><body><p>企业核查</p></body></html>'


def link(extract: str, row: int, enterprise: str, decision: str = "certain", probability: float = 1.0) -> Any:
    return {
        "extract": extract,
        "file": f"{extract}_20170331.csv",
        "row": row,
        "record_id": f"{extract}:{row}",
        "enterprise_id": enterprise if decision != "review" else None,
        "decision": decision,
        "probability": probability,
        "basis": "字号相同",
        "superseded": False,
    }


STAGED: dict[str, list[dict[str, Any]]] = {
    "safety_inspections": [
        {"document_no": "罗消〔2017〕1号", "kind": "fire", "hazard": FREE_TEXT, "severity": "major"}
        | {"inspected_on": date(2017, 1, 5), "recheck": "failed", "name": "深圳市金凤五金制品有限公司"},
    ],
    "env_penalties": [
        {
            "decision_no": "罗环罚〔2016〕8号",
            "offence": f"超标排放（{PARTY}反映，殃及安静科技）",
        }
        | {"decided_on": date(2016, 8, 1), "fine": 20000.0, "rectified": "overdue", "name": "金凤五金"},
    ],
    "labour_cases": [
        {
            "case_no": "罗劳立〔2017〕5号",
            "complaint": "wage_arrears",
            "filed_on": date(2017, 3, 1),
            "people": 1.0,
        }
        | {"received_on": date(2017, 2, 28), "amount": 30000.0, "name": "金凤五金"},
        {"case_no": "罗劳投〔2017〕77号", "complaint": "overtime", "received_on": date(2017, 3, 30)}
        | {"name": "金凤五金"},
    ],
    "street_cases": [
        {"case_no": "罗城管立字〔2017〕9号", "sign_name": "隔壁烧烤", "offence": "obstruction"}
        | {"opened_on": date(2017, 2, 2), "address": "湖贝路9号"},
    ],
    "key_lists": [{"list_kind": "labour", "name": "金凤五金", "listed_on": date(2017, 1, 1)}],
    "tax": [
        {"name": "金凤五金", "status": "normal", "sales": 0.0, "tax_paid": 765432.0, "arrears": 50_000.0}
        | {"period": "2016Q4", "period_start": date(2016, 10, 1), "period_end": date(2016, 12, 31)}
        | {"basis": "period", "amounts_from": date(2016, 10, 1), "row": 2, "credit_grade": "B"},
    ],
}


def change(rows: dict[str, list[dict[str, Any]]]) -> None:
    """E01 is known to many; E05's tier rests on a record that is only probably its own."""
    for extract, staged in STAGED.items():
        for place, row in enumerate(staged, start=1):
            sure = ("probable", 0.93) if extract == "street_cases" else ("certain", 1.0)
            rows["record_link"].append(link(extract, row.get("row", place), "E01", *sure))
    rows["record_link"].append(link("permits", 1, "E05", "review", 0.5))
    for extract in (*STAGED, "permits"):
        count = len(STAGED.get(extract, [{}]))
        rows["extract_status"].append(
            {"extract": extract, "file": f"{extract}_20170331.csv", "state": "fresh", "extract_date": AS_OF}
            | {"age_days": 0, "rows": count, "accepted": count, "rejected": 0, "not_data": 0, "superseded": 0}
        )
    rows["review_pair"] = [{"record_id": "permits:1", "enterprise_id": "E05", "probability": 0.5}]
    for firm in rows["risk"]:
        if firm["enterprise_id"] == "E05":
            firm |= {"verify_identity_first": True, "score_before": None}
    for finding in rows["evidence"]:
        if finding["enterprise_id"] == "E05":
            finding["probability"] = 0.9951
    rows["firm_outcome"].append({"enterprise_id": "E07", "rule_id": "rule_0", "outcome": "not_evaluated"})


@pytest.fixture(scope="module")
def place(make_place: Callable[[], Any]) -> Any:
    """A published night with one firm that many departments know."""
    place = make_place()
    night = place.night(change=change)
    with night.connect() as con:
        for extract, staged in STAGED.items():
            for number, row in enumerate(staged, start=1):
                whole = {"row": number} | row | {"record_id": f"{extract}:{number}", "extract": extract}
                whole |= {"file": f"{extract}_20170331.csv", "extract_date": AS_OF, "superseded": False}
                names = ", ".join(f'"{name}"' for name in whole)
                marks = ", ".join("?" for _ in whole)
                con.execute(f"INSERT INTO stg_{extract} ({names}) VALUES ({marks})", list(whole.values()))
    place.finish(night)
    return place


@pytest.fixture
def page(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes one dossier without its PDF and reads the page."""
    monkeypatch.setattr("pipeline.publish.one_firm.dossier.to_pdf", lambda *_: b"")

    def read(enterprise: str, warehouse: Path | None = None, *, for_firm: bool = False) -> str:
        written = write_dossiers(
            warehouse or place.settings.warehouse,
            place.sources,
            tmp_path,
            words=[enterprise],
            for_firm=for_firm,
        )
        return written.pages[0].read_text(encoding="utf-8")

    return read


class Outline(HTMLParser):
    """What a screen reader goes by, and whether the tags fit together."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in EMPTY or tag in {"line", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] in {"rect"} and tag != self.open[-1]:
            self.open.pop()
        assert self.open.pop() == tag


def text_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page.split("</style>")[1])


def test_the_visit_is_told_who_why_and_what(page: Callable[..., str]) -> None:
    text = text_of(page("E01"))
    for said in ("914403001922038216", "第三部分（三）第2项", "《消防法》第60条", "45.50", "65.75", "已登记"):
        assert said in text
    for said in ("grid_20170331.csv 第1行", "2017-01-05", "2019-01-05", "商事登记在册", "责令限期整改"):
        assert said in text
    for said in (
        "罗湖消防监管大队",
        "罗消〔2017〕1号",
        "罗环罚〔2016〕8号",
        "1个工作日",
        "2个工作日",
        "主体有误",
    ):
        assert said in text
    assert "很可能是本企业（93%），请核对：" in text
    assert "内部使用，不得公开；分数只表示先核实谁，不是违法认定" in text
    assert "数据截至2017-03-31" in text and "运行号run1" in text and "企业编号E01" in text


def test_amounts_persons_and_unfiled_complaints_stay_out(page: Callable[..., str]) -> None:
    text = text_of(page("E01"))
    assert "申报销售额为零" in text and "欠税余额有" in text
    for hidden in ("765432", "50000", "涉及金额", "涉及人数", "2017-02-28", "罗劳投〔2017〕77号", PHONE):
        assert hidden not in text


def test_points_add_up_and_history_is_drawn_where_it_changed(
    place: Any, page: Callable[..., str], tmp_path: Path
) -> None:
    later = tmp_path / "later.duckdb"
    shutil.copy(place.settings.warehouse, later)
    with duckdb.connect(str(later)) as con:
        for day, score in (("2017-01-31", 20), ("2017-02-28", 20)):
            con.execute(
                f"INSERT INTO risk_history BY NAME SELECT DATE '{day}' AS as_of, 'E01' AS enterprise_id, "
                f"{score} AS score, 'B' AS tier"
            )
    drawn = page("E01", later)
    assert "<svg" not in page("E01")
    assert drawn.count("<rect") == 2  # the middle night was as the one before
    assert 'aria-label="分数的变化：2017-01-31 20.00分 B级，2017-03-31 65.75分 D级"' in drawn


def test_a_firm_without_evidence_is_not_called_clean(page: Callable[..., str]) -> None:
    text = text_of(page("E07"))
    assert "没有计分的依据，不等于没有问题" in text
    assert "不建议任何措施" in text and "1条因没有数据未能对照" in text
    assert "得分" not in text


def test_an_unregistered_shop_is_to_be_verified_and_not_unlicensed(page: Callable[..., str]) -> None:
    text = text_of(page("E03"))
    assert "未匹配到登记（待核实）" in text
    assert "不是“无证”" in text


def test_doubt_about_the_firm_is_said_in_words(page: Callable[..., str]) -> None:
    text = text_of(page("E05"))
    assert "须先核实主体：" in text and "核实前不采取其他措施" in text
    assert "很可能是本企业（99%）" in text
    assert "行政许可1条可能有关，待人工核对，未计分" in text
    assert "须先核实主体：" not in text_of(page("E01"))


def test_a_random_check_goes_without_score_and_reasons(place: Any, page: Callable[..., str]) -> None:
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        found = con.execute(
            "SELECT enterprise_id, score FROM list_line JOIN risk USING (enterprise_id) WHERE kind = 'random'"
        ).fetchall()
    assert found
    for enterprise, score in found:
        text = text_of(page(enterprise))
        assert "随机抽查" in text
        assert str(score) not in text and "规则0" not in text


@pytest.mark.parametrize("for_firm", [False, True])
@pytest.mark.parametrize("enterprise", ["E01", "E02", "E05", "E07"])
def test_pages_are_safe_and_readable_by_all(
    page: Callable[..., str], enterprise: str, for_firm: bool
) -> None:
    text = page(enterprise, for_firm=for_firm)
    outline = Outline(text)
    tags = [tag for tag, _ in outline.tags]
    assert not {"script", "iframe", "object", "img", "link", "a", "form"} & set(tags)
    assert not [
        value for _, found in outline.tags for name, value in found.items() if name in ("src", "href")
    ]
    assert not re.search(r"url\(|@import|javascript:", text)
    assert ("html", {"lang": "zh-CN"}) in outline.tags
    assert outline.headings[0] == 1 and set(outline.headings[1:]) == {2}
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in found for tag, found in outline.tags if tag == "th")
    identifiers = [found["id"] for _, found in outline.tags if "id" in found]
    assert len(identifiers) == len(set(identifiers))
    assert {found["aria-labelledby"] for _, found in outline.tags if "aria-labelledby" in found} == set(
        identifiers
    )


def test_hostile_names_and_texts_are_escaped(page: Callable[..., str]) -> None:
    text = page("E02")
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in text
    assert "=HYPERLINK(&#34;http://x&#34;" in text


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


def run(place: Any, out: Path, *words: str) -> int:
    return cli.main(["dossier", *words, "--warehouse", str(place.settings.warehouse), "--out", str(out)])


@pytest.fixture(scope="module")
def _pdfs() -> None:
    """Pango and a Chinese font; on a machine without them the test is skipped."""
    try:
        pdf._prove()
    except pdf.PdfUnavailable as problem:
        pytest.skip(str(problem))


@pytest.mark.usefixtures("_pdfs")
def test_the_command_writes_for_its_owner_alone(
    place: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "papers"
    assert run(place, out, "--street", "桂园街道", "--top", "1") == 0
    folder = out / str(AS_OF)
    assert sorted(file.name for file in folder.iterdir()) == ["E01.html", "E01.pdf"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    made = (folder / "E01.pdf").read_bytes()
    assert made.startswith(b"%PDF-") and b"CreationDate" not in made
    assert "1 dossier in" in capsys.readouterr().out


def test_the_command_tells_several_firms_apart(
    place: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, tmp_path, "E01", "罗湖区好味") == 2
    told = capsys.readouterr()
    assert "E03" in told.out and "E04" in told.out and "2 enterprises match" in told.err
    assert run(place, tmp_path, "没有这一家") == 2
    assert run(place, tmp_path) == 2
    assert run(place, tmp_path, "E01", "--street", "桂园街道") == 2
    assert run(place, tmp_path, "--street", "桂圆街道") == 2
    assert not list(tmp_path.iterdir())


def test_without_pango_the_page_is_still_written(
    place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking() -> None:
        raise pdf.PdfUnavailable("this machine lacks Pango, so no PDF was made", mend=pdf.MEND)

    monkeypatch.setattr(pdf, "_prove", lacking)
    old = tmp_path / str(AS_OF) / f"E01{FOR_FIRM}.pdf"
    old.parent.mkdir()
    old.write_bytes(b"an older night's")
    assert run(place, tmp_path, "E01", "--for-firm") == 3
    assert [file.name for file in (tmp_path / str(AS_OF)).iterdir()] == [f"E01{FOR_FIRM}.html"]
    assert "fonts-noto-cjk" in capsys.readouterr().err


@pytest.mark.usefixtures("_pdfs")
def test_a_pdf_has_the_same_bytes_again_and_fetches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { display: none }", encoding="utf-8")
    reaching = TINY.replace("<body>", f'<body><link rel="stylesheet" href="{secret.as_uri()}">')
    assert pdf.to_pdf(TINY, "a") == pdf.to_pdf(TINY, "a") == pdf.to_pdf(reaching, "a")


def test_a_machine_without_chinese_glyphs_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_PROBE", "\U0003fffd")  # no font has this one
    with pytest.raises(pdf.PdfUnavailable, match="no Chinese font"):
        pdf._prove.__wrapped__()


def test_a_machine_without_any_font_is_told_so(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    code = "from pipeline.publish.one_firm import pdf; pdf.to_pdf('<p>企业</p>', 'a')"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"FONTCONFIG_FILE": str(config), "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
    )
    assert "no Chinese font" in ended.stderr
