"""`rule_outcome`: what every active rule says of every enterprise.

Nearly all of its rows, of which there are enterprises times rules, say that there was nothing to judge. In
the warehouse it is a view on `firm_outcome` and `rule_absence`; its Parquet twin is written whole.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import db

VIEW = "rule_outcome"
MADE_OF = ("firm_outcome", "rule_absence", "enterprise")
AT_ONCE = 50_000  # enterprises, each with a row of every rule
_QUERY = Path(__file__).with_name(f"{VIEW}.sql")
_JUDGED = """
SELECT enterprise_id, rule_id, outcome, reason FROM firm_outcome
WHERE enterprise_id BETWEEN $first AND $last
"""


def add(con: duckdb.DuckDBPyConnection) -> int:
    """Makes the view in a warehouse that holds what it is made of; returns its rows."""
    query = _QUERY.read_text(encoding="utf-8").rstrip().rstrip(";")
    con.execute(f"CREATE OR REPLACE VIEW {VIEW} AS {query}")
    return db.count(con, "enterprise") * db.count(con, "rule_absence")


def write_parquet(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Writes its rows by enterprise and rule, as the view gives them; some thousand enterprises at once."""
    coded = pa.dictionary(pa.int32(), pa.string())  # written as it stands; whoever reads it reads texts
    schema = pa.schema([(name, coded) for name in ("enterprise_id", "rule_id", "outcome", "reason")])
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as file:
        for table in _tables(con):
            file.write_table(table, row_group_size=max(table.num_rows, 1))


def _tables(con: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    firms = _column(con, "SELECT enterprise_id FROM enterprise ORDER BY enterprise_id")
    absence = db.read_arrow(con, "SELECT rule_id, outcome, reason FROM rule_absence ORDER BY rule_id")
    rules = absence["rule_id"].combine_chunks()
    for start in range(0, len(firms) if len(rules) else 0, AT_ONCE):
        some = firms[start : start + AT_ONCE]
        ends = {"first": some[0].as_py(), "last": some[-1].as_py()}
        judged = db.read_arrow(con, _JUDGED, ends)
        at = _places(judged["enterprise_id"], some) * len(rules) + _places(judged["rule_id"], rules)
        numbers = np.arange(len(some) * len(rules), dtype=np.int32)
        # Where a rule had something to judge, its row lies behind those that it has without.
        source = numbers % len(rules)
        source[at] = len(rules) + np.arange(len(at), dtype=np.int32)
        said = pa.concat_tables([absence.select(["outcome", "reason"]), judged.select(["outcome", "reason"])])
        columns = {"enterprise_id": (numbers // len(rules), some), "rule_id": (numbers % len(rules), rules)}
        columns |= {name: _coded(said[name], source) for name in ("outcome", "reason")}
        yield pa.table(
            {
                name: pa.DictionaryArray.from_arrays(pa.array(number), words)
                for name, (number, words) in columns.items()
            }
        )


def _coded(said: pa.ChunkedArray, source: npt.NDArray[np.int32]) -> tuple[pa.Array, pa.Array]:
    """Of some rows what each says, as numbers and the texts that they stand for."""
    coded = said.combine_chunks().dictionary_encode()
    return coded.indices.take(pa.array(source)), coded.dictionary


def _places(values: pa.ChunkedArray, among: pa.Array) -> npt.NDArray[np.int32]:
    found = pc.index_in(values.combine_chunks(), value_set=among)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)


def _column(con: duckdb.DuckDBPyConnection, query: str) -> pa.Array:
    return db.read_arrow(con, query).column(0).combine_chunks()
