-- Grain: enterprise with any weight.
-- Inputs: firm_score. $cut_b, $cut_c, $cut_d: hundredths.
-- The top tier needs a finding in the strict reading, and must be reached without fuzzy matches; a firm whose tier
-- rests on a fuzzy match is marked.
WITH reached AS (
  SELECT *,
    CASE WHEN score >= $cut_d AND has_strict THEN 'D' WHEN score >= $cut_c THEN 'C'
      WHEN score >= $cut_b THEN 'B' ELSE 'A' END AS open_tier,
    CASE WHEN sure_score >= $cut_d AND has_sure_strict THEN 'D' WHEN sure_score >= $cut_c THEN 'C'
      WHEN sure_score >= $cut_b THEN 'B' ELSE 'A' END AS sure_tier
  FROM firm_score
)
SELECT enterprise_id, score, sure_score, has_strict, open_tier, sure_tier,
  open_tier <> sure_tier OR sure_score = 0 AS verify_identity_first,
  CASE WHEN open_tier = 'D' AND sure_tier <> 'D' THEN 'C' ELSE open_tier END AS tier
FROM reached
