"""What a rule may not be: checks that need the clauses, the sources and the features beside the rule."""

import re
from collections.abc import Iterator
from datetime import date

from pipeline.declaration import PERSONAL_ROLES, Column
from pipeline.score.admission import Refused, admit, not_boolean
from pipeline.score.clauses import Policy
from pipeline.score.compose import SQL_TYPES, Sources
from pipeline.score.features import Feature
from pipeline.score.model import Rule, Scalar

Location = tuple[str | int, ...]
Problem = tuple[Location, str, str]

# Personal traits are no part of what a firm does; how often somebody was visited says where inspectors went.
_FORBIDDEN_CHINESE = ("籍贯", "户籍", "民族", "宗教", "性别", "年龄", "健康", "家庭", "出生", "婚姻", "信仰")
_FORBIDDEN_WORDS = frozenset(
    (
        *("origin", "native", "birthplace", "birth", "birthday", "age", "sex", "gender"),
        *("hukou", "ethnicity", "ethnic", "nationality", "race", "religion", "faith"),
        *("health", "illness", "disability", "family", "household", "marital", "marriage"),
        *("visits", "visited", "inspection_count", "inspections_count", "times_inspected"),
    )
)
_NO_FINDING = {
    "key_lists": "standing on a key list is no finding",
    "labour_market": "figures of a trade are no finding against a firm",
    "street_returns": "what a street confirms adds no points",
}
_MENDING = ("recheck", "rectified", "outcome")
_ALWAYS = frozenset({"as_of"})


def is_forbidden(name: str) -> bool:
    """Whether a name speaks of a personal trait or of how often somebody was inspected."""
    lowered = name.lower()
    parts = set(re.split(r"[^a-z]+|_", lowered))
    return (
        any(word in name for word in _FORBIDDEN_CHINESE)
        or bool(parts & _FORBIDDEN_WORDS)
        or lowered in _FORBIDDEN_WORDS
    )


def vet(rule: Rule, policy: Policy, sources: Sources, features: dict[str, Feature]) -> Iterator[Problem]:
    """Everything wrong with one rule: place in the file, what, and the mend."""
    yield from _forbidden(rule)
    yield from _clauses(rule, policy)
    names = list(_needs(rule, sources, features))
    yield from names
    if not names:
        problems = list(_expressions(rule))
        yield from problems or _kinds(rule, sources)
        yield from _mending(rule, sources)
        yield from _sentence(rule, sources)
        yield from _dates_and_document(rule, sources)
        yield from _cases(rule, sources)


def _forbidden(rule: Rule) -> Iterator[Problem]:
    for key, names in (("columns", rule.needs.columns), ("features", rule.needs.features)):
        for number, name in enumerate(names):
            if is_forbidden(name):
                yield (
                    ("needs", key, number),
                    f"{name} is a personal trait or counts inspections; rules read what the firm does",
                    "take it out",
                )
    for text, place in (
        (rule.condition, "condition"),
        (rule.unless or "", "unless"),
        (rule.evidence, "evidence"),
    ):
        for word in sorted(set(re.findall(r"[^\W\d]\w*", text))):
            if is_forbidden(word):
                yield ((place,), f"{word} is a personal trait or counts inspections", "take it out")


def _clauses(rule: Rule, policy: Policy) -> Iterator[Problem]:
    clauses = policy.clauses
    if rule.clause not in clauses:
        yield (("clause",), f"there is no clause {rule.clause}", "use an id of policy/clauses.yml")
        return
    if rule.category not in policy.table.categories:
        yield (("category",), f"there is no category {rule.category}", "use one of policy/routes.yml")
    own = clauses[rule.clause].category
    if own and own != rule.category:
        yield (("category",), f"clause {rule.clause} is of the category {own}", f"write {own}")
    for number, measure in enumerate(rule.measures):
        clause = clauses.get(measure.clause)
        offered = (*clause.remedies, *clause.remedies_allowed) if clause else ()
        if measure.remedy not in offered:
            yield (
                ("measures", number, "remedy"),
                f"clause {measure.clause} does not provide {measure.remedy}",
                f"use one of {', '.join(offered) or 'a clause with remedies'}",
            )


def _needs(rule: Rule, sources: Sources, features: dict[str, Feature]) -> Iterator[Problem]:
    needs = rule.needs
    if needs.record in _NO_FINDING:
        yield (("needs", "record"), _NO_FINDING[needs.record], "judge rows of another extract")
    elif needs.record and (needs.record not in sources or not sources[needs.record].identifies):
        yield (
            ("needs", "record"),
            f"there is no extract {needs.record} of firms",
            "name a folder of sources/",
        )
    else:
        columns = sources[needs.record].columns if needs.record else {}
        for number, name in enumerate(needs.columns):
            if reason := _column_refused(columns.get(name)):
                yield (("needs", "columns", number), f"{name} {reason}", "use a column of source.yml")
    for number, name in enumerate(needs.features):
        if name not in features:
            yield (("needs", "features", number), f"there is no feature {name}", "use a file of features/")
    for name in sorted(set(needs.columns) & set(needs.features)):
        yield (("needs",), f"{name} is both a column and a feature", "rename the feature")


