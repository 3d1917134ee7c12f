-- Grain: active rule. What it says of a firm without a row to judge. Inputs: built.rule_absence.
SELECT rule_id, outcome, reason
FROM built.rule_absence
ORDER BY rule_id
