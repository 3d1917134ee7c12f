-- Grain: extract that is not fresh, and rule that could not be evaluated for want of it. Inputs: rule_absence, firm_outcome,
-- enterprise, extract_status, rule. Units: firms. enterprises: the reason names the extract. enterprises_unclear: other firms
-- that the rule could not judge, because what it needs is empty. A rule that wants several extracts stands under each.
WITH named AS (
  SELECT rule_id, unnest(regexp_extract_all(reason, '[a-z][a-z_]*')) AS extract
  FROM rule_absence WHERE outcome = 'not_evaluated'
), judged AS (
  SELECT rule_id, count(*) AS enterprises, count(*) FILTER (WHERE outcome = 'not_evaluated') AS unclear
  FROM firm_outcome GROUP BY rule_id
), lacking AS (
  SELECT n.extract, n.rule_id, (SELECT count(*) FROM enterprise) - coalesce(j.enterprises, 0) AS enterprises,
    coalesce(j.unclear, 0) AS enterprises_unclear
  FROM named n
  LEFT JOIN judged j USING (rule_id)
  WHERE n.extract IN (SELECT extract FROM extract_status WHERE state <> 'fresh')
)
SELECT k.extract, k.rule_id, r.title, r.clause, r.reading, k.enterprises, k.enterprises_unclear
FROM lacking k
JOIN rule r USING (rule_id)
WHERE k.enterprises > 0
ORDER BY k.extract, k.enterprises DESC, k.rule_id
