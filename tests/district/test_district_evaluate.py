"""The judge, on a night so small that every figure can be counted by hand."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.district.evaluate import evaluate, render
from pipeline.errors import ConfigError

# Firms A and B are in the registry, C is registered elsewhere, U and V are shops.
ENTITIES = [
    ("A", True, True, "东门街道", True, ["unsafe"]),
    ("B", True, True, "翠竹街道", False, []),
    ("C", True, False, "东门街道", False, []),
    ("U", False, False, "东门街道", True, ["unlicensed"]),
    ("V", False, False, "翠竹街道", False, []),
]
# extract, row, entity, kind, usable code | enterprise, decision, probability (all None: not accepted)
ROWS = [
    ("registry", 1, "A", "data", True, "EA", "certain", 1.0),
    ("registry", 2, "B", "data", True, "EB", "certain", 1.0),
    ("tax", 1, "A", "data", True, "EA", "certain", 0.999),
    ("tax", 2, "A", "data", False, "EB", "probable", 0.93),
    ("tax", 3, "B", "data", False, "EB", "probable", 0.95),
    ("tax", 4, "B", "data", False, None, "review", 0.6),
    ("tax", 5, None, "not_data", False, None, None, None),
    ("tax", 6, "B", "broken", False, None, None, None),
    ("grid", 1, "U", "data", False, "EU", "certain", 1.0),
    ("grid", 2, "U", "data", False, "EU", "probable", 0.9),
    ("grid", 3, "U", "data", False, "EV", "certain", 1.0),
    ("grid", 4, "V", "data", False, "EV", "certain", 1.0),
    ("grid", 5, "V", "data", False, "EA", "probable", 0.91),
    ("grid", 6, "C", "data", True, "EC", "certain", 1.0),
    ("grid", 7, "C", "data", False, None, None, None),
]


@pytest.fixture
def night(tmp_path: Path) -> tuple[Path, Path]:
    """A warehouse and a truth."""
    names = ("entity_id", "registered", "in_registry", "street", "low_end", "reasons")
    columns = dict(zip(names, map(list, zip(*ENTITIES, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "entities.parquet")
    records = [
        {"extract": e, "file": f"{e}.csv", "row": r, "entity_id": i, "kind": k, "usable_code": u}
        for e, r, i, k, u, *_ in ROWS
    ]
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "records.parquet")
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(
            "CREATE TABLE record_link (extract VARCHAR, file VARCHAR, row BIGINT, enterprise_id VARCHAR, "
            "decision VARCHAR, probability DOUBLE, superseded BOOLEAN)"
        )
        for extract, row, _, _, _, enterprise, decision, probability in ROWS:
            if decision:
                values = [extract, f"{extract}.csv", row, enterprise, decision, probability, False]
                con.execute("INSERT INTO record_link VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        con.execute(
            "CREATE TABLE rejected_row AS SELECT 'tax' AS extract, 'tax.csv' AS file, 6 AS row, "
            "'row' AS scope, 'required' AS reason"
        )
        con.execute(
            "CREATE TABLE extract_status AS SELECT * FROM (VALUES ('tax', 'tax.csv', 6, 4, 1, 1), "
            "('registry', 'registry.csv', 2, 2, 0, 0), ('grid', 'grid.csv', 6, 6, 0, 0)) "
            "AS t(extract, file, rows, accepted, rejected, not_data)"
        )
        con.execute(
            "CREATE TABLE enterprise AS SELECT * FROM (VALUES ('EA', '东门街道'), ('EB', '东门街道'), "
            "('EC', '东门街道'), ('EU', '东门街道'), ('EV', NULL)) AS t(enterprise_id, street)"
        )
        con.execute(
            "CREATE TABLE risk AS SELECT * FROM (VALUES ('EA', '东门街道', 1, 1), ('EB', '东门街道', 2, 2), "
            "('EU', '东门街道', 3, 3)) AS t(enterprise_id, street, rank_in_street, rank_in_district)"
        )
        con.execute(
            "CREATE TABLE evidence AS SELECT * FROM (VALUES ('tax', 'EB', 40.00), ('grid', 'EA', 9.00), "
            "('grid', 'EU', 5.00), ('grid', 'EU', 5.00), ('grid', 'EB', 1.00), ('grid', 'EV', 9.00)) "
            "AS t(extract, enterprise_id, points)"
        )
    return path, tmp_path


def test_links(night) -> None:
    found = evaluate(*night)
    # Rows of A and B outside the registry that were accepted: tax 1–4; linked 3, right 2.
    assert (found.overall.rows, found.overall.linked, found.overall.right) == (4, 3, 2)
    assert found.overall.precision == pytest.approx(2 / 3)
    assert found.overall.recall == pytest.approx(1 / 2)
    assert found.overall.f1 == pytest.approx(4 / 7)
    assert found.uncoded is not None
    assert (found.uncoded.rows, found.uncoded.linked, found.uncoded.right) == (3, 2, 1)
    by_decision = {one.of: (one.rows, one.linked, one.right) for one in found.by_decision}
    assert by_decision == {"certain": (1, 1, 1), "probable": (2, 2, 1), "review": (1, 0, 0)}
    assert [one.of for one in found.by_extract] == ["tax"]
    assert [(b.bin, b.rows, b.right) for b in found.calibration] == [(9, 3, 2)]
    assert found.registry_shared == 0


def test_strangers(night) -> None:
    by_kin = {one.kin: one for one in evaluate(*night).strangers}
    shops = by_kin["unregistered"]
    # U has rows in EU, EU, EV and V in EV, EA: true pairs 3 + 1, made pairs EU 1 + EV 1, right EU 1.
    assert (shops.rows, shops.given) == (5, 1)
    assert (shops.true_pairs, shops.made_pairs, shops.right_pairs) == (4, 2, 1)
    assert by_kin["registered elsewhere"].rows == 1


def test_accounting(night) -> None:
    found = evaluate(*night)
    by_extract = {one.extract: one for one in found.accounting}
    tax, grid = by_extract["tax"], by_extract["grid"]
    assert (tax.data_rows, tax.accepted, tax.rejected, tax.unaccounted) == (5, 4, 1, 0)
    assert (grid.data_rows, grid.accepted, grid.unaccounted) == (7, 6, 1)
    assert found.files_disagreeing == 1


def test_ranking(night) -> None:
    found = evaluate(*night)
    (street,) = found.streets
    assert (street.street, street.first_ten, street.ten_right) == ("东门街道", 3, 2)
    # Low-end at places 1 and 3 of two low-end entities: (1/1 + 2/3) / 2.
    assert found.ranking.average_precision == pytest.approx(5 / 6, abs=1e-6)
    assert (found.ranking.low_end, found.ranking.ranked, found.ranking.found) == (2, 3, 2)
    # EA, EC, EU are right; EB is wrong; EV (its rows: U once, V once) goes to U, whose street is not given.
    assert (found.street_known, found.street_right) == (5, 3)


def test_other_rankings_of_the_same_findings(night) -> None:
    found = evaluate(*night)
    # By number: EB and EU two each, then EA, EV: low-end at 2 and 3. EV is truly U, its second line: a miss.
    assert found.plain_count is not None
    assert found.plain_count.average_precision == pytest.approx((1 / 2 + 2 / 3) / 2, abs=1e-6)
    rivals = {(one.extract, one.measure): (one.ranked, one.found) for one in found.rivals}
    assert rivals == {
        (None, "findings"): (4, 2),
        ("grid", "findings"): (4, 2),
        ("grid", "points"): (4, 2),
        ("tax", "findings"): (1, 0),
        ("tax", "points"): (1, 0),
    }
    # The grid by points: EU 10, EA 9; by number: EU 2, EA 1: both low-end first, nothing lacks.
    assert found.best_extract is not None
    assert found.best_extract.average_precision == 1.0
    assert found.lack_beside(found.best_extract) is None
    assert found.lack_beside(found.plain_count) == pytest.approx((1 / 6) / (5 / 12), abs=1e-5)


def test_means_over_streets_leave_out_those_that_nobody_knows(night) -> None:
    warehouse, truth = night
    with duckdb.connect(str(warehouse)) as con:
        con.execute("INSERT INTO risk VALUES ('EV', '街道不明', 1, 4), ('EC', '翠竹街道', 1, 5)")
    found = evaluate(warehouse, truth)
    assert (found.first_ten, found.first_fifty) == (1.0, pytest.approx((2 / 3 + 0) / 2))


def test_a_night_without_findings(night) -> None:
    warehouse, truth = night
    with duckdb.connect(str(warehouse)) as con:
        con.execute("DELETE FROM risk")
        con.execute("DELETE FROM evidence")
    found = evaluate(warehouse, truth)
    assert (found.ranking.ranked, found.ranking.average_precision) == (0, 0.0)
    assert (found.rivals, found.plain_count, found.first_ten) == ((), None, None)


def test_two_firms_under_one_identity_are_counted(night) -> None:
    warehouse, truth = night
    with duckdb.connect(str(warehouse)) as con:
        con.execute("UPDATE record_link SET enterprise_id = 'EA' WHERE extract = 'registry'")
    assert evaluate(warehouse, truth).registry_shared == 1


def test_render_and_json(night) -> None:
    found = evaluate(*night)
    text = render(found)
    assert "F1 0.5714" in text
    assert len(text.splitlines()) <= 60
    assert '"f1": 0.571' in found.to_json()


def test_truth_without_the_mark_of_codes(night) -> None:
    warehouse, truth = night
    table = pq.read_table(truth / "records.parquet")
    pq.write_table(table.drop_columns(["usable_code"]), truth / "records.parquet")
    assert evaluate(warehouse, truth).uncoded is None


def test_missing_parts_are_named(night, tmp_path: Path) -> None:
    warehouse, truth = night
    with pytest.raises(ConfigError, match=r"there is no warehouse|does not exist"):
        evaluate(tmp_path / "none.duckdb", truth)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("DROP TABLE risk")
    with pytest.raises(ConfigError, match="view risk is missing"):
        evaluate(warehouse, truth)
