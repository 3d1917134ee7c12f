"""What most rows of an enterprise say of it, and that how much is compared at once changes nothing."""

from datetime import date

import numpy as np
import pyarrow as pa

from pipeline.link.columns.parties import Texts
from pipeline.link.pairs.blocking import Key, Terms
from pipeline.link.pairs.meetings import BATCH, LEAST_BATCH, Meetings, pairs_at_once
from pipeline.link.results.said import WORDS, premises_table, said_table

EARLY, LATE = date(2017, 1, 1), date(2017, 2, 1)


def _rows(*rows: dict[str, object]) -> pa.Table:
    schema = pa.schema(
        [
            ("entity", pa.int64()),
            ("superseded", pa.bool_()),
            ("shared_address", pa.bool_()),
            ("extract_date", pa.date32()),
            *((column, pa.dictionary(pa.int32(), pa.string())) for column in WORDS.values()),
        ]
    )
    plain = {"entity": 0, "superseded": False, "shared_address": False, "extract_date": EARLY}
    full = [{**dict.fromkeys(schema.names), **plain, **row} for row in rows]
    return pa.table({f.name: pa.array([row[f.name] for row in full], f.type) for f in schema}, schema=schema)


def _said(*rows: dict[str, object]) -> dict[int, dict[str, object]]:
    return {row.pop("entity"): row for row in said_table(_rows(*rows)).to_pylist()}


def test_the_word_of_most_current_rows_is_said() -> None:
    said = _said(
        {"sign_shown": "老店"}, {"sign_shown": "老店"}, {"sign_shown": "新店", "extract_date": LATE},
        {"sign_shown": "旧店", "superseded": True}, {"sign_shown": "旧店", "superseded": True},
        {"sign_shown": "旧店", "superseded": True}, {"sign_shown": "别家", "entity": 1},
        {"sign_shown": "无主", "entity": None},
    )  # fmt: skip
    assert {name: row["sign"] for name, row in said.items()} == {0: "老店", 1: "别家"}


def test_ties_go_to_the_newer_then_the_longer_then_the_smaller_word() -> None:
    newer = _said({"building": "长一些的楼"}, {"building": "新楼", "extract_date": LATE})
    longer = _said({"building": "乙楼"}, {"building": "甲大楼"})
    smaller = _said({"building": "B楼"}, {"building": "A楼"})
    assert [said[0]["building"] for said in (newer, longer, smaller)] == ["新楼", "甲大楼", "A楼"]


def test_shared_addresses_and_empty_words_say_nothing() -> None:
    said = _said({"street": "东门街道", "shared_address": True, "name_shown": ""}, {"uscc_valid": "9144"})
    assert said[0] == dict.fromkeys(WORDS) | {"uscc": "9144"}


def test_no_rows_say_nothing() -> None:
    assert said_table(_rows()).num_rows == 0


PREMISES = {"premises_id": "P2", "house_code": None, "address": None, "street": None, "community": None}


def _premises(*rows: dict[str, object]) -> list[dict[str, object]]:
    full = [{"entity": None, "superseded": False, "shared_address": False, **PREMISES, **row} for row in rows]
    coded = dict.fromkeys(PREMISES, pa.dictionary(pa.int32(), pa.string()))
    kinds = {"entity": pa.int64(), "superseded": pa.bool_(), "shared_address": pa.bool_(), **coded}
    table = {name: pa.array([row[name] for row in full], kind) for name, kind in kinds.items()}
    told: list[dict[str, object]] = premises_table(pa.table(table)).to_pylist()
    return told


def test_premises_are_told_by_most_of_their_rows_then_shortly_in_the_order_of_their_ids() -> None:
    told = _premises(
        {"address": "长路1号院"}, {"address": "乙路1号"}, {"address": "甲路1号"},
        {"house_code": "44", "superseded": True}, {"premises_id": "P1", "street": "甲"},
        {"premises_id": "P1", "street": "乙街道"},
        {"premises_id": "P1", "street": "乙街道"}, {"premises_id": None, "street": "丙"}, {"house_code": ""},
    )  # fmt: skip
    assert [row["premises_id"] for row in told] == ["P1", "P2"]
    assert (told[0]["street"], told[0]["address"]) == ("乙街道", None)
    assert (told[1]["address"], told[1]["house_code"], told[1]["street"]) == ("乙路1号", "44", None)


def test_an_enterprise_is_counted_once_where_it_is_now() -> None:
    (told,) = _premises(
        {"entity": 5}, {"entity": 5}, {"entity": 6}, {"entity": 7, "superseded": True},
        {"entity": 8, "shared_address": True}, {"entity": None}, {"entity": 9, "premises_id": None},
    )  # fmt: skip
    assert told["enterprise_count"] == 2
    assert _premises() == []


def test_how_many_pairs_are_made_at_once_follows_the_limit_and_changes_none() -> None:
    assert pairs_at_once(10**6) == LEAST_BATCH < pairs_at_once(10**9) < pairs_at_once(10**11) == BATCH
    lots = np.random.default_rng(1)
    terms = [Terms(lots.integers(1, 50, 400), np.arange(400)) for _ in range(2)]
    found = [Meetings([Key("k", *terms, 60)], 400, 400, at_once) for at_once in (BATCH, 100)]
    few, many = (
        [np.concatenate(side) for side in zip(*(m.pairs(*b) for b in m.batches()), strict=True)]
        for m in found
    )
    assert len(found[0].batches()) < len(found[1].batches())
    assert np.array_equal(few, many)


def test_texts_are_a_sequence_of_text() -> None:
    texts = Texts(pa.array(["", "甲", "乙"]))
    assert (len(texts), texts[1], texts[1:], list(texts)) == (3, "甲", ["甲", "乙"], ["", "甲", "乙"])
