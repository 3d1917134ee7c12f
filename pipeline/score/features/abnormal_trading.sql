-- Grain: enterprise in the registry. Days that it had stood in the list of abnormal operations (not taken off) when the grid
-- last saw it open; 0 if it stands in none, or was not seen since. Unit: 天.
-- Inputs: usable_registry, usable_grid. $as_of. The deciding row is the registry's.
WITH listed AS (
  SELECT enterprise_id, abnormal_reason, extract, file, "row", probability, extract_date,
    CASE WHEN abnormal_on <= $as_of AND (abnormal_off IS NULL OR abnormal_off < abnormal_on) THEN abnormal_on END AS listed_on
  FROM usable_registry
  QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY extract_date DESC, file, "row") = 1
),
seen AS (
  SELECT enterprise_id, coalesce(inspected_on, extract_date) AS seen_on, probability
  FROM usable_grid WHERE trading = 'open' AND coalesce(inspected_on, extract_date) <= $as_of
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id ORDER BY coalesce(inspected_on, extract_date) DESC, probability, file, "row") = 1
)
SELECT l.enterprise_id, greatest(coalesce(s.seen_on - l.listed_on, 0), 0) AS value, '天' AS unit,
  concat(CAST(l.listed_on AS VARCHAR), coalesce(concat('，', l.abnormal_reason), '')) AS detail,
  CAST(NULL AS VARCHAR) AS document, coalesce(s.seen_on, l.extract_date) AS occurred_on, l.extract, l.file, l."row",
  CAST(round(l.probability * coalesce(s.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM listed l LEFT JOIN seen s ON s.enterprise_id = l.enterprise_id
