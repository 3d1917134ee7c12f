"""Days that duties of departments count in working days."""

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.reference import working_days

FILED_WITHIN = 5  # working days from a complaint to its case, IV.1.3
SCHEMA = pa.schema([("received_on", pa.date32()), ("due_on", pa.date32())])


def write_filing_days(con: duckdb.DuckDBPyConnection) -> None:
    """Writes `filing_due`, grain day on which a complaint was received: the last day for filing it as a case.

    Args:
        con: holds `usable_labour_cases`.
    """
    days = con.execute(
        "SELECT DISTINCT received_on FROM usable_labour_cases WHERE received_on IS NOT NULL ORDER BY ALL"
    ).fetchall()
    rows = [{"received_on": day, "due_on": working_days.after(day, FILED_WITHIN)} for (day,) in days]
    db.write_arrow(con, "filing_due", pa.Table.from_pylist(rows, schema=SCHEMA))
