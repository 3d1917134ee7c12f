-- Grain: enterprise and active rule. A view, for nearly all of its rows say that there was nothing to judge.
-- Inputs: enterprise, firm_outcome, rule_absence (what a rule says of a firm without a row to judge, and why).
SELECT e.enterprise_id, a.rule_id,
  CASE WHEN f.rule_id IS NULL THEN a.outcome ELSE f.outcome END AS outcome,
  CASE WHEN f.rule_id IS NULL THEN a.reason ELSE f.reason END AS reason
FROM enterprise e
CROSS JOIN rule_absence a
LEFT JOIN firm_outcome f ON f.enterprise_id = e.enterprise_id AND f.rule_id = a.rule_id
