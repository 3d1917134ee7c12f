-- Grain: rule and firm of which there was anything to judge. Inputs: built.firm_outcome.
SELECT enterprise_id, rule_id, outcome, reason
FROM built.firm_outcome
ORDER BY enterprise_id, rule_id
