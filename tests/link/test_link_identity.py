from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.columns.ordering import Bools
from pipeline.link.identification.before import LOOK, Before, Former
from pipeline.link.identification.handles import Handle, known_again
from pipeline.link.identification.identity import Change, Identities, attribute_changes
from pipeline.link.identification.looks import Look
from pipeline.link.judgement.judgements import Given, Judgement
from pipeline.link.results.identities import _change_table, _judged
from tests.link.told_before import Known, before_of, handles_of, names_at
from tests.link.told_before import identify as identify_entities

DAY, NEXT = date(2017, 3, 1), date(2017, 3, 2)
TEXTS = pa.list_(pa.string())
LOOKS = pa.schema([*((name, pa.string()) for name in LOOK), ("signs", TEXTS), ("places", TEXTS)])


def identify(groups: list[list[str]], state: Before, as_of: date) -> Identities:
    held = [(entity, record) for entity, group in enumerate(groups) for record in group]
    return identify_entities([min(group) for group in groups], held, state, as_of)


def ids(found: Identities) -> list[str]:
    return list(found.ids.to_pylist())


def before(
    source_of: Mapping[str, str] = {},
    handles: Mapping[str, set[str]] = {},
    since: date | None = None,
    **held: list[str],
) -> Before:
    """Ids and the records that had them; each is a day younger than the one before, or all since one day."""
    known = {
        name: Known(name, records[0], since or date(2017, 1, i), Look(registered_name=name), True)
        for i, (name, records) in enumerate(sorted(held.items()), start=1)
    }
    of_record = {record: name for name, records in held.items() for record in records}
    return before_of(known, of_record, source_of, handles=handles)


def test_a_first_night_makes_ids_of_the_founding_records_and_reports_no_change() -> None:
    found = identify([["r1", "r2"], ["r3"]], Before(), DAY)
    assert len(set(ids(found))) == 2
    assert found.changes == []
    assert ids(identify([["r3"], ["r2", "r1"]], Before(), DAY)) == ids(found)[::-1]


def test_an_id_goes_on_with_its_founding_record() -> None:
    found = identify([["r1"], ["r2", "r9"]], before(EA=["r1", "r2", "r9"]), NEXT)
    first, second = ids(found)
    assert first == "EA" != second
    assert [(c.change, c.other_enterprise_id) for c in found.changes] == [("split", "EA")]


def test_a_merger_keeps_the_older_id_and_leaves_an_alias() -> None:
    found = identify([["r1", "r2"]], before(EA=["r1"], EB=["r2"]), NEXT)
    assert ids(found) == ["EA"]
    assert found.aliases == {"EB": ("EA", NEXT)}
    assert [(c.enterprise_id, c.change, c.other_enterprise_id) for c in found.changes] == [
        ("EA", "merged", "EB")
    ]


def test_aliases_of_aliases_point_to_the_living() -> None:
    old = before(EA=["r1"], EB=["r2"])
    old.aliases["EC"] = ("EB", DAY)
    assert identify([["r1", "r2"]], old, NEXT).aliases["EC"][0] == "EA"


def test_of_equally_old_ids_the_one_of_the_registry_row_stays() -> None:
    old = before(EA=["r1"], EB=["r2"], since=DAY)
    held = [(0, "r1"), (0, "r2")]
    assert ids(identify_entities(["r2"], held, old, NEXT)) == ["EA"]
    assert ids(identify_entities(["r2"], held, old, NEXT, registered=frozenset({0}))) == ["EB"]


def taken_over() -> Before:
    """EB and EC were merged into EA, which has all their records."""
    old = before(EA=["r1", "r2", "r3", "r4"])
    old.aliases.update(EB=("EA", DAY), EC=("EA", DAY))
    old.former.update(
        EB=Former("r2", date(2017, 1, 2), frozenset({"r2", "r3"})),
        EC=Former("r3", date(2017, 1, 3), frozenset({"r3"})),
    )
    return old


