"""Judges every rule against every firm: `judged` rows, then `finding` and `rule_outcome`."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.score.admission import admit
from pipeline.score.compose import Sources, judging_query, literal, parameters, used_parameters
from pipeline.score.features import find_features, needs_catalogue
from pipeline.score.model import Rule
from pipeline.score.tables import create_empty

SQL = Path(__file__).parent / "sql"
_NO_ROW = "相关数据中未见该主体"
_JUDGED = (
    ("rule_id", "VARCHAR"),
    ("enterprise_id", "VARCHAR"),
    ("extract", "VARCHAR"),
    ("file", "VARCHAR"),
    ("row", "BIGINT"),
    ("document", "VARCHAR"),
    ("occurred_on", "DATE"),
    ("expires_on", "DATE"),
    ("probability", "DECIMAL(9, 6)"),
    ("outcome", "VARCHAR"),
    ("counted_percent", "INTEGER"),
    ("text", "VARCHAR"),
)
_ABSENCE = pa.schema([(name, pa.string()) for name in ("rule_id", "outcome", "reason")])


def condition_features(rule: Rule) -> frozenset[str]:
    """Features that the condition uses (not those that only lift the rule)."""
    names = frozenset(rule.needs.features)
    columns = names | frozenset(rule.needs.columns) | frozenset(f"{name}_on" for name in names)
    used = admit(rule.condition, columns, frozenset(rule.thresholds) | {"as_of"})
    return frozenset(name.removesuffix("_on") for name in used if name.removesuffix("_on") in names)


def judge(
    con: duckdb.DuckDBPyConnection,
    rules: tuple[Rule, ...],
    sources: Sources,
    as_of: date,
    unavailable: frozenset[str],
    no_catalogue: str | None = None,
) -> None:
    """Judges all active rules.

    Args:
        con: holds `enterprise`, `usable_<extract>`, the features, `rule_in_force` and the answers.
        rules: vetted rules; drafts and retired ones are passed over.
        sources: the declarations.
        as_of: the day.
        unavailable: extracts that are missing or stale.
        no_catalogue: why no industry catalogue is in force; None if one is.
    """
    create_empty(con, "judged", list(_JUDGED), temporary=True)
    active = [rule for rule in rules if rule.status == "active"]
    for rule in active:
        if rule.in_force(as_of):
            query = judging_query(rule, sources, condition_features(rule))
            bound = used_parameters(query, parameters(rule, as_of))
            con.execute(f"INSERT INTO judged SELECT {literal(rule.id)}, * FROM ({query})", bound)
    absences = [_absence_row(rule, sources, as_of, unavailable, no_catalogue) for rule in active]
    db.write_arrow(con, "rule_absence", pa.Table.from_pylist(absences, schema=_ABSENCE))
    for name in ("mended_by_answer", "finding", "firm_outcome", "answer_effect"):
        db.materialise(con, SQL / f"{name}.sql")
    outcome = (SQL / "rule_outcome.sql").read_text(encoding="utf-8")
    con.execute(f"CREATE OR REPLACE VIEW rule_outcome AS {outcome}")


def _absence_row(
    rule: Rule, sources: Sources, as_of: date, unavailable: frozenset[str], no_catalogue: str | None
) -> dict[str, str | None]:
    reason = _absence(rule, as_of, unavailable, no_catalogue)
    exhaustive = rule.needs.record is not None and sources[rule.needs.record].exhaustive
    outcome = "clear" if exhaustive and reason == _NO_ROW else "not_evaluated"
    return {"rule_id": rule.id, "outcome": outcome, "reason": reason if outcome == "not_evaluated" else None}


def _absence(rule: Rule, as_of: date, unavailable: frozenset[str], no_catalogue: str | None) -> str:
    """Why a firm without a row to judge is not evaluated."""
    if not rule.in_force(as_of):
        return "规则的法律依据当日无效"
    if any(value is None for value in rule.threshold_values(as_of).values()):
        return "规则的标准当日尚未生效"
    if no_catalogue and needs_catalogue(rule.needs.features):
        return no_catalogue
    lacking = {rule.needs.record} & unavailable if rule.needs.record else set()
    for name in rule.needs.features:
        extracts = set(find_features()[name].extracts)
        if extracts and extracts <= unavailable:
            lacking |= extracts
    if lacking:
        return f"数据缺失或过期：{'、'.join(sorted(str(name) for name in lacking))}"
    return _NO_ROW
