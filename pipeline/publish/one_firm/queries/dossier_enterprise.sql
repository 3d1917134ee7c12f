-- Grain: one enterprise with its place in the ranking and on its street's list, if it has one.
-- Inputs: enterprise, risk, list_line, last_checked.
SELECT
  e.*, r.score, r.tier, r.rank_in_street, r.rank_in_district, r.street AS list_street, r.categories, r.route, r.measures,
  r.lead_department, r.other_departments, coalesce(r.verify_identity_first, false) AS verify_identity_first,
  r.score_before, r.tier_before, l.line, l.kind, c.last_checked_on
FROM enterprise e
LEFT JOIN risk r USING (enterprise_id)
LEFT JOIN list_line l USING (enterprise_id)
LEFT JOIN last_checked c USING (enterprise_id)
WHERE e.enterprise_id = $enterprise_id
