-- Grain: answer of a street office about a firm that is known. What it changed, in words.
-- Inputs: answer, return_mends, judged, rule_in_force.
WITH mended AS (
  SELECT a.file, a."row", count(j.rule_id) AS findings
  FROM answer a
  JOIN return_mends m ON m.result = a.result
  JOIN rule_in_force r ON r.category = m.category
  LEFT JOIN judged j ON j.enterprise_id = a.enterprise_id AND j.rule_id = r.rule_id AND j.outcome = 'hit'
    AND j.occurred_on <= a.checked_on
  GROUP BY a.file, a."row"
)
SELECT a.extract, a.file, a."row",
  CASE WHEN m.findings > 0 THEN concat(m.findings, '项依据视为已改正')
    WHEN m.findings = 0 THEN '没有可视为已改正的依据' ELSE '分数不变' END AS effect
FROM answer a LEFT JOIN mended m ON m.file = a.file AND m."row" = a."row"
ORDER BY a.file, a."row"
