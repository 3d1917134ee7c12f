-- Grain: enterprise whose trade the grid has written down. 1: the trade, as seen on the spot, is one with heavy emissions
-- (plating, dyeing, spraying, smelting, pickling). Unit: 是否.
-- Inputs: usable_grid. A trade is never a finding by itself: this only stands beside the firm's own penalty. The deciding row
-- is one that says so, else the latest visit.
WITH visit AS (
  SELECT *, regexp_matches(business, '电镀|镀金|镀银|印染|漂染|染整|喷漆|喷涂|烤漆|熔炼|提炼|提纯|冶炼|酸洗|蚀刻|抛光|炼金') AS is_polluting,
    coalesce(inspected_on, extract_date) AS seen_on
  FROM usable_grid WHERE business IS NOT NULL
)
SELECT enterprise_id, CASE WHEN is_polluting THEN 1 ELSE 0 END AS value, '是否' AS unit, business AS detail,
  CAST(NULL AS VARCHAR) AS document, seen_on AS occurred_on, extract, file, "row", probability
FROM visit
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY is_polluting DESC, seen_on DESC, file, "row") = 1
