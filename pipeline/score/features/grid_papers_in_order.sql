-- Grain: enterprise seen by the grid with a word on its papers. 1: open, and by the last visit's word licence and permits are
-- in order (证照齐全); 0: the last visit says otherwise. Unit: 是否.
-- Inputs: usable_grid. $as_of. Where another office's file says the contrary, neither is taken for the fact. The deciding row
-- is the latest visit.
SELECT enterprise_id, CASE WHEN trading = 'open' AND licensing = 'licensed' THEN 1 ELSE 0 END AS value,
  '是否' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(inspected_on, extract_date) AS occurred_on, extract, file, "row", probability
FROM usable_grid
WHERE licensing IS NOT NULL AND trading IS NOT NULL AND coalesce(inspected_on, extract_date) <= $as_of
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id ORDER BY coalesce(inspected_on, extract_date) DESC, file, "row") = 1
