-- Grain: enterprise with any labour case filed in two years. Most people in one filed case in force that is open, punished or
-- refused (a case that names no number has one); 0 if there is no such case. Unit: 人.
-- Inputs: usable_labour_cases. $as_of. A complaint counts from the day it is filed as a case. The deciding row is that case's,
-- else the latest case.
WITH filed AS (
  SELECT *, coalesce(outcome IN ('open', 'refused', 'penalised'), false)
    AND coalesce(standing, 'in_force') = 'in_force' AS is_open
  FROM usable_labour_cases
  WHERE filed_on > $as_of - INTERVAL 24 MONTH AND filed_on <= $as_of
)
SELECT enterprise_id, CASE WHEN is_open THEN greatest(coalesce(people, 1), 1) ELSE 0 END AS value, '人' AS unit,
  CAST(NULL AS VARCHAR) AS detail, case_no AS document, filed_on AS occurred_on, extract, file, "row", probability
FROM filed
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY is_open DESC, coalesce(people, 1) DESC, filed_on DESC, file, "row") = 1
