-- Grain: enterprise with evidence. The finding that leads: strict before screening, then most points.
-- Inputs: evidence, rule_measure (measures whose legal basis is in force on the day).
-- The route is the mildest measure that the leading rule's clause provides; a screening finding leads to verifying only.
WITH ranked AS (
  SELECT enterprise_id, rule_id, reading, lead_department,
    row_number() OVER (PARTITION BY enterprise_id
      ORDER BY reading = 'strict' DESC, points DESC, rule_id, extract, file, "row") AS place
  FROM evidence
),
mildest AS (
  SELECT rule_id, min(route_order) AS route_order FROM rule_measure GROUP BY rule_id
)
SELECT l.enterprise_id, l.rule_id, l.lead_department,
  CASE WHEN l.reading = 'strict' THEN coalesce(m.route_order, 0) ELSE 0 END AS route_order
FROM ranked l LEFT JOIN mildest m ON m.rule_id = l.rule_id
WHERE l.place = 1
