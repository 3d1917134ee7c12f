-- Grain: premises that the grid has visited. Number of enterprises there that its last visit saw open without licence, for
-- whom no live registration is known and whose trade is not exempt (State Council decree 684, article 3). Unit: 家.
-- Inputs: usable_grid, record_premises, enterprise. A building's figure says nothing of a tenant by itself.
WITH visit AS (
  SELECT p.premises_id, g.enterprise_id, g.trading, g.licensing
  FROM usable_grid g JOIN record_premises p ON p.record_id = g.record_id
  WHERE p.premises_id IS NOT NULL AND g.licensing IS NOT NULL AND g.trading IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY p.premises_id, g.enterprise_id
    ORDER BY coalesce(g.inspected_on, g.extract_date) DESC, g.file, g."row") = 1
)
SELECT v.premises_id, '家' AS unit, count(*) FILTER (
    WHERE v.trading = 'open' AND v.licensing IN ('licence_missing', 'none', 'three_nothings')
      AND e.registration_state = 'not_found') AS value
FROM visit v JOIN enterprise e ON e.enterprise_id = v.enterprise_id
GROUP BY v.premises_id
