-- Grain: enterprise and active rule. One row that hits is a hit; else one that nobody could judge is not_evaluated; else clear.
-- A row that hits and that an answer of a street office has mended away is clear.
-- Inputs: enterprise, judged, finding, rule_absence (what a rule says of a firm without a row to judge, and why).
WITH held AS (
  SELECT DISTINCT rule_id, enterprise_id FROM finding
),
judged_firm AS (
  SELECT rule_id, enterprise_id, max(CASE outcome WHEN 'not_evaluated' THEN 1 ELSE 0 END) AS place
  FROM judged GROUP BY rule_id, enterprise_id
),
placed AS (
  SELECT j.rule_id, j.enterprise_id, CASE WHEN h.rule_id IS NOT NULL THEN 2 ELSE j.place END AS place
  FROM judged_firm j LEFT JOIN held h ON h.rule_id = j.rule_id AND h.enterprise_id = j.enterprise_id
)
SELECT e.enterprise_id, a.rule_id,
  CASE p.place WHEN 2 THEN 'hit' WHEN 1 THEN 'not_evaluated' WHEN 0 THEN 'clear' ELSE a.outcome END AS outcome,
  CASE WHEN p.place = 1 THEN '所需数据为空，无法判断' WHEN p.place IS NULL AND a.outcome = 'not_evaluated' THEN a.reason END AS reason
FROM enterprise e
CROSS JOIN rule_absence a
LEFT JOIN placed p ON p.enterprise_id = e.enterprise_id AND p.rule_id = a.rule_id
