-- Grain: enterprise with any evidence. A score says whom to look at first, never that a firm is guilty of anything.
-- Inputs: firm_tier, firm_lead, firm_measure, firm_category, route, enterprise, risk_before (the last published night of
-- an earlier as-of; empty on the first). $as_of; $verify_measure: what to do before anything else.
WITH described AS (
  SELECT t.enterprise_id, CAST(t.score * 0.01 AS DECIMAL(6, 2)) AS score, t.tier, e.street, c.categories, r.route,
    CASE WHEN r.route = 'verify' THEN [$verify_measure]
      WHEN t.verify_identity_first THEN list_prepend($verify_measure, m.measures)
      ELSE m.measures END AS measures,
    l.lead_department, c.other_departments, t.verify_identity_first, b.score AS score_before, b.tier AS tier_before
  FROM firm_tier t
  JOIN firm_lead l ON l.enterprise_id = t.enterprise_id
  JOIN firm_category c ON c.enterprise_id = t.enterprise_id
  JOIN route r ON r.route_order = l.route_order
  JOIN enterprise e ON e.enterprise_id = t.enterprise_id
  LEFT JOIN firm_measure m ON m.enterprise_id = t.enterprise_id
  LEFT JOIN risk_before b ON b.enterprise_id = t.enterprise_id
)
SELECT enterprise_id, CAST($as_of AS DATE) AS as_of, score, tier,
  row_number() OVER (PARTITION BY street ORDER BY tier DESC, score DESC, enterprise_id) AS rank_in_street,
  row_number() OVER (ORDER BY tier DESC, score DESC, enterprise_id) AS rank_in_district,
  street, categories, route, measures, lead_department, other_departments, verify_identity_first, score_before, tier_before
FROM described
ORDER BY rank_in_district
