-- Grain: enterprise with any safety or fire document in two years. Number of considerable or major hazards whose recheck
-- failed and that were not mended since. Unit: 件.
-- Inputs: usable_safety_inspections. $as_of. Documents under review, revoked or repaired do not count. The deciding row is
-- the latest of them, else the latest document.
WITH document AS (
  SELECT *, coalesce(severity IN ('considerable', 'major') AND recheck = 'failed'
    AND coalesce(standing, 'in_force') = 'in_force', false) AS is_failed
  FROM usable_safety_inspections
  WHERE inspected_on > $as_of - INTERVAL 24 MONTH AND inspected_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_failed) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, document_no AS document, inspected_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_failed) AS probability
FROM document
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_failed DESC, inspected_on DESC, file, "row") = 1
