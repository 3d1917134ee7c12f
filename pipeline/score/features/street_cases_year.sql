-- Grain: enterprise with any street case in a year. Number of its cases in force of obstruction, unauthorised structure or
-- illegal land use within 365 days; 0 if it has mended all of them. Unit: 件.
-- Inputs: usable_street_cases. $as_of. The deciding row is the latest case that is not mended, else the latest of them.
WITH filed AS (
  SELECT *, coalesce(offence IN ('obstruction', 'unauthorised_structure', 'illegal_land_use')
      AND coalesce(standing, 'in_force') = 'in_force', false) AS is_counted,
    is_counted AND coalesce(rectified, 'open') <> 'done' AS is_open
  FROM usable_street_cases
  WHERE opened_on > $as_of - INTERVAL 365 DAY AND opened_on <= $as_of
)
SELECT enterprise_id, CASE WHEN bool_or(is_open) OVER (PARTITION BY enterprise_id)
    THEN count(*) FILTER (WHERE is_counted) OVER (PARTITION BY enterprise_id) ELSE 0 END AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, case_no AS document, opened_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_counted) AS probability
FROM filed
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY is_open DESC, is_counted DESC, opened_on DESC, file, "row") = 1
