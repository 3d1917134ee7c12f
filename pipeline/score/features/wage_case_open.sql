-- Grain: enterprise with any labour case filed in two years. Number of filed wage cases in force that are open, punished or
-- refused. Unit: 件.
-- Inputs: usable_labour_cases. $as_of. A complaint counts from the day it is filed as a case; dismissed ones count nothing.
-- The deciding row is the latest of them, else the latest case.
WITH filed AS (
  SELECT *, coalesce(complaint = 'wage_arrears' AND outcome IN ('open', 'refused', 'penalised')
    AND coalesce(standing, 'in_force') = 'in_force', false) AS is_open
  FROM usable_labour_cases
  WHERE filed_on > $as_of - INTERVAL 24 MONTH AND filed_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_open) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, case_no AS document, filed_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_open) AS probability
FROM filed
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_open DESC, filed_on DESC, file, "row") = 1
