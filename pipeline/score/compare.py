"""What a changed rule set would change in the published ranking: firms that enter, leave, or change tier."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipeline.declaration import Source
from pipeline.errors import RunError
from pipeline.score.clauses import load_policy
from pipeline.score.compose import Sources, literal, quoted
from pipeline.score.features import COLUMNS, find_features
from pipeline.score.judge import judge
from pipeline.score.model import Rule
from pipeline.score.ranking import BEFORE, rank, write_rule_tables
from pipeline.score.scheme import load_scheme
from pipeline.score.tables import create_empty, create_empty_feature, fact_columns

_CHANGES = """
SELECT coalesce(n.street, o.street, '街道不明') AS street, e.enterprise_id, e.name, o.tier, n.tier,
  o.score, n.score,
  coalesce(list_sort(list_distinct(list_concat(o.rules, n.rules))), []) AS rules
FROM (SELECT r.*, x.rules FROM old_risk r JOIN old_rules x USING (enterprise_id)) o
FULL JOIN (SELECT r.*, x.rules FROM new_risk r JOIN new_rules x USING (enterprise_id)) n USING (enterprise_id)
JOIN enterprise e ON e.enterprise_id = coalesce(o.enterprise_id, n.enterprise_id)
WHERE o.tier IS DISTINCT FROM n.tier
ORDER BY street, greatest(coalesce(o.score, 0), coalesce(n.score, 0)) DESC, e.enterprise_id
"""


@dataclass(frozen=True)
class Change:
    """One firm whose tier would change.

    Attributes:
        street: its street, 街道不明 where nobody knows it.
        enterprise_id: the firm.
        name: its name.
        tier_before: tier by the old rules; None if it had no evidence.
        tier_after: tier by the new rules; None if it has no evidence.
        score_before: by the old rules.
        score_after: by the new rules.
        rules: rules that count for it on either side.
    """

    street: str
    enterprise_id: str
    name: str
    tier_before: str | None
    tier_after: str | None
    score_before: str | None
    score_after: str | None
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """All changes between two rule sets on one published day."""

    as_of: date
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """For a terminal, by street: how many enter and leave the list (tiers C and D), and each firm."""
        lines = [f"{self.as_of}: {len(self.changes)} firms change tier"]
        for street in dict.fromkeys(change.street for change in self.changes):
            own = [change for change in self.changes if change.street == street]
            enter = sum(_listed(c.tier_after) and not _listed(c.tier_before) for c in own)
            leave = sum(_listed(c.tier_before) and not _listed(c.tier_after) for c in own)
            lines.append(f"{street}: {enter} enter the list, {leave} leave it, {len(own)} change tier")
            lines += [
                f"  {c.enterprise_id} {c.name}: {c.tier_before or '-'} {c.score_before or '-'} -> "
                f"{c.tier_after or '-'} {c.score_after or '-'} ({', '.join(c.rules)})"
                for c in own
            ]
        return "\n".join(lines)


def _listed(tier: str | None) -> bool:
    return tier in ("C", "D")


def diff(warehouse: Path, old: tuple[Rule, ...], new: tuple[Rule, ...], sources: Sources) -> Difference:
    """Scores a published day with two rule sets and compares.

    Args:
        warehouse: the published DuckDB file; only read.
        old: the rules that stand.
        new: the rules that are thought of.
        sources: the declarations.

    Returns:
        Every firm whose tier differs.

    Raises:
        RunError: if there is no such warehouse, or it holds no ranking.
    """
    if not warehouse.exists():
        raise RunError("there is no warehouse", where=str(warehouse), mend="run a night first")
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(str(warehouse))} AS published (READ_ONLY)")
        as_of = _as_of(con, warehouse)
        missing = _take_over(con, sources)
        for side, rules in (("old", old), ("new", new)):
            _score(con, side, rules, sources, as_of, missing)
        rows = con.execute(_CHANGES).fetchall()
    return Difference(as_of, tuple(_change(row) for row in rows))


def _change(row: tuple[object, ...]) -> Change:
    texts = [None if value is None else str(value) for value in row[3:7]]
    rules = row[7] if isinstance(row[7], list) else []
    return Change(str(row[0]), str(row[1]), str(row[2]), texts[0], texts[1], texts[2], texts[3], tuple(rules))


def _as_of(con: duckdb.DuckDBPyConnection, warehouse: Path) -> date:
    row = con.execute("SELECT max(as_of) FROM published.risk").fetchone()
    if not row or row[0] is None:
        raise RunError("the warehouse holds no ranking", where=str(warehouse), mend="run a night first")
    day: date = row[0]
    return day


def _take_over(con: duckdb.DuckDBPyConnection, sources: Sources) -> frozenset[str]:
    """Rebuilds what rules look at from the published views; returns extracts that were not usable."""
    con.execute("CREATE TABLE enterprise AS SELECT * FROM published.enterprise")
    create_empty(con, "risk_before", list(BEFORE))
    fresh = con.execute(
        "SELECT DISTINCT extract FROM published.extract_status WHERE state = 'fresh'"
    ).fetchall()
    missing = frozenset(sources) - {str(row[0]) for row in fresh}
    for name, source in sorted(sources.items()):
        if source.identifies:
            _take_rows(con, source, name in missing)
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


def _score(
    con: duckdb.DuckDBPyConnection,
    side: str,
    rules: tuple[Rule, ...],
    sources: Sources,
    as_of: date,
    missing: frozenset[str],
) -> None:
    policy = load_policy()
    write_rule_tables(con, rules, policy, as_of)
    judge(con, rules, sources, as_of, missing)
    rank(con, as_of, policy, load_scheme())
    con.execute(f"CREATE TABLE {side}_risk AS SELECT * FROM risk")
    con.execute(
        f"CREATE TABLE {side}_rules AS SELECT enterprise_id, "
        "list(DISTINCT rule_id ORDER BY rule_id) AS rules FROM evidence GROUP BY enterprise_id"
    )
