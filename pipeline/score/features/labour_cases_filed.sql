-- Grain: enterprise with any labour case filed in two years. Number of filed cases in force that were not dismissed; 0 if
-- every one is settled. Unit: 件.
-- Inputs: usable_labour_cases. $as_of. A complaint counts from the day it is filed as a case. The deciding row is the latest
-- case that is not settled, else the latest of them.
WITH filed AS (
  SELECT *, outcome IS DISTINCT FROM 'dismissed' AND coalesce(standing, 'in_force') = 'in_force' AS is_counted,
    is_counted AND outcome IS DISTINCT FROM 'settled' AND closed_on IS NULL AS is_open
  FROM usable_labour_cases
  WHERE filed_on > $as_of - INTERVAL 24 MONTH AND filed_on <= $as_of
)
SELECT enterprise_id, CASE WHEN bool_or(is_open) OVER (PARTITION BY enterprise_id)
    THEN count(*) FILTER (WHERE is_counted) OVER (PARTITION BY enterprise_id) ELSE 0 END AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, case_no AS document, filed_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_counted) AS probability
FROM filed
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY is_open DESC, is_counted DESC, filed_on DESC, file, "row") = 1
