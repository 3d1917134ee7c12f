-- Grain: enterprise with any permit on file. Longest time that a kind of permit had lapsed (expired or revoked, and none of
-- that kind in force on the day) when the grid last saw the firm open; 0 if none. Unit: 天.
-- Inputs: usable_permits, usable_grid. $as_of. Declared sales do not show that this trade went on, so tax says nothing here.
-- A permit given back (注销) is no lapse: the trade may have been given up.
-- The deciding row is the permit's.
WITH kind_state AS (
  SELECT enterprise_id, kind, permit_no, valid_to, status, extract, file, "row", probability,
    coalesce(status, 'valid') = 'valid' AND coalesce(valid_to, DATE '9999-12-31') >= $as_of AS in_force
  FROM usable_permits
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id, kind
    ORDER BY coalesce(status, 'valid') = 'valid' DESC, coalesce(valid_to, DATE '9999-12-31') DESC, file, "row") = 1
),
seen AS (
  SELECT enterprise_id, coalesce(inspected_on, extract_date) AS seen_on, probability
  FROM usable_grid
  WHERE trading = 'open' AND coalesce(inspected_on, extract_date) <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id ORDER BY coalesce(inspected_on, extract_date) DESC, probability, file, "row") = 1
)
SELECT k.enterprise_id,
  CASE WHEN k.in_force OR coalesce(k.status, '') = 'surrendered' OR k.valid_to IS NULL THEN 0
    ELSE greatest(coalesce(s.seen_on - k.valid_to, 0), 0) END AS value,
  '天' AS unit, concat(k.kind, '至', CAST(k.valid_to AS VARCHAR)) AS detail, k.permit_no AS document,
  coalesce(s.seen_on, k.valid_to) AS occurred_on, k.extract, k.file, k."row",
  CAST(round(k.probability * coalesce(s.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM kind_state k LEFT JOIN seen s ON s.enterprise_id = k.enterprise_id
QUALIFY row_number() OVER (PARTITION BY k.enterprise_id ORDER BY value DESC, k.kind, k.file, k."row") = 1
