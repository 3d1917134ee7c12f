-- Grain: enterprise with any safety or fire document in a year. Number of documents of considerable or major hazards that no
-- recheck has passed. Unit: 件.
-- Inputs: usable_safety_inspections. $as_of. The deciding row is the latest of them, else the latest document.
WITH document AS (
  SELECT *, coalesce(severity IN ('considerable', 'major') AND coalesce(recheck, 'pending') <> 'passed'
    AND coalesce(standing, 'in_force') = 'in_force', false) AS is_open
  FROM usable_safety_inspections
  WHERE inspected_on > $as_of - INTERVAL 12 MONTH AND inspected_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_open) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, document_no AS document, inspected_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_open) AS probability
FROM document
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_open DESC, inspected_on DESC, file, "row") = 1
