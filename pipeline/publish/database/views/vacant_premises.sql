-- Grain: place (premises, and the numbers of its address) that the grid last saw closed or left, for measure 16. No firm, no
-- sign, no person. Inputs: built.stg_grid, built.record_premises, built.premises_feature, built.extract_status. $as_of: later
-- days are misprints. Units: area in m², days, buildings.
-- One address is written in many ways, its numbers are not: a place counts as taken where anybody was seen there on the same
-- day or later, also where the grid does not say whether he traded.
-- Illegal buildings are null where the premises are not known or their library did not come: null is not zero.
WITH seen AS (
  SELECT p.premises_id, g.street, g.community, g.grid_no, g.house_code, without_phone(g.address) AS address, g.area_m2,
    coalesce(g.trading, 'open') AS state, coalesce(g.inspected_on, g.extract_date) AS seen_on, g.extract, g.file, g.row,
    coalesce(p.premises_id, g.street || '|' || regexp_replace(g.address, '\s', '', 'g')) AS premises,
    regexp_replace(g.address, '[^0-9A-Za-z]', '', 'g') AS numbers
  FROM built.stg_grid g
  LEFT JOIN built.record_premises p ON p.record_id = g.record_id
  JOIN built.extract_status x ON x.extract = g.extract AND x.file = g.file AND x.state = 'fresh'
  WHERE NOT g.superseded
), newest AS (
  SELECT * FROM seen WHERE seen_on <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY premises, numbers ORDER BY seen_on DESC, state = 'open' DESC, state = 'closed' DESC, file, row
  ) = 1
)
SELECT
  n.premises_id, n.street, n.community, n.grid_no, n.house_code, n.address, n.area_m2, n.state, n.seen_on,
  CAST($as_of AS DATE) - n.seen_on AS days_since_seen,
  CASE WHEN n.premises_id IS NOT NULL AND 'illegal_buildings' IN (SELECT extract FROM built.extract_status WHERE state = 'fresh')
    THEN CAST(coalesce(b.value, 0) AS BIGINT) END AS illegal_buildings,
  CAST($as_of AS DATE) AS as_of, n.extract, n.file, n.row
FROM newest n
LEFT JOIN built.premises_feature b ON b.premises_id = n.premises_id AND b.feature = 'premises_illegal_buildings'
WHERE n.state IN ('closed', 'moved')
ORDER BY n.street, n.grid_no, n.address, n.file, n.row
