-- Grain: extract with a file that is stale or refused, or without any. Inputs: extract_status, rule_absence, firm_outcome,
-- enterprise, record_link. Units: firms. is_whole: no file of it is fresh, so that no rule looked at it. enterprises: firms for which some rule was
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
  SELECT rule_id, unnest(regexp_extract_all(reason, '[a-z][a-z_]*')) AS extract
  FROM rule_absence WHERE outcome = 'not_evaluated'
), wanting AS (
  SELECT extract, count(*) AS rules FROM named GROUP BY extract
), judged AS (
  SELECT extract, count(*) AS enterprises
  FROM (
    SELECT n.extract, f.enterprise_id
    FROM firm_outcome f JOIN named n USING (rule_id) JOIN wanting w USING (extract)
    GROUP BY n.extract, f.enterprise_id, w.rules HAVING count(*) = w.rules
  )
  GROUP BY extract
), lacking AS (
  SELECT w.extract, w.rules, (SELECT count(*) FROM enterprise) - coalesce(j.enterprises, 0) AS enterprises
  FROM wanting w LEFT JOIN judged j USING (extract)
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
