-- Grain: outcome of rules for one enterprise, with how many had it. Inputs: rule_outcome.
SELECT outcome, count(*) AS rules FROM rule_outcome WHERE enterprise_id = $enterprise_id
GROUP BY outcome ORDER BY outcome
