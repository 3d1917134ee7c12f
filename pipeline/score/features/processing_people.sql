-- Grain: processing-trade enterprise. People at the end of its last reported period. Unit: 人.
-- Inputs: usable_operations. $as_of. The deciding row is the last period's.
WITH reported AS (
  SELECT *, bool_or(processing_trade) OVER (PARTITION BY enterprise_id) AS is_processing
  FROM usable_operations WHERE period_start <= $as_of
)
SELECT enterprise_id, coalesce(employees_end, employees_avg) AS value, '人' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, least(period_end, $as_of) AS occurred_on, extract, file, "row", probability
FROM reported
WHERE is_processing AND coalesce(employees_end, employees_avg) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY period_end DESC, file, "row") = 1
