"""What a terminal and a browser say of a night."""

import html.parser
from typing import Any

import pytest

from pipeline import publish
from pipeline.errors import ConfigError


@pytest.mark.parametrize(
    "word", ["E01", "914403001922038216", "９１４４０３００１９２２０３８２１６", "金凤五金"]
)
def test_dossier_is_found_by_id_code_or_name(made: Any, word: str) -> None:
    text = publish.explain(made.settings.warehouse, word)
    assert "深圳市金凤五金制品有限公司" in text
    assert "风险分 65.75，D（高），街道第 1" in text
    assert "grid/grid_20170331.csv 第1行，文书 罗消〔2017〕1号" in text
    assert "第三部分（三）第2项（III.3.2）；《消防法》第60条" in text
    assert "65.75 分  合计" in text
    assert "有利情况：商事登记在册" in text


def test_several_matches_are_listed(made: Any) -> None:
    text = publish.explain(made.settings.warehouse, "好味")
    assert text.startswith("2 家企业符合") and "E03" in text and "E04" in text


def test_old_id_leads_to_the_firm(place: Any) -> None:
    def alias(rows: Any) -> None:
        rows["enterprise_alias"] = [{"old_id": "OLD", "enterprise_id": "E01"}]

    place.publish(change=alias)
    assert "曾用编号：OLD" in publish.explain(place.settings.warehouse, "OLD")


def test_firm_without_findings_is_not_called_clean(made: Any) -> None:
    assert "没有依据不等于没有问题" in publish.explain(made.settings.warehouse, "E07")


@pytest.mark.parametrize("word", ["没有这家", "", "%"])
def test_nothing_found_is_one_sentence(made: Any, word: str) -> None:
    with pytest.raises(ConfigError, match="no enterprise"):
        publish.explain(made.settings.warehouse, word)


def test_no_warehouse_is_one_sentence(place: Any) -> None:
    with pytest.raises(ConfigError, match="run a night first"):
        publish.explain(place.settings.warehouse, "E01")


def test_summary_fits_a_screen(made: Any) -> None:
    text = publish.tell(made.settings)
    lines = text.splitlines()
    assert len(lines) <= 40
    assert "1 files of 1 extracts: 9 rows = 7 accepted + 1 rejected + 1 not data" in text
    assert "missing 纳税人登记与申报: 没有收到文件" in text
    assert "certain 7, probable 0, waiting for review 0, no firm 0" in text
    assert "The first 4 of 桂园街道" in text
    assert "explain E01" in text
    assert str(made.settings.warehouse) in text


class Page(html.parser.HTMLParser):
    """Collects tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src", "action"}]


def test_report_is_self_contained_and_escaped(place: Any) -> None:
    def hostile(rows: Any) -> None:
        rows["attention"] = [{"kind": "x", "subject": "x", "sentence": "<script>alert(1)</script>&"}]

    place.publish(change=hostile)
    text = (place.today / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert "script" not in page.tags
    files = {link.partition("#")[0] for link in page.links}
    assert all(":" not in file and (place.today / file).exists() for file in files)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in text
    assert "分数只表示先核实谁，不是违法认定" in text
    for word in ("桂园街道", "缺报", "必填列为空", "规则0", "run1"):
        assert (word in text) == (word != "run1")
