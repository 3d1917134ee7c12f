-- Grain: enterprise with a social-insurance account. Months of contributions owed by its last monthly row within 150 days.
-- Unit: 月.
-- Inputs: usable_employment. $as_of. The deciding row is the latest month's.
SELECT enterprise_id, arrears_months AS value, '月' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, month_end AS occurred_on, extract, file, "row", probability
FROM usable_employment
WHERE arrears_months IS NOT NULL AND month_start <= $as_of AND month_end > $as_of - INTERVAL 150 DAY
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY month_end DESC, arrears_months DESC, file, "row") = 1
