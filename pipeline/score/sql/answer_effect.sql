-- Grain: answer of a street office about a firm that is known. What it changed, in words.
-- Inputs: answer, return_mends, judged, rule_in_force, doubted_link (fuzzy links of its line that wait for a clerk).
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
    WHEN m.findings = 0 THEN '没有可视为已改正的依据'
    WHEN d.links > 0 THEN concat(d.links, '条存疑关联转人工核对，确定的关联不变')
    WHEN a.result = 'wrong_firm' THEN '没有待核对的存疑关联，确定的关联不变'
    ELSE '分数不变' END AS effect
FROM answer a
LEFT JOIN mended m ON m.file = a.file AND m."row" = a."row"
LEFT JOIN doubted_link d ON d.file = a.file AND d."row" = a."row"
ORDER BY a.file, a."row"
