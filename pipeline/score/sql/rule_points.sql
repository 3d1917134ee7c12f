-- Grain: side (old, new), enterprise and rule that counts for it. Points by rule, exact hundredths.
-- Inputs: old_evidence, new_evidence.
SELECT 'old' AS side, enterprise_id, rule_id, sum(points) AS points FROM old_evidence GROUP BY enterprise_id, rule_id
UNION ALL
SELECT 'new', enterprise_id, rule_id, sum(points) FROM new_evidence GROUP BY enterprise_id, rule_id
