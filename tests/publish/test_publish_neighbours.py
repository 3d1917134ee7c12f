"""What the neighbours of the early warning are handed: facts of documents and empty places, and no more."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from pipeline.publish.neighbours import TITLES
from pipeline.settings import PROJECT_ROOT

AS_OF = date(2017, 3, 31)
PERSON = "王小明"
FORBIDDEN = ("score", "tier", "rank", "probability", "points", "categories", "route")
STATES = {
    "safety_inspections": "fresh",
    "env_penalties": "fresh",
    "street_cases": "stale",
    "illegal_buildings": "fresh",
}
# Document → facts that decide, the decision of its link; what stands in the register, None if nothing does.
ORDERS: dict[str, tuple[dict[str, Any], str, tuple[str, int | None] | None]] = {
    "running": ({"rectify_by": date(2017, 4, 30)}, "certain", ("running", 0)),
    "on its last day": ({"rectify_by": AS_OF}, "certain", ("running", 0)),
    "owed": ({"rectify_by": date(2017, 3, 1), "recheck": "pending"}, "certain", ("owed", 30)),
    "failed": ({"rectify_by": date(2017, 3, 21), "recheck": "failed"}, "certain", ("failed", 10)),
    "halted": ({"suspended": True}, "certain", ("undated", None)),
    "no order": ({"severity": "general"}, "certain", None),
    "passed": ({"rectify_by": date(2017, 3, 1), "recheck": "passed"}, "certain", None),
    "closed": ({"rectify_by": date(2017, 3, 1), "closed_on": date(2017, 3, 2)}, "certain", None),
    "under review": ({"rectify_by": date(2017, 3, 1), "standing": "under_review"}, "certain", None),
    "revoked": ({"rectify_by": date(2017, 3, 1), "standing": "revoked"}, "certain", None),
    "repaired": ({"rectify_by": date(2017, 3, 1), "standing": "repaired"}, "certain", None),
    "probable": ({"rectify_by": date(2017, 3, 1)}, "probable", None),
    "review": ({"rectify_by": date(2017, 3, 1)}, "review", None),
    "misprint": ({"rectify_by": date(2017, 3, 1), "inspected_on": date(2071, 1, 1)}, "certain", None),
    "superseded": ({"rectify_by": date(2017, 3, 1), "superseded": True}, "certain", None),
}
# Address, what the grid saw there in turn; whether the place stands empty.
PLACES: dict[str, tuple[list[tuple[int, str | None]], bool]] = {
    "湖贝路1号101": ([(9, "open"), (3, "closed")], True),
    "湖贝路1号102": ([(9, "moved"), (3, "open")], False),
    "湖贝路1号103": ([(3, "moved"), (3, "open")], False),
    "湖贝路1号104": ([(9, "moved"), (3, None)], False),
    "湖贝路1号105": ([(9, "moved"), (3, "closed")], True),
    "湖贝路1号106": ([(-5, "closed")], False),
}


def _link(table: str, document: str, row: int, decision: str) -> dict[str, Any]:
    firm = None if decision == "review" else "E01"
    place = {
        "extract": table,
        "file": f"{table}_20170331.csv",
        "row": row,
        "record_id": f"{table}:{document}",
    }
    return {**place, "enterprise_id": firm, "decision": decision, "probability": 0.9, "basis": "证号一致"}


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    con.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def _hand_in(con: duckdb.DuckDBPyConnection) -> None:
    for extract, state in STATES.items():
        counts = dict.fromkeys(("rejected", "not_data", "superseded", "nulled_cells"), 0)
        status = {"extract": extract, "file": f"{extract}_20170331.csv", "state": state}
        _insert(con, "extract_status", {**status, **counts})
    staged = {"extract_date": AS_OF, "superseded": False}
    for row, (document, (facts, decision, _)) in enumerate(ORDERS.items(), start=1):
        link = _link("safety_inspections", document, row, decision)
        _insert(con, "record_link", {**link, "superseded": facts.get("superseded", False)})
        own = {"document_no": document, "kind": "fire", "inspected_on": date(2017, 2, 1), **staged, **facts}
        _insert(con, "stg_safety_inspections", {**{k: link[k] for k in ("extract", "file", "row")}, **own})
    for extract, number, decided in (
        ("env_penalties", "decision_no", "decided_on"),
        ("street_cases", "case_no", "opened_on"),
    ):
        link = _link(extract, "环罚1号", 1, "certain")
        _insert(con, "record_link", {**link, "superseded": False})
        own = {
            number: "=环罚1号",
            decided: date(2017, 2, 1),
            "rectified": "overdue",
            "rectify_by": AS_OF - timedelta(days=1),
        }
        _insert(con, f"stg_{extract}", {**{k: link[k] for k in ("extract", "file", "row")}, **own, **staged})
    row = 100
    for address, (visits, _) in PLACES.items():
        for days, trading in visits:
            row += 1
            spelled = address if days == 3 else f"罗湖区 {address}铺"
            facts = {"address": spelled, "trading": trading, "inspected_on": AS_OF - timedelta(days=days)}
            record = {
                "record_id": f"grid:{row}",
                "extract": "grid",
                "file": f"grid_{AS_OF:%Y%m%d}.csv",
                "row": row,
            }
            person = {"operator": PERSON, "sign_name": PERSON, "street": "桂园街道", "grid_no": "007"}
            _insert(con, "stg_grid", {**record, **facts, **person, **staged})
            _insert(con, "record_link", {**record, "decision": "none", "superseded": False})
            _insert(con, "record_premises", {"record_id": record["record_id"], "premises_id": "P1"})
    _insert(
        con, "premises_feature", {"premises_id": "P1", "feature": "premises_illegal_buildings", "value": 2.0}
    )
    con.execute(
        """
        UPDATE extract_status SET accepted = l.rows, rows = l.rows + rejected + not_data
        FROM (SELECT file, count(*) AS rows FROM record_link GROUP BY file) l
        WHERE l.file = extract_status.file
        """
    )


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory, new_place: Callable[..., Any], sources: Any) -> Any:
    place = new_place(tmp_path_factory.mktemp("neighbours"), sources)
    night = place.night()
    with night.connect() as con:
        _hand_in(con)
    place.finish(night)
    return place


def _rows(place: Any, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(place.settings.warehouse), read_only=True) as con:
        return con.execute(query).fetchall()


def _csv(place: Any, view: str) -> list[dict[str, str]]:
    path = place.today / "neighbours" / f"{view}_20170331.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_register_holds_open_orders_that_are_certainly_the_firms(handed: Any) -> None:
    found = _rows(
        handed, "SELECT document, recheck, overdue_days FROM rectification_register WHERE kind = 'fire'"
    )
    assert {row[0]: row[1:] for row in found} == {
        document: told for document, (_, _, told) in ORDERS.items() if told
    }
    columns = "department, document, recheck, named_in_plan"
    other = _rows(handed, f"SELECT {columns} FROM rectification_register WHERE kind = 'environment'")
    assert other == [("区环保水务局", "=环罚1号", "failed", True)]


def test_nothing_is_said_from_an_extract_that_is_stale_and_the_file_tells_so(handed: Any) -> None:
    assert not _rows(handed, "FROM rectification_register WHERE kind = 'street'")
    told = (handed.today / "neighbours" / "rectification_register_20170331.txt").read_text(
        encoding="utf-8-sig"
    )
    assert "缺报或过期，不在本册：占道经营及违章搭建整改处罚。" in told


def test_vacant_is_what_was_last_seen_closed_or_left(handed: Any) -> None:
    found = _rows(handed, "SELECT address, state, days_since_seen, illegal_buildings FROM vacant_premises")
    assert {row[0] for row in found} == {address for address, (_, empty) in PLACES.items() if empty}
    assert {row[1:] for row in found} == {("closed", 3, 2)}


@pytest.mark.parametrize("view", TITLES)
def test_neither_view_nor_file_knows_scores_or_persons(handed: Any, view: str) -> None:
    columns = [str(row[0]) for row in _rows(handed, f"DESCRIBE {view}")]
    assert not [column for column in columns if any(word in column for word in FORBIDDEN)]
    for path in (handed.today / "neighbours").glob(f"{view}*"):
        assert PERSON.encode() not in path.read_bytes()
    if view == "vacant_premises":
        assert not {"enterprise_id", "name", "sign_name", "uscc"} & set(columns)


@pytest.mark.parametrize("view", TITLES)
def test_files_state_purpose_and_basis_and_hold_the_view(handed: Any, view: str) -> None:
    count = _rows(handed, f"SELECT count(*) FROM {view}")[0][0]
    lines = _csv(handed, view)
    assert len(lines) == count > 1
    book = CalamineWorkbook.from_path(handed.today / "neighbours" / f"{view}_20170331.xlsx")
    assert book.sheet_names == ["说明", "名册"]
    sheet = book.get_sheet_by_name("名册").to_python()
    assert [str(cell) for cell in sheet[0]] == list(lines[0])
    assert len(sheet) == count + 1
    first = dict(row[:2] for row in book.get_sheet_by_name("说明").to_python()[1:])
    beside = (handed.today / "neighbours" / f"{view}_20170331.txt").read_bytes().decode("utf-8-sig")
    assert beside.startswith(TITLES[view] + "\r\n")
    for heading in ("用途", "工作方案依据", "责任单位", "有什么没有什么", "有误怎么说"):
        assert f"{heading}：{first[heading]}\r\n" in beside
    manifest = json.loads((handed.today / "manifest.json").read_text(encoding="utf-8"))
    rows = {
        item["path"]: item["rows"] for item in manifest["outputs"] if item["path"].startswith("neighbours/")
    }
    stem = f"neighbours/{view}_20170331"
    assert {path: number for path, number in rows.items() if path.startswith(stem)} == {
        f"{stem}.csv": count,
        f"{stem}.xlsx": count,
        f"{stem}.txt": None,
    }


def test_cells_of_the_files_run_nowhere(handed: Any) -> None:
    documents = [line["文书号"] for line in _csv(handed, "rectification_register")]
    assert "'=环罚1号" in documents
    assert {line["网格编号"] for line in _csv(handed, "vacant_premises")} == {"007\t"}


def test_the_notices_quote_the_plan() -> None:
    plan = (PROJECT_ROOT / "pipeline" / "score" / "policy" / "clauses.yml").read_text(encoding="utf-8")
    notice = Path(PROJECT_ROOT / "pipeline" / "publish" / "neighbour_notice.csv").read_text(encoding="utf-8")
    with_basis = [line for line in csv.DictReader(notice.splitlines()) if line["heading"] == "工作方案依据"]
    assert len(with_basis) == len(TITLES)
    for line in with_basis:
        quoted = line["sentence"].split("“", 1)[1].removesuffix("”").replace("‘", "“").replace("’", "”")
        for part in quoted.split("……"):
            assert part in plan, part
