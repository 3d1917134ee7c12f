"""The industry catalogue: what a file says, what a text names, and what a night makes of both.

All items are made up.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from pipeline.errors import ConfigError, RunError
from pipeline.journal import append_journal
from pipeline.score.catalogue import store
from pipeline.score.catalogue.model import Item
from pipeline.score.catalogue.reading import read_table
from pipeline.score.catalogue.template import write_template
from pipeline.score.catalogue.words import plain, verdicts

Place = Any  # the fixture of conftest.py
AS_OF = date(2017, 3, 31)
FIRST = date(2016, 12, 31)
HEADER = "类别,条目编号,内容,行业代码（2011）,工艺关键词,产品关键词,设备关键词,排除词,限期"
BAGS = "限制,R1,塑料袋生产线,,,塑料袋,吹膜机,可降解,"
SPRAY = "限制,R2,溶剂型喷漆,,喷漆；烤漆,,,水性,2016-12-31"
PLATING = "禁止,P1,含电镀工序的加工,33,电镀；酸洗,,,无氰电镀,"
BOILER = "淘汰,E1,燃煤锅炉,,,,燃煤锅炉,,2017年3月底"
RULES = {
    "restricted_capacity",
    "restricted_term_passed",
    "restricted_expanded",
    "prohibited_capacity",
    "prohibited_still_open",
    "prohibited_heavy_polluter",
    "prohibited_trade_named",
}


def table_file(folder: Path, *lines: str, name: str = "catalogue.csv", encoding: str = "utf-8-sig") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join((HEADER, *(lines or (BAGS, SPRAY, PLATING, BOILER)))).encode(encoding))
    return path


def take(restricted: Path, file: Path, **changes: Any) -> Any:
    values = {
        "edition": "2016",
        "valid_from": None,
        "valid_to": None,
        "who": "某科",
        "imported_at": "2017-03-01",
    }
    return store.add(restricted, file, **{**values, **changes})


def loaded(place: Place, tmp_path: Path, *lines: str, **changes: Any) -> Place:
    take(place.night.settings.restricted, table_file(tmp_path, *lines), **changes)
    return place


def said(text: str, **words: Any) -> list[tuple[str, str]]:
    """Words and verdicts of one item, plating unless told."""
    told = {"process": ("电镀", "酸洗"), "product": (), "equipment": ()} | words.pop("words", {})
    item = Item(2, "prohibited", "P1", "x", told, words.pop("exclusions", ()), {}, None)
    (made,) = plain(pa.array([text])).to_pylist()
    return [(word, verdict) for _, word, verdict in verdicts(made, "process", [item])]


@pytest.mark.parametrize(
    "text",
    [
        "除油、酸洗、电镀", "电 镀", "不锈钢电镀", "无铅焊接、电镀", "无氧铜电镀", "非标件电镀",
        "电镀(不含喷漆)", "不涉及喷漆，电镀后包装", "不含喷漆但有电镀", "电镀废水委托处理",
        "除锈后电镀，废气外排", "原电镀线停用；新电镀线", "淘汰喷漆\n电镀", "喷漆除外，以电镀为主",
    ],
)  # fmt: skip
def test_a_whole_keyword_names_the_item(text: str) -> None:
    assert "hit" in [verdict for _, verdict in said(text)]


@pytest.mark.parametrize(
    "text",
    [
        "不含电镀", "不含电镀、酸洗工序", "无电镀", "无酸洗、电镀", "无电镀工序", "电镀除外",
        "注塑（电镀除外）", "（不含电镀）注塑", "除电镀外的机加工", "除酸洗、电镀以外",
        "从事电镀以外的加工", "电镀外协", "电镀（外协）", "酸洗、电镀均外协", "外发电镀", "非电镀",
        "不涉及电镀", "不得从事电镀", "严禁电镀", "未设电镀", "电镀（不涉及）", "电镀：无",
        "电镀委托有资质单位加工",
    ],
)  # fmt: skip
def test_what_is_denied_or_done_elsewhere_names_nothing(text: str) -> None:
    assert [verdict for _, verdict in said(text)] == ["denied"]


@pytest.mark.parametrize(
    "text",
    ["取消电镀", "电镀线已拆除", "淘汰电镀工序", "不再电镀", "以真空镀膜替代电镀", "电镀、酸洗均已停用"],
)
def test_what_is_given_up_is_known_as_such(text: str) -> None:
    assert [verdict for _, verdict in said(text)] == ["removed"]


def test_a_longer_excluded_word_only_hides_its_own_place() -> None:
    assert said("无氰电镀", exclusions=("无氰电镀",)) == []
    assert said("无氰电镀、电镀", exclusions=("无氰电镀",)) == [("电镀", "hit")]


def test_another_excluded_word_lifts_the_item_unless_it_says_the_contrary() -> None:
    assert ("可降解", "excluded") in said("可降解件电镀", exclusions=("可降解",))
    assert said("不可降解件电镀", exclusions=("可降解",)) == [("电镀", "hit")]


def test_latin_words_count_only_as_a_whole_and_in_any_width() -> None:
    pvc = {"process": ("pvc",)}
    assert said("UPVC管", words=pvc) == []
    assert said("ＰＶＣ管", words=pvc) == [("pvc", "hit")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    table = read_table(table_file(tmp_path, encoding=encoding).read_bytes(), "a.csv", FIRST)
    assert [(item.item_class, item.number, item.due_on) for item in table.items] == [
        ("restricted", "R1", None),
        ("restricted", "R2", date(2016, 12, 31)),
        ("prohibited", "P1", None),
        ("eliminated", "E1", date(2017, 3, 31)),
    ]
    assert table.items[2].codes == {"2011": ("33",)}
    assert table.items[1].words["process"] == ("喷漆", "烤漆")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("鼓励,A1,某,,某工艺,,,,", "类别不是"),
        ("禁止,,某,,某工艺,,,,", "条目编号为空"),
        ("禁止,P2,,,某工艺,,,,", "内容为空"),
        ("禁止,P2,某,,,,,,", "没有任何关键词"),
        ("禁止,P2,某,,镀,,,,", "“镀”太短"),
        ("禁止,P2,某,,某工艺,,,,尽快", "限期“尽快”无法识别"),
        ("禁止,P2,某,,某工艺,,,,2017年2月30日", "限期“2017年2月30日”无法识别"),
        ("禁止,P2,某,制造业,某工艺,,,,", "行业代码“制造业”无法识别"),
        ("禁止,P1,又一条,,某工艺,,,,", "条目编号重复"),
    ],
)
def test_a_row_that_cannot_be_used_is_kept_with_its_place_reason_and_mend(
    tmp_path: Path, line: str, why: str
) -> None:
    table = read_table(table_file(tmp_path, BAGS, PLATING, line).read_bytes(), "a.csv", FIRST)
    (row,) = table.set_aside
    assert (row.row, row.cells) == (4, tuple(line.split(",")))
    assert why in row.why
    assert row.mend
    assert row.sentence("a.csv").startswith("a.csv, row 4: ")
    assert len(table.items) == 2


@pytest.mark.parametrize("lines", [(BAGS, SPRAY), (PLATING, BOILER)])
def test_a_table_of_one_class_alone_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="no usable item of the class"):
        take(tmp_path / "restricted", table_file(tmp_path, *lines))
    assert not (tmp_path / "restricted").exists()


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="类别, 条目编号 and 内容"):
        take(tmp_path, path)
    path.write_bytes(b"PK no workbook")
    with pytest.raises(ConfigError, match="cannot be opened"):
        take(tmp_path, path)


def test_a_workbook_with_title_headings_and_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("封面").write_string(0, 0, "目录")
        page = book.add_worksheet("正文")
        page.merge_range(0, 0, 0, 4, "某市产业目录（节选）")
        for position, name in enumerate(("编号 ", "条目内容", "类 别", "主要工艺（必填）", "工艺关键词")):
            page.write_string(1, position, name)
        page.write_string(2, 0, "一、限制发展类")
        page.write_row(3, 0, [1, "甲", "", "", "某工艺"])
        page.merge_range(4, 2, 5, 2, "禁止类")
        page.write_row(4, 0, [1, "乙"])
        page.write_row(5, 0, [2, "丙"])
        page.write_string(4, 4, "工艺二；工艺三")
        page.write_string(5, 4, "工艺四")
    table = read_table(path.read_bytes(), path.name, FIRST)
    assert table.set_aside == ()
    assert [(item.row, item.item_class, item.number) for item in table.items] == [
        (4, "restricted", "1"),
        (5, "prohibited", "1"),
        (6, "prohibited", "2"),
    ]


def test_the_template_can_be_filled_in_and_imported(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["填写说明", "目录"]
    explained = [row[0] for row in book.get_sheet_by_name("填写说明").to_python()]
    assert {"原则", "排除词", "限期"} <= set(explained)
    (header,) = book.get_sheet_by_name("目录").to_python()
    lines = [line.split(",") for line in (BAGS, SPRAY, PLATING, BOILER)]
    with xlsxwriter.Workbook(str(path)) as filled:
        for name in book.sheet_names:
            page = filled.add_worksheet(name)
            rows = [header, *lines] if name == "目录" else book.get_sheet_by_name(name).to_python()
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    assert len(read_table(path.read_bytes(), "t.xlsx", FIRST).items) == 4


def test_imports_are_stamped_kept_and_append_only(tmp_path: Path) -> None:
    restricted = tmp_path / "restricted"
    first, _, is_new = take(restricted, table_file(tmp_path))
    assert is_new
    assert take(restricted, table_file(tmp_path))[2] is False
    before = (restricted / "catalogue" / "imports.jsonl").read_bytes()
    second, _, _ = take(restricted, table_file(tmp_path, BAGS, PLATING), who="另一科")
    after = (restricted / "catalogue" / "imports.jsonl").read_bytes()
    assert after.startswith(before)
    assert [one.sequence for one in store.editions(restricted)] == [1, 2]
    assert (first.valid_from, first.valid_to, first.who, second.who) == (FIRST, None, "某科", "另一科")
    assert len(store.load(restricted, first).items) == 4
    assert len(store.load(restricted, second).items) == 2
    kept = [path for path in (restricted / "catalogue").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_line_cut_off_by_a_crash_does_not_spoil_the_next_import(tmp_path: Path) -> None:
    take(tmp_path, table_file(tmp_path))
    journal = tmp_path / "catalogue" / "imports.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"sequence": 2, "edi')
    take(tmp_path, table_file(tmp_path, BAGS, PLATING))
    assert [one.sequence for one in store.editions(tmp_path)] == [1, 2]


def test_a_damaged_file_stops_the_night_with_the_mend(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    (edition,) = store.editions(place.night.settings.restricted)
    (place.night.settings.restricted / "catalogue" / edition.sha256).write_bytes(b"x")
    with pytest.raises(RunError, match="import the catalogue again"):
        place.score()


def test_the_edition_of_the_day_holds(tmp_path: Path) -> None:
    take(tmp_path, table_file(tmp_path), valid_from=date(2017, 1, 1), valid_to=date(2018, 12, 31))
    take(tmp_path, table_file(tmp_path), edition="2019", valid_from=date(2019, 1, 1))
    days = {"2016-12-31": None, "2017-01-01": "2016", "2018-12-31": "2016", "2019-01-01": "2019"}
    for day, name in days.items():
        found, why = store.choose(tmp_path, date.fromisoformat(day))
        assert (found.edition if found else None) == name
        assert bool(why) == (name is None)


def test_dates_and_editions_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--valid-from"):
        take(tmp_path, table_file(tmp_path), edition="新版")
    with pytest.raises(ConfigError, match="before its first day"):
        take(tmp_path, table_file(tmp_path), valid_to=date(2016, 1, 1))


def test_a_past_day_keeps_to_the_catalogue_of_its_own_nights(tmp_path: Path) -> None:
    """The newest published day sees what was imported since; an earlier one what it had."""

    def night(day: date) -> int:
        found, why = store.choose(tmp_path, day)
        store.note_night(tmp_path, day, found, why)
        append_journal(tmp_path / "journal.jsonl", {"as_of": str(day)})
        return found.sequence if found else 0

    early, late = AS_OF, date(2017, 4, 30)
    assert night(early) == 0
    take(tmp_path, table_file(tmp_path))
    assert night(late) == 1
    assert [night(early), night(early)] == [0, 0]
    assert store.choose(tmp_path, early) == (None, "目录未导入")
    take(tmp_path, table_file(tmp_path, BAGS, PLATING))
    assert night(late) == 2
    assert night(early) == 0
    noted = json.loads((tmp_path / "catalogue" / "nights" / f"{late}.json").read_text(encoding="utf-8"))
    assert noted == {"import": 2, "absence": ""}


def outcomes(place: Place, firm: str) -> dict[str, str]:
    rows = place.ask(f"SELECT rule_id, outcome FROM rule_outcome WHERE enterprise_id = '{firm}'")
    return {row["rule_id"]: row["outcome"] for row in rows if row["rule_id"] in RULES}


def file(place: Place, firm: str, decision: str | None = "approved", **values: Any) -> None:
    """An environmental file of the firm; `decision` is the office's, not the link's."""
    row = place.row("eia_approvals", firm, **{"approval_no": "批1", "decided_on": date(2015, 5, 1), **values})
    with place.night.connect() as con:
        con.execute('UPDATE stg_eia_approvals SET decision = ? WHERE "row" = ?', [decision, row])


def test_without_a_catalogue_nothing_is_evaluated_and_says_so(place: Place) -> None:
    file(place, place.firm("E1"), process="电镀")
    place.score()
    rows = place.ask("SELECT rule_id, outcome, reason FROM rule_outcome WHERE enterprise_id = 'E1'")
    own = {row["rule_id"]: (row["outcome"], row["reason"]) for row in rows if row["rule_id"] in RULES}
    assert own == dict.fromkeys(RULES, ("not_evaluated", "目录未导入"))


def test_an_edition_that_is_not_valid_on_the_day_does_not_count(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path, valid_from=date(2017, 4, 1))
    file(place, place.firm("E1"), process="电镀")
    place.score()
    (row,) = place.ask("SELECT outcome, reason FROM rule_outcome WHERE rule_id = 'prohibited_capacity'")
    assert row == {"outcome": "not_evaluated", "reason": "目录未导入：已导入的版本当日无效"}


def test_a_declared_process_is_judged_and_a_firm_without_a_file_is_not(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("HIT"), process="除油、酸洗、电镀", eia_class="report")
    file(place, place.firm("CLEAR"), process="烹饪")
    file(place, place.firm("BLANK"))
    place.firm("NONE")
    place.score()
    assert {
        outcomes(place, "HIT")[name] for name in ("prohibited_capacity", "prohibited_heavy_polluter")
    } == {"hit"}
    for name in (
        "restricted_capacity",
        "prohibited_capacity",
        "prohibited_heavy_polluter",
        "restricted_expanded",
    ):
        assert outcomes(place, "CLEAR")[name] == "clear", name
        assert outcomes(place, "BLANK")[name] == "not_evaluated", name
        assert outcomes(place, "NONE")[name] == "not_evaluated", name
    line = place.risk("HIT")
    assert line is not None
    assert (line["categories"], line["route"], line["lead_department"]) == (
        ["prohibited"],
        "upgrade",
        "区环保水务局",
    )
    (text,) = {
        row["text"] for row in place.ask("SELECT text FROM evidence WHERE rule_id = 'prohibited_capacity'")
    }
    assert "2016版禁止类第P1条“含电镀工序的加工”（工艺“电镀”）" in text
    (basis,) = place.ask("SELECT legal_basis FROM rule WHERE rule_id = 'prohibited_capacity'")
    assert "产业导向目录》（2016版" in basis["legal_basis"]


def test_restricted_capacity_gets_upgrading_first_with_offers(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", project="某塑料厂")
    place.score()
    line = place.risk("E1")
    assert line is not None
    assert (line["categories"], line["route"]) == (["restricted"], "upgrade")
    assert "技术改造升级" in line["measures"][0]
    assert sum("自愿申请" in measure for measure in line["measures"]) == 2


def test_a_project_that_was_refused_is_seen_as_refused(place: Place) -> None:
    file(place, place.firm("E1"), decision="refused", process="机加工")
    place.score()
    assert place.ask("SELECT value FROM feature WHERE feature = 'eia_not_accepted'") == [{"value": 1.0}]


def test_industry_alone_is_never_a_finding(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    place.firm("E1", industry_code="3360")
    place.row("registry", "E1", industry_code="C3360", industry_edition="2011", business_scope="电镀加工")
    file(place, "E1", process="机加工", industry_code="3360")
    place.score()
    assert place.risk("E1") is None


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"process": "不含电镀"}, "denied"),
        ({"process": "电镀", "decision": "refused"}, "planned"),
        ({"process": "电镀", "decision": "pending"}, "planned"),
        ({"process": "电镀", "decision": None}, "matched"),
        ({"process": "电镀", "decision": "pending", "acceptance": "passed"}, "matched"),
    ],
)
def test_only_capacity_that_exists_counts(
    place: Place, tmp_path: Path, values: dict[str, Any], outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), **values)
    place.score()
    assert [row["outcome"] for row in place.ask("SELECT outcome FROM catalogue_match")] == [outcome]
    assert (place.risk("E1") is not None) == (outcome == "matched")


def test_a_later_file_that_gives_the_process_up_mends_the_earlier(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    for firm, last in (("UP", date(2016, 5, 1)), ("BACK", date(2014, 5, 1))):
        file(place, place.firm(firm), process="电镀")
        file(place, firm, process="技改后取消电镀", decided_on=last)
    place.score()
    assert outcomes(place, "UP")["prohibited_capacity"] == "clear"
    assert outcomes(place, "BACK")["prohibited_capacity"] == "hit"


def test_an_exclusion_anywhere_in_the_row_lifts_the_item(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", process="可降解料吹膜")
    place.score()
    assert place.risk("E1") is None


@pytest.mark.parametrize(
    ("edition", "code", "outcome"),
    [
        ("2011", "C3360", "matched"),
        ("2011", "33", "matched"),
        ("2011", "6210", "other_trade"),
        ("2017", "6210", "matched"),
        (None, "6210", "matched"),
    ],
)
def test_codes_only_narrow_and_only_in_their_edition(
    place: Place, tmp_path: Path, edition: str | None, code: str, outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), process="电镀")
    place.row("registry", "E1", industry_code=code, industry_edition=edition)
    place.score()
    assert [row["outcome"] for row in place.ask("SELECT outcome FROM catalogue_match")] == [outcome]


@pytest.mark.parametrize(("as_of", "outcome"), [(date(2017, 3, 31), "clear"), (date(2017, 4, 1), "hit")])
def test_an_item_with_a_term_counts_from_the_day_after(
    make_place: Callable[..., Place], tmp_path: Path, as_of: date, outcome: str
) -> None:
    place = loaded(make_place(as_of=as_of), tmp_path)
    file(place, place.firm("E1"), equipment="燃煤锅炉一台")
    place.score()
    assert outcomes(place, "E1")["prohibited_capacity"] == outcome


def test_a_passed_term_is_ordered_while_the_grid_sees_the_firm_open(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    seen = {
        "OPEN": ("open", AS_OF, "hit"),
        "LATELY": ("open", AS_OF - timedelta(days=179), "hit"),
        "LONG_AGO": ("open", AS_OF - timedelta(days=180), "not_evaluated"),
        "SHUT": ("closed", AS_OF, "clear"),
    }
    for firm, (trading, day, _) in seen.items():
        file(place, place.firm(firm), process="喷漆")
        place.row("grid", firm, trading=trading, inspected_on=day)
    place.score()
    found = {firm: outcomes(place, firm)["restricted_term_passed"] for firm in seen}
    assert found == {firm: outcome for firm, (_, _, outcome) in seen.items()}


@pytest.mark.parametrize(
    ("project", "decided_on", "outcome"),
    [
        ("某厂扩建项目", date(2017, 1, 1), "hit"),
        ("某厂扩建项目", FIRST, "clear"),
        ("某厂技改扩产项目", date(2017, 1, 1), "clear"),
        ("某厂项目", date(2017, 1, 1), "clear"),
    ],
)
def test_expansion_after_the_catalogue_only_screens(
    place: Place, tmp_path: Path, project: str, decided_on: date, outcome: str
) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), products="塑料袋", project=project, decided_on=decided_on)
    place.score()
    assert outcomes(place, "E1")["restricted_expanded"] == outcome
    assert place.ask("SELECT reading FROM rule WHERE rule_id = 'restricted_expanded'") == [
        {"reading": "screening"}
    ]


def test_scope_and_sight_together_only_lead_to_verifying(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    for firm, scope, seen in (
        ("BOTH", "五金电镀", "电镀作坊"),
        ("SCOPE", "五金电镀", "五金"),
        ("DENIED", "五金（不含电镀）", "电镀作坊"),
    ):
        place.row(
            "registry", place.firm(firm), business_scope=scope, industry_code="3360", industry_edition="2011"
        )
        place.row("grid", firm, business=seen, trading="open", inspected_on=AS_OF)
    place.score()
    both = place.risk("BOTH")
    assert both is not None
    assert (both["route"], both["categories"]) == ("verify", [])
    assert place.risk("SCOPE") is None
    assert place.risk("DENIED") is None


def test_an_exempt_trade_is_lifted_first(place: Place, tmp_path: Path) -> None:
    loaded(place, tmp_path)
    file(place, place.firm("E1"), process="电镀")
    place.row("grid", "E1", licensing="exempt", trading="open", inspected_on=AS_OF)
    place.score()
    assert outcomes(place, "E1")["prohibited_capacity"] == "clear"


def test_rows_in_another_order_give_the_same(make_place: Callable[..., Place], tmp_path: Path) -> None:
    found = []
    for lines in ((BAGS, SPRAY, PLATING, BOILER), (BOILER, PLATING, SPRAY, BAGS)):
        place = loaded(make_place(), tmp_path, *lines)
        file(place, place.firm("E1"), process="电镀、喷漆", products="塑料袋")
        place.score()
        found.append(place.ask("SELECT rule_id, points FROM evidence ORDER BY ALL"))
    assert found[0] == found[1]
