-- Grain: night on which the score or the tier of one enterprise was another than on the night before. Inputs: risk_history.
-- Units: score 0–100 in hundredths.
SELECT as_of, score, tier
FROM (
  SELECT as_of, score, tier, lag(score) OVER nights AS score_before, lag(tier) OVER nights AS tier_before
  FROM risk_history
  WHERE enterprise_id = $enterprise_id
  WINDOW nights AS (ORDER BY as_of)
)
WHERE score IS DISTINCT FROM score_before OR tier IS DISTINCT FROM tier_before
ORDER BY as_of
