-- Grain: extract that is not fresh, and rule that could not be evaluated for want of it. Inputs: rule_outcome,
-- extract_status, rule. Units: firms. enterprises: the reason names the extract. enterprises_unclear: other firms that the
-- rule could not judge, because what it needs is empty. A rule that wants several extracts stands under each.
WITH named AS (
  SELECT DISTINCT reason, unnest(regexp_extract_all(reason, '[a-z][a-z_]*')) AS extract
  FROM (SELECT DISTINCT reason FROM rule_outcome WHERE outcome = 'not_evaluated')
), lacking AS (
  SELECT n.extract, o.rule_id, count(*) AS enterprises
  FROM rule_outcome o
  JOIN named n USING (reason)
  WHERE o.outcome = 'not_evaluated' AND n.extract IN (SELECT extract FROM extract_status WHERE state <> 'fresh')
  GROUP BY n.extract, o.rule_id
), unjudged AS (
  SELECT rule_id, count(*) AS enterprises FROM rule_outcome WHERE outcome = 'not_evaluated' GROUP BY rule_id
)
SELECT
  k.extract, k.rule_id, r.title, r.clause, r.reading, k.enterprises,
  u.enterprises - k.enterprises AS enterprises_unclear
FROM lacking k
JOIN unjudged u USING (rule_id)
JOIN rule r USING (rule_id)
ORDER BY k.extract, k.enterprises DESC, k.rule_id
