-- Grain: enterprise with any evidence. Inputs: built.risk.
-- Units: score 0–100 in hundredths, exact; "before" is the last published night of an earlier as-of.
SELECT
  enterprise_id, as_of, score::DECIMAL(9, 2) AS score, tier, rank_in_street, rank_in_district,
  coalesce(street, '街道不明') AS street, categories, route, measures, lead_department,
  other_departments, verify_identity_first, score_before::DECIMAL(9, 2) AS score_before, tier_before
FROM built.risk
ORDER BY enterprise_id
