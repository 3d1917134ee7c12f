-- Grain: processing-trade enterprise with reports over half a year or more. Most people at the end of any earlier reported
-- period within two years. Unit: 人.
-- Inputs: usable_operations. $as_of. The deciding row is that period's.
WITH reported AS (
  SELECT *, bool_or(processing_trade) OVER (PARTITION BY enterprise_id) AS is_processing,
    max(period_end) OVER (PARTITION BY enterprise_id) AS last_end, coalesce(employees_end, employees_avg) AS people
  FROM usable_operations
  WHERE period_start <= $as_of AND period_end > $as_of - INTERVAL 24 MONTH
)
SELECT enterprise_id, people AS value, '人' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, least(period_end, $as_of) AS occurred_on, extract, file, "row", probability
FROM reported
WHERE is_processing AND people IS NOT NULL AND period_end < last_end
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY people DESC, period_end DESC, file, "row") = 1