def _column_refused(column: Column | None) -> str | None:
    if column is None:
        return "is not a column of that extract"
    if column.role in PERSONAL_ROLES or column.role == "name_or_person" or column.show == "restricted":
        return "names persons and serves matching only"
    if column.show == "band":
        return "is an amount that rules see through a feature only"
    return None


def _expressions(rule: Rule) -> Iterator[Problem]:
    columns = frozenset((*rule.needs.columns, *rule.needs.features))
    dates = frozenset(f"{name}_on" for name in rule.needs.features)
    parameters = frozenset(rule.thresholds) | _ALWAYS
    used: set[str] = set(rule.occurred_on) | {rule.document or "", rule.anchor or ""}
    for place, text in rule.expressions().items():
        try:
            used |= admit(text, columns | dates, parameters)
        except Refused as reason:
            yield ((place,), str(reason), "write a comparison of declared columns and thresholds")
            return
    used |= {name for _, name in rule.placeholders if name}
    used |= {name.removesuffix("_on") for name in used}
    for name in sorted(columns - used):
        yield (("needs",), f"{name} is needed and never used", "take it out")


def _mending(rule: Rule, sources: Sources) -> Iterator[Problem]:
    declared = sources[rule.needs.record].columns if rule.needs.record else {}
    known = [name for name in _MENDING if name in declared]
    if known and not set(known) & set(rule.needs.columns):
        mend = f"use {' or '.join(known)}"
        yield (("needs", "columns"), "the rule does not look at whether it was mended", mend)


def _sentence(rule: Rule, sources: Sources) -> Iterator[Problem]:
    columns = sources[rule.needs.record].columns if rule.needs.record else {}
    for _, name in rule.placeholders:
        if not name or name in rule.needs.features or name.removesuffix("_on") in rule.needs.features:
            continue
        if name not in rule.needs.columns:
            yield (("evidence",), f"{{{name}}} is not among its needs", "declare it or take it out")
        elif columns[name].show != "list":
            yield (("evidence",), f"{{{name}}} may not be shown in lists", "take it out")


def _dates_and_document(rule: Rule, sources: Sources) -> Iterator[Problem]:
    if not rule.needs.record:
        return
    columns = sources[rule.needs.record].columns
    for number, name in enumerate(rule.occurred_on):
        known = name in rule.needs.columns and columns[name].type == "date"
        if name != "extract_date" and not known:
            yield (("occurred_on", number), f"{name} is not a needed date column", "name a date of its needs")
    if rule.document and rule.document not in rule.needs.columns:
        yield (("document",), f"{rule.document} is not among its needs", "declare it")


def _kinds(rule: Rule, sources: Sources) -> Iterator[Problem]:
    """Expressions that DuckDB cannot make a yes or no of, for the types of their columns."""
    columns = sources[rule.needs.record].columns if rule.needs.record else {}
    types = {
        name: "VARCHAR[]" if columns[name].list else SQL_TYPES[columns[name].type]
        for name in rule.needs.columns
    }
    for name in rule.needs.features:
        types |= {name: "DOUBLE", f"{name}_on": "DATE"}
    for place, text in rule.expressions().items():
        if reason := not_boolean(text, types, frozenset(rule.thresholds)):
            yield ((place,), reason, "compare values of one type, so that it comes to true or false")


def _cases(rule: Rule, sources: Sources) -> Iterator[Problem]:
    columns = sources[rule.needs.record].columns if rule.needs.record else {}
    for number, case in enumerate(rule.cases):
        unknown = set(case.record) - set(rule.needs.columns) - {"extract_date", "standing"}
        unknown |= set(case.features) - set(rule.needs.features)
        for name in sorted(unknown):
            yield (("cases", number), f"{name} is not among the rule's needs", "take it out of the case")
        for name in sorted(set(case.record) & set(columns)):
            if reason := _value_refused(columns[name], case.record[name]):
                yield (("cases", number), f"{name}: {case.record[name]} {reason}", "correct the case")


def _value_refused(column: Column, text: Scalar) -> str | None:
    """Why a staged row cannot hold a value that a case states."""
    if text is None:
        return None
    if column.type == "enum" and text not in column.values:
        return f"is none of {', '.join(column.values)}"
    if column.type == "bool" and text not in ("true", "false"):
        return "is neither true nor false"
    try:
        if column.type == "date":
            date.fromisoformat(text)
        if column.type == "number":
            float(text)
    except ValueError:
        return f"is no {column.type}"
    return None
