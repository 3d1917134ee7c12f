-- Grain: enterprise with permits in force at known premises and seen open by the grid at known premises. 1: none of the
-- places seen is a place of its permits; 0: one of them is. Unit: 是否.
-- Inputs: usable_permits, usable_grid, record_premises. $as_of. One permit whose premises nobody knows leaves the firm out.
-- The deciding row is the last visit's.
WITH permit AS (
  SELECT p.enterprise_id, r.premises_id, p.probability
  FROM usable_permits p LEFT JOIN record_premises r ON r.record_id = p.record_id
  WHERE coalesce(p.status, 'valid') = 'valid' AND coalesce(p.valid_to, DATE '9999-12-31') >= $as_of
),
holder AS (
  SELECT enterprise_id, min(probability) AS probability
  FROM permit GROUP BY enterprise_id HAVING bool_and(premises_id IS NOT NULL)
),
place AS (
  SELECT g.enterprise_id, g.address, coalesce(g.inspected_on, g.extract_date) AS seen_on, g.extract, g.file, g."row",
    CAST(round(g.probability * h.probability, 6) AS DECIMAL(9, 6)) AS probability,
    bool_or(p.enterprise_id IS NOT NULL) OVER (PARTITION BY g.enterprise_id) AS is_of_permit
  FROM usable_grid g
  JOIN holder h ON h.enterprise_id = g.enterprise_id
  JOIN record_premises r ON r.record_id = g.record_id
  LEFT JOIN (SELECT DISTINCT enterprise_id, premises_id FROM permit) p
    ON p.enterprise_id = g.enterprise_id AND p.premises_id = r.premises_id
  WHERE g.trading = 'open' AND r.premises_id IS NOT NULL AND coalesce(g.inspected_on, g.extract_date) <= $as_of
)
SELECT enterprise_id, CASE WHEN is_of_permit THEN 0 ELSE 1 END AS value, '是否' AS unit, address AS detail,
  CAST(NULL AS VARCHAR) AS document, seen_on AS occurred_on, extract, file, "row", probability
FROM place
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY seen_on DESC, file, "row") = 1
