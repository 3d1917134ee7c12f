"""`rule_return`: what street offices answered to the lines that each rule stood behind.

Nothing reads it but people: no count in it changes a rule, and a confirmation adds no points.
"""

from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.interval import wilson

VIEW = "rule_return"
_QUERY = Path(__file__).parent / "queries" / f"{VIEW}.sql"


def add(con: duckdb.DuckDBPyConnection) -> int:
    """Makes the table `rule_return` of a warehouse, grain rule; returns its rows.

    Shares are of the answers that say whether the line was right (`judged`), with 95 % Wilson intervals;
    null where there is none.
    """
    counts = db.read_arrow(con, _QUERY.read_text(encoding="utf-8"))
    cases = list(zip(counts["borne_out"].to_pylist(), counts["judged"].to_pylist(), strict=True))
    ends = [wilson(hits, judged) if judged else (None, None) for hits, judged in cases]
    shares = {
        "share": [hits / judged if judged else None for hits, judged in cases],
        "share_low": [low for low, _ in ends],
        "share_high": [high for _, high in ends],
    }
    table = counts
    for name, values in shares.items():
        rounded = [None if value is None else round(value, 6) for value in values]
        table = table.append_column(name, pa.array(rounded, pa.float64()))
    db.write_arrow(con, VIEW, table)
    return db.count(con, VIEW)
