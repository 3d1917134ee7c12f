-- Grain: extract with a file that is stale or refused, or without any. Inputs: extract_status, rule_outcome, record_link.
-- Units: firms. is_whole: no file of it is fresh, so that no rule looked at it. enterprises: firms for which some rule was
-- not evaluated and the reason names the extract. enterprises_passed_over: firms with current rows in its stale files
-- alone. The firms of two extracts overlap and must not be summed.
WITH gap AS (
  SELECT
    extract, list(DISTINCT state ORDER BY state) FILTER (WHERE state <> 'fresh') AS states,
    bool_and(state <> 'fresh') AS is_whole, max(extract_date) FILTER (WHERE state <> 'refused') AS newest
  FROM extract_status
  GROUP BY extract
  HAVING bool_or(state <> 'fresh')
), named AS (
  SELECT DISTINCT reason, unnest(regexp_extract_all(reason, '[a-z][a-z_]*')) AS extract
  FROM (SELECT DISTINCT reason FROM rule_outcome WHERE outcome = 'not_evaluated')
), lacking AS (
  SELECT n.extract, count(DISTINCT o.enterprise_id) AS enterprises, count(DISTINCT o.rule_id) AS rules
  FROM rule_outcome o
  JOIN named n USING (reason)
  WHERE o.outcome = 'not_evaluated'
  GROUP BY n.extract
), seen AS (
  SELECT l.extract, l.enterprise_id, bool_or(s.state = 'fresh') AS is_fresh
  FROM record_link l
  JOIN extract_status s ON s.extract = l.extract AND s.file = l.file
  WHERE l.enterprise_id IS NOT NULL AND NOT l.superseded
  GROUP BY l.extract, l.enterprise_id
), passed_over AS (
  SELECT extract, count(*) AS enterprises FROM seen WHERE NOT is_fresh GROUP BY extract
)
SELECT
  g.extract, g.states, g.is_whole, g.newest, coalesce(k.rules, 0) AS rules, coalesce(k.enterprises, 0) AS enterprises,
  coalesce(p.enterprises, 0) AS enterprises_passed_over
FROM gap g
LEFT JOIN lacking k USING (extract)
LEFT JOIN passed_over p USING (extract)
ORDER BY g.is_whole DESC, g.extract
