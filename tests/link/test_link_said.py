"""What most rows of an enterprise say of it, and that how much is compared at once changes nothing."""

from datetime import date

import numpy as np
import pyarrow as pa

from pipeline.link.columns.parties import Texts
from pipeline.link.pairs.blocking import Key, Terms
from pipeline.link.pairs.meetings import BATCH, LEAST_BATCH, Meetings, pairs_at_once
from pipeline.link.results.said import WORDS, said_table

EARLY, LATE = date(2017, 1, 1), date(2017, 2, 1)


def _rows(*rows: dict[str, object]) -> pa.Table:
    schema = pa.schema(
        [
            ("enterprise_id", pa.dictionary(pa.int32(), pa.string())),
            ("superseded", pa.bool_()),
            ("shared_address", pa.bool_()),
            ("extract_date", pa.date32()),
            *((column, pa.dictionary(pa.int32(), pa.string())) for column in WORDS.values()),
        ]
    )
    plain = {"enterprise_id": "E1", "superseded": False, "shared_address": False, "extract_date": EARLY}
    full = [{**dict.fromkeys(schema.names), **plain, **row} for row in rows]
    return pa.table({f.name: pa.array([row[f.name] for row in full], f.type) for f in schema}, schema=schema)


def _said(*rows: dict[str, object]) -> dict[str, dict[str, object]]:
    return {row.pop("enterprise_id"): row for row in said_table(_rows(*rows)).to_pylist()}


def test_the_word_of_most_current_rows_is_said() -> None:
    said = _said(
        {"sign_shown": "老店"}, {"sign_shown": "老店"}, {"sign_shown": "新店", "extract_date": LATE},
        {"sign_shown": "旧店", "superseded": True}, {"sign_shown": "旧店", "superseded": True},
        {"sign_shown": "旧店", "superseded": True}, {"sign_shown": "别家", "enterprise_id": "E2"},
        {"sign_shown": "无主", "enterprise_id": None},
    )  # fmt: skip
    assert {name: row["sign"] for name, row in said.items()} == {"E1": "老店", "E2": "别家"}


def test_ties_go_to_the_newer_then_the_longer_then_the_smaller_word() -> None:
    newer = _said({"building": "长一些的楼"}, {"building": "新楼", "extract_date": LATE})
    longer = _said({"building": "乙楼"}, {"building": "甲大楼"})
    smaller = _said({"building": "B楼"}, {"building": "A楼"})
    assert [said["E1"]["building"] for said in (newer, longer, smaller)] == ["新楼", "甲大楼", "A楼"]


def test_shared_addresses_and_empty_words_say_nothing() -> None:
    said = _said({"street": "东门街道", "shared_address": True, "name_shown": ""}, {"uscc_valid": "9144"})
    assert said["E1"] == dict.fromkeys(WORDS) | {"uscc": "9144"}


def test_no_rows_say_nothing() -> None:
    assert said_table(_rows()).num_rows == 0


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
