"""What is kept in files is what is kept in memory, and what is joined in parts is what is joined at once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline import db, link
from pipeline.declaration import Source
from pipeline.link.columns import shelving
from pipeline.link.columns.facets import Facets
from pipeline.link.columns.shelving import IN_MEMORY, Shelf
from pipeline.link.columns.vocabulary import Vocabularies
from pipeline.link.engines.local import Bounds, LocalEngine
from pipeline.link.model import shipped_model
from pipeline.link.pairs import meetings
from pipeline.link.pairs.comparing import Comparator, frequencies
from pipeline.link.pairs.layout import FacetTable
from pipeline.link.pairs.meetings import LEAST_MEMBERS, MEMBERS, members_at_once
from pipeline.link.pairs.pieces import Pieces
from pipeline.night import Night
from tests.link.by_hand import facets
from tests.link.judged_district import ROWS

TABLES = ("record_link", "enterprise", "review_pair", "record_comparison", "premises", "identity_state")
STREETS = ("田贝四路", "湖贝路", "爱国路")


def test_arrays_come_back_from_a_file_without_a_name(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for kept in (
        np.arange(5),
        np.arange(12, dtype=np.int32).reshape(3, 4),
        np.zeros((3, 0)),
        np.array([True]),
    ):
        held = shelf.array(kept)
        assert held is not kept and held.dtype == kept.dtype and np.array_equal(held, kept)
    room = shelf.empty((2, 3), np.int32)
    room[:] = 7
    assert room.tolist() == [[7, 7, 7], [7, 7, 7]]
    assert list(tmp_path.iterdir()) == []


def test_tables_and_texts_come_back_from_a_file_without_a_name(tmp_path: Path) -> None:
    coded = pa.chunked_array(
        [pa.array(["甲", None]).dictionary_encode(), pa.array(["乙"]).dictionary_encode()]
    )
    table = pa.table({"text": ["a", "", None], "coded": coded, "none": pa.nulls(3, pa.date32())})
    held = Shelf(tmp_path).table(table)
    assert held.schema == table.schema and held.to_pylist() == table.to_pylist()
    for texts in (pa.array(["", "甲", "乙丙"]), pa.array([], pa.string())):
        assert Shelf(tmp_path).texts(texts).equals(texts)
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_everything_stays_as_it_is() -> None:
    kept, table, texts = np.arange(3), pa.table({"a": [1]}), pa.array(["甲"])
    assert IN_MEMORY.array(kept) is kept
    assert IN_MEMORY.table(table) is table
    assert IN_MEMORY.texts(texts) is texts


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Shelf(tmp_path).empty((1 << 60,), np.int8)
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_facets_made_in_parts_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.link.pairs.layout._AT_ONCE", 3)
    many = facets(8, name={"trade": range(8)}, uscc=range(8), extract=range(8))
    index = np.arange(8)[::-1]
    table = FacetTable.made(8, lambda at: many.take(index[at]), Shelf(tmp_path))
    wanted = FacetTable.of(many.take(index))
    assert np.array_equal(table.rows, wanted.rows) and table.digest() == wanted.digest()
    assert table.part(2, 5).columns().uscc.tolist() == [5, 4, 3]
    assert table.across().name.trade.tolist() == table.columns().name.trade.tolist() == [*range(7, -1, -1)]


def test_files_are_used_where_the_rows_would_fill_half_the_limit(
    tmp_path: Path, make_night: Callable[..., Night]
) -> None:
    night = make_night({})
    night = replace(night, settings=replace(night.settings, memory_limit="1000MB"))
    most = 500_000_000 // shelving.HELD_A_ROW
    assert Shelf.of(night, most) == IN_MEMORY
    assert Shelf.of(night, most + 1) == Shelf(night.folder)
    elsewhere = replace(night, settings=replace(night.settings, temp_directory=tmp_path))
    assert Shelf.of(elsewhere, most + 1) == Shelf(db.spill_folder(elsewhere.settings))
    assert (
        members_at_once(10**6) == LEAST_MEMBERS < members_at_once(10**9) < members_at_once(10**11) == MEMBERS
    )


def test_pairs_and_hot_blocks_are_counted_alike_whatever_is_joined_at_once(tmp_path: Path) -> None:
    left = facets(9, phone=[1, 2, 3] * 3, social=range(9))
    right = facets(70, phone=[1] * 65 + [2] * 4 + [5], social=range(9, 79))
    comparator = Comparator(
        shipped_model(), Vocabularies(), frequencies(right, np.arange(70), Vocabularies(), 1)
    )
    pieces = Pieces(Vocabularies())

    def found(bounds: Bounds, shelf: Shelf) -> tuple[Any, ...]:
        def table(side: Facets) -> FacetTable:
            return FacetTable.made(len(side), lambda at: side.take(np.arange(len(side))[at]), shelf)

        met = LocalEngine(bounds=bounds).meet(table(left), table(right), pieces)
        kept, count = met.compare(
            lambda _, a, b, i, j: (i, j, a.take(i).social), comparator, ["i", "j", "social"]
        )
        return (
            {name: values.tolist() for name, values in kept.items()},
            count,
            met.pairs_by_key,
            met.hot_by_key,
        )

    whole = found(Bounds(), IN_MEMORY)
    assert whole[0]["i"] == [at for at in (1, 4, 7) for _ in range(4)] and whole[0]["social"] == whole[0]["i"]
    assert (whole[1], whole[2]["电话"], whole[3]["电话"]) == (12, 12, 1)
    assert found(Bounds(members=2, pairs=3), Shelf(tmp_path)) == whole


def rows() -> dict[str, list[dict[str, Any]]]:
    """The judged district, and shops of which several rows tell, many of them in one house."""
    shops = [
        {
            "grid_no": f"9{at}",
            "street": "翠竹街道",
            "address": f"罗湖区{STREETS[at % 3]}{at // 9 + 1}号{at % 2 + 1}栋首层",
            "sign_name": f"{'阿美小胖丽丽大力'[at % 8]}{'春夏秋冬'[at % 4]}{'小吃店' if at % 2 else '发廊'}",
            "operator": f"{'王李张'[at % 3]}小{'明华强'[at // 3 % 3]}",
        }
        for at in range(60)
    ]
    cases = [
        {
            "case_no": f"9{at}",
            "sign_name": shop["sign_name"],
            "name": shop["operator"],
            "address": shop["address"],
        }
        for at, shop in enumerate(shops)
        if at % 2
    ]
    return ROWS | {"grid": ROWS["grid"] + shops, "street_cases": ROWS["street_cases"] + cases}


def told(night: Night, sources: dict[str, Source]) -> tuple[Any, ...]:
    """What linking a night came to."""
    summary = link.run(night, sources)
    con = night.connect()
    tables = [con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES]
    con.close()
    return replace(summary, seconds={}), tables


def test_a_night_in_files_and_in_parts_links_as_one_in_memory(
    tmp_path: Path,
    make_night: Callable[..., Night],
    sources: dict[str, Source],
    small_tables: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = told(make_night(rows(), folder=tmp_path / "plain"), sources)
    night = make_night(rows(), folder=tmp_path / "shelved")
    monkeypatch.setattr(shelving, "HELD_A_ROW", 1 << 40)
    monkeypatch.setattr(meetings, "MEMBERS", 7)
    monkeypatch.setattr(meetings, "LEAST_MEMBERS", 1)
    (night.settings.restricted / "keys").mkdir(parents=True)
    for key in (tmp_path / "plain" / "restricted" / "keys").iterdir():
        (night.settings.restricted / "keys" / key.name).write_bytes(key.read_bytes())
    assert told(night, sources) == plain
    assert plain[0].pairs > 100
    assert sorted(path.name for path in night.folder.iterdir()) == ["night.duckdb", "parts"]
