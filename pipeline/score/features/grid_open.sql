-- Grain: enterprise that the grid visited in 180 days, with a word on whether it trades. 1: open at the last visit; 0: closed or
-- moved. Unit: 是否.
-- Inputs: usable_grid. $as_of. What was seen longer ago tells nothing of today. The deciding row is the latest visit.
SELECT enterprise_id, CASE WHEN trading = 'open' THEN 1 ELSE 0 END AS value, '是否' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, coalesce(inspected_on, extract_date) AS occurred_on, extract, file, "row", probability
FROM usable_grid
WHERE trading IS NOT NULL AND coalesce(inspected_on, extract_date) <= $as_of
  AND coalesce(inspected_on, extract_date) > $as_of - INTERVAL 180 DAY
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY coalesce(inspected_on, extract_date) DESC, trading = 'open' DESC, probability DESC, file, "row") = 1
