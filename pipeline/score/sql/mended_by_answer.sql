-- Grain: rule and firm that an answer of its street office mends. Findings dated no later than mended_on count no more than
-- mended_percent, which is the rule's own word, and nothing where it has none.
-- Inputs: answer, return_mends, rule_in_force.
SELECT r.rule_id, a.enterprise_id, max(a.checked_on) AS mended_on, min(r.mended_percent) AS mended_percent
FROM answer a
JOIN return_mends m ON m.result = a.result
JOIN rule_in_force r ON r.category = m.category
GROUP BY r.rule_id, a.enterprise_id
