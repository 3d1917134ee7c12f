-- Grain: processing-trade enterprise. Quarters without revenue, output or export at the end of its monitoring rows, in a row up
-- to its last one. Unit: 季度.
-- Inputs: usable_operations. $as_of. Year-to-date figures of a quarter without growth over the one before are idle too; a row
-- without any figure says nothing. The deciding row is the last one.
WITH reported AS (
  SELECT *, year(period_end) AS reporting_year,
    greatest(revenue, output_value, export_value) AS activity
  FROM usable_operations
  WHERE period_end <= $as_of + INTERVAL 31 DAY AND period_start <= $as_of
    AND coalesce(revenue, output_value, export_value) IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY enterprise_id, period_end ORDER BY extract_date DESC, file, "row") = 1
),
moved AS (
  SELECT *, CASE WHEN basis = 'ytd' THEN activity - coalesce(lag(activity) OVER (
      PARTITION BY enterprise_id, reporting_year, basis ORDER BY period_end), 0)
    ELSE activity END AS done
  FROM reported
),
marked AS (
  SELECT *, max(CASE WHEN done > 0 THEN period_end END) OVER (PARTITION BY enterprise_id) AS last_active,
    bool_or(processing_trade) OVER (PARTITION BY enterprise_id) AS is_processing
  FROM moved
),
idle AS (
  SELECT *, sum(CASE WHEN last_active IS NULL OR period_end > last_active
      THEN date_diff('month', period_start, period_end) + 1 ELSE 0 END)
    OVER (PARTITION BY enterprise_id) AS idle_months
  FROM marked WHERE is_processing
)
SELECT enterprise_id, CAST(idle_months // 3 AS BIGINT) AS value, '季度' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, least(period_end, $as_of) AS occurred_on, extract, file, "row",
  min(probability) OVER (PARTITION BY enterprise_id) AS probability
FROM idle
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY period_end DESC, file, "row") = 1
