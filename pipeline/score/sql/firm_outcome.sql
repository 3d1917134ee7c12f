-- Grain: rule and firm of which there was anything to judge. One row that hits is a hit; else one that nobody could judge is
-- not_evaluated; else clear. A row that hits and that an answer of a street office has mended away is clear.
-- Inputs: judged, finding.
WITH held AS (
  SELECT DISTINCT rule_id, enterprise_id FROM finding
),
judged_firm AS (
  SELECT rule_id, enterprise_id, bool_or(outcome = 'not_evaluated') AS is_open
  FROM judged GROUP BY rule_id, enterprise_id
)
SELECT j.rule_id, j.enterprise_id,
  CASE WHEN h.rule_id IS NOT NULL THEN 'hit' WHEN j.is_open THEN 'not_evaluated' ELSE 'clear' END AS outcome,
  CASE WHEN h.rule_id IS NULL AND j.is_open THEN '所需数据为空，无法判断' END AS reason
FROM judged_firm j LEFT JOIN held h ON h.rule_id = j.rule_id AND h.enterprise_id = j.enterprise_id
