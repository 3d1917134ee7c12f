"""The pages: whole, escaped, without a request to anywhere, and saying what stands in the tables."""

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.declaration import Source
from pipeline.publish.by_department.departments import short_department
from pipeline.publish.forms import mending

PAGE = "各街道办事处"
EVIL = "<img src=x onerror=alert(1)>"
EVIL_FILE = f"坏{EVIL}&_20170331.csv"
_VOID = {"meta", "br", "link", "img", "input", "hr"}


class Reader(HTMLParser):
    """Reads a page as a browser would: its text, its links, and whether every element is closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.raw = path.read_text(encoding="utf-8")
        self.feed(self.raw)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def spoil(rows: dict[str, list[dict[str, Any]]]) -> None:
    """A grid file of many faults under a name that is markup, and a refused one; nothing came of tax."""
    grid = {"extract": "grid", "file": rows["extract_status"][0]["file"]}
    status = {**rows["extract_status"][0], "file": EVIL_FILE, "sender": "东门街道", "state": "refused"}
    status |= {"rows": 10, "accepted": 0, "rejected": 10, "not_data": 0, "reason": f"找不到表头{EVIL}"}
    rows["extract_status"].append(status)
    cell = {"extract": "grid", "column": "licensing", "scope": "cell", "reason": "不在约定的取值之内"}
    rows["rejected_row"] += [{**grid, **cell, "row": n, "value": "见**"} for n in range(1, 8)]
    rows["rejected_row"] += [{**grid, **cell, "row": 8, "value": "其<b>*"}]
    rows["rejected_row"] += [
        {"extract": "grid", "file": EVIL_FILE, "row": n, "scope": "row", "reason": "找不到表头"}
        for n in range(1, 11)
    ]
    rows["inbox_file"] = [{**grid, "sender": "桂园街道", "unknown_columns": f"备注、{EVIL}、电话13823456789"}]
    rows["extract_status"][0]["reason"] = "未识别的列：备注、电话13823456789"
    rows["attention"] = [{"kind": "check", "subject": "grid", "sentence": "未识别的列：电话13823456789。"}]
    check = {**grid, "why": "缺少必填内容的行偏多", "metric": "rejected_share", "passed": False}
    rows["check_result"] = [
        {**check, "observed": 0.1111, "max": 0.1, "blocking": False},
        {**check, "observed": 0.1111, "max": 0.5, "blocking": True, "passed": True},
        {**check, "metric": "row_change", "observed": 0.42, "min": 0.5, "blocking": True},
        {**check, "metric": "distinct_values", "column": "address", "observed": None, "min": 1.0}
        | {"blocking": True},
    ]


@pytest.fixture(scope="module")
def spoiled(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A place where the night of `spoil` was published."""
    folder = tmp_path_factory.mktemp("spoiled")
    settings = replace(
        made.settings, warehouse=folder / "w.duckdb", out=folder / "out", restricted=folder / "restricted"
    )
    place = type(made)(settings, made.sources)
    place.publish(change=spoil)
    return place


@pytest.fixture(scope="module")
def page(spoiled: Any) -> Reader:
    return Reader(spoiled.today / "departments" / f"{PAGE}.html")


def pages(place: Any) -> Iterator[Reader]:
    for path in [place.today / "report.html", *sorted((place.today / "departments").glob("*.html"))]:
        yield Reader(path)


def test_every_department_has_a_page_beside_its_workbook(spoiled: Any, sources: dict[str, Source]) -> None:
    names = {short_department(source.department) for source in sources.values()}
    for suffix in ("html", "xlsx"):
        assert {path.stem for path in (spoiled.today / "departments").glob(f"*.{suffix}")} == names


def test_pages_ask_nothing_of_the_network_and_run_nothing(spoiled: Any) -> None:
    for read in pages(spoiled):
        assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "iframe", "object"}
        assert "13823456789" not in read.raw
        assert "http://" not in read.raw and "https://" not in read.raw and "url(" not in read.raw
        for _, attributes in read.tags:
            assert "src" not in attributes and not any(name.startswith("on") for name in attributes)
            file = (attributes.get("href") or "").partition("#")[0]
            assert ":" not in file and (spoiled.today / file).exists()


def test_pages_can_be_walked_by_keyboard_and_ear(spoiled: Any) -> None:
    for read in pages(spoiled):
        ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        links = {attributes["href"] or "" for tag, attributes in read.tags if tag == "a"}
        assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
        assert dict(read.tags)["html"] == {"lang": "zh-CN"}
        assert all("scope" in attributes for tag, attributes in read.tags if tag == "th")
        wide = [attributes for tag, attributes in read.tags if attributes.get("class") == "wide"]
        assert wide and all(item.get("tabindex") == "0" and item.get("aria-label") for item in wide)


def test_markup_in_names_headers_words_and_reasons_is_text(page: Reader) -> None:
    assert EVIL_FILE in page.text
    assert f"找不到表头{EVIL}" in page.text
    assert "其<b>*" in page.text
    assert page.raw.count("<img") == 0


