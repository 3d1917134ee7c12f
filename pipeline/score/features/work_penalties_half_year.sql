-- Grain: enterprise with any work-safety document in 180 days. Number of its work-safety documents with a fine in force within
-- 180 days. Unit: 件.
-- Inputs: usable_safety_inspections. $as_of. Fire fines are punished under another law and are not among them. The deciding
-- row is the latest of them, else the latest document.
WITH document AS (
  SELECT *, coalesce(fine > 0, false) AND coalesce(standing, 'in_force') = 'in_force' AS is_penalty
  FROM usable_safety_inspections
  WHERE kind = 'work_safety' AND inspected_on > $as_of - INTERVAL 180 DAY AND inspected_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_penalty) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, document_no AS document, inspected_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_penalty) AS probability
FROM document
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_penalty DESC, inspected_on DESC, file, "row") = 1
