"""Judges every rule against every firm: `judged` rows, `rule_outcome`, `finding`."""

from datetime import date

import duckdb

from pipeline.score.admission import admit
from pipeline.score.compose import Sources, judging_query, parameters, used_parameters
from pipeline.score.features import find_features
from pipeline.score.model import Rule

_OUTCOME = """
INSERT INTO rule_outcome
SELECT e.enterprise_id, $rule_id, coalesce(j.outcome, $absent),
  CASE WHEN coalesce(j.outcome, $absent) <> 'not_evaluated' THEN NULL
    WHEN j.outcome IS NULL THEN $reason ELSE '所需数据为空，无法判断' END
FROM enterprise e
LEFT JOIN (
  SELECT enterprise_id,
    CASE WHEN bool_or(outcome = 'hit') THEN 'hit'
      WHEN bool_or(outcome = 'not_evaluated') THEN 'not_evaluated' ELSE 'clear' END AS outcome
  FROM judged GROUP BY enterprise_id
) j ON j.enterprise_id = e.enterprise_id
"""
_FINDING = """
INSERT INTO finding
SELECT enterprise_id, $rule_id, extract, file, "row", document, occurred_on, expires_on, probability,
  counted_percent, text
FROM judged WHERE outcome = 'hit'
"""


def condition_features(rule: Rule) -> frozenset[str]:
    """Features that the condition uses (not those that only lift the rule)."""
    names = frozenset(rule.needs.features)
    columns = names | frozenset(rule.needs.columns) | frozenset(f"{name}_on" for name in names)
    used = admit(rule.condition, columns, frozenset(rule.thresholds) | {"as_of"})
    return frozenset(name.removesuffix("_on") for name in used if name.removesuffix("_on") in names)


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Creates the empty tables `finding` and `rule_outcome`."""
    con.execute(
        "CREATE OR REPLACE TABLE finding (enterprise_id VARCHAR, rule_id VARCHAR, extract VARCHAR, "
        'file VARCHAR, "row" BIGINT, document VARCHAR, occurred_on DATE, expires_on DATE, '
        "probability DECIMAL(9, 6), counted_percent INTEGER, text VARCHAR)"
    )
    con.execute(
        "CREATE OR REPLACE TABLE rule_outcome (enterprise_id VARCHAR, rule_id VARCHAR, outcome VARCHAR, "
        "reason VARCHAR)"
    )


def judge(
    con: duckdb.DuckDBPyConnection,
    rules: tuple[Rule, ...],
    sources: Sources,
    as_of: date,
    unavailable: frozenset[str],
) -> None:
    """Judges all active rules.

    Args:
        con: holds `enterprise`, `usable_<extract>` and the features.
        rules: vetted rules; drafts and retired ones are passed over.
        sources: the declarations.
        as_of: the day.
        unavailable: extracts that are missing or stale.
    """
    create_tables(con)
    for rule in rules:
        if rule.status == "active":
            _judge_one(con, rule, sources, as_of, unavailable)


def _judge_one(
    con: duckdb.DuckDBPyConnection, rule: Rule, sources: Sources, as_of: date, unavailable: frozenset[str]
) -> None:
    query = judging_query(rule, sources, condition_features(rule))
    bound = used_parameters(query, parameters(rule, as_of))
    nothing = "" if rule.in_force(as_of) else " LIMIT 0"
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {query}{nothing}", bound)
    exhaustive = rule.needs.record is not None and sources[rule.needs.record].exhaustive
    reason = _absence(rule, as_of, unavailable)
    con.execute(
        _OUTCOME,
        {
            "rule_id": rule.id,
            "absent": "clear" if exhaustive and reason == _NO_ROW else "not_evaluated",
            "reason": reason,
        },
    )
    con.execute(_FINDING, {"rule_id": rule.id})


_NO_ROW = "相关数据中未见该主体"


def _absence(rule: Rule, as_of: date, unavailable: frozenset[str]) -> str:
    """Why a firm without a row to judge is not evaluated."""
    if not rule.in_force(as_of):
        return "规则的法律依据当日无效"
    if any(value is None for value in rule.threshold_values(as_of).values()):
        return "规则的标准当日尚未生效"
    lacking = {rule.needs.record} & unavailable if rule.needs.record else set()
    for name in rule.needs.features:
        extracts = set(find_features()[name].extracts)
        if extracts and extracts <= unavailable:
            lacking |= extracts
    if lacking:
        return f"数据缺失或过期：{'、'.join(sorted(str(name) for name in lacking))}"
    return _NO_ROW
