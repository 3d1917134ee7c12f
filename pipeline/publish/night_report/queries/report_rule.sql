-- Grain: rule that fired. Inputs: evidence, rule. Units: firms.
SELECT e.rule_id, r.title, r.clause, r.reading, count(DISTINCT e.enterprise_id) AS firms
FROM evidence e
JOIN rule r USING (rule_id)
GROUP BY e.rule_id, r.title, r.clause, r.reading
ORDER BY firms DESC, e.rule_id
LIMIT 20
