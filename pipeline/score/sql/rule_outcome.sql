-- Grain: enterprise and active rule. One row that hits is a hit; else one that nobody could judge is not_evaluated; else clear.
-- Inputs: enterprise, judged, rule_absence (what a rule says of a firm without a row to judge, and why).
WITH judged_firm AS (
  SELECT rule_id, enterprise_id,
    max(CASE outcome WHEN 'hit' THEN 2 WHEN 'not_evaluated' THEN 1 ELSE 0 END) AS place
  FROM judged GROUP BY rule_id, enterprise_id
)
SELECT e.enterprise_id, a.rule_id,
  CASE j.place WHEN 2 THEN 'hit' WHEN 1 THEN 'not_evaluated' WHEN 0 THEN 'clear' ELSE a.outcome END AS outcome,
  CASE WHEN j.place = 1 THEN '所需数据为空，无法判断' WHEN j.place IS NULL AND a.outcome = 'not_evaluated' THEN a.reason END AS reason
FROM enterprise e
CROSS JOIN rule_absence a
LEFT JOIN judged_firm j ON j.enterprise_id = e.enterprise_id AND j.rule_id = a.rule_id
