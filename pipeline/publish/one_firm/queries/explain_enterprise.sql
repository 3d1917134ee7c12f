-- Grain: one enterprise with its place in the ranking, if it has one. Inputs: enterprise, risk.
SELECT
  e.*, r.as_of, r.score, r.tier, r.rank_in_street, r.rank_in_district, r.categories, r.route, r.measures,
  r.lead_department, r.other_departments, r.verify_identity_first, r.score_before, r.tier_before
FROM enterprise e
LEFT JOIN risk r USING (enterprise_id)
WHERE e.enterprise_id = $enterprise_id