def test_an_id_that_a_judgement_merged_comes_to_life_with_its_records() -> None:
    held = [(0, "r1"), (1, "r2"), (1, "r3"), (2, "r4")]
    founding = ["r1", "r0", "r4"]
    found = identify_entities(founding, held, taken_over(), NEXT, frozenset({"EB"}))
    assert ids(found)[:2] == ["EA", "EB"]
    assert (found.founding[1].as_py(), found.first_as_of[1].as_py()) == ("r2", date(2017, 1, 2))
    assert found.aliases == {"EC": ("EA", DAY)}, "nobody took back what merged it"
    assert [(c.enterprise_id, c.change, c.other_enterprise_id) for c in found.changes] == [
        ("EB", "split", "EA"),
        (ids(found)[2], "split", "EA"),
    ]
    every = identify_entities(founding, held, taken_over(), NEXT, frozenset({"EA"}))
    assert every.aliases == {"EC": ("EB", DAY)}
    none = identify_entities(founding, held, taken_over(), NEXT)
    assert not {"EB", "EC"} & set(ids(none))


def test_an_id_that_a_judgement_merged_stays_taken_over_while_all_records_stand_together() -> None:
    held = [(0, record) for record in ("r1", "r2", "r3", "r4")]
    found = identify_entities(["r1"], held, taken_over(), NEXT, frozenset({"EA"}))
    assert (ids(found), found.changes) == (["EA"], [])
    assert found.aliases == {"EB": ("EA", DAY), "EC": ("EA", DAY)}


def test_an_id_whose_founding_record_stays_behind_stays_taken_over() -> None:
    held = [(0, "r1"), (0, "r2"), (1, "r3")]
    found = identify_entities(["r1", "r3"], held, taken_over(), NEXT, frozenset({"EA"}))
    assert ids(found) == ["EA", "EC"]
    assert found.aliases == {"EB": ("EA", DAY)}


def changed(old: Before, awaited: Bools, **named: str) -> list[Change]:
    """What is told of enterprises that have a registered name tonight."""
    nothing = {**dict.fromkeys(LOOK), "signs": None, "places": None}
    looks = [nothing | {"registered_name": name} for name in named.values()]
    table = pa.Table.from_pylist(looks, schema=LOOKS)
    return attribute_changes(pa.array(named, pa.string()), table, old, {}, awaited)


def test_renamed_and_closed() -> None:
    old = before(EA=["r1"], EB=["r2"], EC=["r3"])
    changes = changed(old, np.zeros(3, dtype=bool), EA="new name", EC="EC")
    assert [(c.enterprise_id, c.change) for c in changes] == [("EA", "renamed"), ("EB", "closed")]


def test_renamed_and_moved_where_all_of_a_look_is_otherwise() -> None:
    then = Look("深圳市甲有限公司", "甲店", "罗湖区人民南路1号", "罗湖区人民南路3号")
    old = before_of({"EA": Known("EA", "r1", DAY, then, True)}, {"r1": "EA"})
    now = Look("深圳市乙有限公司", "乙店", "罗湖区建设路2号", "罗湖区建设路4号")
    told = {**vars(now), "signs": [now.sign], "places": [now.trading_address]}
    looks = pa.Table.from_pylist([told], schema=LOOKS)
    changes = attribute_changes(pa.array(["EA"]), looks, old, {}, np.zeros(1, dtype=bool))
    assert [one.change for one in changes] == ["renamed", "moved"]


def test_what_did_not_come_closes_nothing() -> None:
    sources = {"r1": "tax", "r2": "grid/桂园街道", "r3": "registry", "r4": "grid/东门街道"}
    old = before(sources, EA=["r1", "r2"], EB=["r3"], EC=["r4"])
    awaited = old.awaited({"tax", "registry", "grid/东门街道"}, set())
    assert names_at(old, awaited) == {"EA"}
    changes = changed(old, awaited)
    assert [(c.enterprise_id, c.change) for c in changes] == [("EB", "closed"), ("EC", "closed")]


def test_what_waits_for_a_clerk_closes_nothing() -> None:
    old = before(dict.fromkeys(("r1", "r2"), "grid/东门街道"), EA=["r1"], EB=["r2"])
    awaited = old.awaited({"grid/东门街道"}, {"r1", "r9"})
    assert names_at(old, awaited) == {"EA"}
    changes = changed(old, awaited)
    assert [(c.enterprise_id, c.change) for c in changes] == [("EB", "closed")]


