"""The dossier as an inspector has it: who, why and what; nothing personal, nothing that runs."""

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.publish.dossier.papers import PHONE, text_of

EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "line", "link", "meta", "rect"}


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
