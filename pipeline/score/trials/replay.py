"""Scores a published day again: rules look at the warehouse's own facts, and nothing is written to it.

Features stay those of the published day; what is judged anew are rules, laws, thresholds, fading and expiry.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipeline import db
from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.score.clauses import load_policy
from pipeline.score.compose import Sources, literal, quoted
from pipeline.score.features import COLUMNS, find_features
from pipeline.score.judge import judge
from pipeline.score.model import Rule
from pipeline.score.ranking import BEFORE, rank, write_rule_tables
from pipeline.score.returns import take_answers
from pipeline.score.scheme import load_scheme
from pipeline.score.tables import DOUBTED_COLUMNS, create_empty, create_empty_feature, fact_columns

_KEPT = ("risk", "evidence", "rule_outcome")


@dataclass(frozen=True)
class Published:
    """A published day, taken over into memory.

    Attributes:
        con: holds `enterprise`, `usable_<extract>`, `linked_grid` and the features.
        as_of: the day of the warehouse.
        missing: extracts that were not usable that day.
        unknown: features that the warehouse does not hold, because no night has computed them yet.
        sources: the declarations.
    """

    con: duckdb.DuckDBPyConnection
    as_of: date
    missing: frozenset[str]
    unknown: frozenset[str]
    sources: Sources

    def score(self, side: str, rules: tuple[Rule, ...], as_of: date) -> None:
        """Scores all firms, and keeps `<side>_risk`, `<side>_evidence` and `<side>_rule_outcome`.

        Args:
            side: names the tables.
            rules: vetted rules; only active ones count.
            as_of: the day whose laws, thresholds and fading hold.
        """
        policy = load_policy()
        write_rule_tables(self.con, rules, policy, as_of)
        take_answers(self.con, self.sources, as_of)
        judge(self.con, rules, self.sources, as_of, self.missing)
        rank(self.con, as_of, policy, load_scheme())
        for name in _KEPT:
            self.con.execute(f"CREATE OR REPLACE TABLE {side}_{name} AS FROM {name}")


@contextmanager
def opened(warehouse: Path, sources: Sources) -> Iterator[Published]:
    """Takes over a published day; the file is only read.

    Args:
        warehouse: the published DuckDB file.
        sources: the declarations.

    Raises:
        RunError: if there is no such warehouse, or it holds no ranking.
    """
    if not warehouse.exists():
        raise RunError("there is no warehouse", where=str(warehouse), mend="run a night first")
    with duckdb.connect(config={**db.OFFLINE}) as con:
        con.execute(f"ATTACH {literal(str(warehouse))} AS published (READ_ONLY)")
        as_of = _as_of(con, warehouse)
        missing = _take_over(con, sources)
        yield Published(con, as_of, missing, _unknown_features(con), sources)


def _as_of(con: duckdb.DuckDBPyConnection, warehouse: Path) -> date:
    row = con.execute("SELECT max(as_of) FROM published.risk").fetchone()
    if not row or row[0] is None:
        raise RunError("the warehouse holds no ranking", where=str(warehouse), mend="run a night first")
    day: date = row[0]
    return day


def _take_over(con: duckdb.DuckDBPyConnection, sources: Sources) -> frozenset[str]:
    """Rebuilds what rules look at from the published views; returns extracts that were not usable."""
    con.execute("CREATE TABLE enterprise AS SELECT * FROM published.enterprise")
    con.execute("CREATE VIEW enterprise_alias AS FROM published.enterprise_alias")
    con.execute(
        "CREATE VIEW stg_street_returns AS SELECT *, false AS superseded FROM published.street_return"
    )
    create_empty(con, "risk_before", list(BEFORE))
    create_empty(con, "doubted_link", list(DOUBTED_COLUMNS))  # links stay those of the published day
    fresh = con.execute(
        "SELECT DISTINCT extract FROM published.extract_status WHERE state = 'fresh'"
    ).fetchall()
    missing = frozenset(sources) - {str(row[0]) for row in fresh}
    for name, source in sorted(sources.items()):
        if source.identifies:
            _take_rows(con, source, name in missing)
    con.execute("CREATE VIEW linked_grid AS FROM usable_grid")
    # The detail of a feature serves the evidence sentence alone and is not published.
    names = ", ".join("NULL" if column == "detail" else quoted(column) for column, _ in COLUMNS)
    for name in find_features():
        create_empty_feature(con, name)
        query = f"SELECT {names} FROM published.feature WHERE feature = {literal(name)}"
        con.execute(f"INSERT INTO {quoted(name)} {query}")
    return missing


def _take_rows(con: duckdb.DuckDBPyConnection, source: Source, is_missing: bool) -> None:
    """`usable_<extract>` with the columns that rules may name."""
    facts = "".join(
        f", s.{quoted(name)}"
        for name, _ in fact_columns(source)
        if name in source.columns and source.columns[name].show != "band"
    )
    con.execute(
        f'CREATE VIEW {quoted(f"usable_{source.extract}")} AS SELECT s.extract, s.file, s."row", '
        f"l.enterprise_id, CAST(l.probability AS DECIMAL(9, 6)) AS probability, x.extract_date{facts} "
        f"FROM published.{quoted(f'source_{source.extract}')} s "
        'JOIN published.record_link l ON l.extract = s.extract AND l.file = s.file AND l."row" = s."row" '
        "LEFT JOIN published.extract_status x ON x.extract = s.extract AND x.file = s.file "
        f"WHERE l.decision IN ('certain', 'probable') AND {'false' if is_missing else 'true'}"
        + (" AND x.state = 'fresh'" if source.mode == "snapshot" else "")
    )


def _unknown_features(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(name for name in find_features() if not db.count(con, name))
