-- Grain: kind of group and group. Firms that one rule hits, clears, cannot evaluate. Inputs: new_rule_outcome,
-- fairness_member. $rule_id.
SELECT m.kind, m."group", count(*) FILTER (WHERE o.outcome = 'hit') AS hit,
  count(*) FILTER (WHERE o.outcome = 'clear') AS clear,
  count(*) FILTER (WHERE o.outcome = 'not_evaluated') AS not_evaluated
FROM fairness_member m JOIN new_rule_outcome o ON o.enterprise_id = m.enterprise_id
WHERE o.rule_id = $rule_id AND m.kind IN ('street', 'size_band', 'entity_type')
GROUP BY m.kind, m."group" ORDER BY m.kind, m."group"
