-- Grain: enterprise seen open by the grid. Most people seen at work at one of its places. Unit: 人.
-- Inputs: usable_grid. The deciding row is that place's.
SELECT enterprise_id, employees AS value, '人' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(inspected_on, extract_date) AS occurred_on, extract, file, "row", probability
FROM usable_grid
WHERE trading = 'open' AND employees IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY employees DESC, file, "row") = 1
