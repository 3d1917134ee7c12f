-- Grain: enterprise seen by the grid with a word on its papers. 1: the office says that the trade is exempt from licence and
-- registration (State Council decree 684, article 3). Unit: 是否.
-- Inputs: usable_grid. The deciding row is one that says so, else the latest.
SELECT enterprise_id, CASE WHEN licensing = 'exempt' THEN 1 ELSE 0 END AS value,
  '是否' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(inspected_on, extract_date) AS occurred_on, extract, file, "row", probability
FROM usable_grid
WHERE licensing IS NOT NULL
QUALIFY row_number() OVER (
  PARTITION BY enterprise_id
  ORDER BY licensing = 'exempt' DESC, coalesce(inspected_on, extract_date) DESC, file, "row") = 1
