-- Grain: enterprise that trades at known premises or occupies a building of the library. Number of open or sealed illegal
-- buildings there; a historical (legacy) or demolished one counts nothing. Unit: 栋.
-- Inputs: usable_illegal_buildings, usable_grid, record_premises, stg_illegal_buildings. A building says something of a firm
-- only beside the firm's own finding: this is never a rule by itself. The deciding row is the building's.
WITH building AS (
  SELECT p.premises_id, b.building_no, b.status, b.opened_on, b.extract, b.file, b."row"
  FROM stg_illegal_buildings b JOIN record_premises p ON p.record_id = b.record_id
  WHERE NOT b.superseded AND p.premises_id IS NOT NULL
),
place AS (
  SELECT g.enterprise_id, b.*, g.probability
  FROM usable_grid g
  JOIN record_premises p ON p.record_id = g.record_id
  JOIN building b ON b.premises_id = p.premises_id
  WHERE g.trading IS DISTINCT FROM 'moved'
  UNION
  SELECT enterprise_id, NULL, building_no, status, opened_on, extract, file, "row", probability
  FROM usable_illegal_buildings
)
SELECT enterprise_id,
  count(DISTINCT building_no) FILTER (WHERE status IN ('open', 'sealed')) OVER (PARTITION BY enterprise_id) AS value,
  '栋' AS unit, CAST(NULL AS VARCHAR) AS detail, building_no AS document, opened_on AS occurred_on, extract, file, "row",
  probability
FROM place
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY coalesce(status IN ('open', 'sealed'), false) DESC, probability DESC, building_no, file, "row") = 1
