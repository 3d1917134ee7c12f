-- Grain: enterprise and active rule. Inputs: built.rule_outcome.
SELECT enterprise_id, rule_id, outcome, reason
FROM built.rule_outcome
ORDER BY enterprise_id, rule_id