def test_manifest_counts_what_a_page_tells_of(spoiled: Any) -> None:
    manifest = json.loads((spoiled.today / "manifest.json").read_text(encoding="utf-8"))
    rows = {item["path"]: item["rows"] for item in manifest["outputs"]}
    with duckdb.connect(str(spoiled.settings.warehouse), read_only=True) as con:
        found = con.execute("SELECT count(*) FROM rejected_row WHERE extract = 'grid'").fetchone()
    assert found == (rows[f"departments/{PAGE}.html"],) == (rows[f"departments/{PAGE}.xlsx"],)


def test_page_names_files_with_their_state_and_counts(spoiled: Any, page: Reader) -> None:
    with duckdb.connect(str(spoiled.settings.warehouse), read_only=True) as con:
        files = con.execute(
            "SELECT file, extract_date, age_days, rows, accepted, rejected, not_data, nulled_cells "
            "FROM extract_status WHERE extract = 'grid'"
        ).fetchall()
    words = {"grid_20170331.csv": "及时", EVIL_FILE: "退回"}
    assert {file for file, *_ in files} == set(words)
    for file, day, *counts in files:
        assert f"{file} {words[file]} {day} {' '.join(map(str, counts))}" in page.text


def test_page_groups_faults_with_count_examples_and_mend(page: Reader) -> None:
    assert "证照情况 不在约定的取值之内 该格按空值处理 8 grid_20170331.csv 第1行（见**）" in page.text
    assert "第5行（见**）" in page.text and "第6行" not in page.text
    assert "等8处 写成约定的取值之一：证照齐全、有照无证" in page.text
    assert "整行 找不到表头 整行未接收 10" in page.text
    assert "详细地址 必填列为空 整行未接收 1 grid_20170331.csv 第99行 对照原件补填" in page.text


def test_page_counts_words_that_the_vocabulary_lacks(page: Reader) -> None:
    assert "证照情况 见** 7 证照齐全、有照无证、有证无照、无证无照、三无、豁免" in page.text
    assert "证照情况 其<b>* 1 证照齐全" in page.text


def test_page_names_unknown_columns_without_telephones(page: Reader) -> None:
    assert "备注 1 grid_20170331.csv" in page.text
    assert f"{EVIL} 1 grid_20170331.csv" in page.text
    assert "13823456789" not in page.raw and page.text.count("电话（电话略）") == 2
    assert "网格编号*、街道*、社区、" in page.text


def test_page_tells_each_check_with_bound_figure_and_consequence(page: Reader) -> None:
    assert "未通过的检查（3项）" in page.text and "通过的检查（1项）" in page.text
    share = "未接收的行占全部数据行的比例"
    assert f"{share} 不高于10% 11.11% 未通过 只作提示 缺少必填内容的行偏多" in page.text
    assert f"{share} 不高于50% 11.11% 通过 退回整个文件" in page.text
    assert "接收的行数与上一份文件之比 不低于50% 42% 未通过 退回整个文件" in page.text
    assert "“详细地址”有几种不同的内容 不低于1种 无数据，未能测定 未通过" in page.text


def test_each_sender_finds_its_own_part(page: Reader) -> None:
    _, _, below = page.text.split("社区网格信息：东门街道", 2)
    own, other = below.split("社区网格信息：桂园街道", 1)
    assert "退回：" in own and "见**" not in own
    assert "见**" in other and EVIL_FILE not in other.split("街道核查回执")[0]


def test_page_of_a_department_that_sent_nothing_says_so(spoiled: Any) -> None:
    read = Reader(spoiled.today / "departments" / "区国家税务局、区地方税务局.html")
    assert "缺报 没有收到文件" in read.text and "没有可以检查的文件。" in read.text
    assert "没有需要更正的内容" not in read.text


@pytest.mark.parametrize(
    ("metric", "observed", "text"),
    [
        ("accepted_rows", 12.0, "12行"),
        ("rejected_share", 0.00001, "不足0.01%"),
        ("null_share", 0.0, "0%"),
        ("row_change", 3.2, "320%"),
        ("distinct_values", None, "无数据，未能测定"),
        ("a_new_metric", 0.25, "0.25"),
    ],
)
def test_figures_carry_their_unit(metric: str, observed: float | None, text: str) -> None:
    assert mending.figure({"metric": metric, "observed": observed}) == text


def test_every_declared_check_has_words(sources: dict[str, Source]) -> None:
    for source in sources.values():
        for expectation in source.expectations:
            check = {"metric": expectation.metric, "column": expectation.column}
            check |= {"min": expectation.min, "max": expectation.max}
            words = mending.measured(source, check) + mending.bound(check)
            assert expectation.metric not in words and "{" not in words


def test_a_sender_is_named_in_the_departments_words(sources: dict[str, Source]) -> None:
    assert mending.sender(sources["key_lists"], "fire、labour") == "消防重点单位、劳资纠纷重点企业"
    assert mending.sender(sources["grid"], "桂园") == "桂园"
    assert mending.sender(sources["tax"], None) == ""


def test_what_is_empty_is_filled_in_whatever_its_type(sources: dict[str, Source]) -> None:
    column = sources["grid"].columns["grid_no"]
    assert mending.mend(column, "row", "必填列“网格编号”为空").startswith("对照原件补填")
    assert mending.mend(column, "row").startswith("把该列设为文本格式")
