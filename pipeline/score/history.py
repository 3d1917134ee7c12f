"""What the last published night of an earlier as-of said: for score_before and tier_before."""

from datetime import date
from pathlib import Path

import duckdb

from pipeline.errors import RunError
from pipeline.journal import read_generations
from pipeline.night import Night
from pipeline.score.ranking import BEFORE
from pipeline.score.tables import create_empty


def load_before(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Makes the table `risk_before`, grain enterprise: score and tier of the last earlier night.

    Empty on a place where no earlier as-of was published.

    Raises:
        RunError: if the journal names a history that is not there.
    """
    create_empty(con, "risk_before", list(BEFORE))
    entry = _last_earlier(night.settings.restricted, night.settings.as_of)
    if entry is None or not entry.get("history"):
        return
    path = night.settings.restricted / str(entry["history"])
    if not path.exists():
        raise RunError(
            f"the history of {entry['as_of']} is missing",
            where=str(path),
            mend="restore the restricted folder from its backup",
        )
    con.execute(
        "INSERT INTO risk_before SELECT enterprise_id, score, tier FROM read_parquet($path) "
        "WHERE as_of = $day",
        {"path": str(path), "day": date.fromisoformat(str(entry["as_of"]))},
    )


def _last_earlier(restricted: Path, as_of: date) -> dict[str, object] | None:
    """The newest entry of the latest as-of before a day."""
    earlier = [
        (str(entry["as_of"]), number, entry)
        for number, entry in enumerate(read_generations(restricted))
        if str(entry.get("as_of", "9999")) < as_of.isoformat()
    ]
    return max(earlier, key=lambda item: item[:2])[2] if earlier else None