HANDLED = [(0, "uscc:1"), (1, "operator+door:2"), (2, "phone+door:3"), (3, "phone+door:3")]


def again(tonight: list[Handle], had: list[Handle], free: set[int], lost: set[int]) -> dict[int, int]:
    """`known_again` of the numbers of entities and enterprises."""
    masks = (np.array([at in some for at in range(4)]) for some in (free, lost))
    return known_again(handles_of(tonight), handles_of(had), *masks)


def test_new_records_are_known_again_by_a_handle_that_one_enterprise_had() -> None:
    tonight = [(0, "uscc:1"), (1, "operator+door:2"), (2, "phone+door:3")]
    assert again(tonight, HANDLED, {0, 1, 2}, {0, 1, 2}) == {0: 0, 1: 1}
    assert again([(0, "uscc:1"), (1, "uscc:1")], HANDLED, {0, 1}, {0}) == {}
    assert again(tonight, HANDLED, {1}, {0}) == {}, "an id whose records came is not lost"


def test_one_enterprise_is_known_again_once() -> None:
    had = [(0, "phone+door:1"), (0, "operator+door:2")]
    assert again([(0, "operator+door:2"), (1, "phone+door:1")], had, {0, 1}, {0}) == {0: 0}


def test_two_codes_are_two_firms_at_one_door() -> None:
    had = [(0, "uscc:1"), (0, "operator+door:2")]
    assert again([(0, "uscc:9"), (0, "operator+door:2")], had, {0}, {0}) == {}
    assert again([(0, "registration:9"), (0, "operator+door:2")], had, {0}, {0}) == {0: 0}


def test_an_id_goes_on_with_a_handle() -> None:
    old = before(handles={"operator+door:2": {"EA"}}, EA=["r1"])
    found = identify_entities(["r9"], [(0, "r9")], old, NEXT, handles=[(0, "operator+door:2")])
    assert (ids(found), found.changes) == (["EA"], [])


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=12),
    st.lists(st.integers(0, 5), min_size=12, max_size=12),
)
def test_ids_are_unique_never_reused_and_steady(now: list[int], earlier: list[int]) -> None:
    def groups(labels: list[int]) -> list[list[str]]:
        return [[f"r{i}" for i, at in enumerate(labels) if at == label] for label in sorted(set(labels))]

    first = identify(groups(earlier), Before(), DAY)
    founded = zip(ids(first), first.founding.to_pylist(), strict=True)
    known = {name: Known(name, founding, DAY, Look(), True) for name, founding in founded}
    of_record = {record: ids(first)[i] for i, group in enumerate(groups(earlier)) for record in group}
    state = before_of(known, of_record)
    second = identify(groups(now), state, NEXT)
    assert len(set(ids(second))) == len(ids(second))
    assert not set(ids(second)) & set(second.aliases)
    if now == earlier[: len(now)] and len(now) == len(earlier):
        assert ids(second) == ids(first)


def test_judgements_are_about_ids_of_then_of_now_and_of_the_record() -> None:
    told = Judgement("r1", "EOLD", "same", "王核对", "2017-03-01", "实地核对")
    aside = replace(told, record_id="r5", enterprise_id="E5", verdict="unsure")
    state = replace(
        before(EA=["r1"], EB=["r2"]),
        aliases={"EOLD": ("EB", DAY)},
        former={
            "EOLD": Former("r9", DAY, frozenset({"r9"})), "EWAS": Former("r1", DAY, frozenset({"r1", "r8"}))
        },
    )  # fmt: skip
    assert _judged([Given(told), Given(aside)], state) == {"EOLD", "EB", "EWAS", "EA"}
    assert _judged([Given(replace(told, record_id="r7"))], state) == {"EOLD", "EB"}
    assert _judged([], state) == frozenset()


def test_changes_stand_by_enterprise_kind_and_other() -> None:
    found = [("E2", "created", None), ("E1", "merged", "E9"), ("E1", "merged", "E3"), ("E1", "merged", None)]
    rows = _change_table([Change(*one) for one in found], NEXT).to_pylist()
    told = [(row["enterprise_id"], row["change"], row["other_enterprise_id"]) for row in rows]
    assert told == [found[3], found[2], found[1], found[0]]
    assert {row["as_of"] for row in rows} == {NEXT}
