-- Grain: enterprise with any work-safety document in two years. Number of major hazards (重大) that no recheck has passed and
-- that are not closed. Unit: 件.
-- Inputs: usable_safety_inspections. $as_of. Documents under review, revoked or repaired do not count. The deciding row is
-- the latest of them, else the latest document.
WITH document AS (
  SELECT *, coalesce(severity = 'major' AND coalesce(recheck, 'pending') <> 'passed' AND closed_on IS NULL
    AND coalesce(standing, 'in_force') = 'in_force', false) AS is_open
  FROM usable_safety_inspections
  WHERE kind = 'work_safety' AND inspected_on > $as_of - INTERVAL 24 MONTH AND inspected_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_open) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, document_no AS document, inspected_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_open) AS probability
FROM document
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_open DESC, inspected_on DESC, file, "row") = 1
