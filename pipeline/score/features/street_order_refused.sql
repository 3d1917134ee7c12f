-- Grain: enterprise with any street case but of unlicensed trade in two years. Number of cases in force whose order to
-- rectify it let pass or refused. Unit: 件.
-- Inputs: usable_street_cases. $as_of. Cases of unlicensed trade have rules of their own. The deciding row is the latest of
-- them, else the latest case.
WITH filed AS (
  SELECT *, coalesce(rectified = 'overdue' AND coalesce(standing, 'in_force') = 'in_force', false) AS is_refused
  FROM usable_street_cases
  WHERE offence <> 'unlicensed' AND opened_on > $as_of - INTERVAL 24 MONTH AND opened_on <= $as_of
)
SELECT enterprise_id, count(*) FILTER (WHERE is_refused) OVER (PARTITION BY enterprise_id) AS value, '件' AS unit,
  CAST(NULL AS VARCHAR) AS detail, case_no AS document, opened_on AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id, is_refused) AS probability
FROM filed
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_refused DESC, opened_on DESC, file, "row") = 1
