"""From findings to evidence, score, tier and rank: the tables of the .sql files, in their order."""

from datetime import date

import duckdb
import pyarrow as pa

from pipeline import db
from pipeline.score.clauses import Policy, clause_table
from pipeline.score.features import find_features
from pipeline.score.judge import SQL
from pipeline.score.model import Rule
from pipeline.score.scheme import Scheme

_CHAIN = (
    "weighed_finding",
    "firm_score",
    "firm_tier",
    "evidence",
    "firm_lead",
    "firm_measure",
    "firm_category",
    "risk",
)
_TEXTS = pa.list_(pa.string())
BEFORE = (("enterprise_id", "VARCHAR"), ("score", "DECIMAL(6, 2)"), ("tier", "VARCHAR"))


def rank(con: duckdb.DuckDBPyConnection, as_of: date, policy: Policy, scheme: Scheme) -> None:
    """Materialises `evidence` and `risk` from `finding`, `rule…`, `route`, `enterprise`, `risk_before`."""
    values = {"as_of": as_of, "verify_measure": policy.table.verify_measure, **scheme.parameters()}
    for name in _CHAIN:
        db.materialise(con, SQL / f"{name}.sql", values)


def write_rule_tables(
    con: duckdb.DuckDBPyConnection, rules: tuple[Rule, ...], policy: Policy, as_of: date
) -> None:
    """Writes `rule`, `clause`, `route`, and what the .sql files need of the rules."""
    db.write_arrow(con, "clause", clause_table(policy))
    db.write_arrow(con, "route", _routes(policy))
    db.write_arrow(con, "rule", _rules(rules, as_of))
    db.write_arrow(con, "rule_in_force", _in_force(rules, as_of))
    db.write_arrow(con, "rule_measure", _measures(rules, policy, as_of))
    db.write_arrow(con, "rule_department", _departments(rules))


def _table(rows: list[dict[str, object]], **types: pa.DataType) -> pa.Table:
    """Rows as an Arrow table with exactly these columns, also when there is no row."""
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


def _routes(policy: Policy) -> pa.Table:
    rows: list[dict[str, object]] = [
        {"route": route.id, "route_order": number, "title": route.title}
        for number, route in enumerate(policy.table.routes)
    ]
    return _table(rows, route=pa.string(), route_order=pa.int64(), title=pa.string())


def _rules(rules: tuple[Rule, ...], as_of: date) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "rule_id": rule.id,
            "title": rule.title,
            "clause": rule.clause,
            "category": rule.category,
            "reading": rule.reading,
            "status": rule.status,
            "in_force": rule.in_force(as_of),
            "points": rule.points,
            "half_life_days": rule.fading.half_life_days,
            "expires_after_days": rule.fading.expires_after_days,
            "condition": rule.condition,
            "unless": rule.unless,
            "legal_basis": rule.basis_text(as_of),
            "valid_from": min(basis.valid_from for basis in rule.legal_basis),
            "valid_to": _last_day(rule),
            "lead_department": rule.lead_department,
            "other_departments": list(rule.other_departments),
            "measures": [measure.text for measure in rule.measures_on(as_of)],
            "false_positives": list(rule.false_positives),
            "undefined_terms": [f"{term.term}：{term.reading}" for term in rule.undefined_terms],
            "features": sorted(rule.needs.features),
            "extracts": _extracts(rule),
        }
        for rule in rules
    ]
    texts = ("rule_id", "title", "clause", "category", "reading", "status")
    numbers = ("points", "half_life_days", "expires_after_days")
    return _table(
        rows,
        **dict.fromkeys(texts, pa.string()),
        in_force=pa.bool_(),
        **dict.fromkeys(numbers, pa.int64()),
        condition=pa.string(),
        unless=pa.string(),
        legal_basis=pa.string(),
        valid_from=pa.date32(),
        valid_to=pa.date32(),
        lead_department=pa.string(),
        other_departments=_TEXTS,
        measures=_TEXTS,
        false_positives=_TEXTS,
        undefined_terms=_TEXTS,
        features=_TEXTS,
        extracts=_TEXTS,
    )


def _extracts(rule: Rule) -> list[str]:
    """What must have seen a firm for the rule to be evaluated: its own extract, and those of its features."""
    own = {rule.needs.record} if rule.needs.record else set()
    return sorted(own.union(*(find_features()[name].extracts for name in rule.needs.features)))


def _last_day(rule: Rule) -> date | None:
    ends = [basis.valid_to for basis in rule.legal_basis]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _in_force(rules: tuple[Rule, ...], as_of: date) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "rule_id": rule.id,
            "fact": rule.one_fact,
            "clause": rule.clause,
            "category": rule.category,
            "reading": rule.reading,
            "points": rule.points,
            "half_life_days": rule.fading.half_life_days,
            "mended_percent": rule.mended.percent if rule.mended else 0,
        }
        for rule in rules
        if rule.in_force(as_of)
    ]
    texts = ("rule_id", "fact", "clause", "category", "reading")
    numbers = ("points", "half_life_days", "mended_percent")
    return _table(rows, **dict.fromkeys(texts, pa.string()), **dict.fromkeys(numbers, pa.int64()))


def _measures(rules: tuple[Rule, ...], policy: Policy, as_of: date) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "rule_id": rule.id,
            "ordinal": number,
            "remedy": measure.remedy,
            "clause": measure.clause,
            "text": measure.text,
            "route": policy.route(measure.remedy),
            "route_order": policy.order(policy.route(measure.remedy)),
        }
        for rule in rules
        for number, measure in enumerate(rule.measures_on(as_of))
    ]
    texts = ("remedy", "clause", "text", "route")
    return _table(
        rows,
        rule_id=pa.string(),
        ordinal=pa.int64(),
        **dict.fromkeys(texts, pa.string()),
        route_order=pa.int64(),
    )


def _departments(rules: tuple[Rule, ...]) -> pa.Table:
    rows: list[dict[str, object]] = [
        {"rule_id": rule.id, "department": department}
        for rule in rules
        for department in dict.fromkeys((rule.lead_department, *rule.other_departments))
    ]
    return _table(rows, rule_id=pa.string(), department=pa.string())
