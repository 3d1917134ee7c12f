"""From a rule to the one SELECT that judges it: admitted expressions, quoted names, bound values."""

import re
from datetime import date
from typing import Any

from pipeline.declaration import Source
from pipeline.score.model import Rule

Sources = dict[str, Source]
NOT_COUNTED = "('under_review', 'revoked', 'repaired')"
SQL_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "enum": "VARCHAR",
    "date": "DATE",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
    "period": "VARCHAR",
}


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant."""
    return "'" + text.replace("'", "''") + "'"


def judging_query(rule: Rule, sources: Sources, condition_features: frozenset[str]) -> str:
    """The SELECT that judges every row (or anchor feature) of a rule.

    Args:
        rule: an admitted rule.
        sources: the declarations.
        condition_features: features that the condition itself uses; how sure their links are weighs.

    Returns:
        SQL with grain judged row: enterprise_id, extract, file, row, document, occurred_on,
        expires_on, probability, _outcome, counted_percent, text. It binds $as_of, $expires_after_days,
        $mended_percent and the rule's thresholds.
    """
    mended = f"coalesce(({rule.mended.when}\n), false)" if rule.mended else "false"
    unless = f"coalesce(({rule.unless}\n), false)" if rule.unless else "false"
    return f"""
SELECT enterprise_id, extract, file, "row", _document AS document, _occurred_on AS occurred_on,
  _occurred_on + CAST($expires_after_days AS INTEGER) AS expires_on, _probability AS probability,
  CASE WHEN coalesce(_standing IN {NOT_COUNTED}, false) THEN 'clear'
    WHEN {unless} THEN 'clear'
    WHEN ({rule.condition}\n) IS NULL THEN 'not_evaluated'
    WHEN NOT ({rule.condition}\n) THEN 'clear'
    WHEN _occurred_on IS NULL THEN 'not_evaluated'
    WHEN _occurred_on > $as_of OR _occurred_on + CAST($expires_after_days AS INTEGER) < $as_of THEN 'clear'
    WHEN {mended} AND CAST($mended_percent AS INTEGER) = 0 THEN 'clear'
    ELSE 'hit' END AS _outcome,
  CASE WHEN {mended} THEN CAST($mended_percent AS INTEGER) ELSE 100 END AS counted_percent,
  CASE WHEN _outcome = 'hit' THEN {_sentence(rule, sources)} END AS text
FROM ({inputs_query(rule, sources, condition_features)})
"""


def parameters(rule: Rule, as_of: date) -> dict[str, Any]:
    """Everything that the judging query may bind."""
    return {
        "as_of": as_of,
        "expires_after_days": rule.fading.expires_after_days,
        "mended_percent": rule.mended.percent if rule.mended else 100,
        **rule.threshold_values(as_of),
    }


def used_parameters(query: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values that a query binds; DuckDB refuses others."""
    bound = set(re.findall(r"\$([a-z_][a-z0-9_]*)", query))
    return {name: value for name, value in values.items() if name in bound}


def inputs_query(rule: Rule, sources: Sources, condition_features: frozenset[str]) -> str:
    """The SELECT of what a rule's expressions look at, grain judged row."""
    others = [name for name in rule.needs.features if name != rule.anchor]
    select = ["a.enterprise_id", "a.extract", "a.file", 'a."row"', *_own_columns(rule, sources)]
    probability = "CAST(a.probability AS DECIMAL(9, 6))"
    for number, name in enumerate(others):
        select += [
            f"f{number}.value AS {quoted(name)}",
            f"f{number}.occurred_on AS {quoted(name + '_on')}",
            f"f{number}.detail AS {quoted(name + '_detail')}",
        ]
        if name in condition_features:
            probability = (
                f"round({probability} * CAST(coalesce(f{number}.probability, 1) AS DECIMAL(9, 6)), 6)"
            )
            probability = f"CAST({probability} AS DECIMAL(9, 6))"
    select.append(f"{probability} AS _probability")
    base = quoted(f"usable_{rule.needs.record}" if rule.needs.record else str(rule.anchor))
    joins = "".join(
        f"\n  LEFT JOIN {quoted(name)} f{number} ON f{number}.enterprise_id = a.enterprise_id"
        for number, name in enumerate(others)
    )
    return f"SELECT {', '.join(select)}\n  FROM {base} a{joins}"


def _own_columns(rule: Rule, sources: Sources) -> list[str]:
    """The judged row's own columns, dates, document and standing."""
    if rule.anchor:
        name = rule.anchor
        return [
            f"a.value AS {quoted(name)}",
            f"a.occurred_on AS {quoted(name + '_on')}",
            f"a.detail AS {quoted(name + '_detail')}",
            "a.occurred_on AS _occurred_on",
            "a.document AS _document",
            "CAST(NULL AS VARCHAR) AS _standing",
        ]
    source = sources[str(rule.needs.record)]
    dates = ", ".join(f"a.{quoted(column)}" for column in rule.occurred_on)
    document = f"a.{quoted(rule.document)}" if rule.document else "CAST(NULL AS VARCHAR)"
    standing = "a.standing" if "standing" in source.columns else "CAST(NULL AS VARCHAR)"
    return [
        *(f"a.{quoted(column)} AS {quoted(column)}" for column in rule.needs.columns),
        f"coalesce({dates}) AS _occurred_on",
        f"{document} AS _document",
        f"{standing} AS _standing",
    ]


def _sentence(rule: Rule, sources: Sources) -> str:
    """The evidence sentence as SQL; what the record does not say reads 不详."""
    parts: list[str] = []
    for text, name in rule.placeholders:
        if text:
            parts.append(literal(text))
        if name:
            parts.append(f"coalesce({_shown(name, rule, sources)}, '不详')")
    return f"concat({', '.join(parts)})"


def _shown(name: str, rule: Rule, sources: Sources) -> str:
    """One placeholder as Chinese text."""
    if name in rule.needs.features:
        return f"coalesce({quoted(name + '_detail')}, CAST(CAST({quoted(name)} AS BIGINT) AS VARCHAR))"
    if name.removesuffix("_on") in rule.needs.features:
        return f"CAST({quoted(name)} AS VARCHAR)"
    column = sources[str(rule.needs.record)].columns[name]
    if column.type == "enum":
        cases = " ".join(
            f"WHEN {literal(word)} THEN {literal(words[0])}" for word, words in column.values.items()
        )
        return f"CASE {quoted(name)} {cases} END"
    if column.type == "number":
        return f"CAST(CAST(round({quoted(name)}) AS BIGINT) AS VARCHAR)"
    if column.type == "bool":
        return f"CASE {quoted(name)} WHEN true THEN '是' WHEN false THEN '否' END"
    return f"CAST({quoted(name)} AS VARCHAR)"
