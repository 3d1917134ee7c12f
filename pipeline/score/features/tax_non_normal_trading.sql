-- Grain: enterprise with a tax status. Days that it had been non-normal (非正常户) when the grid last saw it open; 0 if it is
-- not non-normal by its last declaration period, or was not seen since. Unit: 天.
-- Inputs: usable_tax, usable_grid. $as_of. The deciding row is the tax office's last.
WITH latest AS (
  SELECT enterprise_id, status, status_on, extract, file, "row", probability
  FROM usable_tax
  WHERE status IS NOT NULL AND period_end IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id ORDER BY period_end DESC, status = 'non_normal' DESC, file, "row") = 1
),
seen AS (
  SELECT enterprise_id, max(coalesce(inspected_on, extract_date)) AS seen_on, min(probability) AS probability
  FROM usable_grid WHERE trading = 'open' AND coalesce(inspected_on, extract_date) <= $as_of
  GROUP BY enterprise_id
)
SELECT t.enterprise_id,
  CASE WHEN t.status = 'non_normal' THEN greatest(coalesce(s.seen_on - t.status_on, 0), 0) ELSE 0 END AS value,
  '天' AS unit, CAST(NULL AS VARCHAR) AS detail, CAST(NULL AS VARCHAR) AS document,
  coalesce(s.seen_on, t.status_on) AS occurred_on, t.extract, t.file, t."row",
  CAST(round(t.probability * coalesce(s.probability, 1), 6) AS DECIMAL(9, 6)) AS probability
FROM latest t LEFT JOIN seen s ON s.enterprise_id = t.enterprise_id
