-- Grain: enterprise with any work-safety document in a year. Days from the last order to halt that no recheck has lifted to the day
-- the grid last saw it open; 0 if none. Unit: 天.
-- Inputs: usable_safety_inspections, usable_grid. $as_of. The deciding row is the order's, else the latest document's.
WITH document AS (
  SELECT *, coalesce(suspended AND coalesce(recheck, 'pending') <> 'passed' AND closed_on IS NULL
    AND coalesce(standing, 'in_force') = 'in_force', false) AS is_halt
  FROM usable_safety_inspections
  WHERE kind = 'work_safety' AND inspected_on > $as_of - INTERVAL 12 MONTH AND inspected_on <= $as_of
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_halt DESC, inspected_on DESC, file, "row") = 1
),
seen AS (
  SELECT enterprise_id, max(inspected_on) AS seen_on, min(probability) AS probability
  FROM usable_grid WHERE trading = 'open' AND inspected_on <= $as_of
  GROUP BY enterprise_id
)
SELECT d.enterprise_id,
  CASE WHEN d.is_halt THEN greatest(coalesce(s.seen_on - d.inspected_on, 0), 0) ELSE 0 END AS value, '天' AS unit,
  CAST(d.inspected_on AS VARCHAR) AS detail, d.document_no AS document, coalesce(s.seen_on, d.inspected_on) AS occurred_on,
  d.extract, d.file, d."row",
  CAST(round(d.probability * coalesce(s.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM document d LEFT JOIN seen s ON s.enterprise_id = d.enterprise_id
