"""Which record counts for which entity, and which record founds it."""

from datetime import date
from typing import Any

from pipeline.link.columns.ordering import Ints
from pipeline.link.results.members import Founding, Members, founding_of, members_of
from tests.link.by_hand import ints, read

OLD, NEW = date(2017, 1, 31), date(2017, 2, 28)


def told(*rows: dict[str, Any]) -> tuple[dict[str, tuple[int, str]], Founding]:
    """Entity and source of each record, and what founds; `entity` of each row, -1 for none."""
    entity: Ints = ints(*(row.pop("entity") for row in rows))
    parties, _, _ = read(*({"extract": "tax", **row} for row in rows))
    members = members_of(parties, entity)
    return _said(members), founding_of(members, parties, entity, "registry")


def _said(members: Members) -> dict[str, tuple[int, str]]:
    sources = zip(members.entity.tolist(), members.sources.to_pylist(), strict=True)
    return dict(zip(members.records.to_pylist(), sources, strict=True))


def test_a_record_counts_for_the_entity_of_its_newest_row_in_force() -> None:
    said, _ = told(
        {"record_id": "a", "entity": 0, "extract_date": OLD},
        {"record_id": "a", "entity": 1, "extract_date": NEW, "source": "tax/later"},
        {"record_id": "b", "entity": 1, "extract_date": OLD},
        {"record_id": "b", "entity": 0, "extract_date": NEW, "superseded": True},
        {"record_id": "c", "entity": 0, "extract_date": OLD},
        {"record_id": "c", "entity": 1, "extract_date": OLD},
        {"record_id": "d", "entity": -1, "extract_date": NEW},
    )
    assert {record: entity for record, (entity, _) in said.items()} == {"a": 1, "b": 1, "c": 1}
    assert said["a"] == (1, "tax/later") and said["b"][1] != "tax/later"


def test_the_registry_founds_before_others_then_the_earliest_then_the_smaller_extract_and_id() -> None:
    _, founding = told(
        {"record_id": "a", "entity": 0, "extract_date": OLD},
        {"record_id": "r", "entity": 0, "extract_date": NEW, "extract": "registry"},
        {"record_id": "z", "entity": 1, "extract_date": OLD, "extract": "tax"},
        {"record_id": "b", "entity": 1, "extract_date": NEW, "extract": "grid"},
        {"record_id": "y", "entity": 2, "extract_date": OLD, "extract": "grid"},
        {"record_id": "c", "entity": 2, "extract_date": OLD, "extract": "tax"},
        {"record_id": "x", "entity": 3, "extract_date": OLD},
        {"record_id": "w", "entity": 3, "extract_date": OLD},
    )
    assert founding.records.to_pylist() == ["r", "z", "y", "w"]
    assert founding.registered == {0}


def test_a_record_is_as_old_as_its_first_row_wherever_that_counted() -> None:
    _, founding = told(
        {"record_id": "m", "entity": 0, "extract_date": OLD},
        {"record_id": "m", "entity": 1, "extract_date": NEW},
        {"record_id": "a", "entity": 1, "extract_date": NEW},
        {"record_id": "b", "entity": 0, "extract_date": NEW},
    )
    assert founding.records.to_pylist() == ["b", "m"]


def test_an_entity_whose_records_count_elsewhere_is_founded_by_one_of_its_rows() -> None:
    said, founding = told(
        {"record_id": "a", "entity": 0, "extract_date": OLD},
        {"record_id": "a", "entity": 1, "extract_date": NEW},
        {"record_id": "b", "entity": 1, "extract_date": OLD},
    )
    assert {entity for entity, _ in said.values()} == {1}
    assert founding.records.to_pylist() == ["a", "a"]


def test_rows_without_entities_have_neither() -> None:
    said, founding = told({"record_id": "a", "entity": -1})
    assert said == {} and not len(founding.records) and founding.registered == frozenset()
