"""One small night each for what only whole nights show: who founds, what is read, what stays of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline import link
from pipeline.declaration import Source
from pipeline.link.columns.parties import encode, encoded, parties_of, read_rows
from pipeline.link.identification.before import Before, Former
from pipeline.link.identification.handles import MOST_RECORDS, Handles, handles_of
from pipeline.link.identification.identity import Held, Identities
from pipeline.link.identification.looks import Look
from pipeline.link.identification.state import Tonight, new_state
from pipeline.night import Night
from tests.link.by_hand import ints, read
from tests.link.told_before import Known, before_of

A, NOT_HELD = "91440300MA9XXXX034", "93440300MA9XXXX2XG"
DAY, NEXT = date(2017, 3, 1), date(2017, 3, 31)
KEY = bytes(32)

GRID: list[tuple[dict[str, Any], bool]] = [
    ({"sign_name": "阿美发廊"}, True),
    ({}, True),  # an officer saw a place of trade
    ({"operator": "吴阿美"}, True),
    ({"licensing": "licensed"}, False),  # it stands in some register
    ({"licensing": "licensed", "sign_name": "小胖烧烤"}, True),
    ({"licensing": "licensed", "licence_name": "罗湖区旺旺面馆"}, True),
    ({"licensing": "licensed", "licence_no": NOT_HELD}, True),
    ({"licensing": "none"}, True),
]
CASES: list[tuple[dict[str, Any], bool]] = [
    ({"name": "赵大勇"}, False),
    ({"name": "赵小勇", "sign_name": "勇哥修车"}, True),
    ({"name": "罗湖区恒发水果店"}, True),
    ({"sign_name": "丽丽花店"}, True),
    ({}, False),  # a place alone, which nobody says is one of trade
]
PENALTIES: list[tuple[dict[str, Any], bool]] = [
    ({"name": "深圳市达源贸易有限公司"}, True),
    ({"name": "赵中勇"}, False),
    ({"legal_rep": "赵中勇"}, False),
]


def test_who_may_found_an_enterprise(make_night: Callable[..., Night], sources: dict[str, Source]) -> None:
    """Every row stands at a place of its own, so that each is judged alone."""
    of = {"grid": GRID, "street_cases": CASES, "env_penalties": PENALTIES}
    roads = ["爱国路", "布心路", "湖贝路"]
    rows: dict[str, list[dict[str, Any]]] = {
        name: [
            {"address": f"罗湖区{road}{at * 7 + 1}号"}
            | ({"street": "翠竹街道"} if name == "grid" else {})
            | cells
            for at, (cells, _) in enumerate(those)
        ]
        for road, (name, those) in zip(roads, of.items(), strict=True)
    }
    night = make_night({"registry": [{"uscc": A, "name": "深圳市鑫泰五金有限公司"}]} | rows)
    summary = link.run(night, sources)
    with night.connect() as con:
        found = dict(con.execute("SELECT record_id, enterprise_id IS NOT NULL FROM record_link").fetchall())
    wanted = {
        f"{name}:{at}": founds for name, those in of.items() for at, (_, founds) in enumerate(those, start=1)
    }
    assert {key: found[key] for key in wanted} == wanted
    assert summary.rows == len(wanted) + 1 == sum(summary.decisions.values())
    assert summary.decisions["certain"] == sum(wanted.values()) + 1
    assert summary.enterprises["registered"] == summary.enterprises["valid_code_not_held"] == 1
    assert summary.review_pairs == summary.bridges_cut == 0 < summary.pairs
    assert str(summary).startswith(f"{summary.rows} rows (certain ")
    assert {"读取", "规范化", "证号", "比对", "聚类", "写出"} == set(summary.seconds)


def test_rows_are_read_by_their_roles_in_the_order_of_extract_file_and_row(
    make_night: Callable[..., Night], sources: dict[str, Source]
) -> None:
    tax = {"taxpayer_id": A, "name": "某某"}
    night = make_night(
        {
            "registry": [{"uscc": A, "former_names": ["甲店", "乙店"], "status": "active", "status_on": DAY}],
            "tax": [
                tax | {"record_id": "t1", "file": "b.csv", "row": 1},
                tax | {"record_id": "t2", "file": "a.csv", "row": 2},
                tax | {"record_id": "t3", "file": "a.csv", "row": 1, "name": "其他"},
            ],
            "grid": [{"street": "翠竹", "licensing": "none"}, {"street": "某处"}],
            "operations": [{"uscc": None, "uscc_partial": "9144****", "org_code": "MA9XXXX03"}],
        }
    )
    with night.connect() as con:
        of = parties_of(read_rows(con, sources))
    table = of.table.to_pylist()
    assert [row["record_id"] for row in table] == [
        "grid:1", "grid:2", "operations:1", "registry:1", "t3", "t2", "t1"
    ]  # fmt: skip
    assert [row["source"] for row in table[:4]] == ["grid/翠竹街道", "grid/某处", "operations", "registry"]
    assert (table[3]["status"], table[3]["status_on"], table[3]["licensing"]) == ("active", DAY, None)
    assert (table[0]["licensing"], table[0]["status"]) == ("none", None)
    assert of.count == 6 and of.profile[-1] == of.profile[-2] != of.profile[-3], "equal cells are one profile"

    def said(record: int, column: str) -> str:
        return of.values[column][int(of.columns[column][of.profile[record]])]

    assert said(3, "former") == "甲店|乙店" and said(3, "uscc") == A and said(3, "extract") == "registry"
    assert said(4, "taxpayer") == A and said(4, "name") == "其他" and said(4, "uscc") == ""
    assert said(2, "uscc_partial") == "9144****" and said(2, "org") == "MA9XXXX03"
    assert said(0, "street") == "翠竹"


def test_a_night_without_identifying_extracts_has_no_rows(sources: dict[str, Source]) -> None:
    with duckdb.connect() as con:
        of = parties_of(read_rows(con, sources))
    assert (of.count, len(of.profile), of.table.num_rows) == (0, 0, 0)


def test_texts_are_numbered_in_their_order_and_null_is_the_empty_text() -> None:
    for column in (
        pa.array(["乙", None, "", "甲", "乙"]),
        pa.chunked_array([["乙", None], ["", "甲", "乙"]]),
    ):
        number, texts = encode(column)
        assert [texts[one] for one in number] == ["乙", "", "", "甲", "乙"]
        assert texts == sorted(texts) and texts[0] == "" and number.tolist().count(0) == 2
    number, texts = encode(pa.array(["甲"]))
    assert (number.tolist(), texts) == ([1], ["", "甲"])
    number, held = encoded(pa.array([], pa.string()))
    assert (number.tolist(), held.to_pylist()) == ([], [""])


SHOP = {"sign": "阿美发廊", "person": "吴阿美", "phone": "13612345670", "address": "田贝四路63号2栋105室"}


def kinds(*rows: dict[str, Any], entity: tuple[int, ...] = (0,)) -> list[tuple[int, str]]:
    of, f, words = read(*rows)
    found = list(handles_of(of, f, words, ints(*entity), KEY))
    assert found == sorted(set(found))
    return [(at, handle.split(":")[0]) for at, handle in found]


def test_handles_are_codes_and_two_things_that_agree() -> None:
    assert {kind for _, kind in kinds(SHOP)} == {
        "operator+phone", "operator+door", "operator+name", "phone+door", "phone+name", "door+name"
    }  # fmt: skip
    assert {kind for _, kind in kinds({"uscc": A})} == {"uscc", "org"}
    assert kinds({"registration": "440303109999994"})[0] == (0, "registration")
    assert kinds({"sign": "阿美发廊"}) == kinds({"phone": SHOP["phone"]}) == kinds({"person": "吴阿美"}) == []
    assert kinds({"name": "阿美发廊", "person": "吴阿美"}) == [(0, "operator+name")]


def test_a_place_without_name_and_operator_is_known_by_its_door() -> None:
    door = {"address": SHOP["address"]}
    assert kinds(door) == [(0, "door")]
    assert kinds(door | {"phone": SHOP["phone"]}) == [(0, "door"), (0, "phone+door")]
    assert kinds(door | {"person": "吴阿美"}) == [(0, "operator+door")]
    assert kinds(door | {"sign": "阿美发廊"}) == [(0, "door+name")]
    assert kinds({"address": "田贝四路"}) == []
    assert kinds({"address": "红宝路20号宝湖大厦504室（入驻深圳市某商务秘书有限公司）"}) == []


def test_only_enterprises_of_few_current_rows_have_handles() -> None:
    row = {"sign": "阿美发廊", "person": "吴阿美"}
    assert MOST_RECORDS == 2
    assert len(kinds(row, row, entity=(0, 0))) == 1
    assert kinds(row, row, row, entity=(0, 0, 0)) == []
    assert len(kinds(row, row, row | {"superseded": True}, entity=(0, 0, 0))) == 1
    assert kinds(row | {"superseded": True}) == kinds(row, entity=(-1,)) == []
    assert [at for at, _ in kinds(row, row, row, row, entity=(1, 1, 1, 0))] == [0]


def test_a_handle_lasts_and_tells_the_very_thing() -> None:
    def of(*rows: dict[str, Any], key: bytes = KEY) -> set[str]:
        parties, f, words = read(*rows)
        return {handle for _, handle in handles_of(parties, f, words, ints(*range(len(rows))), key)}

    one = of(SHOP)
    assert one == of(SHOP | {"extract": "tax", "record_id": "x"})
    assert one & of(SHOP | {"address": None}) and not one & of(SHOP, key=bytes(31) + b"1")
    assert not of({"address": "田贝四路63号2栋105室"}) & of({"address": "田贝四路63号2栋106室"})
    assert not of({"address": "田贝四路63号2栋105室"}) & of({"address": "田贝四路63号3栋105室"})
    assert not of({"address": "田贝四路63号2栋105室"}) & of({"address": "田贝四路65号2栋105室"})


def known(name: str, founding: str, present: bool = True, **look: str) -> Known:
    return Known(name, founding, DAY, Look(**look), present)


def state(before: Before, awaited: set[str] | None = None, **aliases: str) -> list[dict[str, Any]]:
    """The state after a night in which only r1 came, which is E1 with a handle and a sign."""
    tonight = Tonight(
        Held(pa.array(["r1"]), ints(0)),
        pa.array(["tax"]),
        pa.table({name: [word] for name, word in vars(Look(sign="阿美发廊")).items()}),
        Handles(ints(0), pa.array(["h:1"])),
        np.array([name in (awaited or ()) for name in before.ids.to_pylist()], dtype=bool),
    )
    others = {old: (new, NEXT) for old, new in aliases.items()}
    found = Identities(pa.array(["E1"]), pa.array(["r1"]), pa.array([DAY]), [], others)
    return new_state(tonight, found, before).to_pylist()


def brief(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("record_id", "enterprise_id", "present", "source", "handle", "alias_of")
    return [tuple(row[name] for name in names) for row in rows]


def test_a_state_holds_tonights_records_and_handles() -> None:
    rows = state(Before())
    assert brief(rows) == [
        ("r1", "E1", True, "tax", None, None),
        (None, "E1", True, None, "h:1", None),
    ]
    assert {(row["founding_record_id"], row["first_as_of"], row["sign"]) for row in rows} == {
        ("r1", DAY, "阿美发廊")
    }


def test_what_is_not_seen_tonight_is_known_from_before() -> None:
    before = before_of(
        {"E1": known("E1", "r1", registered_name="旧名", sign="旧招牌")}, {"r1": "E1"}, {"r1": "tax"}
    )
    assert {(row["registered_name"], row["sign"]) for row in state(before)} == {("旧名", "阿美发廊")}


def test_records_that_did_not_come_keep_their_enterprise() -> None:
    before = before_of(
        {
            "E1": known("E1", "r1"),
            "E2": known("E2", "r2"),
            "E3": known("E3", "r3"),
            "E4": known("E4", "r4", False),
        },
        {"r1": "E1", "r0": "E1", "r2": "E2", "r3": "E3"},
        {"r1": "tax", "r0": "grid", "r2": "grid", "r3": "permits"},
        handles={"h:2": {"E2", "E3"}, "h:1": {"E1"}},
    )
    rows = brief(state(before, {"E2", "E4"}))[2:]
    assert rows == [
        ("r0", "E1", True, "grid", None, None),
        ("r2", "E2", True, "grid", None, None),
        ("r3", "E3", False, "permits", None, None),
        (None, "E4", False, None, None, None),
        (None, "E2", True, None, "h:2", None),
    ]


def test_an_id_that_was_taken_over_is_kept_with_the_records_that_it_had() -> None:
    before = before_of(
        {"E1": known("E1", "r1"), "E2": known("E2", "r2")},
        {"r1": "E1", "r2": "E2", "r3": "E2"},
        {"r1": "tax", "r2": "grid", "r3": "grid"},
        aliases={"E8": ("E1", DAY), "E9": ("E1", DAY)},
        former={"E8": Former("r8", DAY, frozenset({"r8", "r7"})), "E9": Former("r9", DAY, frozenset())},
    )
    rows = state(before, E2="E1", E8="E1", E9="E1")
    assert brief(rows)[2:] == [
        ("r2", "E1", True, "grid", None, None),
        ("r3", "E1", True, "grid", None, None),
        ("r2", "E2", False, None, None, "E1"),
        ("r3", "E2", False, None, None, "E1"),
        ("r7", "E8", False, None, None, "E1"),
        ("r8", "E8", False, None, None, "E1"),
        (None, "E9", False, None, None, "E1"),
    ]
    assert {row["founding_record_id"] for row in rows if row["enterprise_id"] == "E8"} == {"r8"}
    assert {row["alias_since"] for row in rows if row["alias_of"]} == {NEXT}
