-- Grain: taxpayer. 1: one of the tax offices states a debt for its last period within 240 days. Unit: 是否; never the amount.
-- Inputs: usable_tax. $as_of. The deciding row is the latest period's with a debt, else the latest.
WITH recent AS (
  SELECT *, max(period_end) OVER (PARTITION BY enterprise_id) AS last_period_end
  FROM usable_tax
  WHERE arrears IS NOT NULL AND period_end > $as_of - INTERVAL 240 DAY AND period_start <= $as_of
)
SELECT enterprise_id, CASE WHEN arrears > 0 THEN 1 ELSE 0 END AS value, '是否' AS unit, CAST(NULL AS VARCHAR) AS detail,
  CAST(NULL AS VARCHAR) AS document, period_end AS occurred_on, extract, file, "row", probability
FROM recent WHERE period_end = last_period_end
QUALIFY row_number() OVER (PARTITION BY enterprise_id ORDER BY arrears > 0 DESC, file, "row") = 1
