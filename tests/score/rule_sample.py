"""A small rule that a test writes with some keys exchanged; as a rule file has them, all values are texts."""

from pathlib import Path
from typing import Any

from pipeline.score.model import Rule

DAY = "2017-03-31"
BASIS = {"law": "某法", "article": "第一条", "valid_from": "2000-01-01"}
MEASURE = {"remedy": "R13", "clause": "IV.1.3", "text": "依法处理"}
RECORD = {"complaint": "wage_arrears", "people": "12", "filed_on": DAY}
FIRES = {"name": "欠薪", "kind": "fires", "as_of": DAY, "record": RECORD, "outcome": "hit"}
CLEAR = {"name": "加班", "kind": "clear", "as_of": DAY, "record": RECORD | {"complaint": "overtime"}}
CLEAR |= {"outcome": "clear"}
UNSEEN = {"name": "无记录", "kind": "not_evaluated", "as_of": DAY, "outcome": "not_evaluated"}
ON_THE_LIMIT = FIRES | {"name": "刚好", "kind": "boundary"}
CASES = [FIRES, CLEAR, UNSEEN, ON_THE_LIMIT]


def rule(**changes: Any) -> Rule:
    """A screening rule over the rows of labour_cases; keys exchanged, taken out where the value is None."""
    keys: dict[str, Any] = {
        "id": "sample",
        "title": "试验",
        "clause": "III.3.4",
        "category": "labour",
        "reading": "screening",
        "status": "active",
        "legal_basis": [BASIS],
        "lead_department": "区人力资源局",
        "needs": {"record": "labour_cases", "columns": ["complaint", "people", "outcome", "filed_on"]},
        "condition": "complaint = 'wage_arrears' AND people >= 10",
        "unless": "outcome = 'settled'",
        "occurred_on": ["filed_on"],
        "points": "10",
        "fading": {"half_life_days": "100", "expires_after_days": "200"},
        "evidence": "{filed_on}{complaint}",
        "false_positives": ["误记"],
        "cases": CASES,
    }
    told = {key: value for key, value in (keys | changes).items() if value is not None}
    made = Rule.model_validate(told)
    made._path = Path("rules/own") / f"{made.id}.yml"
    return made


def feature_rule(**changes: Any) -> Rule:
    """A screening rule over features, whose evidence is the row of the feature `insured_people`."""
    seen = {"insured_people": "2", "workers_seen": "30"}
    cases = [
        {"name": "少参保", "kind": "fires", "as_of": DAY, "features": seen, "outcome": "hit"},
        {"name": "相符", "kind": "clear", "as_of": DAY, "features": seen | {"workers_seen": "2"}}
        | {"outcome": "clear"},
        UNSEEN,
        {"name": "刚好", "kind": "boundary", "as_of": DAY, "features": seen, "outcome": "hit"},
    ]
    keys: dict[str, Any] = {
        "needs": {"features": ["insured_people", "workers_seen"]},
        "anchor": "insured_people",
        "condition": "workers_seen > insured_people * 2",
        "unless": None,
        "occurred_on": None,
        "evidence": "参保{insured_people}人，见{workers_seen}人",
        "cases": cases,
    }
    return rule(**(keys | changes))


def strict_rule(**changes: Any) -> Rule:
    """The rule in the strict reading, with one measure."""
    return rule(**({"reading": "strict", "measures": [MEASURE]} | changes))
