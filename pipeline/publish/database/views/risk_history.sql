-- Grain: enterprise and night. Inputs: risk (this night), built.history_kept (earlier nights kept). Units: as in risk.
SELECT
  enterprise_id, as_of, score, tier, rank_in_street, rank_in_district, street, categories, route, measures,
  lead_department, other_departments, verify_identity_first, score_before, tier_before
FROM built.history_kept
WHERE as_of < $as_of
UNION ALL
SELECT
  enterprise_id, as_of, score, tier, rank_in_street, rank_in_district, street, categories, route, measures,
  lead_department, other_departments, verify_identity_first, score_before, tier_before
FROM risk
ORDER BY as_of, enterprise_id
