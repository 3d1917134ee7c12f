"""score: joined records become features, findings, points, tiers and ranks, each traced to its source row.

Enter by `run(night, sources)`; rule files are handled by `pipeline.score.rulebook`.
"""

from dataclasses import dataclass

from pipeline import db
from pipeline.declaration import Source
from pipeline.night import Night, record_attention
from pipeline.score import objections
from pipeline.score.catalogue import night as catalogue
from pipeline.score.clauses import load_policy
from pipeline.score.duties import write_filing_days
from pipeline.score.fairness import watch
from pipeline.score.history import load_before
from pipeline.score.judge import SQL, judge
from pipeline.score.prepare import (
    compute_features,
    ensure_inputs,
    link_rows,
    unavailable_extracts,
    usable_rows,
)
from pipeline.score.ranking import rank, write_rule_tables
from pipeline.score.returns import take_answers
from pipeline.score.rulebook import load_rules
from pipeline.score.scheme import load_scheme

__all__ = ["ScoreSummary", "run"]


@dataclass(frozen=True)
class ScoreSummary:
    """What a night's scoring came to.

    Attributes:
        rules: active rules in force.
        findings: findings that count.
        enterprises: firms with any evidence.
        tiers: firms by tier.
        unavailable: extracts that no rule could look at.
        attention: what wants a person's eye.
    """

    rules: int
    findings: int
    enterprises: int
    tiers: dict[str, int]
    unavailable: tuple[str, ...]
    attention: int

    def __str__(self) -> str:
        tiers = ", ".join(f"{tier} {number}" for tier, number in sorted(self.tiers.items(), reverse=True))
        text = f"{self.rules} rules, {self.findings} findings on {self.enterprises} firms ({tiers})"
        missing = ", ".join(self.unavailable)
        return f"{text}; not looked at: {missing}" if missing else text


def run(night: Night, sources: dict[str, Source]) -> ScoreSummary:
    """Scores the night's firms. Every table is made anew: a run that died half-way is simply run again.

    Reads `stg_<extract>`, `record_link`, `record_premises`, `enterprise`, `enterprise_alias`, `premises`,
    `extract_status`, and the industry catalogue that was imported. Writes `linked_<extract>`,
    `catalogue_edition`, `catalogue_item`, `catalogue_match`, `feature`, `premises_feature`, `finding`,
    `rule_outcome`, `evidence`, `risk`, `rule`, `clause`, `route`, `favourable`, `open_document`,
    `last_checked`, `duty_due`, `duty_owed`, `fairness`, `held_line`, `answer`, `answer_effect`,
    `return_meaning`, `objection`.

    Raises:
        RuleError: if a rule file is wrong.
        RunError: if the history that the journal names is missing.
    """
    as_of, policy, scheme = night.settings.as_of, load_policy(), load_scheme()
    rules = load_rules(night.settings.rules, sources)
    with night.connect() as con:
        # Whatever depends on an order says which, and what is published is sorted.
        con.execute("SET preserve_insertion_order = false")
        unavailable = unavailable_extracts(con, sources)
        ensure_inputs(con, sources)
        link_rows(con, sources, night.settings.threads)
        usable_rows(con, sources, unavailable)
        listed = catalogue.take(con, night)
        catalogue.match(con, listed.items, as_of)
        rules = catalogue.bound(rules, listed.edition, as_of)
        compute_features(con, as_of)
        write_rule_tables(con, rules, policy, as_of)
        load_before(con, night)
        take_answers(con, sources, as_of)
        late = objections.take(con, night.settings)
        judge(con, rules, sources, as_of, unavailable, listed.absence)
        rank(con, as_of, policy, scheme)
        write_filing_days(con)
        for name in ("favourable", "open_document", "last_checked", "duty_due", "duty_owed"):
            db.materialise(con, SQL / f"{name}.sql", {"as_of": as_of})
        attention = [*late, *watch(con, as_of, scheme.fairness, night.settings.accept)]
        record_attention(con, attention)
        tiers = con.execute("SELECT tier, count(*) FROM risk GROUP BY tier ORDER BY tier DESC").fetchall()
        return ScoreSummary(
            rules=sum(rule.in_force(as_of) for rule in rules),
            findings=db.count(con, "evidence"),
            enterprises=db.count(con, "risk"),
            tiers={str(tier): int(number) for tier, number in tiers},
            unavailable=tuple(sorted(name for name in unavailable if sources[name].identifies)),
            attention=len(attention),
        )
