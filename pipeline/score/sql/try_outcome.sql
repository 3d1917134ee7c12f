-- Grain: outcome of one rule and its reason. Inputs: new_rule_outcome. $rule_id.
SELECT outcome, reason, count(*) AS firms
FROM new_rule_outcome WHERE rule_id = $rule_id
GROUP BY outcome, reason ORDER BY outcome, firms DESC, reason
