from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline.link.identity import Before, Identities, Known, attribute_changes
from pipeline.link.identity import identify as identify_entities

DAY, NEXT = date(2017, 3, 1), date(2017, 3, 2)


def identify(groups: list[list[str]], state: Before, as_of: date) -> Identities:
    held = [(entity, record) for entity, group in enumerate(groups) for record in group]
    return identify_entities([min(group) for group in groups], held, state, as_of)


def before(**held: list[str]) -> Before:
    known = {
        name: Known(name, records[0], date(2017, 1, i), name, "", True)
        for i, (name, records) in enumerate(sorted(held.items()), start=1)
    }
    return Before(known, {record: name for name, records in held.items() for record in records})


def test_a_first_night_makes_ids_of_the_founding_records_and_reports_no_change() -> None:
    found = identify([["r1", "r2"], ["r3"]], Before(), DAY)
    assert len(set(found.ids)) == 2
    assert found.changes == []
    assert identify([["r3"], ["r2", "r1"]], Before(), DAY).ids == found.ids[::-1]


def test_an_id_goes_on_with_its_founding_record() -> None:
    found = identify([["r1"], ["r2", "r9"]], before(EA=["r1", "r2", "r9"]), NEXT)
    assert found.ids[0] == "EA"
    assert found.ids[1] != "EA"
    assert [(c.change, c.other_enterprise_id) for c in found.changes] == [("split", "EA")]


def test_a_merger_keeps_the_older_id_and_leaves_an_alias() -> None:
    found = identify([["r1", "r2"]], before(EA=["r1"], EB=["r2"]), NEXT)
    assert found.ids == ["EA"]
    assert found.aliases == {"EB": ("EA", NEXT)}
    assert [(c.enterprise_id, c.change, c.other_enterprise_id) for c in found.changes] == [
        ("EA", "merged", "EB")
    ]


def test_aliases_of_aliases_point_to_the_living() -> None:
    old = before(EA=["r1"], EB=["r2"])
    old.aliases["EC"] = ("EB", DAY)
    assert identify([["r1", "r2"]], old, NEXT).aliases["EC"][0] == "EA"


def test_renamed_moved_and_closed() -> None:
    old = before(EA=["r1"], EB=["r2"])
    changes = attribute_changes(["EA"], ["new name"], ["a place"], old, {})
    assert [(c.enterprise_id, c.change) for c in changes] == [("EA", "renamed"), ("EB", "closed")]


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=12),
    st.lists(st.integers(0, 5), min_size=12, max_size=12),
)
def test_ids_are_unique_never_reused_and_steady(now: list[int], earlier: list[int]) -> None:
    def groups(labels: list[int]) -> list[list[str]]:
        return [[f"r{i}" for i, at in enumerate(labels) if at == label] for label in sorted(set(labels))]

    first = identify(groups(earlier), Before(), DAY)
    known = {name: Known(name, first.founding[i], DAY, "", "", True) for i, name in enumerate(first.ids)}
    of_record = {record: first.ids[i] for i, group in enumerate(groups(earlier)) for record in group}
    state = Before(known, of_record)
    second = identify(groups(now), state, NEXT)
    assert len(set(second.ids)) == len(second.ids)
    assert not set(second.ids) & set(second.aliases)
    if now == earlier[: len(now)] and len(now) == len(earlier):
        assert second.ids == first.ids
