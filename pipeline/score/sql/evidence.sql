-- Grain: finding that counts. Points add up to the firm's score to the digit.
-- Inputs: weighed_finding, firm_score, rule.
-- Each finding's share of the score is floor(weight × score / total weight); the hundredths that are left go one each
-- to the largest remainders. Below the knee score = total weight, so points are the weights themselves.
WITH shared AS (
  SELECT w.*, s.score,
    CAST((CAST(w.weight AS HUGEINT) * s.score) // s.weight AS BIGINT) AS whole,
    CAST((CAST(w.weight AS HUGEINT) * s.score) % s.weight AS BIGINT) AS remainder
  FROM weighed_finding w JOIN firm_score s ON s.enterprise_id = w.enterprise_id
  WHERE w.weight > 0
),
placed AS (
  SELECT *,
    row_number() OVER (PARTITION BY enterprise_id ORDER BY remainder DESC, rule_id, extract, file, "row") AS place,
    score - CAST(sum(whole) OVER (PARTITION BY enterprise_id) AS BIGINT) AS left_over
  FROM shared
)
SELECT p.enterprise_id, p.rule_id, r.title, p.category, p.clause, p.reading,
  CAST((p.whole + CASE WHEN p.place <= p.left_over THEN 1 ELSE 0 END) * 0.01 AS DECIMAL(6, 2)) AS points,
  p.occurred_on, p.expires_on, p.probability, p.extract, p.file, p."row", p.document, p.text,
  p.base_points, p.fade_thousandths, p.counted_percent, p.ordinal, r.legal_basis, r.lead_department
FROM placed p JOIN rule r ON r.rule_id = p.rule_id
ORDER BY p.enterprise_id, points DESC, p.rule_id, p.extract, p.file, p."row"
